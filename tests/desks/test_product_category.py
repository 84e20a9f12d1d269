"""A product put into another category: its words change, with what is asked of them, and go the way of all words."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Category, Product
from marketplace.catalog.rules import AttributeKind, Draft
from marketplace.catalog.services import products
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.curation.models import Submission
from marketplace.curation.queries import submission_view
from tests import make
from tests.catalog.people import Shop
from tests.desks.drafts import kept, photo, rest
from tests.desks.drafts import mine as mine

SAVE = {"aksi": "terbitkan"}


def cloth(mine: Shop, *, curated: bool = False, **more: Any) -> int:
    """A cloth with a motif, a technique and a picture, public; its id."""
    said = {"teknik": "Buna", "motif": "Kaif"}
    shown = kept(mine)
    with transaction():
        draft = make.draft("Kain", picture_ids=((shown, "Kain"),), attributes=said, **more)
        made = products.create(mine.ina, mine.id, make.category_id("kain-tenun-lembaran"), draft, [make.form()]).id
        products.put_live(made, queries.latest_revision_id(made), curated=curated)
    return made


def test_another_category_asks_its_own_and_says_what_is_left_out(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    product_id = cloth(mine)
    where, snack = f"/penjual/produk/{product_id}", make.category_id("camilan")
    page = client.get(where).text
    assert f'selected value="{make.category_id("kain-tenun-lembaran")}"' in page
    answer = client.post(where, data={**rest(page), "category_id": str(snack), "aksi": "kategori"})
    assert answer.location == f"{where}#kategori"
    page = client.get(where).text
    assert "Tidak ditanyakan di kategori ini" in page
    assert "Teknik: Buna" in page
    assert 'name="attr-teknik"' not in page
    assert 'name="allergens"' in page
    assert queries.product(product_id).category_id == make.category_id("kain-tenun-lembaran"), "nothing is saved yet"


def test_answers_that_fit_are_kept_and_the_others_go(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = cloth(mine)
    with transaction():
        make.question("anyaman", "Teknik", AttributeKind.CHOICE, choices=("Lilit", "Silang"))
        make.question("anyaman", "Motif")
    where, baskets = f"/penjual/produk/{product_id}", make.category_id("anyaman")
    client.post(where, data={**rest(client.get(where).text), "category_id": str(baskets), "aksi": "kategori"})
    page = client.get(where).text
    assert "Teknik: Buna" in page
    assert "Motif: Kaif" not in page
    assert 'value="Kaif"' in page
    assert client.post(where, data={**rest(page), "attr-teknik": "", "attr-motif": "Kaif", **SAVE}).status_code == 303
    assert (make.newest_words(product_id).category_id, make.newest_words(product_id).attributes) == (
        baskets,
        {"motif": "Kaif"},
    )


def test_a_needed_answer_of_the_new_category_is_asked_for(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = make.live(make.product(mine.id)).id
    where = f"/penjual/produk/{product_id}"
    sent = {
        **rest(client.get(where).text),
        "category_id": str(make.category_id("kain-tenun-lembaran")),
        "aksi": "foto",
        "pictures": photo(),
    }
    client.post(where, data=sent)
    answer = client.post(where, data=SAVE)
    assert answer.status_code == 422
    assert 'href="#attr-teknik"' in answer.text
    assert make.newest_words(product_id).category_id == make.category_id()
    answer = client.post(where, data={"attr-teknik": "Buna", **SAVE})
    assert answer.status_code == 303
    assert make.newest_words(product_id).attributes == {"teknik": "Buna"}


def test_what_passed_stays_where_it_is_until_the_new_words_pass(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    with transaction():
        paper = make.certificate(mine.id).id
    product_id = cloth(mine, curated=True, certificate_ids=(paper,))
    before, after = make.category_id("kain-tenun-lembaran"), make.category_id()
    where = f"/penjual/produk/{product_id}"
    answer = client.post(where, data={**rest(client.get(where).text), "category_id": str(after), **SAVE})
    assert answer.status_code == 303
    assert queries.product(product_id).category_id == before
    said = make.newest_words(product_id)
    assert said.category_id == after
    assert [claim.id for claim in said.certificates] == [paper]
    waiting = db.session.scalars(sa.select(Submission)).one()
    view = submission_view(waiting.id)
    assert view.category == said.category_name
    assert ("category", "Kain tenun lembaran", said.category_name) in [
        (change.field, change.old, change.new) for change in view.changes
    ]
    with transaction():
        products.put_live(product_id, said.id, curated=True)
    assert queries.product(product_id).category_id == after


def test_what_needs_no_papers_moves_at_once(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = cloth(mine)
    words = _again(product_id)
    with transaction():
        products.revise(mine.ina, product_id, words, category_id=make.category_id())
    assert queries.product(product_id).category_id == make.category_id()


def test_food_waits_for_the_curators_whatever_it_was_before(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = cloth(mine)
    live = queries.product(product_id).live_revision_id
    words = _again(product_id)
    with transaction():
        products.revise(mine.ina, product_id, words, category_id=make.category_id("camilan"))
    row = queries.product(product_id)
    assert (row.live_revision_id, row.category_id) == (live, make.category_id("kain-tenun-lembaran"))


def test_what_was_never_public_lies_where_it_says(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        draft = make.draft("Keripik", composition="Pisang")
        made = products.create(mine.ina, mine.id, make.category_id("camilan"), draft, [make.form()]).id
        products.revise(mine.ina, made, draft, category_id=make.category_id("madu"))
    assert queries.product(made).category_id == make.category_id("madu")


def _again(product_id: int) -> Draft:
    said = make.newest_words(product_id)
    pictures = tuple(zip(said.picture_ids, (one.alt for one in said.pictures), strict=True))
    return make.draft(said.name, picture_ids=pictures, attributes=said.attributes)


@pytest.mark.parametrize("which", ["none", "a branch", "switched off"])
def test_a_category_that_takes_no_goods_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop, which: str) -> None:
    product_id = cloth(mine)
    branch = db.session.scalars(sa.select(Category.parent_id).where(Category.parent_id.is_not(None))).first()
    with transaction():
        db.session.get_one(Category, make.category_id("madu")).is_active = False
    wanted = {"none": 999_999, "a branch": branch, "switched off": make.category_id("madu")}[which]
    where = f"/penjual/produk/{product_id}"
    answer = client.post(where, data={**rest(client.get(where).text), "category_id": str(wanted), **SAVE})
    assert answer.status_code == 422
    assert 'href="#category_id"' in answer.text
    words = _again(product_id)
    with pytest.raises(Invalid), transaction():
        products.revise(mine.ina, product_id, words, category_id=wanted)


def test_a_product_may_stay_in_a_category_that_was_switched_off(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    product_id = cloth(mine)
    with transaction():
        db.session.get_one(Category, make.category_id("kain-tenun-lembaran")).is_active = False
    where = f"/penjual/produk/{product_id}"
    answer = client.post(where, data={**rest(client.get(where).text), "price": "75.000", "name": "Kain Baru", **SAVE})
    assert answer.status_code == 303
    assert make.newest_words(product_id).attributes == {"teknik": "Buna", "motif": "Kaif"}


def test_a_stranger_moves_nothing(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = cloth(mine)
    stranger = make.person("Maria")
    make.sign_in_client(client, stranger)
    answer = client.post(f"/penjual/produk/{product_id}", data={"category_id": str(make.category_id()), **SAVE})
    assert answer.status_code in (403, 404)
    assert db.session.get_one(Product, product_id).category_id == make.category_id("kain-tenun-lembaran")
