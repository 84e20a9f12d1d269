"""What a claim sets aside, gives back and frees, to the rupiah."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

from marketplace.catalog.models import Product
from marketplace.claims import queries as claim_queries
from marketplace.claims import services
from marketplace.claims.models import Claim, ClaimLine
from marketplace.claims.rules import ClaimState, Remedy
from marketplace.core import outbox, settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import (
    REFUNDS_ON_THE_WAY,
    cash_account,
    disputed_account,
    payable_account,
    pending_account,
)
from marketplace.orders import queries as order_queries
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderLine, RefundLine
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundSource, RefundState
from marketplace.payments.services import refunds as payments
from tests import make as market
from tests.books import faults
from tests.claims.conftest import Ordering
from tests.make import claims as make


def sums(order: Order) -> dict[str, int]:
    """The shop's accounts: credit positive, cash as it is."""
    store = order.store_id
    return {
        "pending": -ledger.balance(pending_account(store)),
        "payable": -ledger.balance(payable_account(store)),
        "disputed": -ledger.balance(disputed_account(store)),
        "cash": ledger.balance(cash_account(store)),
        "back": -ledger.balance(REFUNDS_ON_THE_WAY),
    }


def test_the_commission_of_what_is_claimed_lies_aside_too(db: SQLAlchemy, ordered: Ordering) -> None:
    """The shop does not stand in for what the market would give back itself."""
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 1_000, today())
    order = ordered()
    before = sums(order)["payable"]
    with transaction():
        make.claim(order, quantity=3)
    assert (order.contested_goods, order.contested_commission) == (150_000, 15_000)
    assert sums(order)["payable"] == before - 135_000
    assert faults() == []


