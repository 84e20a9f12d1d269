"""From the seller's form to the badge and back: words go to the curators, prices and stock do not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.curation import queries, services
from marketplace.curation.rules import SubmissionStatus
from marketplace.stores.models import Store
from tests import make
from tests.counting import statements

NOTE = "Mohon unggah foto label yang terbaca."


@pytest.fixture
def shop(db: SQLAlchemy) -> Store:
    with transaction():
        return make.store("Dapur Mama Ina")


@pytest.fixture
def ina(shop: Store) -> Person:
    return make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, shop.id)])


@pytest.fixture
def ratna(db: SQLAlchemy) -> Person:
    return make.person("Ratna Bria", roles=[Role.CURATOR])


def visitor(client: FlaskClient, someone: Person) -> FlaskClient:
    made = client.application.test_client()
    make.sign_in_client(made, someone)
    return made


def words_of(product_id: int, **changes: object) -> dict[str, object]:
    """The seller's form as it stands, with some of it typed anew."""
    newest = make.newest_words(product_id)
    form = {
        "name": newest.name,
        "description": newest.description,
        "composition": newest.composition,
        "unit": newest.unit,
        "origin_code": newest.origin_code,
        "foto_ada": [str(media_id) for media_id in newest.picture_ids],
        "certificate_ids": [str(claim.id) for claim in newest.certificates],
    }
    return {**form, **changes}


def test_words_go_back_to_the_queue_while_what_passed_stays_public(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ina: Person, ratna: Person
) -> None:
    seller, curator, guest = visitor(client, ina), visitor(client, ratna), client.application.test_client()
    with transaction():
        held = make.submission(shop.id, "Sambal Lu’at", composition="cabai", picture_ids=make.pictures(ina))
        first, product_id = held.id, held.product_id
        slug = db.session.get_one(Product, product_id).slug
    assert curator.post(f"/kurasi/{first}/kelulusan").status_code == 303
    assert "Terkurasi" in guest.get(f"/produk/{slug}").text

    edit = words_of(product_id, name="Sambal Lu’at Pedas", composition="cabai, garam")
    assert seller.post(f"/penjual/produk/{product_id}", data=edit).status_code == 303
    page = guest.get(f"/produk/{slug}").text
    assert "Terkurasi" in page
    assert "Sambal Lu’at Pedas" not in page
    assert queries.waiting_count() == 1
    second = queries.next_waiting()
    assert second not in (None, first)

    curator.post(f"/kurasi/{second}/kelulusan")
    page = guest.get(f"/produk/{slug}").text
    assert "Sambal Lu’at Pedas" in page
    assert "Terkurasi" in page
    assert queries.waiting_count() == 0


def test_price_and_stock_never_go_to_the_curators(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ina: Person, ratna: Person
) -> None:
    seller = visitor(client, ina)
    with transaction():
        held = make.submission(shop.id, "Sambal Lu’at", price=20_000, on_hand=3)
        first, product_id = held.id, held.product_id
    with transaction():
        services.pass_submission(make.actor_of(ratna), first, {})
    product = db.session.get_one(Product, product_id)
    slug, variant_id = product.slug, make.variant(product).id
    prefix = f"v{variant_id}-"
    form = {f"{prefix}price": "25.000", f"{prefix}weight": "200", f"{prefix}on_hand": "9", f"{prefix}seen_on_hand": "3"}
    assert seller.post(f"/penjual/produk/{product_id}/varian/{variant_id}", data=form).status_code == 303
    page = client.application.test_client().get(f"/produk/{slug}").text
    assert "Rp25.000" in page
    assert "Terkurasi" in page
    assert queries.waiting_count() == 0
    assert queries.submission(first).status is SubmissionStatus.PASSED


def test_the_seller_reads_where_each_product_stands_and_what_to_do(
    client: FlaskClient, shop: Store, ina: Person, ratna: Person
) -> None:
    with transaction():
        returned, rejected = make.submission(shop.id, "Sambal").id, make.submission(shop.id, "Abon").id
        make.submission(shop.id, "Keripik")
    with transaction():
        services.ask_changes(make.actor_of(ratna), returned, "unclear_photo", NOTE)
        services.reject(make.actor_of(ratna), rejected, "medical_claim", "Klaim menyembuhkan tidak boleh.")
    seller = visitor(client, ina)
    page = seller.get("/penjual/kurasi").text
    for words in (NOTE, "Foto produk kurang jelas", "Klaim menyembuhkan", "hari ke-1 dari 5"):
        assert words in page
    assert seller.post(f"/penjual/kurasi/{returned}").status_code == 303
    assert queries.submission(returned).status is SubmissionStatus.WAITING
    assert seller.post(f"/penjual/kurasi/{rejected}").status_code == 409


def test_nobody_hands_in_for_another_shop(client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person) -> None:
    with transaction():
        returned, other = make.submission(shop.id).id, make.store("Tenun Mama Yuli")
    with transaction():
        services.ask_changes(make.actor_of(ratna), returned, "unclear_photo", NOTE)
    yuli = visitor(client, make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other.id)]))
    assert yuli.post(f"/penjual/kurasi/{returned}").status_code == 404
    assert "Sambal" not in yuli.get("/penjual/kurasi").text
    assert queries.submission(returned).status is SubmissionStatus.RETURNED


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_costs_the_same_however_many_goods(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ina: Person, count: int
) -> None:
    with transaction():
        for number in range(count):
            make.submission(shop.id, f"Sambal {number}", with_papers=False)
    seller = visitor(client, ina)
    seller.get("/penjual/kurasi")
    with statements(db) as sent:
        assert seller.get("/penjual/kurasi").status_code == 200
    assert len(sent) <= 4, sent
