"""From a cart to a purchase: what was seen, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.services.stock import OutOfStock
from marketplace.checkout import queries, services
from marketplace.checkout.models import CartLine
from marketplace.checkout.rules import CartOwner, SeenLine
from marketplace.checkout.services import CheckoutSpec, Delivery
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.core.outbox import OutboxRow
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.shipping.models import DeliveryZone
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores import services as stores
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

KEY = make.form_key()
BROUGHT = Delivery(DeliveryMethod.OWN_DELIVERY, 8_000, "Telepon dulu")
EVERYTHING = (Purchase, Order, OrderLine, Payment, CartLine, OutboxRow, AuditEntry)


@pytest.fixture
def shop(db: SQLAlchemy) -> tuple[Product, Product, CartOwner]:
    """Goods of two shops, three of each in a guest's cart; the second shop also delivers, for Rp8.000."""
    with transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal", price=28_000, on_hand=5)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=385_000, on_hand=5)
        db.session.add(DeliveryZone(store_id=cloth.store_id, region_code="53.71", fee=8_000))
        cart = make.filled_cart("kunci-tamu", [sambal, cloth], 3)
    return sambal, cloth, cart


def world(db: SQLAlchemy) -> list[object]:
    """All that an order could have touched."""
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in EVERYTHING]
    stock = db.session.execute(sa.select(Variant.id, Variant.on_hand, Variant.reserved).order_by(Variant.id)).all()
    return [counts, stock]


def test_an_order_is_all_that_was_seen(shop: tuple[Product, Product, CartOwner], db: SQLAlchemy) -> None:
    sambal, cloth, cart = shop
    spec = make.order_form(cart, destination=make.HOME, email="budi@example.id")
    spec = replace(spec, deliveries={**spec.deliveries, cloth.store_id: BROUGHT})
    with transaction():
        purchase = services.place(GUEST, cart, KEY, spec)
    assert (purchase.goods_total, purchase.delivery_total, purchase.total) == (1_239_000, 8_000, 1_247_000)
    assert (purchase.buyer_name, purchase.region_names) == ("Budi Lado", "Fatululi, Oebobo, Kota Kupang")
    orders = make.orders_of(purchase)
    assert [(o.store_id, o.total, o.delivery_method, o.note, o.status) for o in orders] == [
        (sambal.store_id, 84_000, DeliveryMethod.PICKUP, "", OrderStatus.WAITING),
        (cloth.store_id, 1_163_000, DeliveryMethod.OWN_DELIVERY, "Telepon dulu", OrderStatus.WAITING),
    ]
    assert make.left(sambal) == make.left(cloth) == (2, 3)
    assert queries.count(cart) == 0


def test_the_same_form_gives_the_same_purchase(shop: tuple[Product, Product, CartOwner], db: SQLAlchemy) -> None:
    sambal, _, cart = shop
    spec = make.order_form(cart)
    with transaction():
        first = services.place(GUEST, cart, KEY, spec).code
        services.add(cart, make.variant(sambal).id, 1)
    before = world(db)
    with transaction():
        assert services.place(GUEST, cart, KEY, spec).code == first
    assert world(db) == before


