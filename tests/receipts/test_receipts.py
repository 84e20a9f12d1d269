"""A receipt is there when the money is, says what happened to it, stays as it is, and is nobody else's."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.services.closing import Leaving
from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders import services as order_services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payments.services import refunds
from marketplace.receipts import services
from marketplace.receipts.models import Receipt
from marketplace.stores.models import Store
from tests import make
from tests.counting import statements

S = OrderStatus
CARD, CASH = PaymentMethod.CARD, PaymentMethod.CASH
ONLINE = (S.UNPAID, S.EXPIRED)
PAID_BY_CARD = set(S) - set(ONLINE)


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of Ina's shop: 50,000 rupiah, 10 on hand."""
    with transaction():
        return make.product(make.store("Dapur Mama Ina", nib="1234567890123"), "Sambal", price=50_000, on_hand=10)


def bought(product: Product, up_to: OrderStatus, method: PaymentMethod = CARD, **more: Any) -> tuple[Purchase, Order]:
    with transaction():
        made = make.purchase([product], up_to=up_to, payment_method=method, fee=8_000, **more)
    return made, make.orders_of(made)[0]


def address(purchase: Purchase, order: Order, more: str = "") -> str:
    return f"/pesanan/{order.code}/kuitansi?kunci={guest_key(purchase.code)}{more}"


def receipts(db: SQLAlchemy, order: Order) -> list[Receipt]:
    db.session.expire_all()
    query = sa.select(Receipt).where(Receipt.order_id == order.id).order_by(Receipt.version)
    return list(db.session.scalars(query))


def give_back(db: SQLAlchemy, order: Order, goods: int, state: RefundState = RefundState.SUCCEEDED) -> Refund:
    """The operator refunds a part of the goods, and the provider says how it ended."""
    with transaction():
        order_services.refunds.refund_order(SYSTEM, order.id, goods, 0, "Satu botol pecah")
    refund = db.session.scalars(sa.select(Refund).order_by(Refund.id.desc()).limit(1)).one()
    with transaction():
        refunds.submit(refund.id)
    answer(refund, state)
    return refund


def answer(refund: Refund, state: RefundState) -> None:
    with transaction():
        found = RefundSnapshot(f"re_{refund.id}", state, refund.amount, refund.reference)
        order_services.refunds.apply(refund.id, found)


