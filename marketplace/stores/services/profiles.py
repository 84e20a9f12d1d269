"""What a store says about itself, and whether it sells."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from slugify import slugify

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_one, lock_words
from marketplace.core.outbox import emit
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind
from marketplace.places.models import Region
from marketplace.places.rules import is_around_here, is_village
from marketplace.stores.events import StoreChanged
from marketplace.stores.models import Store
from marketplace.stores.policies import can_create, can_manage, can_set_status, follows_application
from marketplace.stores.rules import Profile, StoreStatus, is_nib, without_apostrophes

LONGEST_SLUG = 80


def hold_names() -> None:
    """Let one transaction at a time go on that gives a new store its name and its address on the site.

    Who promises more of a name than a free address (that nobody else carries it) calls this before asking.
    """
    lock_words(["stores.names"])


def create(actor: Actor, profile: Profile, status: StoreStatus = StoreStatus.OPEN) -> Store:
    """Open a store, or (PENDING) write down one that nobody sees yet.

    Who owns it and works in it is granted afterwards by accounts (scope: the store's id).

    Raises NotAllowed, and Invalid for a name, NIB or village that cannot be.
    """
    if not can_create(actor):
        raise NotAllowed("stores.not_yours")
    _check(profile)
    store = Store(slug=_free_slug(profile.name), status=status, logo_id=None, created_at=now(), **asdict(profile))
    db.session.add(store)
    db.session.flush()
    audit.record(actor, "stores.created", "store", store.id, name=store.name)
    revision.touch()
    return store


def update_profile(actor: Actor, store_id: int, profile: Profile) -> Store:
    """Let the store say something else about itself; its address on the site stays. Raises NotAllowed, Invalid.

    Raises Stale while the store waits to be opened: until then it says what its application says, nothing gets lost.
    """
    store = lock_one(Store, store_id)
    if not can_manage(actor, store):
        raise NotAllowed("stores.not_yours")
    if follows_application(actor, store):
        raise Stale("stores.follows_application")
    _check(profile)
    changed = {key: value for key, value in asdict(profile).items() if getattr(store, key) != value}
    for key, value in changed.items():
        setattr(store, key, value)
    if changed:
        _note(actor, "stores.profile_changed", store, fields=sorted(changed))
    return store


def empty(actor: Actor, store_id: int) -> None:
    """Forget what a store that never opened says of the person who wanted it. One that opened stays as it is.

    Raises NotAllowed for all but the market.
    """
    if not actor.is_system:
        raise NotAllowed("stores.not_yours")
    store = lock_one(Store, store_id)
    if store.status is not StoreStatus.PENDING:
        return
    for name in ("phone", "email", "street", "landmark", "story", "hours", "nib", "pickup_place", "pickup_hours"):
        setattr(store, name, "")
    store.name = store.slug = f"toko-{store.id}"
    store.latitude = store.longitude = store.logo_id = None
    store.shows_pin, store.week = False, []
    audit.record(actor, "stores.emptied", "store", store.id)


def set_logo(actor: Actor, store_id: int, media_id: int | None) -> None:
    """Show another picture as the store's mark, or none. Only a picture the actor brought, or the one shown already."""
    store = lock_one(Store, store_id)
    if not can_manage(actor, store):
        raise NotAllowed("stores.not_yours")
    if media_id == store.logo_id:
        return
    if media_id is not None and not _is_own_picture(actor, media_id):
        raise Invalid("stores.unknown_picture", field="logo")
    store.logo_id = media_id
    _note(actor, "stores.logo_changed", store)


def set_status(actor: Actor, store_id: int, status: StoreStatus, reason: str = "") -> None:
    """Pause, reopen, suspend or lift. A suspension says why. Raises NotAllowed, Invalid."""
    store = lock_one(Store, store_id)
    if not can_set_status(actor, store, status):
        raise NotAllowed("stores.not_yours")
    if status is StoreStatus.SUSPENDED and not reason.strip():
        raise Invalid("stores.reason_needed", field="reason")
    if store.status is status:
        return
    before, store.status = store.status, status
    _note(actor, f"stores.{status.value}", store, before=before.value, reason=reason.strip())


def _note(actor: Actor, action: str, store: Store, **details: object) -> None:
    audit.record(actor, action, "store", store.id, **details)
    emit(StoreChanged(store.id))
    revision.touch()


def _check(profile: Profile) -> None:
    if not slugify(without_apostrophes(profile.name)):
        raise Invalid("stores.name_needed", field="name")
    if profile.nib and not is_nib(profile.nib):
        raise Invalid("stores.nib_format", field="nib")
    if not is_village(profile.village_code) or db.session.get(Region, profile.village_code) is None:
        raise Invalid("stores.unknown_village", field="village_code")
    latitude, longitude = profile.latitude, profile.longitude
    if (latitude is None) != (longitude is None):
        raise Invalid("stores.pin_elsewhere", field="pin")
    if latitude is not None and longitude is not None and not is_around_here(latitude, longitude):
        raise Invalid("stores.pin_elsewhere", field="pin")


def _free_slug(name: str) -> str:
    """An address for the name that no store has yet: dapur-mama-ina, dapur-mama-ina-2, …"""
    hold_names()
    base = slugify(without_apostrophes(name), max_length=LONGEST_SLUG - 5, word_boundary=True)
    taken = set(db.session.scalars(sa.select(Store.slug).where(Store.slug.startswith(base, autoescape=True))))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _is_own_picture(actor: Actor, media_id: int) -> bool:
    file = db.session.get(MediaFile, media_id)
    if file is None or file.kind is not FileKind.PICTURE:
        return False
    return actor.is_system or file.owner_id == actor.person_id
