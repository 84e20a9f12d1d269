"""What follows a statement and a purchase that is paid by hand."""

from __future__ import annotations

import structlog

from config import Config
from marketplace.bank import queries, services
from marketplace.bank.events import StatementStored
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal
from marketplace.core.ports import port
from marketplace.notifications.services import write_letter
from marketplace.orders.events import TransferAwaited
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import purchase_view
from marketplace.orders.rules import letter_key
from marketplace.payments.rules import BY_HAND, PaymentMethod
from marketplace.payments.services import by_hand

log = structlog.get_logger()


def match_statement(event: StatementStored) -> None:
    """Book the lines whose payment is certain, each in a transaction of its own. Safe to repeat."""
    match_lines()


def match_lines() -> int:
    """Book all open lines whose payment is certain. Returns how many were."""
    pairs = queries.certain()
    db.session.rollback()
    booked = 0
    for line_id, payment_id in pairs:
        try:
            with transaction():
                booked += services.lines.match(line_id, payment_id) is not None
        except Refusal as refusal:  # it is for the operator then
            log.warning("bank.not_matched", line_id=line_id, payment_id=payment_id, why=str(refusal))
    return booked


def free_sums() -> None:
    """Routine: sums of payments that ended long ago may be asked again."""
    with transaction():
        freed = by_hand.free_sums()
    log.info("bank.sums_freed", count=freed)


def tell_how_to_pay(event: TransferAwaited) -> None:
    """To the buyer who pays by hand: where to, and exactly how much."""
    with transaction():
        view = purchase_view(event.purchase_id)
        if view is None or view.payment.method not in BY_HAND:
            return
        purchase, key = view.purchase, ""
        if purchase.person_id is None:
            key = f"?kunci={guest_key(purchase.code)}"
        write_letter(
            letter_key("purchase_by_hand", purchase.id, "buyer"),
            purchase.buyer_email,
            "bank/how_to_pay",
            purchase.language,
            purchase=purchase,
            orders=view.orders,
            payment=view.payment,
            is_transfer=view.payment.method is PaymentMethod.TRANSFER,
            bank=port(Config),
            pay_path=f"/bayar/{view.payment.reference}{key}",
            path=f"/pembelian/{purchase.code}{key}",
        )
