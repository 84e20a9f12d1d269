"""Once means once (R2): a form pressed many times, and an order that is accepted and taken back at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.services import stock
from marketplace.checkout import services
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import purchase_by_form_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.stores.models import Store
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race


def purchases() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) or 0


def promised() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.sum(Variant.reserved))) or 0


def test_a_form_pressed_twenty_times_buys_once(live_database: Market) -> None:
    with live_database.app.app_context():
        with transaction():
            cart = make.filled_cart("tamu", [make.product(on_hand=100)], 2)
        spec, key = make.order_form(cart), make.form_key()

    def press() -> str:
        with transaction():
            return services.place(GUEST, cart, key, spec).code

    done = together(live_database.app, [press] * 20)
    assert len({str(result) for result in done}) == 1
    assert not isinstance(done[0], Exception)
    with live_database.app.app_context():
        assert (purchases(), promised()) == (1, 2)


def test_looking_for_the_form_first_leaves_buyers_without_an_answer(live_database: Market) -> None:
    """The control: without the lock on the cart, those who looked in time fail instead of finding their purchase."""
    with live_database.app.app_context(), transaction():
        product_id = make.product(on_hand=100).id
    meeting = Meeting(5)

    def naive() -> str:
        found = purchase_by_form_key("satu formulir")
        db.session.rollback()
        meeting.wait()
        if found is not None:
            return found.code
        with transaction():
            (variant_id,) = db.session.scalars(sa.select(Variant.id).where(Variant.product_id == product_id))
            stock.reserve({variant_id: 2})
            line = orders.NewLine(variant_id, "Bakul", 50_000, 2)
            store_id = db.session.scalars(sa.select(Store.id)).one()
            new = orders.NewOrder(store_id, make.PICKUP.method, 0, (line,))
            return orders.create(GUEST, orders.NewPurchase("satu formulir", None, "Tamu", "+62", (new,))).code

    done = together(live_database.app, [naive] * 5)
    assert sum(isinstance(result, sa.exc.IntegrityError) for result in done) == 4


def test_accepting_and_cancelling_at_once_one_wins(live_database: Market) -> None:
    for _ in range(8):
        with live_database.app.app_context():
            before = promised()
            with transaction():
                purchase = make.purchase([make.product(on_hand=10)], quantity=3)
                purchase_id, order_id = purchase.id, make.orders_of(purchase)[0].id

        def accept(order_id: int = order_id) -> str:
            with transaction():
                return orders.accept(SYSTEM, order_id).status

        def cancel(purchase_id: int = purchase_id) -> str:
            with transaction():
                orders.cancel_purchase(Buyer(SYSTEM), purchase_id)
            return "cancelled"

        done = together(live_database.app, [accept, cancel])
        losers = [result for result in done if isinstance(result, Exception)]
        assert [type(error) for error in losers] == [Stale]
        with live_database.app.app_context():
            status = db.session.scalars(sa.select(Order.status).where(Order.id == order_id)).one()
            dropped = db.session.scalars(sa.select(Payment.dropped).order_by(Payment.id.desc())).first()
            accepted = status is OrderStatus.PROCESSING
            assert (promised() - before, dropped) == ((3, 0) if accepted else (0, 150_000))


def test_looking_at_the_state_first_lets_both_win(live_database: Market) -> None:
    """The control: both see a waiting order, and both move it."""
    with live_database.app.app_context(), transaction():
        order_id = make.orders_of(make.purchase([make.product()]))[0].id
    meeting = Meeting(2)

    def naive(to: OrderStatus) -> bool:
        status = db.session.scalars(sa.select(Order.status).where(Order.id == order_id)).one()
        db.session.rollback()
        meeting.wait()
        with transaction():
            changed = {"status": to, "ends_at": now()}
            db.session.execute(sa.update(Order).where(Order.id == order_id).values(changed))
        return status is OrderStatus.WAITING

    jobs = [lambda: naive(OrderStatus.PROCESSING), lambda: naive(OrderStatus.CANCELLED)]
    assert together(live_database.app, jobs) == [True, True]
