"""Who may do what to a store."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus


def can_create(actor: Actor) -> bool:
    """Opening a store for somebody is the operator's (and the market's own) act."""
    return actor.is_operator or actor.is_system


def can_manage(actor: Actor, store: Store) -> bool:
    """Who has the right to the shop's page decides what it says about itself, and pauses it."""
    return actor.may(Right.SHOP, store.id)


def follows_application(actor: Actor, store: Store) -> bool:
    """Does the store still say what its application says? Only the market writes it then."""
    return store.status is StoreStatus.PENDING and not actor.is_system


def can_own(actor: Actor, store_id: int) -> bool:
    """Team, help and bank account are the owner's alone."""
    return actor.owns(store_id) or actor.is_system


def can_set_status(actor: Actor, store: Store, to: StoreStatus) -> bool:
    """The owner pauses and reopens. Only the market suspends and lifts, never in a store one works for.

    A store that waits to be opened is opened by the acceptance of its application alone.
    """
    if StoreStatus.PENDING in (store.status, to):
        return actor.is_system
    if StoreStatus.SUSPENDED in (store.status, to):
        return (actor.is_curator or actor.is_operator or actor.is_system) and not actor.works_for(store.id)
    return can_manage(actor, store)
