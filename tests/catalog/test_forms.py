"""The forms of a product, saved together: all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import PriceTier, Product, Variant
from marketplace.catalog.queries import VariantRow
from marketplace.catalog.rules import MOST_VARIANTS, VariantDraft
from marketplace.catalog.services import products, stock, variants
from marketplace.core import audit, revision
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from tests import make
from tests.catalog.people import shop
from tests.counting import statements

AXES = ("Warna", "Ukuran")
Form = tuple[int | None, VariantDraft]


@pytest.fixture
def product_id(db: SQLAlchemy) -> int:
    """A shirt: Merah S, Merah L, Biru S, Biru L."""
    with transaction():
        return make.shirt().id


def shown(product_id: int) -> list[VariantRow]:
    return queries.variants(product_id, only_active=True)


def as_shown(product_id: int) -> list[Form]:
    """The forms as a page that changes nothing would send them."""
    return [
        (
            row.id,
            VariantDraft(
                price=row.price,
                weight=row.weight,
                name=row.name,
                options=row.options,
                sku=row.sku,
                min_quantity=row.min_quantity,
                tiers=row.tiers,
                low_stock=row.low_stock,
                picture_id=row.picture_id,
            ),
        )
        for row in shown(product_id)
    ]


def save(product_id: int, forms: Sequence[Form], axes: tuple[str, str] = AXES, **more: Any) -> None:
    with transaction():
        variants.save_all(SYSTEM, product_id, axes, forms, **more)


def changed(forms: list[Form], position: int, **values: Any) -> list[Form]:
    variant_id, draft = forms[position]
    return [*forms[:position], (variant_id, replace(draft, **values)), *forms[position + 1 :]]


def trouble(product_id: int, forms: Sequence[Form], axes: tuple[str, str] = AXES) -> tuple[str, str, object]:
    """How the forms are refused: id, field, number of the form. Nothing may have changed."""
    before = [*queries.variants(product_id), queries.product(product_id)]
    with pytest.raises(Invalid) as refused:
        save(product_id, forms, axes)
    assert [*queries.variants(product_id), queries.product(product_id)] == before
    return refused.value.message_id, refused.value.field, refused.value.values.get("row")


def test_a_new_product_is_sold_along_its_axes(product_id: int) -> None:
    assert queries.product(product_id).axes == AXES
    assert [(row.name, row.options) for row in shown(product_id)] == [
        ("Merah / S", ("Merah", "S")),
        ("Merah / L", ("Merah", "L")),
        ("Biru / S", ("Biru", "S")),
        ("Biru / L", ("Biru", "L")),
    ]


def test_all_is_saved_in_the_order_given(product_id: int, db: SQLAlchemy) -> None:
    forms = as_shown(product_id)
    stays = forms[0][0]
    sold = make.form(365_000, on_hand=7, options=("Hijau", "L"), sku="HJ-L", min_quantity=2, low_stock=5)
    forms = [
        (None, replace(sold, tiers=make.tiers((10, 340_000), (50, 300_000)))),
        *changed(forms, 0, price=340_000, on_hand=99, sku="MR-S")[:1],
    ]
    before = revision.current()
    save(product_id, forms)
    first, second = shown(product_id)
    assert (first.name, first.on_hand, first.sku, first.min_quantity, first.low_stock) == ("Hijau / L", 7, "HJ-L", 2, 5)
    assert first.tiers == make.tiers((10, 340_000), (50, 300_000))
    assert (second.id, second.price, second.sku) == (stays, 340_000, "MR-S")
    assert second.on_hand == 5, "what lies on the shelf is counted, not typed here"
    stopped = [row for row in queries.variants(product_id) if not row.is_active]
    assert {row.name for row in stopped} == {"Merah / L", "Biru / S", "Biru / L"}
    assert db.session.get_one(Product, product_id).price_from == 340_000
    assert db.session.get_one(Product, product_id).price_to == 365_000
    assert revision.current() > before
    (act,) = db.session.scalars(sa.select(audit.AuditEntry).where(audit.AuditEntry.action == "catalog.forms_saved"))
    assert sorted(act.details["stopped"]) == ["Biru / L", "Biru / S", "Merah / L"]


def test_saving_what_is_there_already_changes_nothing(product_id: int) -> None:
    before, mark = revision.current(), queries.forms_mark(product_id)
    save(product_id, as_shown(product_id))
    assert (revision.current(), queries.forms_mark(product_id)) == (before, mark)


def test_two_forms_swap_names_and_numbers(product_id: int) -> None:
    save(product_id, changed(changed(as_shown(product_id), 0, sku="A"), 1, sku="B"))
    forms = as_shown(product_id)
    swapped = changed(changed(forms, 0, options=("Merah", "L"), sku="B"), 1, options=("Merah", "S"), sku="A")
    save(product_id, swapped)
    assert [(row.name, row.sku) for row in shown(product_id)][:2] == [("Merah / L", "B"), ("Merah / S", "A")]
    assert [row.id for row in shown(product_id)] == [variant_id for variant_id, _ in forms]


def test_a_stopped_form_comes_back_as_itself_with_the_stock_given(product_id: int) -> None:
    forms = as_shown(product_id)
    save(product_id, forms[:-1])
    save(product_id, [*as_shown(product_id), (None, make.form(1_000, on_hand=9, options=("Biru", "L")))])
    back = shown(product_id)[-1]
    assert (back.id, back.name, back.price, back.on_hand) == (forms[-1][0], "Biru / L", 1_000, 9)


def test_a_stopped_form_does_not_come_back_with_fewer_than_are_promised(product_id: int, db: SQLAlchemy) -> None:
    forms = as_shown(product_id)
    with transaction():
        stock.reserve({forms[-1][0] or 0: 3})
    save(product_id, forms[:-1])
    again = [*as_shown(product_id), (None, make.form(1_000, on_hand=2, options=("Biru", "L")))]
    assert trouble(product_id, again) == ("catalog.stock_below_reserved", "on_hand", 4)


def test_a_form_may_take_the_name_of_a_stopped_one(product_id: int) -> None:
    save(product_id, as_shown(product_id)[:-1])
    save(product_id, changed(as_shown(product_id), 0, options=("Biru", "L")))
    assert shown(product_id)[0].name == "Biru / L"
    assert len({row.name for row in queries.variants(product_id)}) == 4


def test_a_number_is_free_again_once_its_form_is_stopped(product_id: int) -> None:
    save(product_id, changed(as_shown(product_id), 3, sku="KM-1"))
    save(product_id, as_shown(product_id)[:-1])
    save(product_id, changed(as_shown(product_id), 0, sku="KM-1"))
    assert shown(product_id)[0].sku == "KM-1"


def test_axes_can_be_taken_away_and_given(product_id: int) -> None:
    (variant_id, draft), *_ = as_shown(product_id)
    save(product_id, [(variant_id, replace(draft, options=("", ""), name=""))], ("", ""))
    assert (shown(product_id)[0].name, queries.product(product_id).axes) == ("", ("", ""))
    save(product_id, [(variant_id, replace(draft, options=("M", "")))], ("Ukuran", ""))
    assert shown(product_id)[0].name == "M"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"options": ("merah", "s")}, ("catalog.variant_name_taken", "options")),
        ({"options": ("Merah", "")}, ("catalog.option_needed", "options")),
        ({"options": ("Merah", " … ")}, ("catalog.option_needed", "options")),
        ({"options": ("x" * 61, "S")}, ("catalog.too_long", "options")),
        ({"options": ("Gading gajah", "S")}, ("catalog.blocked_goods", "options")),
        ({"price": 0}, ("catalog.number_out_of_bounds", "price")),
        ({"weight": -1}, ("catalog.number_out_of_bounds", "weight")),
        ({"min_quantity": 0}, ("catalog.number_out_of_bounds", "min_quantity")),
        ({"min_quantity": 1000}, ("catalog.number_out_of_bounds", "min_quantity")),
        ({"low_stock": -1}, ("catalog.number_out_of_bounds", "low_stock")),
        ({"sku": "x" * 41}, ("catalog.too_long", "sku")),
        ({"sku": "SAMA"}, ("catalog.sku_taken", "sku")),
        ({"picture_id": 999_999}, ("catalog.picture_unknown", "picture_id")),
        ({"tiers": make.tiers((10, 380_000))}, ("catalog.tiers_must_fall", "tiers")),
        ({"tiers": make.tiers((10, 300_000), (20, 300_000))}, ("catalog.tiers_must_fall", "tiers")),
        ({"tiers": make.tiers((10, 300_000), (10, 200_000))}, ("catalog.tiers_must_rise", "tiers")),
        ({"tiers": make.tiers((1, 300_000))}, ("catalog.tiers_must_rise", "tiers")),
        ({"tiers": make.tiers((10, 300_000)), "min_quantity": 10}, ("catalog.tiers_must_rise", "tiers")),
        ({"tiers": make.tiers((1000, 300_000))}, ("catalog.tiers_must_rise", "tiers")),
        ({"tiers": make.tiers(*[(n + 2, 100 - n) for n in range(6)])}, ("catalog.too_many_tiers", "tiers")),
    ],
)
def test_one_bad_form_is_named_and_nothing_is_saved(
    product_id: int, values: dict[str, Any], expected: tuple[str, str]
) -> None:
    forms = changed(changed(as_shown(product_id), 0, price=1_000, sku="SAMA"), 1, **values)
    assert trouble(product_id, forms) == (*expected, 2)


@pytest.mark.parametrize("axes", [("", "Ukuran"), ("Warna", "warna"), ("!", ""), ("x" * 41, "")])
def test_axes_must_have_names_of_their_own(product_id: int, axes: tuple[str, str]) -> None:
    assert trouble(product_id, as_shown(product_id), axes)[1] == "axes"


def test_no_form_at_all_and_too_many_are_refused(product_id: int) -> None:
    assert trouble(product_id, [])[0] == "catalog.variant_needed"
    many = [(None, make.form(options=(str(number), "S"))) for number in range(MOST_VARIANTS + 1)]
    assert trouble(product_id, many)[0] == "catalog.too_many_variants"


def test_a_number_of_another_product_of_the_shop_is_taken_and_of_another_shop_is_not(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        one = make.product(store, variants=[make.form(sku="A-1")])
        other = make.product(store, "Tikar")
        elsewhere = make.product(name="Topi", variants=[make.form(sku="A-1")])
    assert elsewhere.store_id != one.store_id
    for add in (
        lambda: variants.save_all(SYSTEM, other.id, ("", ""), [(make.variant(other).id, make.form(sku="A-1"))]),
        lambda: variants.add_variant(SYSTEM, other.id, make.form(name="Besar", sku="A-1")),
        lambda: make.product(store, "Bakul lain", variants=[make.form(sku="A-1")]),
    ):
        with pytest.raises(Invalid) as refused, transaction():
            add()
        assert (refused.value.message_id, refused.value.field) == ("catalog.sku_taken", "sku")


def test_a_form_shows_a_picture_of_the_newest_words_and_keeps_an_older_one(db: SQLAlchemy) -> None:
    made_by = shop()
    with transaction():
        (first, second) = make.pictures(made_by.owner, 2)
        made = make.product(
            made_by.id, picture_ids=(first,), variants=[make.form(picture_id=first[0])], actor=made_by.ina
        )
    form = replace(make.form(), picture_id=second[0])
    assert trouble(made.id, [(make.variant(made).id, form)], ("", ""))[1] == "picture_id"
    with transaction():
        products.revise(made_by.ina, made.id, make.draft(picture_ids=(second,)))
    save(made.id, [(make.variant(made).id, replace(form, picture_id=first[0], price=1))], ("", ""))
    save(made.id, [(make.variant(made).id, form)], ("", ""))
    assert shown(made.id)[0].picture_id == second[0]


def test_a_page_that_is_no_longer_true_loses_nothing(product_id: int) -> None:
    forms, mark = as_shown(product_id), queries.forms_mark(product_id)
    save(product_id, changed(forms, 0, price=300_000), seen=mark)
    with pytest.raises(Stale):
        save(product_id, changed(forms, 1, price=400_000), seen=mark)
    assert [row.price for row in shown(product_id)][:2] == [300_000, 380_000]
    with transaction():
        variants.set_stock(SYSTEM, forms[0][0] or 0, 50, 5)
    save(product_id, changed(as_shown(product_id), 1, price=400_000), seen=queries.forms_mark(product_id))


def test_a_form_that_was_stopped_meanwhile_is_stale(product_id: int) -> None:
    forms = as_shown(product_id)
    save(product_id, forms[1:])
    with pytest.raises(Stale):
        save(product_id, forms)


def test_forms_of_others_do_not_exist(product_id: int) -> None:
    other = shop("Toko Lain", "Lain")
    with transaction():
        strange = make.variant(make.product(other.id)).id
    with pytest.raises(NotAllowed), transaction():
        variants.save_all(other.ina, product_id, AXES, as_shown(product_id))
    for named in (strange, 999_999):
        with pytest.raises(NotFound):
            save(product_id, [(named, make.form(options=("A", "B")))])
    twice = as_shown(product_id)[0]
    with pytest.raises(NotFound):
        save(product_id, [twice, twice])


def test_saving_costs_the_same_for_two_forms_and_for_forty(db: SQLAlchemy) -> None:
    counts = []
    for number in (2, 40):
        with transaction():
            forms = [
                make.form(options=(str(each), ""), sku=f"K-{number}-{each}", tiers=make.tiers((5, 40_000)))
                for each in range(number)
            ]
            made = make.product(variants=forms, axes=("Ukuran", ""))
        wanted = [(variant_id, replace(draft, price=60_000)) for variant_id, draft in as_shown(made.id)]
        with statements(db) as sent:
            save(made.id, wanted, ("Ukuran", ""))
        counts.append(len(sent))
    assert counts[0] == counts[1], counts


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_a_price_may_not_fall_to_what_a_dozen_costs(db: SQLAlchemy) -> None:
    with transaction():
        made = make.product(variants=[make.form(50_000, tiers=make.tiers((12, 45_000), (24, 40_000)))])
    variant_id = make.variant(made).id
    for price in (45_000, 40_000, 1):
        with pytest.raises(Invalid) as refused, transaction():
            variants.change_variant(SYSTEM, variant_id, price=price)
        assert (refused.value.message_id, refused.value.field) == ("catalog.price_below_tier", "price")
    with transaction():
        variants.change_variant(SYSTEM, variant_id, price=45_001)


def test_what_options_name_cannot_be_called_otherwise(product_id: int) -> None:
    with pytest.raises(Invalid) as refused, transaction():
        variants.change_variant(SYSTEM, shown(product_id)[0].id, name="Merah kecil")
    assert refused.value.message_id == "catalog.named_by_options"


def test_one_more_form_has_its_place_on_the_axes(product_id: int, db: SQLAlchemy) -> None:
    for draft in (make.form(name="Hijau"), make.form(options=("Merah", "S"))):
        with pytest.raises(Invalid), transaction():
            variants.add_variant(SYSTEM, product_id, draft)
    with transaction():
        added = variants.add_variant(
            SYSTEM, product_id, make.form(options=("Hijau", "S"), tiers=make.tiers((5, 1_000)))
        )
    assert added.name == "Hijau / S"
    assert db.session.scalar(sa.select(PriceTier.price).where(PriceTier.variant_id == added.id)) == 1_000


def test_a_stopped_form_comes_back_only_where_it_fits(product_id: int) -> None:
    forms = as_shown(product_id)
    gone = forms[0][0] or 0
    save(product_id, forms[1:])
    save(product_id, changed(as_shown(product_id), 0, options=("Merah", "S")))
    with pytest.raises(Invalid), transaction():
        variants.restore_variant(SYSTEM, gone)
    save(product_id, [(as_shown(product_id)[0][0], make.form(name="Satu"))], ("", ""))
    with pytest.raises(Invalid) as refused, transaction():
        variants.restore_variant(SYSTEM, gone)
    assert refused.value.message_id == "catalog.other_axes"


def test_the_database_keeps_numbers_apart(product_id: int, db: SQLAlchemy) -> None:
    first, second, *_ = shown(product_id)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(Variant).where(Variant.id.in_([first.id, second.id])).values(sku="X"))
