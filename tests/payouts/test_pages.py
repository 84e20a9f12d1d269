"""What the seller reads of her money, and how the operator sends it, on their pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.core import clock, settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import queries, services
from marketplace.payouts.rules import next_payday
from marketplace.stores.models import Store
from tests import make
from tests.counting import statements
from tests.make import payouts as pay
from tests.payouts.books import faults, owed

FRIDAY = clock.midnight(date(2026, 11, 27)) + timedelta(hours=9)


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Mama Ina")


@pytest.fixture
def shop(ina: Person, operator: Actor) -> Store:
    return pay.paid_shop("Dapur Ina", ina)


def as_operator(db: SQLAlchemy, client: FlaskClient, operator: Actor) -> None:
    make.sign_in_client(client, db.session.get_one(Person, operator.person_id))


def test_payout_days() -> None:
    wednesday = date(2026, 11, 25)
    assert next_payday(wednesday, (2, 5)) == date(2026, 11, 27)
    assert next_payday(date(2026, 11, 27), (2, 5)) == date(2026, 11, 27)
    assert next_payday(date(2026, 11, 28), (2, 0)) == date(2026, 12, 1)
    with pytest.raises(ValueError, match="payout day"):
        next_payday(wednesday, (0,))


def test_the_seller_reads_how_much_when_and_why(db: SQLAlchemy, client: FlaskClient, shop: Store, ina: Person) -> None:
    make.sign_in_client(client, ina)
    assert "Belum ada uang yang bisa dicairkan" in client.get("/penjual/saldo").text
    order = pay.sold(shop, 200_000)
    with travel(FRIDAY - timedelta(days=1)):
        page = client.get("/penjual/saldo").text
    assert "Anda menerima Rp190.000 pada Jumat, 27 Nov 2026" in page
    assert order.code in page


def test_what_was_handed_over_just_now_follows_later(
    db: SQLAlchemy, client: FlaskClient, shop: Store, ina: Person
) -> None:
    with travel(FRIDAY):
        pay.sold(shop, 200_000, ago=timedelta())
        make.sign_in_client(client, ina)
        page = client.get("/penjual/saldo").text
    assert "Menyusul" in page
    assert "Selasa, 1 Des 2026" in page


def test_too_little_and_owed_are_said_plainly(db: SQLAlchemy, client: FlaskClient, shop: Store, ina: Person) -> None:
    make.sign_in_client(client, ina)
    pay.sold(shop, 200_000, PaymentMethod.CASH)
    assert "Anda masih perlu menyetor Rp10.000" in client.get("/penjual/saldo").text
    pay.sold(shop, 40_000)
    assert "Rp28.000 ikut pencairan berikutnya" in client.get("/penjual/saldo").text


def test_a_payout_has_a_statement_on_a_page_as_pdf_and_as_csv(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store, ina: Person
) -> None:
    cash, card = pay.sold(shop, 60_000, PaymentMethod.CASH), pay.sold(shop, 200_000)
    (line,) = pay.lines(pay.fetched(operator))
    place, codes = f"/penjual/saldo/pencairan/{line.reference}", (cash.code, card.code)
    make.sign_in_client(client, ina)
    assert place in client.get("/penjual/saldo").text
    page = client.get(place).text
    assert all(code in page for code in codes)
    assert "Rp187.000" in page
    pdf = client.get(f"{place}/rincian.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert client.get(f"{place}/rincian.pdf").data == pdf.data
    sheet = client.get(f"{place}/rincian.csv").data.decode("utf-8-sig")
    assert f"{cash.code};cash;60000;0;-3000;0;0;-60000;-3000" in sheet
    stranger = make.person("Lain")
    pay.paid_shop("Toko lain", stranger)
    make.sign_in_client(client, stranger)
    assert [client.get(path).status_code for path in (place, f"{place}/rincian.pdf", f"{place}/rincian.csv")] == [
        404
    ] * 3


def test_the_seller_s_page_costs_the_same_for_few_orders_and_many(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store, ina: Person
) -> None:
    make.sign_in_client(client, ina)
    pay.sold(shop)
    with statements(db) as few:
        client.get("/penjual/saldo")
    for _ in range(4):
        pay.sold(shop)
    with statements(db) as many:
        client.get("/penjual/saldo")
    assert len(few) == len(many)


def test_the_operator_s_page_costs_the_same_for_few_shops_and_many(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store
) -> None:
    as_operator(db, client, operator)
    pay.sold(shop)
    with statements(db) as few:
        client.get("/admin/pencairan")
    for _ in range(3):
        pay.sold(pay.paid_shop())
    with statements(db) as many:
        client.get("/admin/pencairan")
    assert len(few) == len(many)


def test_the_operator_pays_two_shops_one_of_which_fails(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store
) -> None:
    pay.sold(shop)
    pay.sold(pay.paid_shop("Toko dua"))
    as_operator(db, client, operator)
    assert "Rp190.000" in client.get("/admin/pencairan").text
    made = client.post("/admin/pencairan", data={"form_key": "kunci"})
    again = client.post("/admin/pencairan", data={"form_key": "kunci"})
    assert made.status_code == again.status_code == 303
    place = made.location
    assert again.location == place
    assert client.get(f"{place}/berkas/umum").status_code == 404
    assert client.post(f"{place}/berkas").status_code == 303
    assert client.post(f"{place}/pembatalan").status_code == 409
    file = client.get(f"{place}/berkas/umum")
    assert file.data.count(b"\r\n") == 3
    assert "attachment" in file.headers["Content-Disposition"]
    assert client.get(f"{place}/berkas/lain").status_code == 404
    first, second = pay.lines(queries.batches().items[0].id)
    field = f"{first.reference}-reason"
    failure = f"/admin/pencairan/baris/{first.reference}/kegagalan"
    assert client.post(failure, data={field: ""}).status_code == 422
    assert client.post(failure, data={field: "Nomor tidak ada"}).status_code == 303
    assert client.post(f"/admin/pencairan/baris/{first.reference}/konfirmasi").status_code == 409
    assert client.post(f"/admin/pencairan/baris/{second.reference}/konfirmasi").status_code == 303
    assert client.post(f"{place}/konfirmasi").status_code == 303
    assert "Nomor tidak ada" in client.get(place).text
    assert (owed(shop.id), faults()) == (95_000, [])
    assert client.get("/admin").status_code == 200


def test_a_batch_whose_making_was_cut_short_is_gone_on_with(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store
) -> None:
    pay.sold(shop)
    with transaction():
        services.batches.begin(operator, "putus")
    as_operator(db, client, operator)
    batch = queries.batches().items[0]
    place = f"/admin/pencairan/kiriman/{batch.reference}"
    assert client.post(f"{place}/berkas").status_code == 409
    assert "Lanjutkan menyusun" in client.get(place).text
    assert client.post(f"{place}/lanjutan").status_code == 303
    assert len(pay.lines(batch.id)) == 1


def test_with_nothing_due_no_batch_stays(db: SQLAlchemy, client: FlaskClient, operator: Actor) -> None:
    as_operator(db, client, operator)
    assert client.post("/admin/pencairan", data={"form_key": "kosong"}).status_code == 409
    assert client.post("/admin/pencairan", data={}).status_code == 422


def test_for_anybody_else_the_operator_s_pages_do_not_exist(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store, ina: Person
) -> None:
    pay.sold(shop)
    (line,) = pay.lines(pay.fetched(operator))
    make.sign_in_client(client, ina)
    batch = queries.batches().items[0].reference
    places = ("", f"/kiriman/{batch}", f"/kiriman/{batch}/berkas/umum", f"/toko/{shop.slug}")
    assert {client.get(f"/admin/pencairan{place}").status_code for place in places} == {404}
    assert client.post(f"/admin/pencairan/baris/{line.reference}/konfirmasi").status_code == 404


def test_a_cash_purchase_has_a_page_for_the_operator_once_it_was_paid(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store
) -> None:
    order = pay.sold(shop, 100_000, PaymentMethod.CASH)
    as_operator(db, client, operator)
    listed = client.get("/admin/pembayaran", query_string={"q": order.code}).text
    place = listed.partition('href="/admin/pembayaran/')[2].partition('"')[0]
    assert client.get(f"/admin/pembayaran/{place}").status_code == 200
    form = f"/admin/pembayaran/{place}/pesanan/{order.code}/pengembalian"
    assert client.get(form).status_code == 200
    sent = {"goods": "25000", "delivery": "0", "reason": "Rusak", "seen": "0"}
    assert client.post(form, data=sent).status_code == 303
    assert owed(shop.id) == -25_000 - 5_000 + 1_250


def test_days_and_least_sum_are_dated_settings(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store
) -> None:
    pay.sold(shop, 100_000)
    with transaction():
        settings.change(SYSTEM, "payouts.minimum", 200_000, today())
    assert services.batches.payable_stores() == []
    with travel(now()), transaction():
        settings.change(SYSTEM, "payouts.minimum", 10_000, today())
    assert services.batches.payable_stores() == [shop.id]
