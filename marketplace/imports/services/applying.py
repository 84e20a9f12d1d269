"""The good rows go in, a hundred at a time. A row is marked in the transaction that takes it in: exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import Draft, VariantDraft
from marketplace.catalog.services import bulk, many, pricing, products, variants
from marketplace.catalog.services.many import NewGoods
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Refusal
from marketplace.core.locks import lock_many, lock_words
from marketplace.curation import services as curation
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.queries import Known
from marketplace.imports.rules import Field, Parsed, Trouble, Verdict, parse
from marketplace.imports.services.judging import Judge, Judged

CHUNK = 100
"""So few that no transaction holds up the shop's own people for long."""
Taken = tuple[ImportRow, Parsed, Judged]


def apply_some(actor: Actor, row: SheetImport) -> int:
    """Take in the next good rows of an import. Returns how many were looked at: 0 when nothing is left.

    What the shop's goods are is asked again, with one import of a shop at a time: a row that has become the same
    meanwhile is done, one that can no longer go in says why. A group that is refused changes nothing.
    """
    lock_words([f"import {row.store_id}"])
    query = sa.select(ImportRow).where(
        ImportRow.import_id == row.id,
        ImportRow.is_done.is_(False),
        ImportRow.verdict.in_([Verdict.NEW, Verdict.CHANGED]),
    )
    rows = list(db.session.scalars(query.order_by(ImportRow.group_key, ImportRow.number).limit(CHUNK)))
    parsed = _parsed(row, rows)
    judge = Judge(row, parsed)
    groups: dict[str, list[Taken]] = {}
    for each, one in zip(rows, parsed, strict=True):
        judged = judge.judge(one)
        groups.setdefault(judged.group_key, []).append((each, one, judged))
    shelf = _Shelves(actor, row, judge, groups)
    for taken in groups.values():
        shelf.take_in(taken)
    shelf.close()
    return len(rows)


def _parsed(row: SheetImport, rows: Sequence[ImportRow]) -> list[Parsed]:
    """The rows read again; a form without a name belongs to the product that the dry run found."""
    found = []
    for each in rows:
        above = str(each.reason.get("above", ""))
        found.append(parse(each.number, each.cells, row.mapping, above))
    return found


