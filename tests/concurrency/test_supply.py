"""One capacity for all buyers of a workshop, one truth when a kitchen is sold from, counted and closed at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from marketplace.catalog import queries
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.rules import Supply, SupplyDraft
from marketplace.catalog.services import stock, supply, variants
from marketplace.catalog.services.stock import OutOfStock
from marketplace.checkout import services
from marketplace.checkout.rules import CartOwner
from marketplace.checkout.services import CheckoutSpec
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race
CAPACITY, TAKEN_ON = 2, 8


def _workshop(market: Market) -> list[int]:
    """Two forms of one thing made to order, eight pieces of both together."""
    with market.app.app_context(), transaction():
        forms = [make.form(name="S", on_hand=0), make.form(name="M", on_hand=0)]
        made = make.to_order(capacity=CAPACITY, variants=forms)
        return [row.id for row in queries.variants(made.id)]


def _promised(market: Market, variant_ids: list[int]) -> int:
    with market.app.app_context():
        return int(db.session.scalar(sa.select(sa.func.sum(Variant.reserved)).where(Variant.id.in_(variant_ids))) or 0)


def _buy(cart: CartOwner, spec: CheckoutSpec) -> Callable[[], object]:
    key = make.form_key()

    def press() -> object:
        with transaction():
            return services.place(GUEST, cart, key, spec).code

    return press


def test_twenty_buyers_get_what_a_workshop_takes_on(live_database: Market) -> None:
    forms = _workshop(live_database)
    with live_database.app.app_context():
        jobs = []
        for number in range(20):
            cart = make.cart_of(f"pembeli-{number}")
            with transaction():
                services.add(cart, forms[number % 2], 1)
            jobs.append(_buy(cart, make.order_form(cart)))
    done = together(live_database.app, jobs)
    refused = [result for result in done if isinstance(result, Exception)]
    assert {type(error) for error in refused} == {OutOfStock}
    assert len(done) - len(refused) == TAKEN_ON == _promised(live_database, forms)


def test_looking_first_promises_more_than_can_be_made(live_database: Market) -> None:
    """The control: two buyers who each take the whole room, because both looked before either wrote."""
    forms = _workshop(live_database)
    meeting = Meeting(2)

    def naive(variant_id: int) -> Callable[[], int]:
        def take() -> int:
            room = queries.offers([variant_id])[variant_id].available
            db.session.rollback()
            meeting.wait()
            with transaction():
                db.session.execute(
                    sa.update(Variant).where(Variant.id == variant_id).values(reserved=Variant.reserved + room)
                )
            return room

        return take

    assert together(live_database.app, [naive(variant_id) for variant_id in forms]) == [TAKEN_ON, TAKEN_ON]
    assert _promised(live_database, forms) == 2 * TAKEN_ON


def test_baskets_and_sellers_do_not_stop_each_other(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        store = make.store()
        made = [make.to_order(store, f"Kain {n}") for n in range(2)] + [make.product(store, "Topi", on_hand=100)]
        products = [product.id for product in made]
        ids = [make.variant(product).id for product in made]

    def buy(basket: list[int]) -> Callable[[], str]:
        def take() -> str:
            with transaction():
                stock.reserve(dict.fromkeys(basket, 1))
            return "bought"

        return take

    def edit() -> str:
        for product_id in products[:2]:
            with transaction():
                supply.set_supply(SYSTEM, product_id, SupplyDraft(Supply.TO_ORDER, lead_days=9))
        with transaction():
            variants.change_variant(SYSTEM, ids[2], price=61_000)
        return "edited"

    baskets = [ids, ids[::-1], [ids[2], ids[0]], [ids[1], ids[2]]] * 3
    done = together(live_database.app, [*[buy(basket) for basket in baskets], edit, edit])
    assert [result for result in done if isinstance(result, Exception)] == []


def test_a_kitchen_is_sold_from_counted_and_closed_at_once(live_database: Market) -> None:
    with live_database.app.app_context(), make.at(9), transaction():
        meal = make.variant(make.opened(make.daily(), 10)).id

    def buy() -> str:
        with make.at(9, 59), transaction():
            stock.reserve({meal: 1})
        return "bought"

    def close() -> int:
        with make.at(10), transaction():
            return supply.close_days()

    def count() -> str:
        with make.at(9, 59), transaction():
            variants.set_stock(SYSTEM, meal, 6, 10)
        return "counted"

    done = together(live_database.app, [*[buy] * 8, close, count, close])
    assert all(not isinstance(r, Exception) or isinstance(r, OutOfStock | Stale | Invalid) for r in done)
    with live_database.app.app_context():
        with make.at(10), transaction():
            supply.close_days()
        on_hand, reserved = make.shelf(meal)
        assert on_hand == reserved == done.count("bought")
        assert make.ledger_is_true()


def test_a_morning_is_opened_once(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        meal = make.variant(make.daily()).id

    def open_day() -> int:
        with make.at(7), transaction():
            return len(supply.open_day(SYSTEM, {meal: 10}))

    assert together(live_database.app, [open_day] * 6) == [0] * 6
    with live_database.app.app_context():
        assert make.movements(meal) == [(K.RECEIVED, 10)]


def test_a_note_sent_by_two_tabs_counts_once(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        variant_id = make.variant(make.product(on_hand=0)).id

    def note() -> None:
        with transaction():
            stock.record_movements(SYSTEM, K.RECEIVED, {variant_id: 5}, form_key="kunci")

    assert together(live_database.app, [note] * 6) == [None] * 6
    with live_database.app.app_context():
        assert make.shelf(variant_id) == (5, 0)


def test_what_comes_back_is_put_back_once(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        variant_id = make.variant(make.product(on_hand=10)).id
        stock.reserve({variant_id: 3})
        stock.hand_over({variant_id: 3}, SYSTEM, "order:1")

    def back() -> None:
        with transaction():
            stock.put_back(SYSTEM, "order:1", {variant_id: 3})

    done = together(live_database.app, [back] * 4)
    assert sum(isinstance(result, Invalid) for result in done) == 3
    with live_database.app.app_context():
        assert make.shelf(variant_id) == (10, 0)


def test_a_switch_never_leaves_a_promise_that_nothing_covers(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        made = make.to_order()
        product_id, variant_id = made.id, make.variant(made).id

    def buy() -> str:
        with transaction():
            stock.reserve({variant_id: 1})
        return "bought"

    def switch() -> str:
        with transaction():
            supply.set_supply(SYSTEM, product_id, SupplyDraft())
        return "switched"

    done = together(live_database.app, [buy, switch, buy, switch])
    assert all(not isinstance(r, Exception) or isinstance(r, OutOfStock | Invalid) for r in done)
    with live_database.app.app_context():
        product = db.session.get_one(Product, product_id)
        on_hand, reserved = make.shelf(variant_id)
        assert (product.supply is Supply.TO_ORDER) == (reserved > 0)
        assert on_hand == 0
        assert make.ledger_is_true()
