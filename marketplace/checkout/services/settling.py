"""The one path on which online money reaches our books: read the provider outside a transaction, then apply what it
says inside one. The return page, the worker that follows a notice, the sweep, and the operator all take it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from marketplace.checkout.services.paying import is_in_flight, online
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.orders import services as orders
from marketplace.payments import queries
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, PaymentAttempt, ProviderNotice
from marketplace.payments.rules import ATTEMPT_LIVE, BY_HAND, AttemptRef, AttemptState, Snapshot
from marketplace.payments.services import OnlineProvider


@dataclass(frozen=True)
class Reading:
    """What a provider said of one try of a payment. No try: the money came in past all of ours."""

    payment_id: int
    attempt_id: int | None
    snapshot: Snapshot | None
    """None: the provider knows of no such try."""


@dataclass(frozen=True)
class NoticeReading:
    """What a provider said of the payment that a notice is about. No readings: it names none of ours."""

    notice_id: int
    provider_ref: str
    readings: list[Reading] | None


def read(payment_id: int, provider_ref: str = "") -> list[Reading]:
    """What the provider says of all tries of a payment, and of a payment that it calls `provider_ref`, now.

    Goes over the network: not inside a transaction. Raises Unavailable, OutcomeUnknown; Stale when it is switched off.
    """
    return _ask(payment_id, provider_ref, lambda provider, ref, _: provider.read(ref))


def close(payment_id: int) -> list[Reading]:
    """The same, after the provider was told to take no money for it any more. It may have taken it just before."""

    def ask(provider: OnlineProvider, ref: AttemptRef, is_live: bool) -> Snapshot | None:
        return provider.expire(ref) if is_live else provider.read(ref)

    return _ask(payment_id, "", ask)


def read_notice(notice_id: int) -> NoticeReading | None:
    """The same for what a notice is about. None when there is nothing to follow: it was followed, or set aside.

    Not inside a transaction either; raises likewise, and NotFound.
    """
    notice = db.session.get(ProviderNotice, notice_id)
    if notice is None:
        raise NotFound
    if notice.state in payments.notices.ENDED:
        return None
    payment_id, provider_ref = queries.payment_of_notice(notice), notice.provider_ref
    readings = read(payment_id, provider_ref) if payment_id is not None else None
    return NoticeReading(notice_id, provider_ref, readings)


def apply_notice(found: NoticeReading) -> bool:
    """Book what was read, and close the notice. False when it names no payment of ours, perhaps not yet."""
    if found.readings is not None:
        apply(found.readings)
        if not found.provider_ref or queries.knows_provider_ref(found.provider_ref):
            payments.notices.close(found.notice_id)
            return True
    payments.notices.note_unmatched(found.notice_id)
    return False


def apply(readings: Sequence[Reading]) -> None:
    """Bring our books to what was read. Inside a transaction; safe to repeat, and to run twice at the same time."""
    for reading in readings:
        attempt_id = reading.attempt_id
        if reading.snapshot is None:
            if attempt_id is not None:
                payments.attempts.give_up(attempt_id)
            continue
        if attempt_id is None:
            if reading.snapshot.state is not AttemptState.PAID:
                continue
            attempt_id = payments.attempts.adopt(reading.payment_id, reading.snapshot).id
        _apply(attempt_id, reading.snapshot)


def _apply(attempt_id: int, snapshot: Snapshot) -> None:
    orders.paying.apply(attempt_id, snapshot)
    for dispute in snapshot.disputes:
        orders.disputes.apply(attempt_id, dispute)


def _ask(
    payment_id: int, provider_ref: str, ask: Callable[[OnlineProvider, AttemptRef, bool], Snapshot | None]
) -> list[Reading]:
    payment = db.session.get_one(Payment, payment_id)
    tries = [attempt for attempt in queries.attempts_of(payment_id) if _is_known_there(attempt)]
    reference, method, created_at = payment.reference, payment.method, payment.created_at
    refs = [(attempt.id, _ref(reference, attempt), attempt.state in ATTEMPT_LIVE) for attempt in tries]
    young = {attempt.id for attempt in tries if is_in_flight(attempt)}
    db.session.rollback()  # nothing stays open while we wait for the network
    if method in BY_HAND or (not refs and not provider_ref):
        return []  # of what is paid by hand only the bank's statement tells
    provider = online(method)
    readings = [Reading(payment_id, attempt_id, ask(provider, ref, is_live)) for attempt_id, ref, is_live in refs]
    found = {reading.snapshot.provider_ref for reading in readings if reading.snapshot}
    if provider_ref and provider_ref not in found:
        ref = AttemptRef(reference, 0, created_at, provider_ref=provider_ref)
        readings.append(Reading(payment_id, None, provider.read(ref)))
    return [reading for reading in readings if reading.snapshot is not None or reading.attempt_id not in young]


def _is_known_there(attempt: PaymentAttempt) -> bool:
    """May the provider know more of this try than we do? One that it refused it never had."""
    return attempt.state is not AttemptState.REFUSED


def _ref(reference: str, attempt: PaymentAttempt) -> AttemptRef:
    return AttemptRef(
        reference,
        attempt.number,
        attempt.created_at,
        session_ref=attempt.session_ref or "",
        provider_ref="" if attempt.session_ref else attempt.provider_ref or "",
    )
