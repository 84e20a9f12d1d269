"""A change that both sides agree to: lines, goods and money move together; what was ordered stays written."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.services import stock
from marketplace.changes import services
from marketplace.changes.models import OrderLineChange
from marketplace.changes.rules import ChangeState, Wish
from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import payable_account, pending_account
from marketplace.orders import queries as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import hand_over, mark_ready, refunds
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, PaymentState
from marketplace.receipts.queries import facts
from tests import make
from tests.books import check_books
from tests.make.changes import AS_BUYER
from tests.make.stock import shelf

S = OrderStatus
CARD, CASH = PaymentMethod.CARD, PaymentMethod.CASH


@pytest.fixture
def goods(db: SQLAlchemy) -> tuple[Product, Product]:
    """Blue for 50,000 and red for 60,000 of one shop, 10 of each on hand; the market takes a tenth."""
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 1000, today())
        store = make.store("Tenun Ina")
        return make.product(store, "Biru", price=50_000, on_hand=10), make.product(store, "Merah", price=60_000)


def order_of(goods: tuple[Product, Product], method: PaymentMethod = CASH, up_to: OrderStatus = S.WAITING) -> Order:
    """Five pieces of the first product."""
    with transaction():
        made = make.purchase([goods[0]], quantity=5, payment_method=method, up_to=up_to)
    return make.orders_of(made)[0]


def held(product: Product) -> tuple[int, int]:
    """Pieces of a product on hand and promised."""
    return shelf(make.variant(product).id)


def agreed(order: Order, *wishes: Wish) -> ChangeState:
    with transaction():
        change = make.proposal(order, *wishes)
    with transaction():
        return services.agree_as_buyer(AS_BUYER, order.id, change.id).state


def test_three_of_five_in_cash_ask_for_less(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    assert agreed(order, Wish(3)) is ChangeState.AGREED
    assert (order.goods_total, order.total, order.commission) == (150_000, 150_000, 15_000)
    assert order.status is S.PROCESSING, "a yes to the shop's own proposal is a yes to the order"
    payment = orders.payment_of_purchase(order.purchase_id)
    assert (payment.amount, payment.dropped, payment.state) == (250_000, 100_000, PaymentState.PENDING)
    (line,) = make.lines_of(order)
    assert (line.quantity, line.total, line.ordered_quantity, line.ordered_price) == (3, 150_000, 5, 50_000)
    assert held(goods[0]) == (10, 3)
    check_books()
    with transaction():
        mark_ready(SYSTEM, order.id)
        assert hand_over(SYSTEM, order.id, order.handover_code) is None
    assert payment.received == 150_000
    assert held(goods[0]) == (7, 0)
    check_books()


def test_three_of_five_paid_before_give_the_difference_back(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, CARD)
    assert agreed(order, Wish(3)) is ChangeState.AGREED
    assert (order.goods_total, order.refunded_goods) == (250_000, 100_000), "what was sold stays written"
    assert (order.commission, order.refunded_commission) == (25_000, 10_000)
    assert balance(pending_account(order.store_id)) == -135_000
    check_books()
    with transaction():
        mark_ready(SYSTEM, order.id)
        assert hand_over(SYSTEM, order.id, order.handover_code) is None
    assert balance(payable_account(order.store_id)) == -135_000
    check_books()


def test_a_substitute_costs_no_more_and_is_held(goods: tuple[Product, Product]) -> None:
    blue, red = goods
    order = order_of(goods)
    assert agreed(order, Wish(2, variant_id=make.variant(red).id, pieces=3)) is ChangeState.AGREED
    first, second = make.lines_of(order)
    assert (first.quantity, second.quantity, second.unit_price, second.ordered_quantity) == (2, 3, 50_000, 0)
    assert second.product_name == "Merah"
    assert (held(blue), held(red)) == ((10, 2), (10, 3))
    assert order.total == 250_000
    assert "merah" in order.search_text
    check_books()


def test_a_cheaper_substitute_costs_what_it_costs(goods: tuple[Product, Product]) -> None:
    with transaction():
        cheap = make.product(goods[0].store_id, "Polos", price=20_000)
    order = order_of(goods, CARD)
    agreed(order, Wish(0, variant_id=make.variant(cheap).id, pieces=5))
    assert order.refunded_goods == 150_000
    assert [line.total for line in make.lines_of(order)] == [0, 100_000]
    check_books()


def test_a_substitute_that_is_gone_changes_nothing_and_says_so(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    blue, red = goods
    order = order_of(goods, CARD)
    with transaction():
        change = make.proposal(order, Wish(0, variant_id=make.variant(red).id, pieces=5))
    with transaction():
        stock.reserve({make.variant(red).id: 8})
    with transaction():
        assert services.agree_as_buyer(AS_BUYER, order.id, change.id).state is ChangeState.FAILED
    assert [line.quantity for line in make.lines_of(order)] == [5]
    assert (held(blue), order.refunded_goods, order.status) == ((10, 5), 0, S.WAITING)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 0
    with transaction():
        stock.release({make.variant(red).id: 8})
    check_books()


def test_there_and_back_again_keeps_what_was_ordered(goods: tuple[Product, Product]) -> None:
    blue, red = goods
    order = order_of(goods)
    agreed(order, Wish(0, variant_id=make.variant(red).id, pieces=5))
    agreed(order, Wish(1, variant_id=make.variant(blue).id, pieces=4))
    lines = make.lines_of(order)
    assert [(line.quantity, line.ordered_quantity) for line in lines] == [(4, 5), (1, 0)]
    agreed(order, Wish(4), Wish(0))
    assert [line.quantity for line in make.lines_of(order)] == [4, 0]
    assert (held(blue), held(red)) == ((10, 4), (10, 0))
    check_books()


def test_forms_of_one_workshop_change_places_though_it_is_full(db: SQLAlchemy) -> None:
    with transaction():
        forms = [make.form(options=(colour, ""), on_hand=0) for colour in ("Biru", "Merah")]
        product = make.to_order(capacity=1, variants=forms, axes=("Warna", ""))
        made = make.purchase([product], quantity=4)
        red = db.session.scalars(
            sa.select(Variant).where(Variant.product_id == product.id, Variant.reserved == 0)
        ).one()
    order = make.orders_of(made)[0]
    assert agreed(order, Wish(0, variant_id=red.id, pieces=4)) is ChangeState.AGREED


def test_a_lower_price_and_a_later_day(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    later = today() + timedelta(days=5)
    with transaction():
        change = make.proposal(order, Wish(5, 40_000), ready_by=later)
    with transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert (order.total, order.ready_by) == (200_000, later)
    check_books()


def test_the_clock_goes_by_the_day_that_was_agreed_on(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, up_to=S.PROCESSING)
    before, later = order.ends_at, today() + timedelta(days=20)
    with transaction():
        change = make.proposal(order, Wish(5), ready_by=later)
    with transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert order.ends_at is not None
    assert before is not None
    assert order.ends_at > before
    assert order.ends_at.date() > later


def test_what_the_operator_gave_back_is_not_given_back_twice(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, CARD, S.PROCESSING)
    with transaction():
        refunds.refund_order(SYSTEM, order.id, 200_000, 0, "Barang cacat")
    with pytest.raises(Invalid), transaction():
        make.proposal(order, Wish(1))
    with transaction():
        make.proposal(order, Wish(4))


def test_a_change_that_was_overtaken_by_a_refund_stays_open_and_changes_nothing(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, CARD, S.PROCESSING)
    with transaction():
        change = make.proposal(order, Wish(1))
    with transaction():
        refunds.refund_order(SYSTEM, order.id, 100_000, 0, "Barang cacat")
    with pytest.raises(Invalid), transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert [line.quantity for line in make.lines_of(order)] == [5]
    check_books()


def test_the_receipt_of_what_was_paid_names_what_was_paid_for(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, CARD)
    agreed(order, Wish(3))
    said = facts(order.id)
    assert said is not None
    assert [line["quantity"] for line in said["lines"]] == [5]
    assert said["goods"] == sum(line["total"] for line in said["lines"])


def test_the_receipt_of_cash_names_what_was_handed_over(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    agreed(order, Wish(3))
    with transaction():
        mark_ready(SYSTEM, order.id)
        hand_over(SYSTEM, order.id, order.handover_code)
    said = facts(order.id)
    assert said is not None
    assert [line["quantity"] for line in said["lines"]] == [3]
    assert said["goods"] == sum(line["total"] for line in said["lines"]) == 150_000


def test_a_change_of_one_shop_leaves_the_other_alone(goods: tuple[Product, Product]) -> None:
    with transaction():
        other = make.product(make.store("Dapur"), "Sambal", price=30_000)
        made = make.purchase([goods[0], other], quantity=2, payment_method=CARD)
    first, second = make.orders_of(made)
    agreed(first, Wish(1))
    assert (first.refunded_goods, second.refunded_goods) == (50_000, 0)
    check_books()


def test_what_was_asked_is_written_for_good(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    agreed(order, Wish(3))
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction():
        db.session.execute(sa.update(OrderLineChange).values(quantity=1))


def test_the_purchase_that_was_placed_stays_as_it_was(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    agreed(order, Wish(3))
    assert db.session.get_one(Purchase, order.purchase_id).total == 250_000