# --- when ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "method"),
    [*((status, CARD) for status in S), *((status, CASH) for status in S if status not in (*ONLINE, S.ARRIVED))],
)
def test_it_is_there_when_the_money_is(
    client: FlaskClient, db: SQLAlchemy, basket: Product, status: OrderStatus, method: PaymentMethod
) -> None:
    purchase, order = bought(basket, status, method)
    file = client.get(address(purchase, order))
    page = client.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}").text
    is_due = status in PAID_BY_CARD if method is CARD else status is S.DONE
    assert ("Unduh kuitansi" in page) is is_due
    if not is_due:
        assert (file.status_code, file.location) == (303, address(purchase, order).replace("/kuitansi", ""))
        assert receipts(db, order) == []
        return
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert file.data.startswith(b"%PDF-")
    assert file.headers["Content-Disposition"] == f'attachment; filename="kuitansi-KW-{order.code[4:]}-1.pdf"'
    assert (file.headers["Cache-Control"], file.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("method", [CARD, CASH])
def test_it_is_written_by_what_follows_the_money_once(
    client: FlaskClient, db: SQLAlchemy, basket: Product, method: PaymentMethod
) -> None:
    purchase, order = bought(basket, S.DONE, method)
    outbox.deliver_all()
    (receipt,) = receipts(db, order)
    assert receipt.pdf is not None
    assert receipt.sha256 == hashlib.sha256(receipt.pdf).hexdigest()
    assert client.get(address(purchase, order)).data == receipt.pdf
    assert len(receipts(db, order)) == 1


# --- what ---------------------------------------------------------------------


def test_it_says_who_sold_what_to_whom_and_for_how_much(db: SQLAlchemy, basket: Product) -> None:
    _, order = bought(basket, S.DONE, CASH)
    outbox.deliver_all()
    facts = receipts(db, order)[0].facts
    assert (facts["goods"], facts["delivery"], facts["total"]) == (100_000, 8_000, 108_000)
    assert (facts["seller"]["name"], facts["seller"]["nib"]) == ("Dapur Mama Ina", "1234567890123")
    assert (facts["buyer"], facts["method"], facts["refunds"]) == ("Tamu Lestari", "cash", [])
    assert [(line["quantity"], line["price"], line["total"]) for line in facts["lines"]] == [(2, 50_000, 100_000)]
    assert order.done_at is not None
    assert facts["paid_at"] == order.done_at.isoformat()
    assert not {"allergens", "phone", "street"} & (facts.keys() | facts["lines"][0].keys())


def test_each_shop_of_a_purchase_signs_for_its_own(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        other = make.product(make.store("Tenun Yuli"), "Selendang", price=30_000)
        made = make.purchase([basket, other], up_to=S.WAITING, payment_method=CARD)
    for order, name, total in zip(
        make.orders_of(made), ["Dapur Mama Ina", "Tenun Yuli"], [100_000, 60_000], strict=True
    ):
        assert client.get(address(made, order)).status_code == 200
        facts = receipts(db, order)[0].facts
        assert (facts["seller"]["name"], facts["total"]) == (name, total)


def test_what_somebody_typed_is_never_markup(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        db.session.get_one(Store, basket.store_id).name = '#panic("x") *$ \\ " @x // <a> 🌶'
    purchase, order = bought(basket, S.WAITING)
    assert client.get(address(purchase, order)).status_code == 200


# --- it stays -----------------------------------------------------------------


def test_a_reprint_is_the_same_whatever_the_shop_calls_itself_since(
    client: FlaskClient, db: SQLAlchemy, basket: Product
) -> None:
    purchase, order = bought(basket, S.WAITING)
    first = client.get(address(purchase, order)).data
    with transaction():
        db.session.get_one(Store, basket.store_id).name = "Nama Baru"
        make.walk(db.session.get_one(Order, order.id), S.DONE)
    outbox.deliver_all()
    assert client.get(address(purchase, order)).data == first
    assert len(receipts(db, order)) == 1


def test_bytes_that_are_there_are_not_written_over(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    purchase, order = bought(basket, S.WAITING)
    first = client.get(address(purchase, order)).data
    with transaction():
        services.keep(receipts(db, order)[0].id, b"something else")
    assert client.get(address(purchase, order)).data == first


def test_a_version_is_written_once(db: SQLAlchemy, basket: Product) -> None:
    _, order = bought(basket, S.WAITING)
    outbox.deliver_all()
    (first,) = receipts(db, order)
    again = Receipt(order_id=order.id, version=1, number="KW-X-1", facts={}, issued_at=first.issued_at)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(again)


def test_a_refund_makes_a_version_and_the_old_one_stays(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    purchase, order = bought(basket, S.DONE)
    first = client.get(address(purchase, order)).data
    give_back(db, order, 20_000)
    outbox.deliver_all()
    one, two = receipts(db, order)
    assert (one.version, two.version, two.number) == (1, 2, f"KW-{order.code[4:]}-2")
    assert [each["goods"] for each in two.facts["refunds"]] == [20_000]
    assert client.get(address(purchase, order)).data == two.pdf != first
    assert client.get(address(purchase, order, "&versi=1")).data == one.pdf == first
    page = client.get(f"/pesanan/{order.code}?kunci={guest_key(purchase.code)}").text
    assert f"Kuitansi lama {one.number}, sudah diganti" in page
    give_back(db, order, 10_000)
    assert client.get(address(purchase, order)).status_code == 200  # before any handler came
    assert [each["goods"] for each in receipts(db, order)[2].facts["refunds"]] == [20_000, 10_000]


def test_a_refund_that_did_not_arrive_is_taken_off_again(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    purchase, order = bought(basket, S.DONE)
    client.get(address(purchase, order))
    refund = give_back(db, order, 20_000, RefundState.PENDING)
    client.get(address(purchase, order))
    assert len(receipts(db, order)) == 1, "nothing has gone back yet"
    for state, versions in ((RefundState.SUCCEEDED, 2), (RefundState.FAILED, 3)):
        answer(refund, state)
        client.get(address(purchase, order))
        assert len(receipts(db, order)) == versions
    assert receipts(db, order)[2].facts["refunds"] == []


def test_an_account_that_is_closed_takes_its_name_out(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    budi = make.person("Budi Lado")
    _, order = bought(basket, S.DONE, buyer=budi)
    _, other = bought(basket, S.DONE)
    outbox.deliver_all()
    before = receipts(db, order)[0].sha256
    with transaction():
        services.forget(Leaving(budi.id, budi.email, budi.phone))
    (receipt,) = receipts(db, order)
    assert (receipt.facts["buyer"], receipt.pdf) == ("", None)
    assert receipts(db, other)[0].facts["buyer"] == "Tamu Lestari"
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    assert client.get(f"/penjual/pesanan/{order.code}/kuitansi").status_code == 200
    (receipt,) = receipts(db, order)
    assert receipt.sha256 not in (None, before)
    assert receipt.version == 1


# --- whose --------------------------------------------------------------------


def test_it_is_nobody_elses(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    budi, ina = make.person("Budi"), make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)])
    with transaction():
        elsewhere = make.store("Tenun Yuli")
    yuli = make.person("Yuli", roles=[Grant(Role.STORE_OWNER, elsewhere.id)])
    guests, order = bought(basket, S.DONE)
    _, hers = bought(basket, S.DONE, buyer=budi)
    path, desk = f"/pesanan/{hers.code}/kuitansi", f"/penjual/pesanan/{hers.code}/kuitansi"
    fresh = client.application.test_client
    for query in ("", "?kunci=", "?kunci=x", "?kunci=%F0%9F%92%A5"):
        assert fresh().get(f"/pesanan/{order.code}/kuitansi{query}").status_code == 404
    assert fresh().get(path).location == f"/masuk?next={path}"
    assert fresh().get(address(guests, order)).status_code == 200
    for person, seen in ((budi, (200, 404)), (ina, (404, 200)), (yuli, (404, 404))):
        visitor = fresh()
        make.sign_in_client(visitor, person)
        assert (visitor.get(path).status_code, visitor.get(desk).status_code) == seen, person.name
    assert fresh().get("/pesanan/NTT-ZZZZZZZZ/kuitansi").status_code == 404


@pytest.mark.parametrize("version", ["0", "2", "x", "-1", "", "1.0", "١", "9" * 40])
def test_a_version_that_is_not_there_does_not_exist(client: FlaskClient, basket: Product, version: str) -> None:
    purchase, order = bought(basket, S.DONE)
    assert client.get(address(purchase, order)).status_code == 200
    assert client.get(address(purchase, order, f"&versi={version}")).status_code == 404


# --- who reads of it ----------------------------------------------------------


def test_the_letter_at_the_end_and_the_seller_speak_of_it(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    _, order = bought(basket, S.DONE, CASH)
    outbox.deliver_all()
    letter = db.session.scalars(sa.select(Message).where(Message.key == f"orders.order_handed_over:{order.id}:buyer"))
    assert "Kuitansi resminya (PDF)" in letter.one().body
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    assert f"/penjual/pesanan/{order.code}/kuitansi" in client.get(f"/penjual/pesanan/{order.code}").text


def test_the_time_line_tells_of_money_that_goes_back(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    purchase, order = bought(basket, S.DONE)
    give_back(db, order, 20_000)
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    buyers = client.application.test_client()
    pages = [
        buyers.get(f"/pesanan/{order.code}?kunci={guest_key(purchase.code)}").text,
        client.get(f"/penjual/pesanan/{order.code}").text,
    ]
    for page in pages:
        assert "Pengembalian Rp20.000 dimulai" in page
        assert "Satu botol pecah" in page
        assert "Rp20.000 sudah dikembalikan ke pembeli" in page


def test_a_page_asks_no_more_for_many_shops(client: FlaskClient, db: SQLAlchemy) -> None:
    def asked(shops: int) -> int:
        with transaction():
            goods = [make.product(make.store(f"Toko {shops}-{number}")) for number in range(shops)]
            made = make.purchase(goods, up_to=S.WAITING, payment_method=CARD)
        path = f"/pembelian/{made.code}?kunci={guest_key(made.code)}"
        client.get(path)
        with statements(db) as seen:
            assert client.get(path).text.count("Unduh kuitansi") == shops
        return len(seen)

    assert asked(1) == asked(4)
