"""The field for a code at the checkout: plain form posts, nothing typed is lost, and what is seen is bought."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.vouchers import services
from tests import make
from tests.checkout.counter import filled, form_of, words_of
from tests.counting import statements
from tests.make import vouchers as given

Goods = tuple[Product, Product]


@pytest.fixture
def goods(cloth: Product, sambal: Product) -> Goods:
    return cloth, sambal


def press(client: FlaskClient, form: dict[str, str], step: str = "") -> tuple[int, str, dict[str, str]]:
    """Send the form, by the button of a step or to order: status, words, and the form that comes back."""
    answer = client.post("/checkout", data={**form, **({"langkah": step} if step else {})})
    return answer.status_code, words_of(answer), form_of(answer) if answer.status_code != 303 else {}


def bought(db: SQLAlchemy) -> Purchase:
    return db.session.scalars(sa.select(Purchase)).one()


def test_the_code_is_looked_at_before_buying_and_keeps_what_was_typed(
    client: FlaskClient, db: SQLAlchemy, goods: Goods
) -> None:
    with transaction():
        given.voucher("GERAKAN")
    note = {f"note-{goods[0].store_id}": "Warna merah ya"}
    form = filled(client, goods, voucher="ger akan", landmark="pagar hijau", **note)
    status, words, form = press(client, form, "voucher")
    assert status == 200
    assert "Voucher GERAKAN · ditanggung Gerakan Beli Produk NTT -Rp13.333" in words
    assert "Rp120.000" in words
    assert (form["landmark"], form[next(iter(note))], form["name"]) == ("pagar hijau", "Warna merah ya", "Tamu Lestari")
    assert (form["voucher"], form["seen_discount"]) == ("ger akan", "13333")
    status, _, _ = press(client, form)
    assert status == 303
    assert (bought(db).total, bought(db).discount) == (120_000, 13_333)


def test_ordering_with_a_code_that_was_not_looked_at_shows_it_first(
    client: FlaskClient, db: SQLAlchemy, goods: Goods
) -> None:
    with transaction():
        given.voucher("GERAKAN")
    status, words, form = press(client, filled(client, goods, voucher="GERAKAN"))
    assert status == 409
    assert "Voucher GERAKAN sekarang memotong Rp13.333." in words
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) == 0
    assert press(client, form)[0] == 303


def test_it_can_be_taken_off_again(client: FlaskClient, db: SQLAlchemy, goods: Goods) -> None:
    with transaction():
        given.voucher("GERAKAN")
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN"), "voucher")
    status, words, form = press(client, form, "tanpa-voucher")
    assert (status, form["voucher"], form["seen_discount"]) == (200, "", "0")
    assert "ditanggung" not in words
    assert press(client, form)[0] == 303
    assert bought(db).total == 133_333


def test_emptying_the_field_is_seen_before_it_costs_more(client: FlaskClient, db: SQLAlchemy, goods: Goods) -> None:
    with transaction():
        given.voucher("GERAKAN")
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN"), "voucher")
    status, words, form = press(client, {**form, "voucher": ""})
    assert (status, form["seen_discount"]) == (409, "0")
    assert "tanpa potongan" in words


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"least_goods": 500_000}, "paling sedikit Rp500.000"),
        ({"max_uses": 1, "per_person": None, "used": True}, "sudah habis terpakai"),
    ],
)
def test_a_code_that_takes_nothing_off_says_why_beside_the_field(
    client: FlaskClient, goods: Goods, limits: dict[str, int], sentence: str
) -> None:
    with transaction():
        given.voucher("GERAKAN", None, **{name: value for name, value in limits.items() if name != "used"})
        if "used" in limits:
            given.buy([goods[0]], "GERAKAN")
    for step in ("voucher", ""):
        status, words, form = press(client, filled(client, goods, voucher="GERAKAN"), step)
        assert status == (200 if step else 422)
        assert sentence in words
        assert form["voucher"] == "GERAKAN"


def test_one_that_ended_meanwhile_is_shown_and_the_next_press_buys_without(
    client: FlaskClient, db: SQLAlchemy, goods: Goods
) -> None:
    with transaction():
        voucher = given.voucher("GERAKAN")
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN"), "voucher")
    with transaction():
        services.end(SYSTEM, voucher.id)
    status, words, form = press(client, form)
    assert (status, form["voucher"], form["seen_discount"]) == (409, "", "0")
    assert "Voucher GERAKAN sudah berakhir." in words
    assert "Isian Anda masih ada" in words
    assert press(client, form)[0] == 303
    assert bought(db).discount == 0


def test_a_price_that_changed_meanwhile_changes_the_discount_in_sight(
    client: FlaskClient, db: SQLAlchemy, goods: Goods
) -> None:
    with transaction():
        given.voucher("GERAKAN")
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN"), "voucher")
    with transaction():
        make.variant(goods[0]).price = 200_000
    status, words, form = press(client, form)
    assert status == 409
    assert "harga sekarang Rp200.000" in words
    assert form["seen_discount"] == "23333"


def test_guessing_codes_is_limited_and_ordering_without_one_is_not(client: FlaskClient, goods: Goods) -> None:
    with transaction():
        given.voucher("GERAKAN")
    form = filled(client, goods)
    for n in range(30):
        _, words, _ = press(client, {**form, "voucher": f"TEBAK{n:03d}"}, "voucher")
        assert "tidak kami kenal" in words
    for step in ("voucher", ""):
        _, words, again = press(client, {**form, "voucher": "GERAKAN"}, step)
        assert "Terlalu banyak kode yang keliru" in words
        assert again["voucher"] == "GERAKAN"
    assert press(client, form)[0] == 303


@pytest.mark.parametrize("seen", ["abc", "-1", "9" * 30, "1.5"])
def test_odd_sums_buy_nothing(client: FlaskClient, db: SQLAlchemy, goods: Goods, seen: str) -> None:
    with transaction():
        given.voucher("GERAKAN")
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN"), "voucher")
    assert press(client, {**form, "seen_discount": seen})[0] in (409, 422)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) == 0


def test_buyer_shop_and_letters_read_the_discount_as_a_line(client: FlaskClient, db: SQLAlchemy, goods: Goods) -> None:
    with transaction():
        given.voucher("GERAKAN")
        given.voucher("YULI10", goods[0].store_id)
    _, _, form = press(client, filled(client, goods, voucher="GERAKAN", email="tamu@example.id"), "voucher")
    assert press(client, form)[0] == 303
    purchase = bought(db)
    label = "Voucher GERAKAN · ditanggung Gerakan Beli Produk NTT"
    page = words_of(client.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"))
    assert f"Barang Rp133.333 {label} -Rp13.333 Ongkos kirim Rp0 Total Rp120.000" in page
    assert f"Barang Rp100.000 {label} -Rp10.000" in page
    outbox.deliver_all()
    letters = [message.body for message in db.session.scalars(sa.select(Message).order_by(Message.id))]
    assert any(f"{label}: -Rp10.000" in letter for letter in letters)
    order = make.orders_of(purchase)[0]
    make.sign_in_client(client, make.person("Admin", roles=[make.OPERATOR]))
    assert f"{label} -Rp10.000" in words_of(client.get(f"/admin/pesanan/{order.code}"))


def test_the_page_with_a_voucher_stays_within_its_budget(client: FlaskClient, db: SQLAlchemy, goods: Goods) -> None:
    with transaction():
        given.voucher("GERAKAN", store_ceiling=1_000_000)
    form = filled(client, goods)
    with statements(db) as plain:
        press(client, form, "voucher")
    with statements(db) as seen:
        press(client, {**form, "voucher": "GERAKAN"}, "voucher")
    assert len(seen) <= len(plain) + 3, "\n".join(seen)
