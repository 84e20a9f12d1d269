"""Goods that are prepared while their shop waits to be opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM, Role
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from marketplace.curation import queries as desk
from marketplace.curation import services as curation
from marketplace.curation.models import Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.onboarding import services
from marketplace.onboarding.models import Application
from tests import make
from tests.catalog.people import Shop
from tests.desks.drafts import begin, rest


@pytest.fixture
def yuli(db: SQLAlchemy) -> Person:
    return make.person("Yuli Nope")


@pytest.fixture
def ratna(db: SQLAlchemy) -> Person:
    return make.person("Ratna Bria", roles=[Role.CURATOR])


def sent(someone: Person) -> Application:
    with transaction():
        return make.sent(someone)


def prepared(store_id: int, name: str = "Sambal") -> int:
    """Goods of a shop, handed in; the id of what was handed in."""
    made = make.product(store_id, name)
    return curation.submit(SYSTEM, made.id, catalog.latest_revision_id(made.id)).id


def test_goods_come_to_the_curators_when_the_shop_opens(
    yuli: Person, ratna: Person, client: FlaskClient, db: SQLAlchemy
) -> None:
    made, curator = sent(yuli), make.actor_of(ratna)
    before = desk.queue().waiting
    with transaction():
        submission_id = prepared(made.store_id or 0)
        waiting = db.session.get_one(Submission, submission_id)
        waiting.submitted_at -= timedelta(days=9)
    early = waiting.submitted_at
    assert (desk.queue().page.items, desk.waiting_count(), desk.next_waiting()) == ([], before, None)
    standing = desk.standings([waiting.product_id])[waiting.product_id]
    assert (standing.shop_waits, standing.status_words) == (True, "Menunggu toko dibuka")
    with pytest.raises(NotFound), transaction():
        curation.pass_submission(curator, submission_id, {})
    make.sign_in_client(client, ratna)
    assert client.get(f"/kurasi/{submission_id}").status_code == 404
    with transaction():
        services.accept(curator, made.id, made.version, make.marks(made))
    (row,) = desk.queue().page.items
    assert (row.id, row.day, row.submitted_at > early) == (submission_id, 1, True)
    assert (desk.waiting_count(), desk.next_waiting()) == (before + 1, submission_id)
    assert not desk.standings([waiting.product_id])[waiting.product_id].shop_waits
    assert client.get(f"/kurasi/{submission_id}").status_code == 200


def test_the_opening_starts_no_other_clock(yuli: Person, ratna: Person, db: SQLAlchemy) -> None:
    made = sent(yuli)
    with transaction():
        other = db.session.get_one(Submission, prepared(make.store().id))
        decided = db.session.get_one(Submission, prepared(made.store_id or 0, "Keripik"))
        decided.status = SubmissionStatus.REJECTED
    times = other.submitted_at, decided.submitted_at
    with transaction():
        services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    db.session.expire_all()
    assert (other.submitted_at, decided.submitted_at) == times


@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_goods_of_a_shop_that_never_opens_never_come(yuli: Person, ratna: Person, end: str) -> None:
    made = sent(yuli)
    with transaction():
        prepared(made.store_id or 0)
        if end == "withdraw":
            services.withdraw(make.actor_of(yuli), made.id)
        else:
            services.reject(make.actor_of(ratna), made.id, made.version, "duplicate", "Sudah ada.")
    assert desk.queue().page.items == []


def test_who_waits_reads_when_her_goods_appear(yuli: Person, client: FlaskClient) -> None:
    made = sent(yuli)
    make.sign_in_client(client, yuli)
    overview = client.get("/penjual").text
    assert "Kue Mama Yuli menunggu dibuka kurator" in overview
    assert "Lihat toko seperti pembeli" not in overview
    with transaction():
        prepared(made.store_id or 0)
    assert "Masuk antrean kurator begitu toko Anda dibuka" in client.get("/penjual/kurasi").text
    assert "Menunggu toko dibuka" in client.get("/penjual/produk").text


def test_a_basket_put_up_meanwhile_is_on_sale_with_the_opening(
    yuli: Person, ratna: Person, client: FlaskClient, db: SQLAlchemy
) -> None:
    made, owner = sent(yuli), make.actor_of(yuli)
    shop = Shop(made.store_id or 0, yuli, owner)
    make.sign_in_client(client, yuli)
    address = begin(shop)
    said = client.post(address, data=rest(client.get(address).text), follow_redirects=True).text
    assert "Begitu toko Anda dibuka, produk ini tampil" in said
    assert "Toko Anda belum dibuka" in said
    assert "sudah tayang" not in said
    product = db.session.scalars(sa.select(Product)).one()
    path = f"/produk/{product.slug}"
    assert client.get(path).status_code == 404
    with transaction():
        services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    assert client.get(path).status_code == 200
