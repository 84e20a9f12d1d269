"""The audit trail: who did what to which thing, and when. Rows are only ever added (the database refuses the rest)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from structlog.contextvars import get_contextvars

from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import Base, db


class AuditEntry(Base):
    """One act. Holds ids and plain facts, never a secret, a password or a private document's content.

    A person is kept by id only (`actor_name` is for acts of the market itself): the trail cannot be changed, and the
    name must go when the account is closed.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (sa.Index("ix_audit_entries_thing", "thing_type", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(80), index=True)
    thing_type: Mapped[str] = mapped_column(sa.String(40))
    thing_id: Mapped[str] = mapped_column(sa.String(60))
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(sa.String(40), default="")
    helped_store_id: Mapped[int | None]
    """The store that was helped, when the act was a helper's."""


def record(actor: Actor, action: str, thing_type: str, thing_id: object, **details: Any) -> None:
    """Add an act to the trail, in the transaction that does it. `action` is `<area>.<past participle>`.

    Who came by no sign-in (`actor.via`) is marked by how she came.
    """
    db.session.add(
        AuditEntry(
            at=now(),
            person_id=actor.person_id,
            actor_name="" if actor.is_signed_in else actor.name,
            action=action,
            thing_type=thing_type,
            thing_id=str(thing_id),
            details={**details, "via": actor.via} if actor.via else details,
            helped_store_id=actor.helping.store_id if actor.helping else None,
            request_id=str(get_contextvars().get("request_id", "")),
        )
    )


def helped(store_id: int, limit: int) -> list[AuditEntry]:
    """What helpers did for a store, the latest first."""
    query = sa.select(AuditEntry).where(AuditEntry.helped_store_id == store_id).order_by(AuditEntry.id.desc())
    return list(db.session.scalars(query.limit(limit)))
