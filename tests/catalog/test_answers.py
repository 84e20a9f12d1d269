"""What categories ask about goods, and what goods answer."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.rules import ALLERGENS, AttributeKind, Draft
from marketplace.catalog.services import products
from marketplace.catalog.services.attributes import AttributeDraft, move_attribute, save_attribute
from marketplace.core import audit, revision
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from tests import make
from tests.counting import statements

CLOTH, FREE = "kain-tenun-lembaran", "anyaman"


def words(**answers: Any) -> Draft:
    return make.draft(attributes={code.replace("_", "-"): answer for code, answer in answers.items()})


def refused(draft: Draft, category: str = FREE) -> tuple[str, str]:
    with transaction():
        store_id = make.store().id
    with pytest.raises(Invalid) as trouble, transaction():
        products.create(SYSTEM, store_id, make.category_id(category), draft, [make.form()])
    return trouble.value.message_id, trouble.value.field


def asked(category: str) -> list[str]:
    return [attribute.code for attribute in queries.attributes_of(make.category_id(category))]


@pytest.fixture
def questions(db: SQLAlchemy) -> None:
    """One of each kind, about basketry."""
    with transaction():
        make.question(FREE, "Warna dasar", AttributeKind.CHOICE, choices=("Alam", "Dicelup"))
        make.question(FREE, "Dipakai untuk", AttributeKind.CHOICES, choices=("Dapur", "Hiasan", "Belanja"))
        make.question(FREE, "Diameter", AttributeKind.NUMBER, unit="cm")
        make.question(FREE, "Tahan air", AttributeKind.YES_NO)


def test_a_category_asks_what_its_top_asks_and_more(db: SQLAlchemy) -> None:
    with statements(db) as sent:
        assert asked(CLOTH) == ["teknik", "motif", "asal-motif", "pewarna", "benang", "panjang", "lebar"]
    assert len(sent) == 2  # one of them finds the category for this test
    by_code = {each.code: each for each in queries.attributes_of(make.category_id(CLOTH))}
    assert by_code["teknik"].is_required, "the category asks in its own way"
    assert not {each.code: each for each in queries.attributes_of(make.category_id("busana-tenun"))}[
        "teknik"
    ].is_required


def test_answers_are_kept_as_they_were_meant(questions: None) -> None:
    said = words(
        warna_dasar="Alam", dipakai_untuk=["Belanja", "Dapur"], diameter=30, tahan_air=False, bahan="  Daun   lontar "
    )
    with transaction():
        made = make.product(category=FREE, attributes=said.attributes, allergens=("milk", "gluten", "milk"))
    newest = make.newest_words(made.id)
    assert newest.attributes == {
        "bahan": "Daun lontar",
        "warna-dasar": "Alam",
        "dipakai-untuk": ["Dapur", "Belanja"],
        "diameter": 30,
        "tahan-air": False,
    }
    assert list(newest.facts) == [
        ("Bahan", "Daun lontar"),
        ("Warna dasar", "Alam"),
        ("Dipakai untuk", "Dapur, Belanja"),
        ("Diameter", "30 cm"),
        ("Tahan air", "tidak"),
    ]
    assert newest.allergens == ("gluten", "milk")
    assert newest.allergen_names == (ALLERGENS["gluten"], ALLERGENS["milk"])


@pytest.mark.parametrize(
    ("code", "answer", "trouble"),
    [
        ("warna-dasar", "Ungu", "catalog.attribute_choice"),
        ("warna-dasar", ["Alam"], "catalog.attribute_choice"),
        ("dipakai-untuk", ["Dapur", "Perang"], "catalog.attribute_choice"),
        ("dipakai-untuk", [["Dapur"]], "catalog.attribute_choice"),
        ("diameter", -1, "catalog.number_out_of_bounds"),
        ("diameter", 10**9, "catalog.number_out_of_bounds"),
        ("diameter", "30", "catalog.number_out_of_bounds"),
        ("diameter", True, "catalog.number_out_of_bounds"),
        ("tahan-air", "ya", "catalog.attribute_choice"),
        ("bahan", "x" * 201, "catalog.attribute_text"),
        ("bahan", {"a": 1}, "catalog.attribute_text"),
        ("bahan", "sirip hiu", "catalog.blocked_goods"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(questions: None, code: str, answer: Any, trouble: str) -> None:
    assert refused(make.draft(attributes={code: answer})) == (trouble, f"attr-{code}")


def test_a_needed_answer_must_be_given_and_again_with_each_new_words(db: SQLAlchemy) -> None:
    assert refused(make.draft(), CLOTH) == ("catalog.attribute_needed", "attr-teknik")
    assert refused(words(teknik=""), CLOTH) == ("catalog.attribute_needed", "attr-teknik")
    with transaction():
        made = make.product(category=CLOTH, attributes={"teknik": "Buna"})
    with pytest.raises(Invalid), transaction():
        products.revise(SYSTEM, made.id, make.draft(description="Lain"))
    with transaction():
        assert products.revise(SYSTEM, made.id, words(teknik="Buna")) is None, "nothing else was said"
        assert products.revise(SYSTEM, made.id, words(teknik="Pahikung")) is not None


def test_words_of_a_page_that_is_no_longer_true_overwrite_nothing(db: SQLAlchemy) -> None:
    with transaction():
        made = make.product()
        seen = make.newest_revision_id(made)
        products.revise(SYSTEM, made.id, words(bahan="Pandan"), seen=seen)
    with pytest.raises(Stale), transaction():
        products.revise(SYSTEM, made.id, words(ukuran="30 cm"), seen=seen)
    assert make.newest_words(made.id).attributes == {"bahan": "Pandan"}


def test_no_is_an_answer_to_what_must_be_answered(db: SQLAlchemy) -> None:
    with transaction():
        make.question(FREE, "Tahan air", AttributeKind.YES_NO, is_required=True)
    assert refused(make.draft()) == ("catalog.attribute_needed", "attr-tahan-air")
    with transaction():
        assert make.newest_words(make.product(attributes={"tahan-air": False}).id).attributes == {"tahan-air": False}


def test_what_is_not_asked_is_not_kept(questions: None) -> None:
    with transaction():
        made = make.product(category=FREE, attributes={"teknik": "Buna", "is_active": True, "__class__": "x"})
    assert make.newest_words(made.id).attributes == {}


def test_an_allergen_nobody_knows_is_refused(db: SQLAlchemy) -> None:
    assert refused(make.draft(allergens=("gluten", "arsenic"))) == ("catalog.allergen_unknown", "allergens")


def test_answers_are_found_in_the_search(questions: None, db: SQLAlchemy) -> None:
    with transaction():
        store = make.store("Rumah Anyam")
        made = make.product(store, attributes={"bahan": "Pandan wangi", "dipakai-untuk": ["Hiasan"], "diameter": 37})
    text = db.session.get_one(Product, made.id).search_text
    assert "pandan wangi" in text
    assert "hiasan" in text
    assert "37" not in text


# --- the operator's work ---------------------------------------------------------------------------------------------


def test_an_answer_stays_readable_when_its_question_is_asked_no_more(questions: None) -> None:
    with transaction():
        made = make.product(attributes={"diameter": 30})
        question = next(each for each in queries.own_attributes(make.category_id(FREE)) if each.code == "diameter")
        off = AttributeDraft("Lebar tengah", AttributeKind.NUMBER, "mm", is_active=False)
        save_attribute(SYSTEM, make.category_id(FREE), off, question.id)
    assert "diameter" not in asked(FREE)
    assert list(make.newest_words(made.id).facts) == [("Lebar tengah", "30 mm")]
    with transaction():
        products.revise(SYSTEM, made.id, make.draft(description="Lain", attributes={"diameter": 40}))
    assert make.newest_words(made.id).attributes == {}


def test_a_category_asks_its_tops_question_in_its_own_way(db: SQLAlchemy) -> None:
    before = revision.current()
    with pytest.raises(Invalid) as trouble, transaction():
        make.question(FREE, "Bahan", AttributeKind.NUMBER)
    assert trouble.value.message_id == "catalog.attribute_kind"
    with transaction():
        own = make.question(FREE, "Bahan", is_required=True)
        assert own.code == "bahan"
    assert asked(FREE).count("bahan") == 1
    assert refused(make.draft())[1] == "attr-bahan"
    assert revision.current() > before
    (act,) = db.session.scalars(sa.select(audit.AuditEntry).where(audit.AuditEntry.action == "catalog.attribute_saved"))
    assert act.details["attribute"] == "bahan"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (AttributeDraft("", AttributeKind.TEXT), "label"),
        (AttributeDraft("…", AttributeKind.TEXT), "label"),
        (AttributeDraft("x" * 81, AttributeKind.TEXT), "label"),
        (AttributeDraft("Warna", AttributeKind.CHOICE), "choices"),
        (AttributeDraft("Warna", AttributeKind.CHOICE, choices=(" ", "")), "choices"),
        (AttributeDraft("Warna", AttributeKind.CHOICES, choices=("x" * 61,)), "choices"),
        (AttributeDraft("Warna", AttributeKind.CHOICE, choices=tuple(map(str, range(41)))), "choices"),
        (AttributeDraft("Berat", AttributeKind.NUMBER, unit="x" * 21), "unit"),
        (AttributeDraft("tahan   AIR", AttributeKind.TEXT), "label"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(questions: None, draft: AttributeDraft, field: str) -> None:
    with pytest.raises(Invalid) as trouble, transaction():
        save_attribute(SYSTEM, make.category_id(FREE), draft)
    assert trouble.value.field == field


def test_the_code_and_the_kind_of_a_question_stay(questions: None) -> None:
    category = make.category_id(FREE)
    question = next(each for each in queries.own_attributes(category) if each.code == "diameter")
    with transaction():
        renamed = save_attribute(SYSTEM, category, AttributeDraft("Garis tengah", AttributeKind.NUMBER), question.id)
        assert renamed.code == "diameter"
    with pytest.raises(Invalid), transaction():
        save_attribute(SYSTEM, category, AttributeDraft("Garis tengah", AttributeKind.TEXT), question.id)
    with pytest.raises(NotFound), transaction():
        save_attribute(SYSTEM, make.category_id("camilan"), AttributeDraft("Garis", AttributeKind.NUMBER), question.id)


def test_a_question_changes_places(questions: None) -> None:
    category = make.category_id(FREE)
    first, second, *_ = queries.own_attributes(category)
    for step, expected in ((1, [second.id, first.id]), (-1, [first.id, second.id]), (-1, [first.id, second.id])):
        with transaction():
            move_attribute(SYSTEM, category, first.id, step)
        assert [each.id for each in queries.own_attributes(category)][:2] == expected


def test_only_the_operator_asks(questions: None) -> None:
    category = make.category_id(FREE)
    with pytest.raises(NotAllowed):
        save_attribute(GUEST, category, AttributeDraft("Umur", AttributeKind.NUMBER))
    with pytest.raises(NotAllowed):
        move_attribute(GUEST, category, queries.own_attributes(category)[0].id, 1)