def test_what_is_claimed_lies_aside_and_goes_back_by_line(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(fee=10_000)
    with transaction():
        claim = make.claim(order, quantity=3, amount=120_000, with_delivery=True)
    assert sums(order) == {"pending": 0, "payable": 130_000, "disputed": 130_000, "cash": 0, "back": 0}
    assert (order.contested_goods, order.contested_delivery, order.contested_by) == (120_000, 10_000, claim.id)
    with transaction():
        services.agree(SYSTEM, claim.id, make.said())
    assert sums(order) == {"pending": 0, "payable": 130_000, "disputed": 0, "cash": 0, "back": 130_000}
    assert (order.refunded_goods, order.refunded_delivery, order.contested_by) == (120_000, 10_000, None)
    line = db.session.scalars(sa.select(RefundLine)).one()
    assert (line.quantity, line.amount) == (3, 120_000)
    assert db.session.get_one(OrderLine, line.line_id).refunded == 120_000
    refund = db.session.scalars(sa.select(Refund)).one()
    assert (refund.source, refund.amount, claim.refund_id) == (RefundSource.CLAIM, 130_000, refund.id)
    assert faults() == []


def test_money_that_is_still_kept_is_set_aside_too_and_follows_the_goods(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(OrderStatus.ON_THE_WAY, fee=10_000)
    with transaction(), travel(now() + timedelta(days=5)):
        claim = make.claim(order, quantity=5, reason=make.Reason.NEVER_CAME, with_delivery=True)
    assert sums(order) == {"pending": 0, "payable": 0, "disputed": 260_000, "cash": 0, "back": 0}
    with transaction():
        orders.hand_over(SYSTEM, order.id, order.handover_code)
    with transaction():
        services.withdraw(make.BUYER, claim.id, make.said())
    assert sums(order) == {"pending": 0, "payable": 260_000, "disputed": 0, "cash": 0, "back": 0}
    assert faults() == []


def test_cash_is_owed_by_the_shop_and_promised_to_the_buyer(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(method=PaymentMethod.CASH)
    with transaction():
        claim = make.claim(order, quantity=2)
    assert sums(order) == {"pending": 0, "payable": 150_000, "disputed": 100_000, "cash": 250_000, "back": 0}
    with transaction():
        services.agree(SYSTEM, claim.id, make.said())
    assert sums(order) == {"pending": 0, "payable": 150_000, "disputed": 0, "cash": 250_000, "back": 100_000}
    outbox.deliver_all()
    refund = db.session.scalars(sa.select(Refund)).one()
    assert refund.state is RefundState.REQUESTED
    assert ledger.store_summary(order.store_id).owed == 100_000
    assert faults() == []


def test_cash_of_one_shop_is_not_given_back_when_another_declines(db: SQLAlchemy, goods: Product) -> None:
    with transaction():
        other = market.product(market.store("Dapur Mama Ina"), "Sambal Lu’at", price=20_000, on_hand=50)
        ours, theirs = market.orders_of(market.purchase([goods, other]))
        market.walk(ours, OrderStatus.DONE)
    with pytest.raises(Stale), transaction():
        orders.refunds.refund_order(SYSTEM, theirs.id, 1, 0, "Tidak dibayar")
    with transaction():
        market.walk(theirs, OrderStatus.DECLINED)
    assert db.session.scalars(sa.select(Refund)).all() == []
    assert faults() == []


def test_what_lies_aside_is_not_refunded_by_hand(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        make.claim(order, quantity=4)
    with pytest.raises(Invalid), transaction():
        orders.refunds.refund_order(SYSTEM, order.id, 50_001, 0, "Kebaikan hati")
    with transaction():
        orders.refunds.refund_order(SYSTEM, order.id, 50_000, 0, "Kebaikan hati")
    assert faults() == []


def test_never_more_pieces_than_were_bought(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        first = make.claim(order, quantity=3)
        services.agree(SYSTEM, first.id, make.said())
    with pytest.raises(Invalid), transaction():
        make.claim(order, quantity=3)
    with transaction():
        second = make.claim(order, quantity=2)
        services.withdraw(make.BUYER, second.id, make.said())
    with transaction():
        assert make.claim(order, quantity=2).asked == 100_000
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(OrderLine).values(claimed=6))


def test_one_claim_at_a_time(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
    with pytest.raises(Stale), transaction():
        make.claim(order)
    with pytest.raises(IntegrityError), transaction():
        values = {column.name: getattr(claim, column.name) for column in Claim.__table__.c if column.name != "id"}
        db.session.execute(sa.insert(Claim).values({**values, "form_key": "lain"}))


def test_an_offer_is_shared_over_the_lines(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order, quantity=2)
        services.offer(SYSTEM, claim.id, Remedy.MONEY, 33_333, 0, make.said())
        services.accept(make.BUYER, claim.id, make.said())
    assert db.session.scalars(sa.select(ClaimLine.granted)).one() == 33_333
    assert (claim.state, order.refunded_goods) == (ClaimState.REFUNDED, 33_333)
    assert sums(order)["payable"] == 250_000 - 33_333


def test_a_refund_that_fails_gives_the_line_its_money_back(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        services.agree(SYSTEM, make.claim(order).id, make.said())
    refund = db.session.scalars(sa.select(Refund)).one()
    with transaction():
        payments.submit(refund.id)
        failed = RefundSnapshot("re_1", RefundState.FAILED, refund.amount, refund.reference, "no such account")
        orders.refunds.apply(refund.id, failed)
    assert db.session.scalars(sa.select(OrderLine.refunded)).one() == 0
    with transaction():
        orders.refunds.retry(SYSTEM, refund.id)
    assert db.session.scalars(sa.select(OrderLine.refunded)).one() == 50_000
    assert len(db.session.scalars(sa.select(RefundLine)).all()) == 2
    assert faults() == []


def test_the_checks_see_what_does_not_add_up(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        make.claim(order)
    assert (claim_queries.crooked_claims(), order_queries.crooked_lines()) == ([], [])
    with transaction():
        db.session.execute(sa.update(Order).values(contested_goods=49_999))
        db.session.execute(sa.update(OrderLine).values(refunded=1))
    assert [(each.kept, each.found) for each in claim_queries.crooked_claims()] == [(50_000, 49_999)]
    assert [(each.kept, each.found) for each in order_queries.crooked_lines()] == [(1, 0)]
