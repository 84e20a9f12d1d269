"""Couriers at the operator's desk: both kinds, rates by weight and fees by zone, what is refused stays typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.shipping.models import Courier, LocalFee, PostalRate
from marketplace.shipping.rules import CourierKind
from tests import make
from tests.counting import statements
from tests.make import delivery

SERVICE = {"name": "Ojek Oebobo", "most_kg": "10", "tracking_url": "", "is_active": "y"}


def typed(**more: str) -> dict[str, str]:
    base = {"from_code": "53.71.04", "to_code": "53.71.05", "fee": "15.000", "days": "0"}
    return {**base, "from_day": today().isoformat(), **more}


def test_a_local_courier_is_kept_and_its_fees_are_written_down(
    client: FlaskClient, db: SQLAlchemy, operator: Person
) -> None:
    empty = client.get("/admin/tarif/baru?jenis=local").text
    assert "Kurir lokal baru" in empty
    assert "Toleransi" not in empty
    made = client.post("/admin/tarif/baru?jenis=local", data=SERVICE)
    courier = db.session.scalars(sa.select(Courier)).one()
    page = made.location
    assert (made.status_code, page, courier.kind) == (303, f"/admin/tarif/{courier.id}", CourierKind.LOCAL)
    assert "Belum ada ongkos" in client.get(page).text
    assert client.post(f"{page}/zona", data=typed()).status_code == 303
    village = typed(to_code="53.71.05.1001", fee="18000", days="1", from_code="53.71")
    assert client.post(f"{page}/zona", data=village).status_code == 303
    told = [
        (row.from_code, row.to_code, row.fee, row.days)
        for row in db.session.scalars(sa.select(LocalFee).order_by(LocalFee.id))
    ]
    assert told == [("53.71.04", "53.71.05", 15_000, 0), ("53.71", "53.71.05.1001", 18_000, 1)]
    answer = client.get(page).text
    assert "Kecamatan Kota Raja" in answer
    assert "hari yang sama" in answer
    listed = BeautifulSoup(client.get("/admin/tarif").text, "html.parser")
    assert "Kurir lokal" in listed.select_one("table").get_text()  # type: ignore[union-attr]


def test_a_fee_ends_once(client: FlaskClient, db: SQLAlchemy, operator: Person) -> None:
    with transaction():
        courier = delivery.ojek()
        fee = delivery.fee(courier.id)
    path = f"/admin/tarif/{courier.id}/zona/{fee.id}/akhir"
    fee.from_day = today() - timedelta(days=3)
    db.session.commit()
    assert client.post(path).status_code == 303
    assert db.session.get_one(LocalFee, fee.id, populate_existing=True).until_day == today()
    again = client.post(path)
    assert again.status_code == 409
    assert "sudah berakhir" in again.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to_code": ""}, "Pilih kecamatan atau kelurahan/desa."),
        ({"to_code": "53.11.01"}, "Not a valid choice"),
        ({"fee": "200001"}, "Paling banyak Rp200.000."),
        ({"days": "8"}, "Isi 0 sampai 7."),
        ({"days": ""}, "Isi angka bulat."),
        ({"from_day": "2020-01-01"}, "sudah lewat"),
    ],
)
def test_what_is_refused_stays_typed(
    client: FlaskClient, db: SQLAlchemy, operator: Person, wrong: dict[str, str], words: str
) -> None:
    with transaction():
        courier = delivery.ojek()
    answer = client.post(f"/admin/tarif/{courier.id}/zona", data=typed(**wrong))
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert words in page.get_text(" ", strip=True)
    chosen = page.select_one("select[name=from_code] option[selected]")
    assert chosen is not None
    assert chosen["value"] == "53.71.04"
    assert db.session.scalars(sa.select(LocalFee)).first() is None


def test_zones_of_another_regency_are_shown_and_kept(client: FlaskClient, db: SQLAlchemy, operator: Person) -> None:
    with transaction():
        courier = delivery.ojek()
    page = f"/admin/tarif/{courier.id}"
    assert "Ongkos baru di Kota Kupang" in client.get(page).text
    assert "Ongkos baru di Kota Kupang" in client.get(f"{page}?wilayah=99").text
    assert "Kabupaten Timor Tengah Selatan" in client.get(f"{page}?wilayah=53.02").text
    there = typed(from_code="53.02", to_code="53.02.01")
    assert client.post(f"{page}/zona", data=there).status_code == 422, "the page showed Kota Kupang"
    kept = client.post(f"{page}/zona?wilayah=53.02", data=there)
    assert (kept.status_code, kept.location) == (303, f"{page}?wilayah=53.02")
    assert "Ongkos baru di Kabupaten Timor Tengah Selatan" in client.get(page).text, "where the last fee was"


def test_each_kind_has_its_own_addresses(client: FlaskClient, db: SQLAlchemy, operator: Person) -> None:
    with transaction():
        post, ojek = delivery.courier(), delivery.ojek()
        rate, fee = delivery.rate(post.id), delivery.fee(ojek.id)
    assert client.post(f"/admin/tarif/{post.id}/zona", data=typed()).status_code == 404
    assert client.post(f"/admin/tarif/{ojek.id}/tarif", data={}).status_code == 404
    assert client.post(f"/admin/tarif/{ojek.id}/tarif/{rate.id}/akhir").status_code == 404
    assert client.post(f"/admin/tarif/{post.id}/zona/{fee.id}/akhir").status_code == 404
    assert db.session.scalars(sa.select(PostalRate)).one().until_day is None
    changed = {**SERVICE, "name": "Ojek Baru"}
    assert client.post(f"/admin/tarif/{ojek.id}", data=changed).status_code == 303
    assert db.session.get_one(Courier, ojek.id, populate_existing=True).kind is CourierKind.LOCAL
    post_form = {**SERVICE, "name": "Pos Baru", "tolerance": "300"}
    assert client.post(f"/admin/tarif/{post.id}", data=post_form).status_code == 303
    assert client.post("/admin/tarif/baru", data={**post_form, "name": "Pos Lain"}).status_code == 303
    assert client.post("/admin/tarif/baru", data={**post_form, "name": "Pos Lain"}).status_code == 422


def test_nobody_else_finds_it(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        ojek = delivery.ojek()
        fee = delivery.fee(ojek.id)
    make.sign_in_client(client, make.person("Budi"))
    assert client.get(f"/admin/tarif/{ojek.id}").status_code == 404
    assert client.post(f"/admin/tarif/{ojek.id}/zona", data=typed()).status_code == 404
    assert client.post(f"/admin/tarif/{ojek.id}/zona/{fee.id}/akhir").status_code == 404


def test_the_page_costs_no_more_with_many_fees(client: FlaskClient, db: SQLAlchemy, operator: Person) -> None:
    with transaction():
        ojek = delivery.ojek()
        delivery.fee(ojek.id)
    page = f"/admin/tarif/{ojek.id}"
    client.get(page)
    with statements(db) as few:
        assert client.get(page).status_code == 200
    with transaction():
        for number in range(20):
            delivery.fee(ojek.id, to_code="53.71.05", from_day=today() + timedelta(days=number))
    client.get(page)
    with statements(db) as many:
        assert client.get(page).status_code == 200
    assert len(many) == len(few), "\n".join(many)
