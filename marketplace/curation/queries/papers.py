"""What is asked of goods, as the desk reads it, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.catalog.queries import all_needs, categories
from marketplace.catalog.rules import Need
from marketplace.core import clock
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db

MOST_ACTS = 50
ACTS = {
    "certificates.type_saved": "Jenis surat disimpan",
    "catalog.need_added": "Aturan ditambah",
    "catalog.need_ended": "Aturan diakhiri",
    "catalog.need_taken_back": "Aturan dibatalkan sebelum berlaku",
}


@dataclass(frozen=True)
class RuleRow:
    """A rule about a paper, with the name of the category; None for every shop."""

    need: Need
    category: str | None
    is_over: bool
    is_to_come: bool


@dataclass(frozen=True)
class Act:
    """What somebody changed about a type, and when."""

    action: str
    at: datetime
    person: str | None
    details: dict[str, Any]


def by_category() -> list[tuple[str | None, list[Need]]]:
    """What holds today, by the name of the category in the order of the tree; every shop (None) first."""
    today = clock.today()
    held = [need for need in all_needs() if need.holds_on(today)]
    names: dict[int | None, str | None] = {None: None}
    tree = categories()
    names |= {row.id: row.name for top in tree.tops for row in (top, *tree.below(top.id))}
    found = [(name, [need for need in held if need.category_id == row_id]) for row_id, name in names.items()]
    return [(name, needs) for name, needs in found if needs]


def rules_of(code: str) -> list[RuleRow]:
    """Every rule about a type: those that hold, those to come, those that are over."""
    today, tree = clock.today(), categories().by_id
    rows = [
        RuleRow(
            need,
            None if need.category_id is None else tree[need.category_id].name if need.category_id in tree else "–",
            is_over=need.until_day is not None and need.until_day < today,
            is_to_come=need.from_day > today,
        )
        for need in all_needs()
        if need.kind == code
    ]
    return sorted(rows, key=lambda row: (row.is_over, row.is_to_come))


def history(code: str) -> list[Act]:
    """What was changed about a type, the latest first. One statement."""
    entry = AuditEntry
    query = (
        sa.select(entry.action, entry.at, Person.name.label("person"), entry.details)
        .outerjoin(Person, Person.id == entry.person_id)
        .where(entry.thing_type == "certificate_type", entry.thing_id == code)
        .order_by(entry.id.desc())
        .limit(MOST_ACTS)
    )
    return [Act(**row._mapping) for row in db.session.execute(query)]
