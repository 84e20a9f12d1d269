"""What is bought by the dozen: the fewest pieces, the price of the quantity, from the cart to the order."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import PriceTier, Product, Variant
from marketplace.catalog.services import stock, variants
from marketplace.checkout import queries, services
from marketplace.checkout.models import CartLine
from marketplace.checkout.queries import Line
from marketplace.checkout.rules import CartOwner, Problem, SeenLine, problem_of
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.orders.models import OrderLine, Purchase
from marketplace.orders.queries import order_view
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.checkout.counter import HERE, form_of, words_of
from tests.counting import statements

CART = make.cart_of("kunci-tamu")
TIERS = make.tiers((10, 13_000), (50, 12_000))


@pytest.fixture
def boxes(db: SQLAlchemy) -> Product:
    """Snack boxes: at least five, Rp15.000 each, Rp13.000 from ten on, Rp12.000 from fifty on. Sixty are left."""
    with transaction():
        form = make.form(15_000, on_hand=60, min_quantity=5, tiers=TIERS)
        return make.product(make.store("Dapur Mama"), "Snack Box", variants=[form], allergens=("egg", "milk"))


def line(owner: CartOwner = CART) -> Line:
    (found,) = queries.cart_view(owner).lines
    return found


def put(quantity: int | None, product: Product, owner: CartOwner = CART) -> int:
    with transaction():
        return services.add(owner, make.variant(product).id, quantity)


@pytest.mark.parametrize(
    ("quantity", "price"), [(5, 15_000), (9, 15_000), (10, 13_000), (49, 13_000), (50, 12_000), (60, 12_000)]
)
def test_the_quantity_makes_the_price(boxes: Product, quantity: int, price: int) -> None:
    assert put(quantity, boxes) == quantity
    assert (line().price, line().total, line().old_price) == (price, quantity * price, None)
    assert queries.cart_view(CART).seen == (SeenLine(line().variant_id, quantity, price),)


def test_pieces_added_later_count_for_the_price(boxes: Product) -> None:
    for added, held, price in ((5, 5, 15_000), (4, 9, 15_000), (1, 10, 13_000), (90, 60, 12_000)):
        assert put(added, boxes) == held
        assert (line().price, line().seen_price) == (price, price)
    with transaction():
        services.set_quantity(CART, line().variant_id, 7)
    assert (line().price, line().seen_price) == (15_000, 15_000)


def test_nothing_said_is_the_fewest(boxes: Product) -> None:
    assert put(None, boxes) == 5
    assert put(None, boxes) == 10


def test_fewer_than_are_sold_is_refused_with_the_number(boxes: Product, db: SQLAlchemy) -> None:
    for verb in (services.add, services.set_quantity):
        with pytest.raises(Invalid) as refused, transaction():
            verb(CART, make.variant(boxes).id, 4)
        assert (refused.value.message_id, refused.value.values["least"]) == ("checkout.below_minimum", 5)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == 0
    put(5, boxes)
    assert put(1, boxes) == 6, "the cart as a whole holds enough"


def test_a_few_more_would_be_cheaper_is_said_when_they_are_there(boxes: Product) -> None:
    put(8, boxes)
    assert line().next_tier == TIERS[0]
    with transaction():
        services.set_quantity(CART, line().variant_id, 10)
    assert line().next_tier == TIERS[1]
    with transaction():
        stock.reserve({line().variant_id: 11})
    assert line().next_tier is None, "only 49 are left"


def test_fewer_left_than_are_sold_is_sold_out(boxes: Product) -> None:
    put(5, boxes)
    with transaction():
        stock.reserve({line().variant_id: 56})
    assert (line().problem, line().orderable) == (Problem.SOLD_OUT, 0)
    with pytest.raises(Stale):
        put(5, boxes, make.cart_of("lain"))


def test_a_minimum_raised_later_leaves_the_line_unordered(boxes: Product) -> None:
    put(5, boxes)
    variant_id = line().variant_id
    with transaction():
        variants.save_all(SYSTEM, boxes.id, ("", ""), [(variant_id, make.form(15_000, min_quantity=6))])
    assert (line().problem, line().orderable, line().total) == (Problem.BELOW_MINIMUM, 0, 0)
    with transaction():
        services.set_quantity(CART, variant_id, 6)
    assert line().problem is None


@pytest.mark.parametrize(
    ("available", "quantity", "least", "problem"),
    [
        (10, 5, 5, None),
        (10, 4, 5, Problem.BELOW_MINIMUM),
        (4, 5, 5, Problem.SOLD_OUT),
        (5, 9, 5, Problem.TOO_FEW),
        (0, 1, 1, Problem.SOLD_OUT),
    ],
)
def test_problems(available: int, quantity: int, least: int, problem: Problem | None) -> None:
    assert problem_of(True, True, available, quantity, least) is problem


def test_stock_that_falls_below_a_tier_makes_the_rest_dearer_and_says_so(boxes: Product) -> None:
    put(12, boxes)
    with transaction():
        stock.reserve({line().variant_id: 51})
    assert (line().orderable, line().price, line().old_price) == (9, 15_000, 13_000)


def test_a_guests_cart_that_is_adopted_keeps_the_price_of_its_quantity(boxes: Product) -> None:
    budi = make.person("Budi Lado")
    put(5, boxes, make.cart_of(budi))
    put(12, boxes)
    with transaction():
        services.merge(budi.id, "kunci-tamu")
    mine = line(make.cart_of(budi))
    assert (mine.quantity, mine.price, mine.old_price) == (12, 13_000, None)


# --- ordering --------------------------------------------------------------------------------------------------------


def ordered(db: SQLAlchemy) -> OrderLine:
    return db.session.scalars(sa.select(OrderLine)).one()


def test_an_order_freezes_the_price_of_the_quantity(boxes: Product, db: SQLAlchemy) -> None:
    put(12, boxes)
    with transaction():
        services.place(GUEST, CART, make.form_key(), make.order_form(CART))
    assert (ordered(db).unit_price, ordered(db).quantity, ordered(db).total) == (13_000, 12, 156_000)
    assert ordered(db).allergens == ["egg", "milk"]
    with transaction():
        variants.save_all(SYSTEM, boxes.id, ("", ""), [(make.variant(boxes).id, make.form(99_000))])
    assert db.session.scalar(sa.select(Purchase.goods_total)) == 156_000
    assert ordered(db).total == 156_000


@pytest.mark.parametrize("tiers", [make.tiers((10, 13_500), (50, 12_000)), make.tiers((13, 13_000)), ()])
def test_another_price_of_the_quantity_needs_consent(boxes: Product, db: SQLAlchemy, tiers: object) -> None:
    put(12, boxes)
    seen = make.order_form(CART)
    with transaction():
        form = make.form(15_000, min_quantity=5, tiers=tiers)
        variants.save_all(SYSTEM, boxes.id, ("", ""), [(make.variant(boxes).id, form)])
    with pytest.raises(Stale) as refused, transaction():
        services.place(GUEST, CART, make.form_key(), seen)
    assert refused.value.message_id == "checkout.changed"
    assert db.session.scalar(sa.select(sa.func.sum(Variant.reserved))) == 0
    with transaction():
        services.place(GUEST, CART, make.form_key(), make.order_form(CART))


def test_a_tier_that_the_buyer_does_not_reach_is_none_of_her_business(boxes: Product, db: SQLAlchemy) -> None:
    put(12, boxes)
    seen = make.order_form(CART)
    with transaction():
        db.session.execute(sa.update(PriceTier).where(PriceTier.from_quantity == 50).values(price=11_000))
        services.place(GUEST, CART, make.form_key(), seen)
    assert ordered(db).total == 156_000


def test_a_form_that_says_fewer_than_are_sold_buys_nothing(boxes: Product, db: SQLAlchemy) -> None:
    put(12, boxes)
    spec = make.order_form(CART)
    (seen,) = spec.seen
    for quantity, price in ((4, 15_000), (4, 13_000), (9, 13_000)):
        with pytest.raises(Stale), transaction():
            services.place(
                GUEST, CART, make.form_key(), replace(spec, seen=(replace(seen, quantity=quantity, price=price),))
            )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OrderLine)) == 0


def test_the_books_of_an_order_by_the_dozen_agree(boxes: Product, db: SQLAlchemy) -> None:
    put(12, boxes)
    with transaction():
        made = services.place(GUEST, CART, make.form_key(), make.order_form(CART))
        (order,) = make.orders_of(made)
        order_id = order.id
        make.walk(order, OrderStatus.DONE)
    found = order_view(order_id)
    assert found is not None
    view = found[0]
    assert (view.goods_total, sum(each.total for each in view.lines)) == (156_000, 156_000)
    assert [name[:5] for name in view.lines[0].allergen_names] == ["Telur", "Susu"]


# --- the pages -------------------------------------------------------------------------------------------------------


def page_of(client: FlaskClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def test_the_cart_says_what_a_few_more_would_cost(client: FlaskClient, boxes: Product) -> None:
    sent = {"variant_id": make.variant(boxes).id, "quantity": 8}
    assert client.post("/keranjang", data=sent, headers=HERE).status_code == 303
    page = page_of(client, "/keranjang")
    assert "Beli 2 lagi, harga jadi Rp13.000 per buah." in page.text
    box = page.select_one("input[name=quantity]")
    assert box is not None
    assert (box["min"], box["max"], box["value"]) == ("5", "60", "8")


def test_too_few_comes_back_to_the_product_with_the_number(client: FlaskClient, boxes: Product) -> None:
    sent = {"variant_id": make.variant(boxes).id, "quantity": 2}
    answer = client.post("/keranjang", data=sent, headers=HERE)
    assert (answer.status_code, answer.location) == (303, "/produk/snack-box")
    assert "Snack Box dijual paling sedikit 5" in client.get(answer.location).text
    assert "kosong" in client.get("/keranjang").text
    client.post("/keranjang", data={"variant_id": sent["variant_id"]}, headers=HERE)
    answer = client.post("/keranjang/jumlah", data=sent, headers=HERE)
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    page = page_of(client, "/keranjang")
    assert "dijual paling sedikit 5" in page.text
    assert page.select_one("input[name=quantity]")["value"] == "5"  # type: ignore[index]


def test_a_minimum_raised_later_can_be_mended_in_the_cart(client: FlaskClient, boxes: Product) -> None:
    client.post("/keranjang", data={"variant_id": make.variant(boxes).id}, headers=HERE)
    with transaction():
        form = make.form(15_000, min_quantity=6)
        variants.save_all(SYSTEM, boxes.id, ("", ""), [(make.variant(boxes).id, form)])
    page = page_of(client, "/keranjang")
    assert "paling sedikit 6" in page.text
    assert page.select_one("input[name=quantity]")["min"] == "6"  # type: ignore[index]
    assert (
        "tidak dapat dipesan" in client.get("/checkout").text
        or "Belum ada yang dapat dipesan" in client.get("/checkout").text
    )


def test_a_changed_tier_is_shown_before_anything_is_bought(client: FlaskClient, boxes: Product, db: SQLAlchemy) -> None:
    client.post("/keranjang", data={"variant_id": make.variant(boxes).id, "quantity": 12}, headers=HERE)
    form = form_of(client.get("/checkout")) | {"name": "Tamu", "phone": "081234567890"}
    with transaction():
        dearer = make.form(15_000, min_quantity=5, tiers=make.tiers((10, 14_000)))
        variants.save_all(SYSTEM, boxes.id, ("", ""), [(make.variant(boxes).id, dearer)])
    refused = client.post("/checkout", data=form)
    assert refused.status_code == 409
    assert "harga sekarang Rp14.000, tadinya Rp13.000" in words_of(refused)
    again = form_of(refused) | {"name": "Tamu", "phone": "081234567890"}
    assert client.post("/checkout", data=again).status_code == 303
    assert ordered(db).unit_price == 14_000


@pytest.mark.parametrize("tiers", [(), TIERS])
def test_cart_and_order_cost_no_more_statements_with_tiers(client: FlaskClient, db: SQLAlchemy, tiers: object) -> None:
    with transaction():
        shop = make.store("Dapur Mama")
        goods = [
            make.product(shop, f"Barang {number}", variants=[make.form(15_000, 60, min_quantity=5, tiers=tiers)])
            for number in range(8)
        ]
    for each in goods:
        client.post("/keranjang", data={"variant_id": make.variant(each).id, "quantity": 12}, headers=HERE)
    with statements(db) as sent:
        assert client.get("/keranjang").status_code == 200
    assert len(sent) <= 6, sent
    form = form_of(client.get("/checkout")) | {"name": "Tamu", "phone": "081234567890"}
    with statements(db) as sent:
        assert client.post("/checkout", data=form).status_code == 303
    assert len(sent) <= 25 + len(goods), sent  # a guarded update for each variant
