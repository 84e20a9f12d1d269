"""The dry run: every row is looked at, some hundreds at a time, and nothing is changed but what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.core.db import db
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.rules import Field, Parsed, Trouble, Verdict
from marketplace.imports.services.judging import Judge, Judged

Read = Sequence[tuple[Parsed, list[str]]]


@dataclass
class Seen:
    """What the rows of a sheet say more than once: which row said each form first, and which others have the number
    of a row on another form."""

    forms: dict[str, int] = field(default_factory=dict)
    clashes: Mapping[int, int] = field(default_factory=dict)


def clashes(rows: Read) -> dict[int, int]:
    """Rows that have the shop's own number of another form, each with one that has it too: neither can go in, because
    nobody knows which is right. Told from the sheet alone, so that it is the same however often the worker began. A
    row without a name says nothing else about its number."""
    by_sku: dict[str, dict[tuple[str, str], int]] = {}
    for one, _ in rows:
        if one.sku and one.name_key:
            by_sku.setdefault(one.sku, {}).setdefault(_said(one), one.number)
    found = {}
    for one, _ in rows:
        others = [number for said, number in by_sku.get(one.sku, {}).items() if said != _said(one)]
        if others and one.name_key:
            found[one.number] = others[0]
    return found


def _said(one: Parsed) -> tuple[str, str]:
    return one.name_key, fold(one.variant)


def note_seen(row: SheetImport, chunk: Read, seen: Seen) -> None:
    """Remember what rows say that were looked at before the worker began anew. Changes nothing."""
    judge = Judge(row, [one for one, _ in chunk])
    for one, _ in chunk:
        seen.forms.setdefault(form_key(one, judge.judge(one)), one.number)


def check_some(row: SheetImport, chunk: Read, seen: Seen) -> None:
    """Write down what is said of some rows; one that says a form again, or has the number of another, is refused."""
    judge = Judge(row, [one for one, _ in chunk])
    rows = []
    for one, cells in chunk:
        judged = judge.judge(one)
        trouble = judged.trouble or _said_twice(one, seen.forms.setdefault(form_key(one, judged), one.number), seen)
        if trouble and judged.trouble is None:
            judged = Judged(Verdict.BAD, judged.group_key, trouble)
        rows.append(
            {
                "import_id": row.id,
                "number": one.number,
                "cells": cells,
                "verdict": judged.verdict,
                "field": trouble.field if trouble else "",
                "reason": {"id": trouble.message_id, **trouble.values} if trouble else _seen(one, judged),
                "group_key": judged.group_key[:200],
                "is_done": False,
            }
        )
    db.session.execute(sa.insert(ImportRow), rows)


def _said_twice(one: Parsed, first: int, seen: Seen) -> Trouble | None:
    if one.number in seen.clashes:
        values = {"sku": one.sku, "row": seen.clashes[one.number]}
        return Trouble("imports.sku_twice", Field.SKU.value, values)
    return Trouble("imports.said_before", "", {"row": first}) if first != one.number else None


def _seen(one: Parsed, judged: Judged) -> dict[str, object]:
    """What applying must know: the name taken from the row above, and what lay on the shelf when it was looked at (a
    piece sold meanwhile is never counted back in)."""
    above: dict[str, object] = {"above": one.name} if one.name else {}
    return above if judged.form is None else {**above, "seen": judged.form.on_hand}


def form_key(one: Parsed, judged: Judged) -> str:
    """Two rows with the same key mean the same form."""
    if judged.form is not None:
        return f"v{judged.form.id}"
    return f"{judged.group_key}/{fold(one.variant)}" if one.name_key else f"s{one.sku or one.number}"
