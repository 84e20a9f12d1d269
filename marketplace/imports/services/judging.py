"""What becomes of a row: new, changed, the same, or why not. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.catalog import queries as catalog
from marketplace.catalog.models import PriceTier
from marketplace.catalog.rules import Supply, fold
from marketplace.core.db import db
from marketplace.imports.models import SheetImport
from marketplace.imports.queries import Known, Shelf, known_shelf
from marketplace.imports.rules import Field, Parsed, Trouble, Verdict
from marketplace.places.queries import regencies
from marketplace.stores.queries import stores_by_ids

WORDS = {Field.NAME: "name", Field.DESCRIPTION: "description", Field.COMPOSITION: "composition", Field.UNIT: "unit"}


@dataclass(frozen=True)
class Judged:
    """What is said of a row, and the product it belongs to: an existing one, or a new one by name."""

    verdict: Verdict
    group_key: str
    trouble: Trouble | None = None
    known: Known | None = None
    form: Any = None


class Judge:
    """Knows the categories, the places and the goods that some rows may mean."""

    def __init__(self, row: SheetImport, parsed: Sequence[Parsed]) -> None:
        tree = catalog.categories()
        self.leaves = {fold(leaf.name): leaf for _, group in catalog.leaves(tree) for leaf in group}
        self.by_id = {leaf.id: leaf for leaf in self.leaves.values()}
        self.places = {fold(place.name): place.code for place in regencies()}
        self.home = stores_by_ids([row.store_id])[row.store_id].village_code[:5]
        self.category_id = row.category_id
        self.asked: dict[int, bool] = {}
        self.said = {one.name_key: said for one in reversed(parsed) if (said := one.words.get(Field.CATEGORY))}
        names = {one.name_key for one in parsed if one.name_key}
        self.shelf: Shelf = known_shelf(row.store_id, names, {one.sku for one in parsed if one.sku})
        form_ids = [form.id for known in self.shelf.by_id.values() for form in known.forms.values()]
        query = sa.select(PriceTier.variant_id, sa.func.max(PriceTier.price)).where(PriceTier.variant_id.in_(form_ids))
        self.dearest = {row[0]: row[1] for row in db.session.execute(query.group_by(PriceTier.variant_id))}

    def judge(self, one: Parsed) -> Judged:
        """What becomes of a row as the shop's goods are now."""
        known, form = self._find(one)
        group = f"p{known.id}" if known else f"n{one.name_key}"
        trouble = one.trouble or self._twice(one, known, form)
        trouble = trouble or (self._known_trouble(one, known, form) if known else self._new_trouble(one))
        if trouble:
            return Judged(Verdict.BAD, group, trouble)
        if known is None or form is None:
            return Judged(Verdict.NEW, group, None, known)
        verdict = Verdict.CHANGED if self.changes(one, known, form) else Verdict.SAME
        return Judged(verdict, group, None, known, form)

    def _find(self, one: Parsed) -> tuple[Known | None, Any]:
        if one.sku in self.shelf.by_sku:
            return self.shelf.by_sku[one.sku]
        known = self.shelf.by_name.get(one.name_key) if one.name_key else None
        return known, known.forms.get(fold(one.variant)) if known else None

    def _twice(self, one: Parsed, known: Known | None, form: Any) -> Trouble | None:
        if one.sku in self.shelf.gone:
            return Trouble("imports.sku_gone", Field.SKU.value)
        if one.sku and one.sku not in self.shelf.by_sku and not one.name:
            return Trouble("imports.sku_unknown", Field.SKU.value)
        if one.sku not in self.shelf.by_sku and one.name_key in self.shelf.twice:
            return Trouble("imports.name_twice", Field.NAME.value)
        if form is not None and one.sku and form.sku and form.sku != one.sku:
            return Trouble("imports.other_sku", Field.SKU.value, {"sku": form.sku})
        return None

    def _place(self, one: Parsed) -> Trouble | None:
        said = one.words.get(Field.ORIGIN)
        return None if not said or self.origin(said) else Trouble("imports.origin_unknown", Field.ORIGIN.value)

    def _known_trouble(self, one: Parsed, known: Known, form: Any) -> Trouble | None:
        if form is None:
            if known.has_axes:
                return Trouble("imports.form_of_axes", Field.VARIANT.value)
            return None if one.price is not None else Trouble("imports.price_missing", Field.PRICE.value)
        if one.stock is not None and one.stock != form.on_hand:
            if form.supply is not Supply.READY:
                is_daily = form.supply is Supply.DAILY
                return Trouble("imports.daily" if is_daily else "imports.to_order", Field.STOCK.value)
            if one.stock < form.reserved:
                return Trouble("imports.below_reserved", Field.STOCK.value, {"reserved": form.reserved})
        if one.price is not None and one.price <= self.dearest.get(form.id, 0):
            return Trouble("imports.below_tier", Field.PRICE.value)
        return self._place(one)

    def _new_trouble(self, one: Parsed) -> Trouble | None:
        if not one.name_key:
            return Trouble("imports.name_missing", Field.NAME.value)
        if one.price is None:
            return Trouble("imports.price_missing", Field.PRICE.value)
        category_id = self.category_of(one)
        if category_id is None:
            is_said = Field.CATEGORY in one.words
            return Trouble("imports.category_unknown" if is_said else "imports.category_missing", Field.CATEGORY.value)
        if self._asks(category_id):
            return Trouble("imports.category_asks", Field.CATEGORY.value)
        if catalog.asks_composition(self.by_id[category_id]) and not one.words.get(Field.COMPOSITION):
            return Trouble("imports.composition_missing", Field.COMPOSITION.value)
        return self._place(one)

    def _asks(self, category_id: int) -> bool:
        """Must goods of the category answer something that no column says?"""
        if category_id not in self.asked:
            self.asked[category_id] = any(each.is_required for each in catalog.attributes_of(category_id))
        return self.asked[category_id]

    def category_of(self, one: Parsed) -> int | None:
        """The leaf that the row or another of its product names, else the one chosen for the sheet."""
        said = one.words.get(Field.CATEGORY) or self.said.get(one.name_key)
        leaf = self.leaves.get(fold(said)) if said else None
        return leaf.id if leaf else None if said else self.category_id

    def origin(self, said: str | None) -> str:
        """The code of the regency that is named, with or without its 'Kabupaten'; '' for none."""
        if not said:
            return ""
        key = fold(said)
        return self.places.get(key) or self.places.get(f"kabupaten {key}") or ""

    def changes(self, one: Parsed, known: Known, form: Any) -> bool:
        """Would the row change anything?"""
        numbers = ((one.price, form.price), (one.stock, form.on_hand), (one.weight, form.weight))
        if any(said is not None and said != now for said, now in numbers) or (one.sku and one.sku != form.sku):
            return True
        return bool(self.said_anew(one, known))

    def said_anew(self, one: Parsed, known: Known) -> Mapping[str, str]:
        """The words that the row says otherwise than the product's newest."""
        said = {word: one.words[field] for field, word in WORDS.items() if field in one.words}
        origin = self.origin(one.words.get(Field.ORIGIN))
        if origin:
            said["origin_code"] = origin
        return {word: text for word, text in said.items() if text.split() != str(known.words[word]).split()}
