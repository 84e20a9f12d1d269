"""What a listing can be narrowed by: the categories, the regencies, the villages where shops are."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.core.paging import Row
from marketplace.places.models import Region
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus, short_region


@dataclass(frozen=True)
class CategoryChoice:
    """A category that is in use. `children` is empty below the top."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    children: list[CategoryChoice] = field(default_factory=list, compare=False)

    @property
    def url(self) -> str:
        return f"/kategori/{self.slug}"


@dataclass(frozen=True)
class Choices:
    """Top categories in their order; regions as (code, name)."""

    categories: list[CategoryChoice]
    regencies: list[tuple[str, str]]
    villages: list[tuple[str, str]]

    def all_categories(self) -> list[CategoryChoice]:
        """Each top category, followed by its children."""
        return [found for top in self.categories for found in (top, *top.children)]

    def category(self, slug: str) -> CategoryChoice | None:
        """The category at an address, None when there is none."""
        return next((found for found in self.all_categories() if found.slug == slug), None)


def choices() -> Choices:
    """Everything in one statement: three short lists, told apart by `kind`."""
    nothing = sa.null()
    categories = sa.select(
        sa.literal("category").label("kind"),
        Category.slug.label("code"),
        Category.name,
        Category.id,
        sa.cast(Category.parent_id, sa.BigInteger).label("parent_id"),
        Category.position,
    ).where(Category.is_active)
    regencies = sa.select(sa.literal("regency"), Region.code, Region.name, sa.literal(0), nothing, sa.literal(0)).where(
        Region.parent_code.is_(None)
    )
    villages = (
        sa.select(sa.literal("village"), Region.code, Region.name, sa.literal(0), nothing, sa.literal(0))
        .where(sa.exists().where(Store.village_code == Region.code, Store.status == StoreStatus.OPEN))
    )  # fmt: skip
    rows: list[Row] = list(db.session.execute(sa.union_all(categories, regencies, villages)))
    made = sorted((row for row in rows if row.kind == "category"), key=lambda row: (row.position, row.id))
    found = [CategoryChoice(row.id, row.code, row.name, row.parent_id) for row in made]
    for category in found:
        category.children.extend(child for child in found if child.parent_id == category.id)
    return Choices(
        [category for category in found if category.parent_id is None],
        sorted((row.code, short_region(row.name)) for row in rows if row.kind == "regency"),
        sorted(((row.code, row.name) for row in rows if row.kind == "village"), key=lambda pair: pair[1]),
    )
