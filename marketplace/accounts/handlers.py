"""What is done again and again with accounts."""

from __future__ import annotations

from marketplace.accounts import services
from marketplace.core.db import transaction


def forget_old_sign_ins() -> None:
    """Drop tries and sign-ins that ended long ago."""
    with transaction():
        services.forget_old()
