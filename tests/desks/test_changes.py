"""Changes and parts on the pages of shop and buyer, and by the link in the letter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.changes import services
from marketplace.changes.models import OrderChange, Parcel
from marketplace.changes.queries import stamp_of
from marketplace.changes.rules import ChangeState, Wish
from marketplace.core import outbox
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import accept
from tests import make
from tests.counting import statements

S = OrderStatus


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Mama Ina", email="ina@example.id")


@pytest.fixture
def goods(ina: Person) -> tuple[Product, Product]:
    with transaction():
        store = make.store("Tenun Ina", ina)
        return make.product(store, "Biru", price=50_000, on_hand=10), make.product(store, "Merah", price=60_000)


def order_of(goods: tuple[Product, Product], up_to: OrderStatus = S.WAITING, buyer: Person | None = None) -> Order:
    with transaction():
        made = make.purchase([goods[0]], quantity=5, up_to=up_to, buyer=buyer)
    return make.orders_of(made)[0]


def words(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def line_id(order: Order) -> int:
    return make.lines_of(order)[0].id


def named(order: Order) -> str:
    """The name of its goods as it was when they were bought."""
    return make.lines_of(order)[0].product_name


def said(order: Order, **more: object) -> dict[str, object]:
    """The shop's form, filled in: three of five."""
    line = line_id(order)
    form = {"seen": stamp_of(order.id), "reason": "Stoples tinggal tiga", f"quantity_{line}": "3"}
    rest = {f"price_{line}": "50.000", f"substitute_{line}": "", f"pieces_{line}": "0", "ready_by": ""}
    return {**form, **rest, **{name.replace("_line", f"_{line}"): value for name, value in more.items()}}


def key_of(order: Order, db: SQLAlchemy) -> str:
    return guest_key(db.session.get_one(Purchase, order.purchase_id).code)


def only(db: SQLAlchemy) -> OrderChange:
    db.session.expire_all()
    return db.session.scalars(sa.select(OrderChange)).one()


def test_a_shop_proposes_and_a_guest_agrees_in_one_tap(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    order = order_of(goods)
    make.sign_in_client(client, ina)
    desk = f"/penjual/pesanan/{order.code}"
    assert f'href="{desk}/perubahan"' in client.get(desk).text
    form = client.get(f"{desk}/perubahan").text
    assert named(order) in form
    assert "Merah (Rp60.000)" in form
    assert client.post(f"{desk}/perubahan", data=said(order)).status_code == 303
    assert "Usul Anda menunggu jawaban pembeli" in words(client.get(desk).text)
    assert order.code in client.get("/penjual/pesanan").text
    guest = client.application.test_client()
    page = f"/pesanan/{order.code}?kunci={key_of(order, db)}"
    text = words(guest.get(page).text)
    for part in ("Stoples tinggal tiga", "5 × Rp50.000", "3 × Rp50.000", "Rp100.000 lebih sedikit", "Ya, saya setuju"):
        assert part in text
    answer = {"perubahan": only(db).id, "jawaban": "ya"}
    address = f"/pesanan/{order.code}/perubahan/jawaban?kunci={key_of(order, db)}"
    assert guest.post(address, data=answer).status_code == 303
    assert only(db).state is ChangeState.AGREED
    text = words(guest.get(page).text)
    assert "Rp150.000" in text
    assert "Pembeli setuju dengan perubahan" in text
    purchase = db.session.get_one(Purchase, order.purchase_id)
    bill = words(guest.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}").text)
    assert "Perubahan yang disetujui -Rp100.000" in bill
    assert guest.post(address, data=answer).status_code == 409


def test_nobody_else_sees_or_answers_it(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    with transaction():
        change = make.proposal(order, Wish(3))
    make.sign_in_client(client, make.person("Lain"))
    for path in (f"/pesanan/{order.code}/perubahan", f"/penjual/pesanan/{order.code}/perubahan"):
        assert client.get(path).status_code == 404
        for where in (path, f"{path}/jawaban"):
            assert client.post(where, data={"perubahan": change.id, "jawaban": "ya"}).status_code == 404
    assert only(db).state is ChangeState.OPEN


@pytest.mark.parametrize("answer", ["", "mungkin", "ya&jawaban=tidak"])
@pytest.mark.parametrize("number", ["", "x", "999", str(2**70), "-1"])
def test_what_is_no_answer_is_404(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy, answer: str, number: str
) -> None:
    order = order_of(goods)
    with transaction():
        make.proposal(order, Wish(3))
    address = f"/pesanan/{order.code}/perubahan/jawaban?kunci={key_of(order, db)}"
    assert client.post(address, data={"perubahan": number, "jawaban": answer}).status_code == 404
    if answer == "":
        assert client.post(address, data={"perubahan": number, "jawaban": "ya"}).status_code == 404


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"quantity_line": "tiga"}, "Tulis angka bulat"),
        ({"quantity_line": "6"}, "Tulis 0 sampai 5"),
        ({"quantity_line": "٣٣"}, "Tulis 0 sampai 5"),
        ({"price_line": "60.000"}, "tidak boleh lebih tinggi"),
        ({"price_line": "1,5"}, "Tulis rupiah tanpa koma"),
        ({"substitute_line": "x' OR 1", "quantity_line": "5"}, "Belum ada yang diubah"),
        ({"substitute_line": "1" * 15, "pieces_line": "1"}, "Pengganti ini tidak tersedia"),
        ({"reason": ""}, "Tulis alasannya"),
        ({"reason": "x" * 301}, ""),
        ({"ready_by": "31-12"}, ""),
    ],
)
def test_bad_input_is_told_at_its_field_and_stays(
    client: FlaskClient,
    goods: tuple[Product, Product],
    ina: Person,
    db: SQLAlchemy,
    more: dict[str, str],
    told: str,
) -> None:
    order = order_of(goods)
    make.sign_in_client(client, ina)
    page = client.post(f"/penjual/pesanan/{order.code}/perubahan", data=said(order, **more))
    assert page.status_code == 422
    assert told in words(page.text)
    assert "Stoples tinggal tiga" in page.text or "reason" in more
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OrderChange)) == 0


