"""What was typed into the one screen, as drafts keep it: texts by field, compared with what the page showed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from werkzeug.datastructures import MultiDict

from marketplace.catalog.queries import RevisionView, VariantRow
from marketplace.catalog.rules import PLAIN, SupplyDraft, cell_key, is_draft_field, joined_values
from marketplace.desks.forms.screen import clock_of

Typed = dict[str, list[str]]
SHOWN, BOXES, MARK = "awal", "kotak", "tanda"
LONGEST_SHOWN = 40_000
BLANK = {"supply": ["ready"], "on_hand": ["1"], "min_quantity": ["1"], "low_stock": ["3"]}
"""How an untouched screen begins."""
FREE_NAME = "Pilihan"
"""The axis of a product whose forms were named freely."""


def posted(form: MultiDict[str, str]) -> Typed:
    """The fields that somebody changed on this page. One left as the page showed it says nothing, so that a second
    page does not undo what the first one saved. A box that was shown and is not sent was cleared."""
    sent = {name: form.getlist(name) for name in form if is_draft_field(name)}
    sent |= {name: [] for name in form.getlist(BOXES) if is_draft_field(name) and name not in sent}
    shown = _shown(form.get(SHOWN, ""))
    changed = {name: values for name, values in sent.items() if shown.get(name) != mark_of(values)}
    for name in list(changed):
        seen = _seen_name(name)
        if seen in sent:
            changed[seen] = sent[seen]
    return changed


def shown(data: MultiDict[str, str], names: Iterable[str]) -> str:
    """What the page shows, small: a mark for each field. `posted` compares."""
    return json.dumps({name: mark_of(data.getlist(name)) for name in names if is_draft_field(name)})


def mark_of(values: Sequence[str]) -> str:
    """The same for the same texts; empty ones and line ends do not count."""
    told = "\x1f".join("\n".join(value.split("\r\n")).strip() for value in values if value.strip())
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def laid(*layers: Mapping[str, Sequence[str]]) -> MultiDict[str, str]:
    """Fields from several places; the later count."""
    fields: dict[str, list[str]] = {}
    for layer in layers:
        fields.update({name: list(values) for name, values in layer.items()})
    return MultiDict(fields)


def as_typed(words: RevisionView, forms: Sequence[VariantRow], supply: SupplyDraft) -> Typed:
    """A product that is there already, as if it had been typed into the screen."""
    first = next((row for row in forms if row.is_active), forms[0])
    typed: Typed = {
        "category_id": [str(words.category_id)],
        "name": [words.name],
        "description": [words.description],
        "composition": [words.composition],
        "unit": [words.unit],
        "origin_code": [words.origin_code],
        "is_not_halal": ["y"] if words.is_not_halal else [],
        "is_perishable": ["y"] if words.is_perishable else [],
        "certificate_ids": [str(claim.id) for claim in words.certificates],
        "allergens": list(words.allergens),
        "supply": [supply.supply.value],
        "lead_days": [str(supply.lead_days or "")],
        "weekly_capacity": [str(supply.weekly_capacity or "")],
        "cutoff": [clock_of(supply.cutoff_minutes)],
        "price": [rupiah(first.price)],
        "weight": [str(first.weight)],
        "min_quantity": [str(first.min_quantity)],
        "low_stock": [str(first.low_stock)],
        "on_hand": [str(first.on_hand)],
        "seen_on_hand": [str(first.on_hand)],
        "sku": [first.sku],
    }
    for code, answer in words.attributes.items():
        typed[f"attr-{code}"] = _answer(answer)
    for number, tier in enumerate(first.tiers, 1):
        typed |= {f"tier-{number}-from": [str(tier.from_quantity)], f"tier-{number}-price": [rupiah(tier.price)]}
    return typed | _forms(forms, supply.axes)


def options_of(row: VariantRow, axes: tuple[str, str]) -> tuple[str, str]:
    """The options of a form on the screen: its own, or what it was called freely."""
    return row.options if any(axes) else (row.name or PLAIN, "")


def is_on_screen(row: VariantRow, axes: tuple[str, str]) -> bool:
    """Is there a place for this form? Stopped ones of other axes, or called freely, have none."""
    return row.is_active or (any(axes) and [bool(each) for each in row.options] == [bool(each) for each in axes])


def rupiah(amount: int) -> str:
    """An amount as people type it."""
    return f"{amount:,}".replace(",", ".")


def _forms(forms: Sequence[VariantRow], axes: tuple[str, str]) -> Typed:
    placed = [row for row in forms if is_on_screen(row, axes)]
    if not any(axes) and len(placed) < 2:
        return {}
    options = [options_of(row, axes) for row in placed]
    typed: Typed = {
        "axis_1": [axes[0] or FREE_NAME],
        "axis_2": [axes[1]],
        "values_1": [joined_values(dict.fromkeys(first for first, _ in options))],
        "values_2": [joined_values(dict.fromkeys(second for _, second in options if second))],
    }
    every = [
        (first, second)
        for first in dict.fromkeys(o[0] for o in options)
        for second in dict.fromkeys(o[1] for o in options)
    ]
    for empty in set(every) - set(options):
        typed[f"cell-{cell_key(empty)}-is_off"] = ["y"]
    for row, own in zip(placed, options, strict=True):
        typed |= _cell(f"cell-{cell_key(own)}-", row)
    return typed


def _cell(prefix: str, row: VariantRow) -> Typed:
    return {
        f"{prefix}price": [rupiah(row.price)],
        f"{prefix}on_hand": [str(row.on_hand)],
        f"{prefix}seen_on_hand": [str(row.on_hand)],
        f"{prefix}weight": [str(row.weight)],
        f"{prefix}sku": [row.sku],
        f"{prefix}picture_id": [str(row.picture_id or "")],
        f"{prefix}is_off": [] if row.is_active else ["y"],
    }


def _answer(answer: object) -> list[str]:
    if isinstance(answer, bool):
        return ["ya" if answer else "tidak"]
    return [str(each) for each in answer] if isinstance(answer, list) else [str(answer)]


def _seen_name(name: str) -> str:
    """The field with the count that the seller saw, of a field with a count."""
    return f"{name.removesuffix('on_hand')}seen_on_hand" if name.endswith("on_hand") and "seen" not in name else ""


def _shown(text: str) -> dict[str, str]:
    if not text or len(text) > LONGEST_SHOWN:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(mark) for name, mark in found.items()} if isinstance(found, dict) else {}
