"""A visitor reports a product or a shop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.services import closing, exports
from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.core.actor import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.moderation import handlers, services
from marketplace.moderation.models import ListingReport
from marketplace.moderation.rules import Outcome, Reason, Said, Thing, Verdict
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make


@pytest.fixture
def goods(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Lu’at")


def at_product(goods: Product) -> str:
    return f"/laporkan/produk/{goods.slug}"


def reports(db: SQLAlchemy) -> list[ListingReport]:
    return list(db.session.scalars(sa.select(ListingReport).order_by(ListingReport.id)))


def said(**more: str) -> dict[str, str]:
    return {"reason": "unsafe_food", "words": "", "contact": "", "website": "", **more}


def test_a_guest_reports_a_product_from_its_page(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    assert f'href="{at_product(goods)}"' in client.get(f"/produk/{goods.slug}").text
    page = client.get(at_product(goods)).text
    assert "Sambal Lu’at" in page
    assert "noindex" in page
    sent = client.post(at_product(goods), data=said(words="Bau asam", contact="tamu@example.id"))
    assert sent.status_code == 303
    thanks = client.get(sent.location).text
    assert "Apa selanjutnya" in thanks
    assert "produknya tidak dijual sampai diperbaiki" in thanks
    (made,) = reports(db)
    assert (made.product_id, made.store_id, made.reason) == (goods.id, goods.store_id, Reason.UNSAFE_FOOD)
    assert (made.words, made.contact, made.person_id) == ("Bau asam", "tamu@example.id", None)
    noted = sa.select(AuditEntry.thing_id).where(AuditEntry.action == "moderation.reported")
    assert list(db.session.scalars(noted)) == [str(goods.id)]


def test_a_shop_is_reported_from_its_page(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    shop = db.session.get_one(Store, goods.store_id)
    assert f'href="/laporkan/toko/{shop.slug}"' in client.get(f"/toko/{shop.slug}").text
    answer = client.post(f"/laporkan/toko/{shop.slug}", data=said(reason="other", words="Alamatnya kosong"))
    assert answer.status_code == 303
    assert "untuk sementara tidak tampil" in client.get(answer.location).text
    assert [(row.store_id, row.product_id) for row in reports(db)] == [(shop.id, None)]


def test_the_contact_lies_sealed(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    client.post(at_product(goods), data=said(contact="tamu@example.id"))
    kept = db.session.scalar(sa.text("SELECT contact FROM listing_reports"))
    assert kept
    assert "tamu" not in kept


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"reason": ""}, "Pilih salah satu."),
        ({"reason": "other"}, "Ceritakan singkat apa yang tidak beres."),
        ({"words": "x" * 501}, "Paling banyak 500 huruf."),
        ({"contact": "bukan alamat"}, "Tulis alamat e-mail atau nomor HP."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_kept(
    client: FlaskClient, db: SQLAlchemy, goods: Product, sent: dict[str, str], words: str
) -> None:
    answer = client.post(at_product(goods), data=said(**{"words": "", "contact": "0812 3456 7890"} | sent))
    assert answer.status_code == 422
    assert words in answer.text
    assert sent.get("contact", "0812 3456 7890") in answer.text
    assert reports(db) == []


def test_a_double_click_is_one_report_and_later_words_count(
    client: FlaskClient, db: SQLAlchemy, goods: Product
) -> None:
    for words in ("Bau asam", "Bau asam", "Bau asam dan berjamur"):
        assert client.post(at_product(goods), data=said(words=words)).status_code == 303
    assert [row.words for row in reports(db)] == ["Bau asam dan berjamur"]
    other = client.application.test_client()
    other.post(at_product(goods), data=said(words="Saya juga"))
    assert [row.words for row in reports(db)] == ["Bau asam dan berjamur", "Saya juga"]


def test_a_person_has_one_report_on_whatever_device(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    budi = make.person("Budi Lado")
    for visitor in (client, client.application.test_client()):
        make.sign_in_client(visitor, budi)
        assert f'value="{budi.email}"' in visitor.get(at_product(goods)).text, "she may be answered"
        visitor.post(at_product(goods), data=said(contact=budi.email or ""))
    assert [row.person_id for row in reports(db)] == [budi.id]


def test_a_program_is_thanked_and_dropped(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    assert 'name="website"' in client.get(at_product(goods)).text
    assert client.post(at_product(goods), data=said(website="https://spam.example")).status_code == 303
    assert reports(db) == []


def test_an_address_reports_ten_times_an_hour(client: FlaskClient, goods: Product) -> None:
    found = [client.post(at_product(goods), data=said()).status_code for _ in range(11)]
    assert found == [303] * 10 + [429]


def test_a_token_is_asked_for(strict_client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    assert strict_client.post(at_product(goods), data=said()).status_code == 400
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', strict_client.get(at_product(goods)).text)
    assert token is not None
    assert strict_client.post(at_product(goods), data=said(csrf_token=token[1])).status_code == 303
    assert len(reports(db)) == 1


def test_what_is_not_public_cannot_be_reported(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    shop = db.session.get_one(Store, goods.store_id)
    assert client.get("/laporkan/produk/tidak-ada").status_code == 404
    with transaction():
        products.hide(SYSTEM, goods.id)
    assert client.get(at_product(goods)).status_code == 404
    assert client.post(at_product(goods), data=said()).status_code == 404
    with transaction():
        db.session.get_one(Store, shop.id).status = StoreStatus.SUSPENDED
    assert client.get(f"/laporkan/toko/{shop.slug}").status_code == 404


def test_words_and_contact_are_forgotten_some_days_after_closing(db: SQLAlchemy, goods: Product) -> None:
    budi, admin = make.person("Budi Lado"), make.actor_of(make.person("Andreas", roles=[make.OPERATOR]))
    thing = Thing(goods.store_id, goods.id)
    with transaction():
        services.report(make.actor_of(budi), "", thing, Said(Reason.OTHER, "Bau asam", "budi@example.id"))
    seen = reports(db)[0].id
    with travel(now() + timedelta(days=400)):
        handlers.forget_old()
        assert reports(db)[0].words == "Bau asam", "an open one is still needed"
        with transaction():
            services.decide(admin, thing, Verdict(Outcome.SET_ASIDE, "Sudah dicek"), seen)
    with travel(now() + timedelta(days=400 + 89)):
        handlers.forget_old()
        assert reports(db)[0].contact == "budi@example.id"
    with travel(now() + timedelta(days=400 + 90, minutes=1)):
        handlers.forget_old()
        db.session.expire_all()
        (row,) = reports(db)
        assert (row.words, row.contact, row.person_id, row.note) == ("", None, None, "Sudah dicek")


def test_a_persons_copy_holds_her_reports_and_closing_takes_her_out(db: SQLAlchemy, goods: Product) -> None:
    budi = make.person("Budi Lado")
    thing = Thing(goods.store_id, goods.id)
    with transaction():
        services.report(make.actor_of(budi), "", thing, Said(Reason.OTHER, "Bau asam", "budi@example.id"))
        copy = exports.export(make.actor_of(budi))["reports"]
    assert [(row["product"], row["words"], row["contact"]) for row in copy] == [
        (goods.slug, "Bau asam", "budi@example.id")
    ]
    with transaction():
        closing.close_account(make.actor_of(budi), budi.id)
    db.session.expire_all()
    (row,) = reports(db)
    assert (row.words, row.contact, row.person_id) == ("Bau asam", None, None)