def test_a_stale_form_is_told_so_and_keeps_what_was_typed(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person
) -> None:
    order = order_of(goods)
    make.sign_in_client(client, ina)
    typed = said(order)
    with transaction():
        accept(make.actor_of(ina), order.id)
    page = client.post(f"/penjual/pesanan/{order.code}/perubahan", data=typed)
    assert page.status_code == 409
    assert "Stoples tinggal tiga" in page.text


def test_a_substitute_is_shown_with_what_it_holds(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    order = order_of(goods)
    make.sign_in_client(client, ina)
    red = make.variant(goods[1]).id
    form = said(order, quantity_line="2", substitute_line=str(red), pieces_line="3")
    assert client.post(f"/penjual/pesanan/{order.code}/perubahan", data=form).status_code == 303
    text = words(client.application.test_client().get(f"/pesanan/{order.code}?kunci={key_of(order, db)}").text)
    assert "Gantinya: Merah 3 × Rp50.000" in text


def test_goods_that_could_come_instead_are_found_by_name(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person
) -> None:
    order = order_of(goods)
    make.sign_in_client(client, ina)
    page = f"/penjual/pesanan/{order.code}/perubahan?cari="
    assert "Merah (" in client.get(page + "mer").text
    assert "Merah (" not in client.get(page + "%25").text


def test_a_buyer_asks_for_fewer_and_the_shop_says_yes(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    buyer = make.person("Budi")
    order = order_of(goods, buyer=buyer)
    mine, hers = client.application.test_client(), client
    make.sign_in_client(mine, buyer)
    make.sign_in_client(hers, ina)
    form = {"seen": stamp_of(order.id), f"quantity_{line_id(order)}": "4", "note": "Bungkus", "reason": ""}
    assert "Minta perubahan" in words(mine.get(f"/pesanan/{order.code}").text)
    assert mine.get(f"/pesanan/{order.code}/perubahan").status_code == 200
    assert mine.post(f"/pesanan/{order.code}/perubahan", data=form).status_code == 303
    assert "menunggu jawaban toko" in words(mine.get(f"/pesanan/{order.code}").text)
    assert "pembeli meminta perubahan" in words(hers.get("/penjual/pesanan").text)
    desk = f"/penjual/pesanan/{order.code}"
    assert "Setuju dan terima pesanan" in words(hers.get(desk).text)
    answer = {"perubahan": only(db).id, "jawaban": "ya"}
    assert hers.post(f"{desk}/perubahan/jawaban", data=answer).status_code == 303
    assert hers.post(f"{desk}/perubahan/jawaban", data=answer).status_code == 409
    assert (order.status, order.total, order.note) == (S.PROCESSING, 200_000, "Bungkus")
    slip = words(hers.get(f"/penjual/pesanan/cetak/slip?kode={order.code}").text)
    assert f"4 × {named(order)}" in slip, "what is packed is what was agreed"


def test_forms_that_are_not_in_season_lead_back(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    order = order_of(goods, S.READY)
    make.sign_in_client(client, ina)
    for page in ("perubahan", "bagian"):
        assert client.get(f"/penjual/pesanan/{order.code}/{page}").status_code == 303
    assert client.get(f"/pesanan/{order.code}/perubahan?kunci={key_of(order, db)}").status_code == 303


def test_a_part_is_sent_and_confirmed(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    order = order_of(goods, S.PROCESSING)
    make.sign_in_client(client, ina)
    desk, field = f"/penjual/pesanan/{order.code}/bagian", f"quantity_{line_id(order)}"
    assert client.get(desk).status_code == 200
    form = {"seen": stamp_of(order.id), field: "3", "tracking_number": ""}
    assert client.post(desk, data=form | {field: "0"}).status_code == 422
    assert client.post(desk, data=form | {field: "9"}).status_code == 422
    assert client.post(desk, data=form).status_code == 303
    assert client.post(desk, data=form).status_code == 409
    outbox.deliver_all()
    guest, key = client.application.test_client(), key_of(order, db)
    text = words(guest.get(f"/pesanan/{order.code}?kunci={key}").text)
    assert f"Bagian 1 3 × {named(order)}" in text
    assert "Sisanya menyusul" in text
    come = f"/pesanan/{order.code}/bagian/1/kedatangan"
    assert guest.post(come).status_code == 404
    assert guest.post(f"{come}?kunci={key}").status_code == 303
    assert db.session.scalars(sa.select(Parcel.arrived_at)).one() is not None
    assert "Bagian 1 diserahkan" in words(client.get(f"/penjual/pesanan/{order.code}").text)
    letter = db.session.scalars(sa.select(Message).where(Message.key.startswith("changes.parcel"))).one()
    assert "Masih menyusul: 2 buah" in letter.body


# --- letters and links ---------------------------------------------------------


def letters(db: SQLAlchemy, key: str) -> list[Message]:
    outbox.deliver_all()
    query = sa.select(Message).where(Message.key.startswith(f"changes.{key}:")).order_by(Message.id)
    return list(db.session.scalars(query))


def link_of(db: SQLAlchemy) -> str:
    found = re.search(r"/perubahan/\S+", letters(db, "proposed")[0].body)
    assert found is not None
    return found.group()


def test_the_letter_leads_to_one_answer(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    with transaction():
        make.proposal(order, Wish(3))
    link = link_of(db)
    page = client.get(link)
    assert page.status_code == 200
    assert len(page.data) < 20_000
    assert page.headers["Cache-Control"] == "private, no-store"
    purchase = db.session.get_one(Purchase, order.purchase_id)
    for secret in (purchase.buyer_name, purchase.buyer_phone, purchase.street, order.handover_code):
        assert secret not in page.text
    assert only(db).state is ChangeState.OPEN, "looking changes nothing"
    assert client.post(link, data={"jawaban": "mungkin"}).status_code == 404
    assert client.post(link, data={"jawaban": "ya"}).status_code == 303
    assert "Pembeli setuju" in words(client.get(link).text)
    assert client.post(link, data={"jawaban": "tidak"}).status_code == 409
    assert only(db).state is ChangeState.AGREED
    told = letters(db, "settled_buyer") + letters(db, "settled_shop")
    assert len(told) == 2
    assert all(f"3 × {named(order)}" in letter.body for letter in told)


def test_a_forged_link_and_one_of_another_address_are_dead(
    client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy
) -> None:
    order = order_of(goods)
    with transaction():
        change = make.proposal(order, Wish(3))
    link = link_of(db)
    other = services.links.token_of(change.id, "lain@example.id")
    for dead in ("/perubahan/x", link[:-2], f"/perubahan/{other}", "/perubahan/WzFd.x"):
        assert client.get(dead).status_code == 404
        assert client.post(dead, data={"jawaban": "ya"}).status_code == 404
    with transaction():
        db.session.get_one(Purchase, order.purchase_id).buyer_email = ""
    assert client.get(link).status_code == 404


def test_a_link_that_is_too_late_says_so(client: FlaskClient, goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods, S.PROCESSING)
    with transaction():
        change = make.proposal(order, Wish(3))
    link = link_of(db)
    with travel(change.answer_by + timedelta(minutes=1)):
        assert client.post(link, data={"jawaban": "ya"}).status_code == 409
    assert only(db).state is ChangeState.OPEN


def test_the_shop_is_told_what_the_buyer_asks_for(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    with transaction():
        make.request(order, Wish(2))
    (letter,) = letters(db, "asked")
    assert letter.recipient == "ina@example.id"
    assert "5 × Rp50.000 → 2 × Rp50.000" in letter.body


def test_pages_cost_the_same_whatever_was_changed(
    client: FlaskClient, goods: tuple[Product, Product], ina: Person, db: SQLAlchemy
) -> None:
    order = order_of(goods, S.PROCESSING)
    make.sign_in_client(client, ina)
    paths = (f"/penjual/pesanan/{order.code}", "/penjual/pesanan")

    def cost() -> list[int]:
        found = []
        for path in paths:
            with statements(db) as seen:
                assert client.get(path).status_code == 200
            found.append(len(seen))
        return found

    with transaction():
        make.proposal(order, Wish(4))
    cost()
    before = cost()
    for _ in range(3):
        with transaction():
            services.withdraw_as_shop(make.actor_of(ina), order.id, only_open(db).id)
        with transaction():
            make.proposal(order, Wish(3))
    assert cost() == before


def only_open(db: SQLAlchemy) -> OrderChange:
    return db.session.scalars(sa.select(OrderChange).where(OrderChange.state == ChangeState.OPEN)).one()