class _Shelves:
    """The shop's goods while some rows go in."""

    def __init__(self, actor: Actor, row: SheetImport, judge: Judge, groups: dict[str, list[Taken]]) -> None:
        self.actor, self.row, self.judge = actor, row, judge
        forms = [judged.form for taken in groups.values() for *_, judged in taken if judged.form is not None]
        lock_many(Product, {form.product_id for form in forms})
        self.variants = {each.id: each for each in lock_many(Variant, {form.id for form in forms})}
        self.moved: list[tuple[int, int, int]] = []
        self.fresh: list[tuple[list[Taken], NewGoods]] = []
        self.priced: dict[Variant, int] = {}

    def take_in(self, taken: Sequence[Taken]) -> None:
        """All rows of one product, or by a refusal none."""
        good: list[Taken] = []
        for each, one, judged in taken:
            trouble = judged.trouble or self._moved_meanwhile(each, one, judged)
            if trouble:
                _refuse(each, trouble)
            else:
                good.append((each, one, judged))
        if good and good[0][2].known is None:
            self.fresh.append((good, self._new_goods([one for _, one, _ in good])))
            return
        try:
            self._write(good)
        except Refusal as refusal:
            _refuse_all(good, refusal)
            return
        for each, *_ in good:
            each.is_done = True

    def _moved_meanwhile(self, each: ImportRow, one: Parsed, judged: Judged) -> Trouble | None:
        if judged.form is None or one.stock is None:
            return None
        on_hand = self.variants[judged.form.id].on_hand
        is_moved = on_hand not in (each.reason.get("seen", on_hand), one.stock)
        return Trouble("imports.stock_moved", Field.STOCK.value, {"now": on_hand}) if is_moved else None

    def _write(self, good: Sequence[Taken]) -> None:
        """What can be refused (words, a form more) comes first and is taken back whole; numbers were looked at."""
        said = [(one, judged.known) for _, one, judged in good if judged.known is not None]
        new_words = any(self.judge.said_anew(one, known) for one, known in said)
        if new_words or any(judged.form is None for *_, judged in good):
            with db.session.begin_nested():
                for _, one, judged in good:
                    if judged.form is None and judged.known is not None:
                        variants.add_variant(self.actor, judged.known.id, _form(one))
                if new_words:
                    self._revise(said[0][1], [one for one, _ in said])
        for _, one, judged in good:
            if judged.form is not None:
                self._change(one, self.variants[judged.form.id])

    def _new_goods(self, rows: Sequence[Parsed]) -> NewGoods:
        """A new product, hidden until it has a picture: its words are those of the first row that says them."""
        words: dict[Field, str] = {}
        for one in rows:
            words = {**one.words, **words}
        category_id = next(found for one in rows if (found := self.judge.category_of(one)) is not None)
        draft = Draft(
            name=words[Field.NAME],
            origin_code=self.judge.origin(words.get(Field.ORIGIN)) or self.judge.home,
            description=words.get(Field.DESCRIPTION, ""),
            composition=words.get(Field.COMPOSITION, ""),
            unit=words.get(Field.UNIT, ""),
        )
        return NewGoods(category_id, draft, [_form(one) for one in rows])

    def _change(self, one: Parsed, variant: Variant) -> None:
        if one.price is not None and one.price != variant.price:
            self.priced[variant] = one.price
        if one.stock is not None and one.stock != variant.on_hand:
            self.moved.append((variant.id, one.stock - variant.on_hand, one.stock))
            variant.on_hand = one.stock
        if one.weight is not None:
            variant.weight = one.weight
        if one.sku and not variant.sku:
            variant.sku = one.sku

    def _revise(self, known: Known, rows: Sequence[Parsed]) -> None:
        """What is said otherwise becomes a revision and goes to the curators, unless a picture is still missing."""
        said: dict[str, str] = {}
        for one in rows:
            said = {**self.judge.said_anew(one, known), **said}
        if not said:
            return
        newest = catalog.revision(catalog.latest_revision_id(known.id))
        words: dict[str, Any] = {
            name: getattr(newest, name) for name in Draft.__dataclass_fields__ if hasattr(newest, name)
        }
        alts = (picture.alt for picture in newest.pictures)
        words["picture_ids"] = tuple(zip(newest.picture_ids, alts, strict=True))
        words["certificate_ids"] = tuple(claim.id for claim in newest.certificates)
        written = products.revise(self.actor, known.id, Draft(**{**words, **said}))
        if written is not None and newest.pictures:
            curation.submit(self.actor, known.id, written.id)

    def close(self) -> None:
        """Put the new goods up and write down what moved, once for all rows."""
        refused = many.create_hidden(self.actor, self.row.store_id, [goods for _, goods in self.fresh])
        for (taken, _goods), refusal in zip(self.fresh, refused, strict=True):
            if refusal is None:
                for each, *_ in taken:
                    each.is_done = True
            else:
                _refuse_all(taken, refusal)
        pricing.set_prices(self.actor, self.priced)
        db.session.flush()
        bulk.note_movements(self.actor, self.moved, about=f"import:{self.row.id}")
        if self.priced:
            bulk.refresh_prices({variant.product_id for variant in self.priced})
        changes = {"priced": len(self.priced), "stock": len(self.moved)}
        if not (self.moved or self.priced):
            return
        audit.record(self.actor, "imports.rows_taken_in", "import", self.row.id, **changes)
        revision.touch()


def _form(one: Parsed) -> VariantDraft:
    return VariantDraft(
        price=one.price or 0, on_hand=one.stock or 0, weight=one.weight or 0, name=one.variant, sku=one.sku
    )


def _refuse(each: ImportRow, trouble: Trouble) -> None:
    each.verdict, each.field = Verdict.BAD, trouble.field
    each.reason = {"id": trouble.message_id, **trouble.values}


def _refuse_all(taken: Sequence[Taken], refusal: Refusal) -> None:
    for each, *_ in taken:
        _refuse(each, Trouble(refusal.message_id, getattr(refusal, "field", ""), _plain(refusal.values)))


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, (str, int)) else str(value) for name, value in values.items()}
