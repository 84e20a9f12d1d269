"""What the timetable does with carts."""

from __future__ import annotations

import structlog

from marketplace.checkout import services
from marketplace.core.db import transaction

log = structlog.get_logger()


def forget_guest_carts() -> None:
    """Routine: delete the carts of guests who have not come back."""
    with transaction():
        gone = services.delete_forgotten()
    log.info("checkout.guest_carts_deleted", count=gone)
