"""The operator's work on what is asked about goods of a category. A question is never deleted, only asked no more."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from slugify import slugify

from marketplace.catalog.models import Category, CategoryAttribute
from marketplace.catalog.policies import can_manage_categories
from marketplace.catalog.rules import LONGEST_OPTION, MOST_ATTRIBUTES, MOST_CHOICES, AttributeKind, fold
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one, lock_words

LONGEST_LABEL, LONGEST_UNIT, LONGEST_CODE = 80, 20, 40
WITH_CHOICES = (AttributeKind.CHOICE, AttributeKind.CHOICES)


@dataclass(frozen=True)
class AttributeDraft:
    """A question about goods. `choices` are for the kinds that have some, `unit` for a number ('g', 'hari')."""

    label: str
    kind: AttributeKind
    unit: str = ""
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_active: bool = True


def save_attribute(
    actor: Actor, category_id: int, draft: AttributeDraft, attribute_id: int | None = None
) -> CategoryAttribute:
    """Ask something about goods of a category and of those below it, last in the row, or ask it otherwise.

    The code that answers are kept under is made of the first label and stays, as the kind does. A question called as
    one of the category above or below is the same one, asked in the category's own way. What goods say already is not
    touched; the new words hold for what is written from now on. Raises NotAllowed, NotFound, Invalid.
    """
    if not can_manage_categories(actor):
        raise NotAllowed("catalog.not_yours")
    lock_words(["categories"])
    category = lock_one(Category, category_id)
    asked = list(db.session.scalars(_of(category.id)))
    label, choices = " ".join(draft.label.split()), _clean(draft.choices)
    _check(draft, label, choices)
    others = [each for each in asked if each.id != attribute_id]
    if fold(label) in {fold(each.label) for each in others}:
        raise Invalid("catalog.attribute_label_taken", field="label")
    if draft.is_active and sum(each.is_active for each in others) >= MOST_ATTRIBUTES:
        raise Invalid("catalog.too_many_attributes", most=MOST_ATTRIBUTES)
    if attribute_id is None:
        attribute = _new(category, label, draft.kind, asked)
    else:
        attribute = _found(asked, attribute_id)
        if attribute.kind is not draft.kind:
            raise Invalid("catalog.attribute_kind", field="kind")
    attribute.label, attribute.choices = label, list(choices)
    attribute.unit = draft.unit if draft.kind is AttributeKind.NUMBER else ""
    attribute.is_required, attribute.is_active = draft.is_required, draft.is_active
    db.session.add(attribute)
    db.session.flush()
    details = {"attribute": attribute.code, "label": label, "is_required": draft.is_required}
    audit.record(actor, "catalog.attribute_saved", "category", category.id, is_active=draft.is_active, **details)
    revision.touch()
    return attribute


def move_attribute(actor: Actor, category_id: int, attribute_id: int, step: int) -> None:
    """Let a question change places with the one before (-1) or after it (1); nothing at the end of the row.

    Raises NotAllowed, NotFound.
    """
    if not can_manage_categories(actor):
        raise NotAllowed("catalog.not_yours")
    lock_words(["categories"])
    lock_one(Category, category_id)
    asked = list(db.session.scalars(_of(category_id)))
    here = asked.index(_found(asked, attribute_id))
    there = here + step
    if not 0 <= there < len(asked):
        return
    asked[here], asked[there] = asked[there], asked[here]
    for position, attribute in enumerate(asked, 1):
        attribute.position = position
    audit.record(actor, "catalog.attribute_moved", "category", category_id, attribute=asked[there].code, step=step)
    revision.touch()


def _of(category_id: int) -> sa.Select[CategoryAttribute]:
    query = sa.select(CategoryAttribute).where(CategoryAttribute.category_id == category_id)
    return query.order_by(CategoryAttribute.position, CategoryAttribute.id)


def _found(asked: list[CategoryAttribute], attribute_id: int) -> CategoryAttribute:
    found = next((each for each in asked if each.id == attribute_id), None)
    if found is None:
        raise NotFound("catalog.attribute_not_found")
    return found


def _clean(choices: tuple[str, ...]) -> tuple[str, ...]:
    """Without empty lines and those said twice."""
    words = (" ".join(choice.split()) for choice in choices)
    return tuple({fold(word): word for word in words if fold(word)}.values())


def _check(draft: AttributeDraft, label: str, choices: tuple[str, ...]) -> None:
    if not fold(label) or len(label) > LONGEST_LABEL:
        raise Invalid("catalog.attribute_label", field="label", most=LONGEST_LABEL)
    if len(draft.unit) > LONGEST_UNIT:
        raise Invalid("catalog.too_long", field="unit", most=LONGEST_UNIT)
    if draft.kind in WITH_CHOICES:
        if not 1 <= len(choices) <= MOST_CHOICES:
            raise Invalid("catalog.attribute_choices", field="choices", most=MOST_CHOICES)
        if max(map(len, choices)) > LONGEST_OPTION:
            raise Invalid("catalog.too_long", field="choices", most=LONGEST_OPTION)


def _new(category: Category, label: str, kind: AttributeKind, asked: list[CategoryAttribute]) -> CategoryAttribute:
    """A question with a code of its own, or with that of the same question above or below."""
    near = sa.or_(Category.id == category.parent_id, Category.parent_id == category.id)
    query = sa.select(CategoryAttribute).join(Category, Category.id == CategoryAttribute.category_id).where(near)
    family = list(db.session.scalars(query))
    own = {each.code for each in asked}
    same = next((each for each in family if fold(each.label) == fold(label) and each.code not in own), None)
    if same is not None and same.kind is not kind:
        raise Invalid("catalog.attribute_kind", field="kind")
    code = same.code if same else _free_code(label, own | {each.code for each in family})
    last = max((each.position for each in asked), default=0)
    return CategoryAttribute(category_id=category.id, code=code, kind=kind, position=last + 1)


def _free_code(label: str, taken: set[str]) -> str:
    base = slugify(label, max_length=LONGEST_CODE - 4) or "keterangan"
    codes = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in codes if code not in taken)
