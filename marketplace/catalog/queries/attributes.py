"""What is asked about goods of a category. Each is one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import Category, CategoryAttribute
from marketplace.catalog.rules import Attribute
from marketplace.core.db import db

QUESTION: tuple[Any, ...] = (
    CategoryAttribute.id.label("attribute_id"),
    CategoryAttribute.code,
    CategoryAttribute.label,
    CategoryAttribute.kind,
    CategoryAttribute.unit.label("attribute_unit"),
    CategoryAttribute.choices,
    CategoryAttribute.is_required,
    CategoryAttribute.is_active,
)
"""The columns that `to_attribute` reads; named so that they can stand beside those of a product."""


def attributes_of(category_id: int) -> tuple[Attribute, ...]:
    """What sellers of such goods are asked now: by the top category first, then by the category itself.

    A category may ask for a code of its top in its own way: only its own question counts then, and none is asked when
    it is switched off.
    """
    return tuple(attribute for attribute in all_attributes_of(category_id) if attribute.is_active)


def all_attributes_of(category_id: int) -> tuple[Attribute, ...]:
    """The same with those that were switched off since: for reading what older revisions say."""
    own = aliased(Category)
    query = (
        sa.select(*QUESTION)
        .join(own, sa.or_(own.id == CategoryAttribute.category_id, own.parent_id == CategoryAttribute.category_id))
        .where(own.id == category_id)
        .order_by(CategoryAttribute.category_id == own.id, CategoryAttribute.position, CategoryAttribute.id)
    )
    return merged(to_attribute(row) for row in db.session.execute(query))


def own_attributes(category_id: int) -> tuple[Attribute, ...]:
    """What the category asks by itself, switched off or not, in the operator's order."""
    query = sa.select(*QUESTION).where(CategoryAttribute.category_id == category_id)
    query = query.order_by(CategoryAttribute.position, CategoryAttribute.id)
    return tuple(to_attribute(row) for row in db.session.execute(query))


def to_attribute(row: sa.Row[Any]) -> Attribute:
    """A row with the columns of `QUESTION`."""
    found = row._mapping
    return Attribute(
        id=found["attribute_id"],
        code=found["code"],
        label=found["label"],
        kind=found["kind"],
        unit=found["attribute_unit"],
        choices=tuple(found["choices"]),
        is_required=found["is_required"],
        is_active=found["is_active"],
    )


def merged(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """Those of a top category and then of one below it, as one list; of two with one code the later counts."""
    found: dict[str, Attribute] = {}
    for attribute in attributes:
        found[attribute.code] = attribute
    return tuple(found.values())
