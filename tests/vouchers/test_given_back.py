"""A voucher comes back with the orders that end unsold, and is taken again by a payment that comes late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.accounts.services import closing, exports
from marketplace.catalog.models import Product
from marketplace.changes import services as changes
from marketplace.changes.rules import Wish
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.orders import services as orders
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import AttemptState, PaymentMethod, PaymentState, Snapshot
from marketplace.vouchers import queries, services
from marketplace.vouchers.models import Voucher
from tests import make
from tests.make import vouchers as given
from tests.make.changes import AS_BUYER

CARD = PaymentMethod.CARD


def settle() -> None:
    """Let everything follow, what happened on later days too."""
    with travel(now() + timedelta(days=99)):
        outbox.deliver_all()
    assert queries.crooked_counters() == []


def state(voucher: Voucher, purchase: Purchase) -> tuple[int, int, bool]:
    """Uses, rupiah spent, and whether this purchase gave its use back."""
    return (*given.counters(voucher), given.use_of(purchase).given_back_at is not None)


@pytest.mark.parametrize("up_to", [OrderStatus.DECLINED, OrderStatus.LAPSED, OrderStatus.CANCELLED])
def test_orders_that_end_unsold_give_it_back(cloth: Product, sambal: Product, up_to: OrderStatus) -> None:
    with transaction():
        voucher = given.voucher()
        purchase = given.buy([cloth, sambal], "HEMAT10")
        first, second = make.orders_of(purchase)
        if up_to is OrderStatus.CANCELLED:
            orders.cancel_purchase(Buyer(SYSTEM), purchase.id)
        else:
            make.walk(first, up_to)
    settle()
    if up_to is not OrderStatus.CANCELLED:
        assert state(voucher, purchase) == (1, 3_333, False), "the other order still uses it"
        with transaction():
            make.walk(second, up_to)
        settle()
    assert state(voucher, purchase) == (0, 0, True)
    with transaction():
        services.keep_in_step(purchase.id)
        again = given.buy([cloth], "HEMAT10")
    assert again.discount == 10_000, "she may use it again"


def test_an_order_that_is_late_and_taken_back_gives_it_back(cloth: Product) -> None:
    with transaction():
        voucher = given.voucher()
        purchase = given.buy([cloth], "HEMAT10")
        order = make.orders_of(purchase)[0]
        make.walk(order, OrderStatus.PROCESSING)
    assert order.ends_at is not None
    with transaction():
        order.reminded = 2
    with travel(order.ends_at), transaction():
        orders.run_out(order.id)
    settle()
    assert state(voucher, purchase) == (0, 0, True)


def test_what_is_sold_is_used(cloth: Product) -> None:
    with transaction():
        voucher = given.voucher()
        purchase = given.buy([cloth], "HEMAT10")
        make.walk(make.orders_of(purchase)[0], OrderStatus.DONE)
    settle()
    assert state(voucher, purchase) == (1, 10_000, False)


def test_a_payment_that_comes_late_takes_it_again_past_every_limit(cloth: Product) -> None:
    with transaction():
        voucher = given.voucher(max_uses=1, budget=10_000, per_person=None)
        purchase = given.buy([cloth], "HEMAT10", payment_method=CARD)
        attempt = make.attempt(purchase)
        orders.paying.apply(attempt.id, Snapshot(AttemptState.EXPIRED, attempt.session_ref or ""))
        make.let_expire(purchase)
    settle()
    assert state(voucher, purchase) == (0, 0, True)
    with transaction():
        other = given.buy([cloth], "HEMAT10")
    assert given.counters(voucher) == (1, 10_000)
    with transaction():
        services.end(SYSTEM, voucher.id)
        orders.paying.apply(attempt.id, make.paid(attempt))
    settle()
    assert make.orders_of(purchase)[0].status is OrderStatus.WAITING
    assert payment_of_purchase(purchase.id).state is PaymentState.PAID_LATE
    assert state(voucher, purchase) == (2, 20_000, False), "she paid what she was promised"
    assert given.use_of(other).given_back_at is None


@pytest.mark.parametrize("method", [PaymentMethod.CASH, CARD])
def test_fewer_goods_and_refunds_leave_more_of_the_budget(cloth: Product, method: PaymentMethod) -> None:
    with transaction():
        voucher = given.voucher()
        purchase = given.buy([cloth], "HEMAT10", quantity=4, payment_method=method)
        if method is CARD:
            make.pay(purchase)
        order = make.orders_of(purchase)[0]
        change = make.proposal(order, Wish(3))
        changes.agree_as_buyer(AS_BUYER, order.id, change.id)
    settle()
    assert given.counters(voucher) == (1, 30_000)


# --- people -----------------------------------------------------------------------


def test_a_person_reads_her_vouchers_in_her_data_and_is_forgotten_with_it(
    db: SQLAlchemy, cloth: Product, budi: Person
) -> None:
    with transaction():
        given.voucher()
        purchase = given.buy([cloth], "HEMAT10", budi)
        make.walk(make.orders_of(purchase)[0], OrderStatus.DECLINED)
    settle()
    actor = Actor(budi.id, budi.name)
    (row,) = exports.export(actor)["vouchers"]
    assert row["code"] == "HEMAT10"
    with transaction():
        closing.close_account(actor, budi.id)
    use = given.use_of(purchase)
    assert (use.person_id, use.phone_hash) == (None, "")


def test_the_number_lies_in_the_database_as_a_hash(cloth: Product) -> None:
    with transaction():
        given.voucher()
        purchase = given.buy([cloth], "HEMAT10")
    kept = given.use_of(purchase).phone_hash
    assert len(kept) == 64
    assert given.PHONE.strip("+") not in kept
    with pytest.raises(Invalid), transaction():
        given.buy([cloth], "HEMAT10")
