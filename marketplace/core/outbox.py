"""What follows a change, kept with the change: one row for each handler of an event, in the same transaction.

A relay hands open rows to the job queue; the job runs the handler and closes its row. A row that stays open (a worker
was killed, a handler failed) is handed over again, later each time. So a handler runs at least once and must be safe
to repeat; it is never needed for the correctness of what was committed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.clock import now
from marketplace.core.db import Base, db, run_now, transaction

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=1)
log = structlog.get_logger()


class Event(Protocol):
    """A fact: a frozen dataclass that holds ids only."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]


class OutboxRow(Base):
    """An event on its way to one handler. `due_at` is when it may be handed over next."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "ix_outbox_open",
            "due_at",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(sa.String(80))
    handler: Mapped[str] = mapped_column(sa.String(120))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.Text, default="")


_handlers: dict[str, dict[str, tuple[type[Any], Handler]]] = {}


def subscribe(event: type[E], handler: Callable[[E], None]) -> None:
    """Let `handler` follow `event`. Only the composition root calls this."""
    name = f"{handler.__module__.removeprefix('marketplace.')}.{handler.__name__}"
    _handlers.setdefault(event.__name__, {})[name] = (event, handler)


def emit(event: Event) -> None:
    """Write the event down for all its handlers, in the transaction at hand."""
    name = type(event).__name__
    at = now()
    db.session.add_all(
        OutboxRow(event=name, handler=handler, payload=asdict(event), created_at=at, due_at=at)
        for handler in sorted(_handlers.get(name, ()))
    )


def take_due(limit: int = 100) -> list[int]:
    """The ids of open rows that are due, each leased for a minute so that no other relay takes it meanwhile."""
    at = now()
    due = sa.select(OutboxRow.id).where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= at)
    if not db.session.execute(due.limit(1)).first():
        db.session.rollback()
        return []
    with transaction():
        rows = due.order_by(OutboxRow.id).limit(limit).with_for_update(skip_locked=True)
        ids = list(db.session.scalars(rows))
        db.session.execute(sa.update(OutboxRow).where(OutboxRow.id.in_(ids)).values(due_at=at + LEASE))
    return ids


def deliver(row_id: int) -> None:
    """Run the handler of one row and close the row; a failure is written on it and it waits for the next try."""
    row = db.session.get(OutboxRow, row_id)
    if row is None or row.done_at is not None:
        return
    event, handler, payload, tries = row.event, row.handler, row.payload, row.tries
    db.session.rollback()
    try:
        kind, run = _handlers[event][handler]
        run(kind(**payload))
    except Exception as error:  # whatever it was, the row must stay and say so
        db.session.rollback()
        log.exception("outbox.failed", row=row_id, handler=handler, tries=tries + 1)
        wait = min(timedelta(seconds=5) * 2**tries, LONGEST_WAIT) if tries < 12 else LONGEST_WAIT
        values = {"tries": tries + 1, "last_error": repr(error)[:500], "due_at": now() + wait}
        run_now(sa.update(OutboxRow).where(OutboxRow.id == row_id).values(**values))
        return
    run_now(sa.update(OutboxRow).where(OutboxRow.id == row_id).values(done_at=now(), tries=tries + 1))


def deliver_all() -> int:
    """Deliver what is due here and now, without the queue, until nothing is left. Returns how many rows were run."""
    count = 0
    while ids := take_due():
        for row_id in ids:
            deliver(row_id)
        count += len(ids)
    return count


def sweep(keep: timedelta = timedelta(days=30)) -> None:
    """Drop rows that were closed long ago."""
    run_now(sa.delete(OutboxRow).where(OutboxRow.done_at < now() - keep))
