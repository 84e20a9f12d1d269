"""What carts hold, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Variant
from marketplace.checkout import handlers, queries, services
from marketplace.checkout.models import Cart, CartLine
from marketplace.checkout.rules import MOST_LINES, CartOwner, Problem
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.stores import services as stores
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

GUEST = make.cart_of("kunci-tamu")


def quantities(owner: CartOwner) -> dict[str, int]:
    return {line.offer.product_name: line.quantity for line in queries.cart_view(owner).lines}


def test_a_cart_groups_goods_by_shop_in_the_order_they_came(db: SQLAlchemy) -> None:
    with transaction():
        first, second = make.store("Dapur Mama"), make.store("Tenun Mama")
        for name, store in (("Sambal", first), ("Selendang", second), ("Keripik", first)):
            services.add(GUEST, make.variant(make.product(store, name, price=20_000)).id, 2)
    view = queries.cart_view(GUEST)
    assert [(shop.name, [line.offer.product_name for line in shop.lines]) for shop in view.shops] == [
        ("Dapur Mama", ["Sambal", "Keripik"]),
        ("Tenun Mama", ["Selendang"]),
    ]
    assert (view.total, view.count, queries.count(GUEST)) == (120_000, 6, 6)


def test_adding_again_adds_up_and_stops_at_the_stock(db: SQLAlchemy) -> None:
    form = make.variant(make.product(on_hand=5)).id
    assert [services.add(GUEST, form, 2) for _ in range(3)] == [2, 4, 5]
    assert services.set_quantity(GUEST, form, 9) == 5
    assert services.set_quantity(GUEST, form, 1) == 1
    assert services.set_quantity(GUEST, form, 0) == 0
    assert queries.cart_view(GUEST).lines == ()


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_odd_quantities_are_refused_and_leave_no_cart(db: SQLAlchemy, quantity: int) -> None:
    with transaction():
        form = make.variant(make.product()).id
    with pytest.raises(Invalid), transaction():
        services.add(GUEST, form, quantity)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Cart)) == 0


def test_what_cannot_be_bought_does_not_go_in(db: SQLAlchemy) -> None:
    closed = make.store("Toko Libur")
    asleep, empty = make.product(closed), make.product(on_hand=0)
    stores.set_status(SYSTEM, closed.id, StoreStatus.SUSPENDED, "Laporan pembeli")
    for product, words in ((asleep, "checkout.shop_closed"), (empty, "checkout.sold_out")):
        with pytest.raises(Stale) as refused:
            services.add(GUEST, make.variant(product).id, 1)
        assert refused.value.message_id == words
    with pytest.raises(NotFound):
        services.add(GUEST, 987_654_321, 1)


def test_a_cart_has_room_for_so_many_kinds_only(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        forms = [make.variant(make.product(store, f"Barang {number}")).id for number in range(MOST_LINES + 1)]
        for form in forms[:-1]:
            services.add(GUEST, form, 1)
    with pytest.raises(Invalid), transaction():
        services.add(GUEST, forms[-1], 1)
    assert len(queries.cart_view(GUEST).lines) == MOST_LINES


def test_the_cart_says_what_has_changed_since(db: SQLAlchemy) -> None:
    store, closing = make.store(), make.store()
    few, gone, dear = (make.product(store, name, on_hand=5) for name in ("Sedikit", "Habis", "Mahal"))
    shut = make.product(closing, "Tutup")
    make.filled_cart("kunci-tamu", [few, gone, dear, shut], 4)
    db.session.execute(sa.update(Variant).where(Variant.product_id == few.id).values(on_hand=2))
    db.session.execute(sa.update(Variant).where(Variant.product_id == gone.id).values(on_hand=0))
    db.session.execute(sa.update(Variant).where(Variant.product_id == dear.id).values(price=60_000))
    stores.set_status(SYSTEM, closing.id, StoreStatus.SUSPENDED, "Laporan pembeli")
    view = queries.cart_view(GUEST)
    assert [(line.problem, line.orderable, line.old_price) for line in view.lines] == [
        (Problem.TOO_FEW, 2, None),
        (Problem.SOLD_OUT, 0, None),
        (None, 4, 50_000),
        (Problem.SHOP_CLOSED, 0, None),
    ]
    assert view.total == 2 * 50_000 + 4 * 60_000
    assert [line.offer.product_name for line in view.orderable.lines] == ["Sedikit", "Mahal"]


def test_carts_are_nobody_elses(db: SQLAlchemy) -> None:
    budi, ina = make.person("Budi"), make.person("Ina")
    product = make.product()
    make.filled_cart(budi, [product])
    form = make.variant(product).id
    for other in (make.cart_of(ina), GUEST, make.cart_of("")):
        assert queries.cart_view(other).lines == ()
        services.remove(other, form)
        with pytest.raises(NotFound):
            services.set_quantity(other, form, 3)
    assert quantities(make.cart_of(budi)) == {"Bakul Lontar": 1}


def test_the_database_does_not_know_a_guests_token(db: SQLAlchemy) -> None:
    make.filled_cart("kunci-tamu", [make.product()])
    assert "kunci" not in str(db.session.execute(sa.select(Cart.token_hash)).scalar_one())


def test_signing_in_moves_the_guests_cart_and_the_larger_quantity_stays(db: SQLAlchemy) -> None:
    budi = make.person()
    with transaction():
        store = make.store()
        both, only_guest, only_budi = (make.product(store, name) for name in ("Dua", "Tamu", "Budi"))
        make.filled_cart(budi, [both, only_budi], 2)
        make.filled_cart("kunci-tamu", [both, only_guest], 3)
    with transaction():
        services.merge(budi.id, "kunci-tamu")
    assert quantities(make.cart_of(budi)) == {"Dua": 3, "Budi": 2, "Tamu": 3}
    assert queries.cart_view(GUEST).lines == ()
    with transaction():
        services.merge(budi.id, "kunci-tamu")
    assert queries.count(make.cart_of(budi)) == 8


def test_forgotten_carts_of_guests_are_swept_and_others_stay(db: SQLAlchemy) -> None:
    budi = make.person()
    with transaction():
        product = make.product()
        for owner in (budi, "lama", "baru"):
            make.filled_cart(owner, [product])
        old = now() - timedelta(days=31)
        stale = Cart.token_hash.is_distinct_from(make.cart_of("baru").token_hash)
        db.session.execute(sa.update(Cart).where(stale).values(updated_at=old))
    handlers.forget_guest_carts()
    assert [queries.count(make.cart_of(owner)) for owner in (budi, "lama", "baru")] == [1, 0, 1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == 2


def test_a_cart_of_any_size_costs_two_statements(db: SQLAlchemy) -> None:
    store = make.store()
    make.filled_cart("kunci-tamu", [make.product(store, f"Barang {number}") for number in range(30)])
    with statements(db) as seen:
        assert len(queries.cart_view(GUEST).lines) == 30
    assert len(seen) == 2
