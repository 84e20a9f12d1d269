"""What the worker and the timetable do with carts and with online payments."""

from __future__ import annotations

from datetime import timedelta

import structlog

from marketplace.checkout import services
from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal, Stale
from marketplace.orders import services as orders
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments import queries as payments
from marketplace.payments.events import NoticeReceived
from marketplace.payments.rules import ProviderTrouble
from marketplace.payments.services import notices

SWEEP_AFTER = timedelta(minutes=3)
FEES_FOLLOW_WITHIN = timedelta(days=7)
log = structlog.get_logger()


def forget_guest_carts() -> None:
    """Routine: delete the carts of guests who have not come back."""
    with transaction():
        gone = services.delete_forgotten()
    log.info("checkout.guest_carts_deleted", count=gone)


def follow_notice(event: NoticeReceived) -> None:
    """Read what a notice is about, and book it. Of a payment that is not ours, or not yet, it stays unmatched.

    Raises ProviderTrouble when the provider cannot be read: then it is tried again, later each time.
    """
    found = settling.read_notice(event.notice_id)
    if found is not None:
        with transaction():
            settling.apply_notice(found)


def sweep_notices() -> None:
    """Routine: try again the notices that named no payment or could not be followed; then tell the operator."""
    at = now()
    waiting = payments.unfollowed_notices(at - notices.UNMATCHED_FOR, at - timedelta(seconds=30))
    for notice_id in waiting:
        _follow_again(NoticeReceived(notice_id))
    given_up = payments.unfollowed_notices(at - notices.UNMATCHED_FOR * 2, at - notices.UNMATCHED_FOR)
    db.session.rollback()
    for notice_id in given_up:
        log.error("payments.notice_unmatched", notice_id=notice_id)


def _follow_again(event: NoticeReceived) -> None:
    try:
        follow_notice(event)
    except (ProviderTrouble, Refusal) as trouble:
        with transaction():
            notices.note_failed(event.notice_id, trouble)


def sweep_payments() -> None:
    """Routine: read what is under way, there or back; a notice may have been lost, and nobody may have come back."""
    before = now() - SWEEP_AFTER
    early = payments.ended_early(before - SWEEP_AFTER)
    _read_again(list(dict.fromkeys([*payments.waiting_online(before), *payments.refunds_under_way(before), *early])))


def sweep_fees() -> None:
    """Routine: ask again for fees that were not known when the money came in."""
    at = now()
    _read_again(payments.without_fee(at - FEES_FOLLOW_WITHIN, at - SWEEP_AFTER))


def _read_again(payment_ids: list[int]) -> None:
    for payment_id in payment_ids:
        try:
            readings = settling.read(payment_id)
            with transaction():
                settling.apply(readings)
        except (ProviderTrouble, Refusal) as trouble:
            log.warning("checkout.not_read", payment_id=payment_id, why=str(trouble))


def end_holds() -> None:
    """Routine: end what was not paid in time. The provider's page is closed first; what it took just before counts."""
    over = payments.holds_over(now())
    for payment_id in over:
        try:
            readings = settling.close(payment_id)
            with transaction():
                settling.apply(readings)
            with transaction():
                orders.paying.expire(purchase_of_payment(payment_id).id)
        except Stale:  # paid at the last moment, or taken back
            log.info("checkout.hold_settled", payment_id=payment_id)
        except (ProviderTrouble, Refusal) as trouble:
            log.warning("checkout.hold_not_ended", payment_id=payment_id, why=str(trouble))
