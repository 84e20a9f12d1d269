"""Whatever becomes of a purchase with a voucher: its buyer gets back what she paid, the programme pays what is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.catalog.models import Product
from marketplace.changes import services as changes
from marketplace.changes.rules import Wish
from marketplace.claims import services as claims
from marketplace.claims.models import Claim
from marketplace.claims.rules import OPEN
from marketplace.core import settings as dated
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import Refusal
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import VOUCHERS
from marketplace.orders import queries as orders
from marketplace.orders import services
from marketplace.orders.models import Order, RefundPart
from marketplace.orders.rules import OrderStatus, programme_due
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payments.services import refunds as payment_refunds
from marketplace.vouchers import queries
from marketplace.vouchers import services as vouchers
from tests import make
from tests.books import faults
from tests.make import claims as claim
from tests.make import vouchers as given_by
from tests.make.changes import AS_BUYER

_numbers = count(1_000)
DEEDS = ("accept", "ready", "hand_over", "decline", "fewer", "by_hand", "fail", "claim", "agree", "withdraw")
Deed = Callable[[Order, int, int], object]


def _running(order: Order) -> int:
    return claim.db.session.scalar(sa.select(Claim.id).where(Claim.order_id == order.id, Claim.state.in_(OPEN))) or 0


def _fewer(order: Order, pieces: int, _amount: int) -> None:
    change = make.proposal(order, Wish(min(pieces, make.lines_of(order)[0].quantity)))
    changes.agree_as_buyer(AS_BUYER, order.id, change.id)


def _fail(order: Order, _pieces: int, _amount: int) -> None:
    """The last refund of what was handed over does not arrive (of what ended unsold the operator asks anew)."""
    query = sa.select(Refund.id).join(RefundPart).where(RefundPart.order_id == order.id).order_by(Refund.id.desc())
    refund_id = claim.db.session.scalar(query)
    if refund_id is not None and order.status is OrderStatus.DONE:
        refund = claim.db.session.get_one(Refund, refund_id)
        payment_refunds.submit(refund_id)
        failed = RefundSnapshot(f"re_{refund_id}", RefundState.FAILED, refund.amount, refund.reference)
        services.refunds.apply(refund_id, failed)


WAYS: dict[str, Deed] = {
    "accept": lambda order, pieces, amount: services.accept(SYSTEM, order.id),
    "ready": lambda order, pieces, amount: services.mark_ready(SYSTEM, order.id),
    "hand_over": lambda order, pieces, amount: services.hand_over(SYSTEM, order.id, order.handover_code),
    "decline": lambda order, pieces, amount: services.decline(SYSTEM, order.id, "Bahan habis"),
    "fewer": _fewer,
    "by_hand": lambda order, pieces, amount: services.refunds.refund_order(SYSTEM, order.id, amount, 0, "Cacat"),
    "fail": _fail,
    "claim": lambda order, pieces, amount: claim.claim(order, quantity=pieces, amount=amount if amount % 2 else None),
    "agree": lambda order, pieces, amount: claims.agree(SYSTEM, _running(order), claim.said()),
    "withdraw": lambda order, pieces, amount: claims.withdraw(claim.BUYER, _running(order), claim.said()),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 1), st.integers(1, 3), st.integers(1, 90_000)), max_size=14
    ),
    is_cash=st.booleans(),
    is_programmes=st.booleans(),
    off=st.integers(1, 500_000),
    fee=st.sampled_from((0, 7_001)),
)
def test_it_adds_up_to_the_rupiah(
    db: SQLAlchemy,
    cloth: Product,
    sambal: Product,
    deeds: list[tuple[str, int, int, int]],
    is_cash: bool,
    is_programmes: bool,
    off: int,
    fee: int,
) -> None:
    method = PaymentMethod.CASH if is_cash or not fee else PaymentMethod.CARD
    with transaction():
        dated.change(SYSTEM, "orders.commission_basis_points", 750, today())
        code = f"ACAK{next(_numbers)}"
        voucher = given_by.rupiah_off(off, code, None if is_programmes else cloth.store_id, per_person=None)
        purchase = given_by.buy([cloth, sambal], code, quantity=3, fee=fee, payment_method=method)
        if method is not PaymentMethod.CASH:
            make.pay(purchase)
    both = make.orders_of(purchase)
    for name, which, pieces, amount in deeds:
        with suppress(Refusal):
            try:
                with transaction():
                    WAYS[name](both[which], pieces, amount)
            finally:
                db.session.expire_all()
        _check(both)
    _to_the_end(both)
    _check(both)
    with transaction():
        vouchers.keep_in_step(purchase.id)
    assert queries.crooked_counters() == []
    used, spent = given_by.counters(voucher)
    assert used == (1 if any(order.status is OrderStatus.DONE for order in both) else 0)
    if is_programmes:
        assert spent == ledger.balance(VOUCHERS), "what is counted as spent is what the books say it costs"
    _give_all_back(both)
    _check(both)
    assert all(ledger.voucher_of(order.id)[0] == 0 for order in both if order.goods_total)
    payment = orders.payment_of_purchase(purchase.id)
    assert payment.refunded == payment.received == sum(o.refunded_goods + o.refunded_delivery for o in both)
    assert faults() == []


def _check(both: list[Order]) -> None:
    assert sum(ledger.balances().values()) == 0
    assert orders.crooked_orders() == orders.crooked_parts() == orders.crooked_lines() == []
    assert orders.crooked_vouchers() == []
    for order in both:
        kept = order.goods_total - order.refunded_goods - order.contested_goods
        due = programme_due(order.programme_discount, order.goods_total, kept)
        assert ledger.voucher_of(order.id)[0] == (due if order.status is OrderStatus.DONE else 0)
    assert ledger.balance(VOUCHERS) >= 0


def _to_the_end(both: list[Order]) -> None:
    """What is still open is handed over, what is claimed is let go."""
    for order in both:
        for name in ("withdraw", "accept", "ready", "hand_over"):
            with suppress(Refusal):
                try:
                    with transaction():
                        WAYS[name](order, 0, 0)
                finally:
                    claim.db.session.expire_all()


def _give_all_back(both: list[Order]) -> None:
    for order in both:
        left = order.goods_total - order.refunded_goods, order.delivery_fee - order.refunded_delivery
        if order.status is OrderStatus.DONE and sum(left):
            with transaction():
                services.refunds.refund_order(SYSTEM, order.id, *left, "Semua kembali")
