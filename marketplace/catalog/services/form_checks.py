"""What is looked at before the forms of a product are written down. A refusal says which of the forms it means.

The number of the form, counted from 1, stands among the refusal's values as `row`; its field is that of the form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import PriceTier, Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.rules import Tier, VariantDraft
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.locks import lock_words

NO_AXES = ("", "")


@contextmanager
def in_row(row: int) -> Iterator[None]:
    """A refusal raised meanwhile is about the form of this number (from 1)."""
    try:
        yield
    except Invalid as refusal:
        refusal.values.setdefault("row", row)
        raise


def check_forms(drafts: Sequence[VariantDraft], axes: tuple[str, str] = NO_AXES) -> None:
    """Raises Invalid for no form at all, too many, two that are the same, words or numbers out of bounds."""
    if not drafts:
        raise Invalid("catalog.variant_needed")
    if len(drafts) > rules.MOST_VARIANTS:
        raise Invalid("catalog.too_many_variants", most=rules.MOST_VARIANTS)
    _check_axes(axes)
    taken: set[tuple[str, ...]] = set()
    skus: set[str] = set()
    for row, draft in enumerate(drafts, 1):
        with in_row(row):
            _check_name(axes, draft, taken)
            _check_form(draft)
            if draft.sku and draft.sku in skus:
                raise Invalid("catalog.sku_taken", field="sku", sku=draft.sku)
            skus.add(draft.sku)


def check_numbers(price: int, weight: int, on_hand: int = 0, min_quantity: int = 1, low_stock: int = 0) -> None:
    """Raises Invalid, naming the field, for a price, weight, stock or quantity out of bounds."""
    for field, value, lowest, highest in (
        ("price", price, 1, rules.HIGHEST_PRICE),
        ("weight", weight, 0, rules.HEAVIEST),
        ("on_hand", on_hand, 0, rules.MOST_STOCK),
        ("min_quantity", min_quantity, 1, rules.MOST_QUANTITY),
        ("low_stock", low_stock, 0, rules.MOST_STOCK),
    ):
        if not lowest <= value <= highest:
            raise Invalid("catalog.number_out_of_bounds", field=field, lowest=lowest, highest=highest)


def check_words(text: str, field: str, longest: int) -> None:
    """Raises Invalid for words that are too long or of goods that may not be sold."""
    if len(text) > longest:
        raise Invalid("catalog.too_long", field=field, most=longest)
    word = rules.blocked_word(text)
    if word:
        raise Invalid("catalog.blocked_goods", field=field, word=word)


def check_price(variant_id: int, price: int) -> None:
    """Raises Invalid when the single price (rupiah) is no longer above what the variant costs by the dozen."""
    dearest = sa.select(sa.func.max(PriceTier.price)).where(PriceTier.variant_id == variant_id)
    bound = db.session.scalar(dearest)
    if bound is not None and price <= bound:
        raise Invalid("catalog.price_below_tier", field="price", tier=bound)


def check_skus(product: Product, drafts: Sequence[VariantDraft], besides: Collection[int] = ()) -> None:
    """Raises Invalid for a number that another variant of the shop has, one that is no longer sold included.

    One transaction at a time gives out numbers in a shop; the unique key stands behind this.
    """
    wanted = {draft.sku for draft in drafts if draft.sku}
    if not wanted:
        return
    lock_words([f"sku {product.store_id}"])
    query = sa.select(Variant.sku).where(Variant.store_id == product.store_id, Variant.sku.in_(sorted(wanted)))
    taken = set(db.session.scalars(query.where(Variant.id.not_in(sorted(besides)))))
    for row, draft in enumerate(drafts, 1):
        if draft.sku in taken:
            raise Invalid("catalog.sku_taken", field="sku", sku=draft.sku, row=row)


def check_pictures(drafts: Sequence[VariantDraft], usable: Collection[int], kept: Sequence[int | None] = ()) -> None:
    """Raises Invalid for a picture that is not among these. `kept` are those that the forms have already, in order."""
    for row, draft in enumerate(drafts, 1):
        before = kept[row - 1] if row <= len(kept) else None
        if draft.picture_id is not None and draft.picture_id != before and draft.picture_id not in usable:
            raise Invalid("catalog.picture_unknown", field="picture_id", row=row)


def newest_picture_ids(product_id: int) -> set[int]:
    """The pictures of a product's newest words."""
    newest = sa.select(sa.func.max(ProductRevision.id)).where(ProductRevision.product_id == product_id)
    query = sa.select(RevisionPicture.media_id).where(RevisionPicture.revision_id == newest.scalar_subquery())
    return set(db.session.scalars(query))


def _check_axes(axes: tuple[str, str]) -> None:
    first, second = axes
    if second and (not first or rules.fold(first) == rules.fold(second)):
        raise Invalid("catalog.axes", field="axes")
    for axis in axes:
        if axis and not rules.fold(axis):
            raise Invalid("catalog.axes", field="axes")
        check_words(axis, "axes", rules.LONGEST_AXIS)


def _check_name(axes: tuple[str, str], draft: VariantDraft, taken: set[tuple[str, ...]]) -> None:
    """A product's forms differ by their options; those of a product without axes by what they are called."""
    for axis, option in zip(axes, draft.options, strict=True):
        if bool(axis) != bool(rules.fold(option)):
            raise Invalid(
                "catalog.option_needed" if axis else "catalog.option_without_axis", field="options", axis=axis
            )
        check_words(option, "options", rules.LONGEST_OPTION)
    check_words(draft.name, "name", rules.LONGEST_FORM_NAME)
    key = tuple(map(rules.fold, draft.options)) if any(axes) else (rules.fold(draft.name),)
    if key in taken:
        raise Invalid("catalog.variant_name_taken", field="options" if any(axes) else "name")
    taken.add(key)


def _check_form(draft: VariantDraft) -> None:
    check_numbers(draft.price, draft.weight, draft.on_hand, draft.min_quantity, draft.low_stock)
    check_words(draft.sku, "sku", rules.LONGEST_SKU)
    check_tiers(draft.price, draft.min_quantity, draft.tiers)


def check_tiers(price: int, min_quantity: int, tiers: Sequence[Tier]) -> None:
    """Raises Invalid (field tiers) for prices by quantity that do not rise and fall as they must."""
    trouble = rules.tiers_trouble(price, min_quantity, tiers)
    if trouble:
        raise Invalid(trouble, field="tiers", most=rules.MOST_TIERS, highest=rules.MOST_QUANTITY)
