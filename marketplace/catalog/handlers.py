"""What follows events of the areas below. Safe to repeat."""

from __future__ import annotations

from marketplace.catalog.services import keeping, search
from marketplace.core.db import transaction
from marketplace.stores.events import StoreChanged


def refresh_search(event: StoreChanged) -> None:
    """A store may have taken another name: its goods must be found by it."""
    with transaction():
        search.refresh_store(event.store_id)


def keep_times() -> None:
    """Show and hide the goods whose time has come."""
    with transaction():
        keeping.keep_times()
