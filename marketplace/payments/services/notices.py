"""The inbox: what providers tell us is kept under its id before anything is done, so that a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.payments.events import NoticeReceived
from marketplace.payments.models import ProviderNotice
from marketplace.payments.rules import Notice, NoticeState, PaymentMethod, checked_reason

UNMATCHED_FOR = timedelta(minutes=10)
"""So long a notice may wait for the payment that it names; then the operator is told."""
LONGEST_ERROR = 500
ENDED = frozenset({NoticeState.DONE, NoticeState.IGNORED})


def keep(method: PaymentMethod, notice: Notice, raw: bytes) -> bool:
    """Keep a verified notice; False when it was kept before. One of a type that we follow goes to the worker."""
    notice_id = insert_once(
        ProviderNotice,
        ("method", "event_id"),
        method=method,
        event_id=notice.event_id,
        type=notice.type,
        reference=notice.reference,
        session_ref=notice.session_ref,
        provider_ref=notice.provider_ref,
        body=raw.decode(),
        state=NoticeState.NEW if notice.is_followed else NoticeState.IGNORED,
        tries=0,
        last_error="",
        received_at=now(),
    )
    if notice_id is None:
        return False
    if notice.is_followed:
        outbox.emit(NoticeReceived(notice_id))
    return True


def close(notice_id: int) -> None:
    """All that it told is in our books."""
    notice = lock_one(ProviderNotice, notice_id)
    notice.state, notice.done_at, notice.last_error = NoticeState.DONE, now(), ""
    notice.tries += 1
    db.session.flush()


def note_unmatched(notice_id: int) -> None:
    """It names no payment of ours, perhaps not yet."""
    notice = lock_one(ProviderNotice, notice_id)
    if notice.state in (NoticeState.NEW, NoticeState.UNMATCHED):
        notice.state = NoticeState.UNMATCHED
        notice.tries += 1
    db.session.flush()


def note_failed(notice_id: int, error: Exception) -> None:
    """It could not be followed; it stays, and is tried again."""
    notice = lock_one(ProviderNotice, notice_id)
    if notice.state not in ENDED:
        notice.state = NoticeState.FAILED
        notice.tries += 1
        notice.last_error = str(error)[:LONGEST_ERROR]
    db.session.flush()


def set_aside(actor: Actor, notice_id: int, reason: str) -> None:
    """The operator has looked: nothing of ours is behind it.

    Raises NotFound; Stale when it was followed or set aside meanwhile; Invalid (field reason) without a reason.
    """
    reason = checked_reason(reason)
    notice = lock_one(ProviderNotice, notice_id)
    if notice.state in ENDED:
        raise Stale("payments.notice_ended")
    notice.state, notice.done_at = NoticeState.IGNORED, now()
    audit.record(actor, "payments.notice_set_aside", "notice", notice.id, event=notice.event_id, reason=reason)
    db.session.flush()
