"""The seller's shop: what the owner may change, what staff may see, what nobody else may."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.certificates.models import Certificate
from marketplace.certificates.services import register
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.shipping import queries as shipping
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from marketplace.web.filters import wita_date
from tests import make

PROFILE = {
    "name": "Dapur Mama Ina",
    "phone": "0812-3456-7890",
    "street": "Jalan Bajawa 14",
    "regency_code": "53.71",
    "district_code": "53.71.04",
    "village_code": "53.71.04.1011",
    "nib": "1234567890123",
    "has_pickup": "y",
}
PDF = b"%PDF-1.4 surat izin"
POSTS = ["profil", "keadaan", "wilayah-antar", "wilayah-antar/hapus", "sertifikat"]


@pytest.fixture
def shop(db: SQLAlchemy) -> Store:
    with transaction():
        return make.store("Dapur Mama Ina")


@pytest.fixture
def ina(client: FlaskClient, shop: Store) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, shop.id)]))
    return client


def staff(client: FlaskClient, shop: Store) -> FlaskClient:
    make.sign_in_client(client, make.person("Dodi", roles=[Grant(Role.STORE_STAFF, shop.id)]))
    return client


def certificates(db: SQLAlchemy) -> list[Certificate]:
    return list(db.session.scalars(sa.select(Certificate).order_by(Certificate.id)))


def test_the_owner_changes_what_buyers_read(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    assert "Jalan Bajawa 12" in ina.get("/penjual/toko/profil").text
    answer = ina.post("/penjual/toko/profil", data=PROFILE)
    assert answer.status_code == 303
    page = ina.get("/penjual/toko").text
    assert "Jalan Bajawa 14, Fatululi, Oebobo, Kota Kupang" in page
    assert db.session.get_one(Store, shop.id).phone == "+6281234567890"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"nib": "123"}, "NIB terdiri dari 13 angka."),
        ({"phone": "bukan"}, "Nomor HP tidak dikenali."),
        ({"village_code": ""}, "Pilih kelurahan atau desa."),
        ({"name": "…"}, "Jalan Bajawa 14"),
    ],
)
def test_a_wrong_profile_is_shown_again(
    ina: FlaskClient, db: SQLAlchemy, shop: Store, wrong: dict[str, str], words: str
) -> None:
    answer = ina.post("/penjual/toko/profil", data={**PROFILE, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.get_one(Store, shop.id).street == "Jalan Bajawa 12"


def test_the_next_list_of_regions_comes_without_script_and_saves_nothing(
    ina: FlaskClient, db: SQLAlchemy, shop: Store
) -> None:
    asked = {**PROFILE, "regency_code": "53.11", "district_code": "", "village_code": "", "langkah": "wilayah"}
    answer = ina.post("/penjual/toko/profil", data=asked)
    assert answer.status_code == 200
    assert 'value="53.11.01"' in answer.text
    assert "Jalan Bajawa 14" in answer.text
    assert db.session.get_one(Store, shop.id).street == "Jalan Bajawa 12"


def test_the_shop_is_paused_and_opened(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    ina.post("/penjual/toko/keadaan", data={"buka": "0"})
    assert db.session.get_one(Store, shop.id).status is StoreStatus.PAUSED
    ina.post("/penjual/toko/keadaan", data={"buka": "1"})
    assert db.session.get_one(Store, shop.id).status is StoreStatus.OPEN


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"regency_code": "53.71"}, "53.71"),
        ({"regency_code": "53.71", "district_code": "53.71.04"}, "53.71.04"),
        ({"regency_code": "53.71", "district_code": "53.71.04", "village_code": "53.71.04.1011"}, "53.71.04.1011"),
    ],
)
def test_the_smallest_region_chosen_becomes_a_zone(
    ina: FlaskClient, shop: Store, chosen: dict[str, str], code: str
) -> None:
    assert ina.post("/penjual/toko/wilayah-antar", data={**chosen, "fee": "Rp 5.000"}).status_code == 303
    assert [(zone.region_code, zone.fee) for zone in shipping.zones(shop.id)] == [(code, 5000)]
    assert "Rp5.000" in ina.get("/penjual/toko").text
    ina.post("/penjual/toko/wilayah-antar/hapus", data={"region_code": code})
    assert shipping.zones(shop.id) == []


@pytest.mark.parametrize("fee", ["", "-1", "1,5", "999999999999"])
def test_a_zone_wants_a_sensible_fee(ina: FlaskClient, shop: Store, fee: str) -> None:
    answer = ina.post("/penjual/toko/wilayah-antar", data={"regency_code": "53.71", "fee": fee})
    assert answer.status_code == 422
    assert shipping.zones(shop.id) == []


def test_a_certificate_is_kept_with_its_private_paper(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    until = clock.today() + timedelta(days=400)
    year = (clock.today().year + 2) % 100
    form = {
        "kind": "pirt",
        "number": f"P-IRT 215 5371 01 0001-{year}",
        "holder": "Ina Rohi",
        "valid_until": until.isoformat(),
        "file": (io.BytesIO(PDF), "surat.pdf"),
    }
    assert ina.post("/penjual/toko/sertifikat", data=form).status_code == 303
    (kept,) = certificates(db)
    assert (kept.kind, kept.number, kept.valid_until) == ("pirt", f"2155371010001{year}", until)
    address = f"/penjual/toko/sertifikat/{kept.id}/berkas"
    answer = ina.get(address)
    assert (answer.data, answer.content_type) == (PDF, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="sertifikat-{kept.id}.pdf"'
    for roles in ([], [Role.OPERATOR], [Grant(Role.STORE_OWNER, shop.id + 1)]):
        make.sign_in_client(ina, make.person("Tamu", roles=roles))
        assert ina.get(address).status_code == 404


def test_a_number_is_checked_without_being_kept(ina: FlaskClient, db: SQLAlchemy) -> None:
    year = (clock.today().year + 2) % 100
    good = {"kind": "pirt", "number": f"2155371010001{year}", "langkah": "periksa"}
    page = ina.post("/penjual/toko/sertifikat", data=good).text
    assert "Bentuk nomornya benar." in page
    assert "kacang, biji, dan umbi" in page
    answer = ina.post("/penjual/toko/sertifikat", data={**good, "number": "12"})
    assert answer.status_code == 200
    assert certificates(db) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "unheard"},
        {"number": "ID123"},
        {"valid_until": "2020-01-01"},
        {"file": b"MZ program"},
    ],
)
def test_a_wrong_certificate_is_refused(ina: FlaskClient, db: SQLAlchemy, wrong: dict[str, object]) -> None:
    form = {"kind": "halal", "number": "ID53110000012345678", **wrong}
    if isinstance(wrong.get("file"), bytes):
        form["file"] = (io.BytesIO(wrong["file"]), "surat.pdf")  # type: ignore[arg-type]
    assert ina.post("/penjual/toko/sertifikat", data=form).status_code == 422
    assert certificates(db) == []


def test_the_same_certificate_is_not_kept_twice(ina: FlaskClient, db: SQLAlchemy) -> None:
    form = {"kind": "halal", "number": "ID53110000012345678"}
    assert ina.post("/penjual/toko/sertifikat", data=form).status_code == 303
    assert ina.post("/penjual/toko/sertifikat", data={**form, "number": "id 5311 0000 0123 45678"}).status_code == 422
    assert len(certificates(db)) == 1


def test_staff_look_and_change_nothing(client: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    dodi = staff(client, shop)
    page = dodi.get("/penjual/toko")
    assert page.status_code == 200
    assert "Ubah profil" not in page.text
    for path in POSTS:
        data = {**PROFILE, "fee": "1000", "kind": "halal", "number": "ID53110000012345678"}
        assert dodi.post(f"/penjual/toko/{path}", data=data).status_code == 404
    assert db.session.get_one(Store, shop.id).street == "Jalan Bajawa 12"
    assert (shipping.zones(shop.id), certificates(db)) == ([], [])


@pytest.mark.parametrize("path", POSTS)
def test_nobody_changes_the_shop_of_somebody_else(client: FlaskClient, db: SQLAlchemy, shop: Store, path: str) -> None:
    with transaction():
        other = make.store("Tenun Mama Yuli")
    make.sign_in_client(client, make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other.id)]))
    data = {
        **PROFILE,
        "toko": str(shop.id),
        "buka": "0",
        "fee": "1000",
        "kind": "halal",
        "number": "ID53110000012345678",
    }
    assert client.post(f"/penjual/toko/{path}", data=data).status_code == 404
    assert client.get(f"/penjual/toko?toko={shop.id}").status_code == 404
    kept = db.session.get_one(Store, shop.id)
    assert (kept.street, kept.status) == ("Jalan Bajawa 12", StoreStatus.OPEN)
    assert (shipping.zones(shop.id), certificates(db)) == ([], [])


def test_a_guest_is_sent_to_sign_in_and_a_buyer_told_nothing(client: FlaskClient) -> None:
    for path in ("", "/profil", "/wilayah-antar", "/sertifikat"):
        assert client.get(f"/penjual/toko{path}").status_code == 302
    make.sign_in_client(client, make.person("Budi"))
    assert client.get("/penjual/toko").status_code == 404
    assert client.get("/penjual/kurasi").status_code == 404


# --- the list of papers --------------------------------------------------------------------------------------------


def papers_listed(ina: FlaskClient) -> dict[str, str]:
    """Each paper of the list with its badges."""
    page = BeautifulSoup(ina.get("/penjual/toko").text, "html.parser")
    lines = page.select("#surat-surat li")
    return {
        line.select_one(".strong").get_text(): " ".join(badge.get_text() for badge in line.select(".status-badge"))  # type: ignore[union-attr]
        for line in lines
    }


def test_the_list_says_what_the_goods_of_the_shop_need(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    assert papers_listed(ina) == {"NIB": "Ada", "NPWP": "Belum ada"}
    with transaction():
        make.product(shop, "Keripik", category="camilan")
    assert papers_listed(ina) == {
        "NIB": "Ada",
        "NPWP": "Belum ada",
        "P-IRT": "Belum ada, wajib",
        "Sertifikat halal": "Belum ada, wajib",
    }
    with transaction():
        register(SYSTEM, shop.id, "bpom_food", "MD 123456789012", valid_until=clock.today() + timedelta(days=60))
    assert papers_listed(ina)["P-IRT"] == "Ada Segera habis", "a BPOM number stands in for it"
    page = ina.get("/penjual/toko").text
    assert "Untuk Camilan (tahan lama)" in page
    assert "BPOM pangan" not in papers_listed(ina)
    with transaction():
        make.product(shop, "Se'i Beku", category="sei-olahan-daging", is_perishable=True, is_not_halal=True)
    assert papers_listed(ina)["NKV"] == "Belum ada, wajib"
    assert "Tidak perlu untuk barang yang diberi tanda TIDAK HALAL." in page
    assert "/penjual/toko/sertifikat?toko=" in page


def test_a_young_shop_has_time_for_its_business_number(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    with transaction():
        db.session.get_one(Store, shop.id).nib = ""
    assert papers_listed(ina)["NIB"] == "Belum ada"
    day = wita_date(clock.today() + timedelta(days=90))
    assert f"Boleh menyusul sampai {day}." in ina.get("/penjual/toko").text
    with transaction():
        early = make.product(shop, "Bakul")
    assert db.session.get_one(Product, early.id).live_revision_id is not None
    with clock.travel(clock.now() + timedelta(days=91)):
        make.sign_in_client(ina, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, shop.id)]))
        assert papers_listed(ina)["NIB"] == "Belum ada, wajib"
        with transaction():
            late = make.product(shop, "Tikar")
        assert db.session.get_one(Product, late.id).live_revision_id is None
        assert make.newest_words(late.id).missing == ("nib",)
        with transaction():
            register(SYSTEM, shop.id, "nib", "1234567890123")
            served = make.product(shop, "Nyiru")
        assert db.session.get_one(Product, served.id).live_revision_id is not None, "a paper of the business covers all"


def test_a_tax_number_is_no_buyers_business(ina: FlaskClient, db: SQLAlchemy, shop: Store) -> None:
    with transaction():
        tax = register(SYSTEM, shop.id, "npwp", "5371011234560001")
        made = make.live(make.product(shop, "Bakul", certificate_ids=(tax.id,)))
        slug = made.slug
    assert papers_listed(ina)["NPWP"] == "Ada"
    assert "537101" not in ina.get(f"/produk/{slug}").text