def _dearer(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    db.session.execute(sa.update(Variant).where(Variant.product_id == sambal.id).values(price=29_000))


def _sold(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    db.session.execute(sa.update(Variant).where(Variant.product_id == cloth.id).values(on_hand=2))


def _closed(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    stores.set_status(SYSTEM, sambal.store_id, StoreStatus.SUSPENDED, "Laporan pembeli")


def _taken_out(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    services.remove(make.cart_of("kunci-tamu"), make.variant(sambal).id)


def _fewer(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    services.set_quantity(make.cart_of("kunci-tamu"), make.variant(sambal).id, 1)


def _dearer_delivery(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    db.session.execute(sa.update(DeliveryZone).values(fee=9_000))


def _no_delivery(sambal: Product, cloth: Product, db: SQLAlchemy) -> None:
    db.session.execute(sa.delete(DeliveryZone))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_dearer, Stale),
        (_sold, OutOfStock),
        (_closed, Stale),
        (_taken_out, Stale),
        (_fewer, Stale),
        (_dearer_delivery, Stale),
        (_no_delivery, Stale),
    ],
)
def test_what_is_not_as_it_was_seen_is_refused_and_nothing_happens(
    shop: tuple[Product, Product, CartOwner],
    db: SQLAlchemy,
    change: Callable[[Product, Product, SQLAlchemy], None],
    refusal: type[Stale],
) -> None:
    sambal, cloth, cart = shop
    spec = make.order_form(cart, destination=make.HOME)
    spec = replace(spec, deliveries={**spec.deliveries, cloth.store_id: BROUGHT})
    with transaction():
        change(sambal, cloth, db)
    before = world(db)
    with pytest.raises(refusal), transaction():
        services.place(GUEST, cart, KEY, spec)
    assert world(db) == before


def _unseen(spec: CheckoutSpec) -> CheckoutSpec:
    return replace(spec, seen=())


def _more_than_in_cart(spec: CheckoutSpec) -> CheckoutSpec:
    first, *others = spec.seen
    return replace(spec, seen=(SeenLine(first.variant_id, 4, first.price), *others))


def _own_price(spec: CheckoutSpec) -> CheckoutSpec:
    first, *others = spec.seen
    return replace(spec, seen=(SeenLine(first.variant_id, first.quantity, 1), *others))


def _own_fee(spec: CheckoutSpec) -> CheckoutSpec:
    free = Delivery(DeliveryMethod.OWN_DELIVERY, 0)
    return replace(spec, destination=make.HOME, deliveries=dict.fromkeys(spec.deliveries, free))


def _nowhere(spec: CheckoutSpec) -> CheckoutSpec:
    return replace(spec, deliveries=dict.fromkeys(spec.deliveries, BROUGHT))


def _nothing_chosen(spec: CheckoutSpec) -> CheckoutSpec:
    return replace(spec, deliveries={})


@pytest.mark.parametrize("forge", [_unseen, _more_than_in_cart, _own_price, _own_fee, _nowhere, _nothing_chosen])
def test_a_forged_form_gets_nothing(
    shop: tuple[Product, Product, CartOwner], db: SQLAlchemy, forge: Callable[[CheckoutSpec], CheckoutSpec]
) -> None:
    *_, cart = shop
    spec = forge(make.order_form(cart))
    before = world(db)
    with pytest.raises((Stale, Invalid)), transaction():
        services.place(GUEST, cart, KEY, spec)
    assert world(db) == before


def test_nobody_orders_from_anothers_cart(shop: tuple[Product, Product, CartOwner], db: SQLAlchemy) -> None:
    *_, cart = shop
    before = world(db)
    with pytest.raises(Stale), transaction():
        services.place(GUEST, make.cart_of("lain"), KEY, make.order_form(cart))
    assert world(db) == before


def test_too_few_pieces_are_ordered_as_many_as_were_shown(
    shop: tuple[Product, Product, CartOwner], db: SQLAlchemy
) -> None:
    sambal, cloth, cart = shop
    with transaction():
        _sold(sambal, cloth, db)
    with transaction():
        purchase = services.place(GUEST, cart, KEY, make.order_form(cart))
    assert purchase.total == 3 * 28_000 + 2 * 385_000
    assert queries.count(cart) == 0


def test_goods_put_in_meanwhile_stay_in_the_cart(shop: tuple[Product, Product, CartOwner], db: SQLAlchemy) -> None:
    *_, cart = shop
    spec = make.order_form(cart)
    with transaction():
        make.filled_cart("kunci-tamu", [make.product(make.store(), "Kopi")])
    with transaction():
        services.place(GUEST, cart, KEY, spec)
    assert [line.offer.product_name for line in queries.cart_view(cart).lines] == ["Kopi"]


def test_an_order_of_two_shops_and_four_lines_stays_within_its_budget(db: SQLAlchemy) -> None:
    budi = make.person()
    with transaction():
        stores_of_two = [make.store(), make.store()]
        products = [make.product(store, f"Barang {number}") for store in stores_of_two for number in range(2)]
        for store in stores_of_two:
            db.session.add(DeliveryZone(store_id=store.id, region_code="53.71", fee=8_000))
        cart = make.filled_cart(budi, products)
    brought = dict.fromkeys([store.id for store in stores_of_two], BROUGHT)
    spec = make.order_form(cart, destination=make.HOME, deliveries=brought)
    actor = make.actor_of(budi)
    with statements(db) as seen, transaction():
        services.place(actor, cart, KEY, spec)
    assert len(seen) <= 25, "\n".join(seen)
