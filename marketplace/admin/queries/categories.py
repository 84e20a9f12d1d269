"""The tree of categories as the operator sees it. Each is one statement."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.catalog.models import Category
from marketplace.core.db import db


@dataclass(frozen=True)
class CategoryLine:
    """A category in the operator's tree, inactive ones as well."""

    id: int
    name: str
    slug: str
    is_food: bool
    is_active: bool
    children: tuple[CategoryLine, ...] = ()


def category_lines() -> tuple[CategoryLine, ...]:
    """The whole tree in the operator's order."""
    rows = list(db.session.scalars(sa.select(Category).order_by(Category.position, Category.id)))

    def below(parent_id: int | None) -> tuple[CategoryLine, ...]:
        return tuple(
            CategoryLine(
                row.id,
                row.name,
                row.slug,
                row.is_food,
                row.is_active,
                below(row.id),
            )
            for row in rows
            if row.parent_id == parent_id
        )

    return below(None)


def category(category_id: int) -> Category | None:
    """One category, to change."""
    return db.session.get(Category, category_id)


def tops(but: int | None = None) -> list[tuple[int, str]]:
    """Top categories that another may be put below."""
    query = sa.select(Category.id, Category.name).where(Category.parent_id.is_(None))
    ordered = query.order_by(Category.position, Category.id)
    return [(row.id, row.name) for row in db.session.execute(ordered) if row.id != but]
