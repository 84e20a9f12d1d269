"""Nobody buys what another has bought (R1). Each promise stands beside a naive way that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.services import stock
from marketplace.catalog.services.stock import OutOfStock
from marketplace.checkout import services
from marketplace.checkout.rules import CartOwner
from marketplace.checkout.services import CheckoutSpec
from marketplace.core.actor import GUEST
from marketplace.core.db import db, transaction
from marketplace.orders.models import OrderLine
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market, PostgresSource, build

pytestmark = pytest.mark.race


def shelf(*on_hand: int) -> list[int]:
    """Products of one shop with so many pieces each; the ids of their variants."""
    with transaction():
        store = make.store()
        products = [make.product(store, f"Barang {n}", on_hand=pieces) for n, pieces in enumerate(on_hand)]
        return [make.variant(product).id for product in products]


def buyer(name: str, wanted: dict[int, int]) -> tuple[CartOwner, CheckoutSpec]:
    """A guest who has these pieces in the cart, and what she orders."""
    cart = make.cart_of(name)
    with transaction():
        for variant_id, quantity in wanted.items():
            services.add(cart, variant_id, quantity)
    return cart, make.order_form(cart)


def order(cart: CartOwner, spec: CheckoutSpec) -> Callable[[], str]:
    key = make.form_key()

    def press() -> str:
        with transaction():
            return services.place(GUEST, cart, key, spec).code

    return press


def held(variant_id: int) -> tuple[int, int, int]:
    """Pieces on hand, pieces promised, pieces in orders."""
    db.session.rollback()
    row = db.session.execute(sa.select(Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)).one()
    pieces = sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0)).where(OrderLine.variant_id == variant_id)
    return row.on_hand, row.reserved, int(db.session.scalar(pieces) or 0)


def test_the_last_piece_goes_to_one(live_database: Market) -> None:
    with live_database.app.app_context():
        (last,) = shelf(1)
        jobs = [order(*buyer(f"pembeli-{n}", {last: 1})) for n in range(10)]
    done = together(live_database.app, jobs)
    refused = [result for result in done if isinstance(result, Exception)]
    assert len(done) - len(refused) == 1
    assert {type(error) for error in refused} == {OutOfStock}
    with live_database.app.app_context():
        assert held(last) == (1, 1, 1)


def test_looking_first_sells_the_last_piece_twice(live_database: Market) -> None:
    """The control: read, then write what follows from what was read."""
    with live_database.app.app_context():
        (last,) = shelf(1)
    meeting = Meeting(2)

    def naive() -> bool:
        free, reserved = db.session.execute(
            sa.select(Variant.on_hand - Variant.reserved, Variant.reserved).where(Variant.id == last)
        ).one()
        meeting.wait()
        with transaction():
            db.session.execute(sa.update(Variant).where(Variant.id == last).values(reserved=reserved + 1))
        return bool(free >= 1)

    assert together(live_database.app, [naive, naive]) == [True, True]
    with live_database.app.app_context():
        assert held(last)[:2] == (1, 1)  # two were sold, and the shelf does not even know


def test_fifty_pieces_go_to_fifty_of_a_thousand(live_database: Market) -> None:
    with live_database.app.app_context():
        (hot,) = shelf(50)
        jobs = [order(*buyer(f"pembeli-{n}", {hot: 1})) for n in range(1_000)]
    done = together(live_database.app, jobs, at_once=100)
    refused = [result for result in done if isinstance(result, Exception)]
    assert {type(error) for error in refused} == {OutOfStock}
    assert len(refused) == 950
    with live_database.app.app_context():
        assert held(hot) == (50, 50, 50)


def test_baskets_in_opposite_order_do_not_stop_each_other(live_database: Market) -> None:
    with live_database.app.app_context():
        goods = shelf(*[100] * 4)
        orders = list(permutations(goods))
        jobs = [order(*buyer(f"pembeli-{n}", dict.fromkeys(basket, 1))) for n, basket in enumerate(orders)]
    done = together(live_database.app, jobs, at_once=12)
    assert [result for result in done if isinstance(result, Exception)] == []
    with live_database.app.app_context():
        assert [held(variant_id) for variant_id in goods] == [(100, 24, 24)] * 4


@pytest.fixture
def live_postgres(postgres_source: PostgresSource, tmp_path: Path) -> Iterator[Market]:
    market = build("postgres", postgres_source.fresh(), tmp_path / "instance")
    yield market
    market.close()


@pytest.mark.postgres
def test_taking_pieces_in_basket_order_stops_both(live_postgres: Market) -> None:
    """The control: without an order of their own, two baskets wait for each other (SQLite has one writer at a time)."""
    with live_postgres.app.app_context():
        one, other = shelf(10, 10)
    meeting = Meeting(2)

    def naive(basket: tuple[int, int]) -> Callable[[], None]:
        def take() -> None:
            with transaction():
                stock.reserve({basket[0]: 1})
                meeting.wait()
                stock.reserve({basket[1]: 1})

        return take

    done = together(live_postgres.app, [naive((one, other)), naive((other, one))])
    assert any(isinstance(result, sa.exc.OperationalError) for result in done)
