"""A facilitator acts for a store that asked: begun and left by the facilitator, ended by time or by either side."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.models import Assistance, SignIn
from marketplace.accounts.queries import facilitators_of, token_hash
from marketplace.core import audit, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one, lock_words

LONGEST_HELP = settings.define("accounts.longest_help_days", 30, "settings.longest_help_days", minimum=1, maximum=365)
CHOICES = (1, 7, 30)


def choices() -> list[int]:
    """For how many days help may be asked."""
    return [days for days in CHOICES if days <= LONGEST_HELP.today()] or [LONGEST_HELP.today()]


def ask(actor: Actor, store_id: int, village_code: str, facilitator_id: int, days: int, purpose: str) -> Assistance:
    """The owner asks a facilitator of the store's village for help. Raises NotAllowed; Invalid, naming the field."""
    if not actor.owns(store_id) or actor.person_id is None:
        raise NotAllowed("accounts.not_yours")
    if facilitator_id not in {row.id for row in facilitators_of(village_code)} or facilitator_id == actor.person_id:
        raise Invalid("help.facilitator_unknown", field="facilitator")
    if days not in choices():
        raise Invalid("help.too_long", field="days", most=LONGEST_HELP.today())
    purpose = " ".join(purpose.split())
    if not purpose or len(purpose) > 200:
        raise Invalid("help.purpose_missing", field="purpose")
    lock_words([f"help {store_id}"])
    at = now()
    same = (Assistance.store_id == store_id, Assistance.facilitator_id == facilitator_id, Assistance.ended_at.is_(None))
    db.session.execute(sa.update(Assistance).where(*same, Assistance.until <= at).values(ended_at=Assistance.until))
    if db.session.scalar(sa.select(Assistance.id).where(*same)) is not None:
        raise Invalid("help.there_already", field="facilitator")
    made = Assistance(
        store_id=store_id,
        facilitator_id=facilitator_id,
        asked_by=actor.person_id,
        purpose=purpose,
        asked_at=at,
        until=at + timedelta(days=days),
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "accounts.help_asked", "store", store_id, assistance=made.id, facilitator=facilitator_id)
    return made


def begin(actor: Actor, assistance_id: int, token: str) -> None:
    """From now on this sign-in acts for the store that asked. Raises NotFound for help not asked of the actor."""
    found = db.session.get(Assistance, assistance_id)
    is_open = found is not None and found.ended_at is None and found.until > now()
    if found is None or not is_open or found.facilitator_id != actor.person_id or not actor.is_facilitator:
        raise NotFound
    _point(token, assistance_id)
    audit.record(actor, "accounts.help_begun", "store", found.store_id, assistance=assistance_id)


def leave(actor: Actor, token: str) -> None:
    """This sign-in acts for itself again; the help itself stays open."""
    _point(token, None)
    if actor.helping:
        audit.record(actor, "accounts.help_left", "store", actor.helping.store_id)


def end(actor: Actor, assistance_id: int) -> None:
    """End help for good: the owner, or the facilitator. Raises NotFound for anybody else."""
    found = lock_one(Assistance, assistance_id)
    if not (actor.owns(found.store_id) or actor.person_id == found.facilitator_id):
        raise NotFound
    if found.ended_at is None:
        found.ended_at, found.ended_by = now(), actor.person_id
        audit.record(actor, "accounts.help_ended", "store", found.store_id, assistance=assistance_id)


def _point(token: str, assistance_id: int | None) -> None:
    db.session.execute(
        sa.update(SignIn).where(SignIn.token_hash == token_hash(token)).values(assistance_id=assistance_id)
    )


def of_store(store_id: int) -> list[Assistance]:
    """The help a store asked for, the newest first."""
    query = sa.select(Assistance).where(Assistance.store_id == store_id).order_by(Assistance.id.desc()).limit(20)
    return list(db.session.scalars(query))


def open_for(person_id: int) -> list[Assistance]:
    """The help asked of a facilitator that holds now."""
    query = sa.select(Assistance).where(
        Assistance.facilitator_id == person_id, Assistance.ended_at.is_(None), Assistance.until > now()
    )
    return list(db.session.scalars(query.order_by(Assistance.until)))
