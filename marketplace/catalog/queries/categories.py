"""The tree of categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.core.errors import NotFound


@dataclass(frozen=True)
class CategoryRow:
    """A category as pages need it."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    is_food: bool

    @property
    def url(self) -> str:
        return f"/kategori/{self.slug}"


@dataclass(frozen=True)
class CategoryTree:
    """All active categories in the operator's order."""

    tops: tuple[CategoryRow, ...]
    children: dict[int, tuple[CategoryRow, ...]]

    @property
    def by_id(self) -> dict[int, CategoryRow]:
        rows = (*self.tops, *(row for group in self.children.values() for row in group))
        return {row.id: row for row in rows}

    def below(self, category_id: int) -> tuple[CategoryRow, ...]:
        """The children of a top category."""
        return self.children.get(category_id, ())

    def path(self, category_id: int) -> tuple[CategoryRow, ...]:
        """From the top down to the category itself; nothing for one that is not there."""
        by_id = self.by_id
        row = by_id.get(category_id)
        if row is None:
            return ()
        above = by_id.get(row.parent_id) if row.parent_id else None
        return (above, row) if above else (row,)


def categories() -> CategoryTree:
    """The tree of active categories; a child of an inactive one is not in it."""
    query = sa.select(Category.__table__).where(Category.is_active).order_by(Category.position, Category.id)
    rows = [_row(found) for found in db.session.execute(query)]
    tops = tuple(row for row in rows if row.parent_id is None)
    return CategoryTree(tops, {top.id: tuple(row for row in rows if row.parent_id == top.id) for top in tops})


def leaves(tree: CategoryTree) -> list[tuple[CategoryRow, tuple[CategoryRow, ...]]]:
    """Where goods may lie, grouped by top category; a top without children is its own leaf."""
    return [(top, tree.below(top.id) or (top,)) for top in tree.tops]


def category_by_slug(slug: str) -> CategoryRow:
    """An active category. Raises NotFound."""
    found = db.session.execute(
        sa.select(Category.__table__).where(Category.slug == slug, Category.is_active)
    ).one_or_none()
    if found is None:
        raise NotFound("catalog.category_not_found")
    return _row(found)


def _row(found: sa.Row[Any]) -> CategoryRow:
    columns = found._mapping
    return CategoryRow(
        id=columns["id"],
        slug=columns["slug"],
        name=columns["name"],
        parent_id=columns["parent_id"],
        is_food=columns["is_food"],
    )
