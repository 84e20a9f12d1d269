"""Settings, categories and the audit trail at the operator's desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Category, Product
from marketplace.catalog.queries import categories
from marketplace.catalog.services.categories import CategoryDraft, move_category, save_category
from marketplace.core import audit, clock, revision, settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.onboarding.queries import REVIEW_DAYS
from tests import make

# --- settings --------------------------------------------------------------


def test_a_value_holds_from_its_day(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    path = "/admin/pengaturan/onboarding.review_days"
    assert client.post(path, data={"value": "9", "valid_from": tomorrow.isoformat()}).status_code == 303
    db.session.info.pop("settings", None)
    assert REVIEW_DAYS.today() == 5
    assert REVIEW_DAYS.on(tomorrow) == 9
    (kept,) = settings.values_of("onboarding.review_days")
    assert kept.set_by == operator.id


@pytest.mark.parametrize("value", ["61", "0", "-1", "satu", "1.5", "", "9" * 40])
def test_a_value_out_of_bounds_is_refused(client: FlaskClient, operator: Person, db: SQLAlchemy, value: str) -> None:
    data = {"value": value, "valid_from": clock.today().isoformat()}
    assert client.post("/admin/pengaturan/onboarding.review_days", data=data).status_code == 422
    assert settings.values_of("onboarding.review_days") == []


def test_the_past_is_not_changed(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    data = {"value": "9", "valid_from": (clock.today() - timedelta(days=1)).isoformat()}
    assert client.post("/admin/pengaturan/onboarding.review_days", data=data).status_code == 422
    assert settings.values_of("onboarding.review_days") == []


def test_an_unknown_setting_is_not_found(client: FlaskClient, operator: Person) -> None:
    assert client.get("/admin/pengaturan/no.such").status_code == 404


# --- categories ------------------------------------------------------------


def test_a_category_is_made_changed_and_put_aside(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    before = revision.current()
    made = client.post(
        "/admin/kategori/baru",
        data={
            "name": "Bumbu & Rempah",
            "parent_id": "0",
            "is_food": "y",
            "is_active": "y",
        },
    )
    assert made.status_code == 303
    category = db.session.scalars(sa.select(Category).where(Category.name == "Bumbu & Rempah")).one()
    assert (category.slug, category.parent_id, category.is_food) == ("bumbu-rempah", None, True)
    assert revision.current() > before
    assert categories().tops[-1].slug == "bumbu-rempah"
    client.post(f"/admin/kategori/{category.id}", data={"name": "Bumbu Dapur", "parent_id": "0"})
    db.session.refresh(category)
    assert (category.slug, category.name, category.is_active) == ("bumbu-rempah", "Bumbu Dapur", False)
    assert "bumbu-rempah" not in {top.slug for top in categories().tops}


def test_goods_are_found_by_the_new_name_of_their_category(db: SQLAlchemy) -> None:
    with transaction():
        made = make.product(name="Bakul Lontar")
        row = db.session.get_one(Category, made.category_id)
        above = db.session.get_one(Category, row.parent_id)
        product_id, category_id, above_id = made.id, row.id, above.id
        lower = CategoryDraft("Wadah Anyam", row.parent_id, is_active=True)
        upper = CategoryDraft("Kriya Tangan", None, is_active=True)
    for draft, changed_id, word in ((lower, category_id, "wadah anyam"), (upper, above_id, "kriya tangan")):
        with transaction():
            save_category(SYSTEM, draft, changed_id)
        assert word in db.session.scalars(sa.select(Product.search_text).where(Product.id == product_id)).one()


def test_two_categories_of_one_name_have_two_addresses(db: SQLAlchemy) -> None:
    with transaction():
        slugs = [save_category(SYSTEM, CategoryDraft("Kue")).slug for _ in range(3)]
    assert slugs == ["kue", "kue-2", "kue-3"]


def test_there_are_two_levels(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    with transaction():
        top = save_category(SYSTEM, CategoryDraft("Atas"))
        child = save_category(SYSTEM, CategoryDraft("Bawah", parent_id=top.id))
        other = save_category(SYSTEM, CategoryDraft("Lain"))
    for draft, moved in (
        (CategoryDraft("Cucu", parent_id=child.id), None),
        (CategoryDraft("Atas", parent_id=other.id), top.id),
        (CategoryDraft("Lain", parent_id=other.id), other.id),
        (CategoryDraft("Lain", parent_id=999_999), other.id),
        (CategoryDraft("  "), None),
    ):
        with pytest.raises(Invalid), transaction():
            save_category(SYSTEM, draft, moved)
    with transaction():
        save_category(SYSTEM, CategoryDraft("Lain", parent_id=top.id), other.id)
    assert [row.id for row in categories().below(top.id)] == [child.id, other.id]


def test_categories_change_places(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    first, second, *_ = [row.id for row in categories().tops]
    client.post(f"/admin/kategori/{second}/urutan", data={"arah": "naik"})
    assert [row.id for row in categories().tops][:2] == [second, first]
    client.post(f"/admin/kategori/{second}/urutan", data={"arah": "naik"})  # the first one stays the first
    assert [row.id for row in categories().tops][:2] == [second, first]
    client.post(f"/admin/kategori/{second}/urutan", data={"arah": "turun"})
    assert [row.id for row in categories().tops][:2] == [first, second]
    assert client.post(f"/admin/kategori/{second}/urutan", data={"arah": "samping"}).status_code == 400


def test_only_the_operator_changes_categories(db: SQLAlchemy) -> None:
    ina = Actor(person_id=1, name="Ina")
    with pytest.raises(NotAllowed), transaction():
        save_category(ina, CategoryDraft("Kue"))
    with pytest.raises(NotAllowed), transaction():
        move_category(ina, 1, 1)


# --- trail -----------------------------------------------------------------


def test_the_trail_is_filtered_and_names_people_as_they_are_called_today(
    client: FlaskClient, operator: Person, db: SQLAlchemy
) -> None:
    budi = make.person("Budi Lado")
    with transaction():
        audit.record(Actor(budi.id, "Budi"), "catalog.product_created", "product", 77, price=15000)
        audit.record(SYSTEM, "orders.lapsed", "order", 78)
    everything = client.get("/admin/jejak").text
    assert "catalog.product_created" in everything
    assert "Budi Lado" in everything
    assert "Sistem" in everything
    for query in ({"tindakan": "orders."}, {"jenis": "order"}, {"benda": "78"}):
        page = client.get("/admin/jejak", query_string=query).text
        assert "orders.lapsed" in page
        assert "catalog.product_created" not in page
    page = client.get("/admin/jejak", query_string={"orang": str(budi.id)}).text
    assert "catalog.product_created" in page
    assert "orders.lapsed" not in page


def test_a_strange_filter_does_no_harm(client: FlaskClient, operator: Person) -> None:
    for query in (
        {"orang": "9" * 60},
        {"orang": "x"},
        {"tindakan": "%"},
        {"halaman": "nonsense"},
        {"benda": "a" * 500},
    ):
        assert client.get("/admin/jejak", query_string=query).status_code == 200


def test_a_long_trail_is_read_page_by_page(client: FlaskClient, operator: Person, db: SQLAlchemy) -> None:
    with transaction():
        for number in range(40):
            audit.record(SYSTEM, f"test.act{number:02}", "thing", number)
    first = client.get("/admin/jejak?jenis=thing").text
    assert "test.act39" in first
    assert "test.act05" not in first
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "jenis=thing" in link
    assert "test.act05" in client.get(link).text
