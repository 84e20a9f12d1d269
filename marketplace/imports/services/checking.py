"""The dry run: every row is looked at, some hundreds at a time, and nothing is changed but what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.core.db import db
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.rules import Parsed, Trouble, Verdict
from marketplace.imports.services.judging import Judge, Judged


def check_some(row: SheetImport, chunk: Sequence[tuple[Parsed, list[str]]], seen: dict[str, int]) -> None:
    """Write down what is said of some rows. `seen` holds which row said each form first; rows that say one again are
    refused."""
    judge = Judge(row, [one for one, _ in chunk])
    rows = []
    for one, cells in chunk:
        judged = judge.judge(one)
        first = seen.setdefault(form_key(one, judged), one.number)
        if first != one.number and judged.trouble is None:
            judged = Judged(Verdict.BAD, judged.group_key, Trouble("imports.said_before", "", {"row": first}))
        trouble = judged.trouble
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
