"""Cart and checkout as a buyer meets them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, Variant
from marketplace.checkout import queries
from marketplace.core.db import transaction
from marketplace.orders.models import Purchase
from marketplace.places.rules import FATULULI
from marketplace.shipping.models import DeliveryZone
from tests import make
from tests.checkout.counter import HERE, filled, form_of, put, words_of
from tests.counting import statements


@pytest.fixture
def goods(db: SQLAlchemy) -> tuple[Product, Product]:
    """Goods of two shops. The second shop delivers: within Fatululi for Rp5.000, elsewhere in Kupang for Rp8.000."""
    with transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal", price=28_000, on_hand=5, is_not_halal=True)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=385_000, on_hand=5)
        for region, fee in ((FATULULI, 5_000), ("53.71", 8_000)):
            db.session.add(DeliveryZone(store_id=cloth.store_id, region_code=region, fee=fee))
    return sambal, cloth


def brought(product: Product, fee: int) -> dict[str, str]:
    return {f"delivery-{product.store_id}": f"own_delivery@{fee}", "street": "Jalan Lalamentik 3"}


def test_a_guest_adds_without_a_token_and_a_foreign_page_cannot(
    strict_client: FlaskClient, goods: tuple[Product, Product]
) -> None:
    sambal, _ = goods
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert strict_client.post("/keranjang", data={"variant_id": "1"}, headers=foreign).status_code == 403
    assert strict_client.post("/keranjang", data={"variant_id": "1"}).status_code == 403
    answer = put(strict_client, sambal, 2)
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    assert strict_client.get_cookie("belintt_cart").value == "2"  # type: ignore[union-attr]
    changed = {"variant_id": make.variant(sambal).id, "quantity": 1}
    assert strict_client.post("/keranjang/jumlah", data=changed, headers=HERE).status_code == 400


def test_the_cart_can_be_changed_and_emptied(client: FlaskClient, goods: tuple[Product, Product]) -> None:
    sambal, cloth = goods
    put(client, sambal, 2)
    put(client, cloth)
    page = client.get("/keranjang")
    assert "TIDAK HALAL" in page.text
    assert "Rp441.000" in page.text
    form = {"variant_id": make.variant(sambal).id, "quantity": "9"}
    answer = client.post("/keranjang/jumlah", data=form, follow_redirects=True)
    assert "Stok tinggal 5" in answer.text
    client.post("/keranjang/penghapusan", data=form)
    client.post("/keranjang/penghapusan", data={"variant_id": make.variant(cloth).id})
    assert "masih kosong" in client.get("/keranjang").text
    assert client.get_cookie("belintt_cart") is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 404),
        ({"variant_id": "abc"}, 404),
        ({"variant_id": "9" * 30}, 404),
        ({"variant_id": "987654321"}, 404),
        ({"quantity": "0"}, 422),
        ({"quantity": "-1"}, 422),
        ({"quantity": "1,5"}, 422),
        ({"quantity": "1000"}, 422),
    ],
)
def test_odd_things_do_not_go_into_the_cart(
    client: FlaskClient, goods: tuple[Product, Product], fields: dict[str, str], status: int
) -> None:
    whole = {"variant_id": make.variant(goods[0]).id, **fields} if "quantity" in fields else fields
    assert client.post("/keranjang", data=whole, headers=HERE).status_code == status


def test_the_cart_says_plainly_what_changed(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy
) -> None:
    sambal, cloth = goods
    put(client, sambal, 4)
    put(client, cloth, 1)
    with transaction():
        db.session.execute(sa.update(Variant).where(Variant.product_id == sambal.id).values(on_hand=2, price=30_000))
        db.session.execute(sa.update(Variant).where(Variant.product_id == cloth.id).values(on_hand=0))
    words = words_of(client.get("/keranjang"))
    for part in ("Stok tinggal 2", "tadinya Rp28.000, sekarang Rp30.000", "Stok habis", "Rp60.000"):
        assert part in words


def test_the_guests_cart_follows_her_into_her_account(client: FlaskClient, goods: tuple[Product, Product]) -> None:
    put(client, goods[0], 2)
    budi = make.person()
    make.sign_in_client(client, budi)
    assert "Sambal" in client.get("/keranjang").text
    assert queries.count(make.cart_of(budi)) == 2
    assert client.get_cookie("belintt_cart") is None


def test_a_cart_page_stays_within_its_budget(client: FlaskClient, db: SQLAlchemy) -> None:
    budi = make.person()
    with transaction():
        stores = [make.store() for _ in range(3)]
        products = [make.product(store, f"Barang {n}") for store in stores for n in range(6)]
        make.filled_cart(budi, products)
    make.sign_in_client(client, budi)
    with statements(db) as seen:
        assert client.get("/keranjang").status_code == 200
    assert len(seen) <= 8, "\n".join(seen)


def test_an_empty_checkout_is_friendly(client: FlaskClient, db: SQLAlchemy) -> None:
    page = client.get("/checkout")
    assert page.status_code == 200
    assert "Belum ada yang dapat dipesan" in page.text


def test_a_guest_orders_from_two_shops(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    sambal, cloth = goods
    put(client, sambal)
    page = client.get("/checkout")
    assert page.headers["Cache-Control"] == "no-store"
    form = filled(client, goods, **brought(cloth, 5_000))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 303, words_of(answer)
    purchase = db.session.scalars(sa.select(Purchase)).one()
    assert purchase.total == 2 * 28_000 + 385_000 + 5_000
    assert (purchase.buyer_phone, purchase.village_code) == ("+6281234567890", FATULULI)
    target = urlsplit(answer.location)
    assert target.path == f"/pembelian/{purchase.code}"
    assert len(parse_qs(target.query)["kunci"][0]) >= 22
    assert client.get_cookie("belintt_cart") is None
    assert client.post("/checkout", data=form).location == answer.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) == 1


def test_nothing_is_kept_of_an_address_when_all_is_fetched(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy
) -> None:
    client.post("/checkout", data=filled(client, goods, street="Jalan Rahasia 1"))
    purchase = db.session.scalars(sa.select(Purchase)).one()
    assert (purchase.street, purchase.village_code, purchase.delivery_total) == ("", None, 0)


def test_fees_follow_the_address_without_script(client: FlaskClient, goods: tuple[Product, Product]) -> None:
    form = filled(client, goods, **brought(goods[1], 5_000), landmark="Pagar hijau")
    asked = client.post("/checkout", data={**form, "village_code": "53.71.04.1010", "langkah": "ongkos"})
    assert asked.status_code == 200
    again = form_of(asked)
    assert again[f"delivery-{goods[1].store_id}"] == "own_delivery@8000"
    assert (again["landmark"], again["name"], again["form_key"]) == ("Pagar hijau", "Tamu Lestari", form["form_key"])
    assert "Rp421.000" in words_of(asked)
    step = client.post("/checkout", data={**form, "regency_code": "53.01", "langkah": "wilayah"})
    assert step.status_code == 200
    assert (form_of(step)["regency_code"], form_of(step)["village_code"]) == ("53.01", "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Tulis nama penerima."),
        ({"phone": "12"}, "Nomor HP tidak dikenali"),
        ({"email": "bukan email"}, "Alamat email tidak dikenali"),
        ({"postcode": "851"}, "Kode pos terdiri atas 5 angka"),
        ({"street": ""}, "Tulis alamat"),
        ({"village_code": ""}, "Pilih kelurahan"),
        ({"address": "1"}, ""),
        ({"payment": "kartu"}, ""),
        ({"form_key": "x"}, ""),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy, wrong: dict[str, str], words: str
) -> None:
    typed = {**brought(goods[1], 5_000), "landmark": "Pagar hijau", f"note-{goods[0].store_id}": "Jangan pedas"}
    answer = client.post("/checkout", data={**filled(client, goods, **typed), **wrong})
    assert answer.status_code == 422
    assert words in words_of(answer)
    again = form_of(answer)
    assert (again["landmark"], again[f"note-{goods[0].store_id}"]) == ("Pagar hijau", "Jangan pedas")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) == 0


def test_a_changed_price_is_shown_and_ordered_on_the_second_press(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy
) -> None:
    sambal, cloth = goods
    form = filled(client, goods, landmark="Pagar hijau")
    with transaction():
        db.session.execute(sa.update(Variant).where(Variant.product_id == sambal.id).values(price=30_000))
        db.session.execute(sa.update(Variant).where(Variant.product_id == cloth.id).values(on_hand=0))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 409
    words = words_of(answer)
    assert "Sambal: harga sekarang Rp30.000, tadinya Rp28.000" in words
    assert "Selendang tidak dapat dipesan lagi" in words
    again = form_of(answer)
    assert (again["landmark"], again["name"]) == ("Pagar hijau", "Tamu Lestari")
    assert client.post("/checkout", data=again).status_code == 303
    assert db.session.scalars(sa.select(Purchase)).one().total == 30_000


def test_a_changed_fee_is_shown(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    form = filled(client, goods, **brought(goods[1], 5_000))
    with transaction():
        db.session.execute(sa.update(DeliveryZone).values(fee=9_000))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 409
    assert form_of(answer)[f"delivery-{goods[1].store_id}"] == "own_delivery@9000"


def test_a_shop_that_reaches_nobody_here_says_so(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        far = make.product(make.store(has_pickup=False), "Jagung")
    put(client, far)
    page = client.get("/checkout")
    assert "belum mengantar ke kelurahan Anda" in page.text
    answer = client.post("/checkout", data={**form_of(page), "name": "Tamu", "phone": "081234567890"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_person_picks_a_saved_address(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    budi, ina = make.person("Budi Lado", phone="+6281300000001"), make.person("Ina")
    saved, hers = make.address(budi), make.address(ina)
    make.sign_in_client(client, budi)
    form = filled(client, goods) | {f"delivery-{goods[1].store_id}": "own_delivery@5000"}
    assert form["address"] == str(saved.id)
    assert client.post("/checkout", data={**form, "address": str(hers.id)}).status_code == 422
    answer = client.post("/checkout", data=form)
    purchase = db.session.scalars(sa.select(Purchase)).one()
    assert answer.location == f"/pembelian/{purchase.code}"
    assert (purchase.person_id, purchase.street) == (budi.id, "Jl. W.J. Lalamentik 12")


def test_the_whole_order_request_stays_within_its_budget(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        stores = [make.store(), make.store()]
        products = [make.product(store, f"Barang {n}") for store in stores for n in range(2)]
        for store in stores:
            db.session.add(DeliveryZone(store_id=store.id, region_code="53.71", fee=8_000))
    for product in products:
        put(client, product)
    form = {**form_of(client.get("/checkout")), "name": "Tamu", "phone": "081234567890", "street": "Jalan Bajawa 1"}
    form |= {f"delivery-{store.id}": "own_delivery@8000" for store in stores}
    with statements(db) as seen:
        assert client.post("/checkout", data=form).status_code == 303
    assert len(seen) <= 25, "\n".join(seen)


def test_what_a_buyer_types_is_text_everywhere(client: FlaskClient, goods: tuple[Product, Product]) -> None:
    nasty = '"><script>alert(1)</script>'
    form = filled(client, goods, name=nasty, landmark=nasty) | {f"note-{goods[0].store_id}": nasty}
    refused = client.post("/checkout", data={**form, "phone": ""})
    placed = client.post("/checkout", data=form, follow_redirects=True)
    for page in (refused, placed):
        assert not re.search(r"<script>alert", page.text)
