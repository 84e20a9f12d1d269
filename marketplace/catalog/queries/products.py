"""One product: its words at one time, its variants, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import (
    Category,
    Product,
    ProductRevision,
    RevisionPicture,
)
from marketplace.catalog.queries.attributes import all_attributes_of
from marketplace.catalog.queries.papers import needs_for, papers_of
from marketplace.catalog.rules import AttributeValue, Fact, Level, ProductStatus, allergen_names, facts_of, unmet
from marketplace.certificates.queries import CertificateRow
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.stores.models import Store
from marketplace.stores.rules import HIDDEN


@dataclass(frozen=True)
class ProductRow:
    """A product without its words. Prices in rupiah, the lowest and highest of the variants on sale."""

    id: int
    slug: str
    store_id: int
    category_id: int
    status: ProductStatus
    live_revision_id: int | None
    price_from: int
    price_to: int
    created_at: datetime
    published_at: datetime | None
    curated_at: datetime | None
    held_at: datetime | None
    axis_1: str
    axis_2: str

    @property
    def url(self) -> str:
        return f"/produk/{self.slug}"

    @property
    def axes(self) -> tuple[str, str]:
        """Along what its forms differ ('Ukuran', 'Warna'); empty where they do not."""
        return self.axis_1, self.axis_2


@dataclass(frozen=True)
class RevisionView:
    """What is said about a product at one time, all of it. `certificates` are those that it claims itself.

    `needed` are the types of papers without which it cannot be public today, `missing` those of them that are not
    there, `advised` those that are missing and only told of. `facts` are its attributes by label, those to questions
    that are asked no more included.
    """

    id: int
    product_id: int
    number: int
    name: str
    description: str
    composition: str
    unit: str
    is_not_halal: bool
    is_perishable: bool
    origin_code: str
    attributes: Mapping[str, AttributeValue]
    allergens: tuple[str, ...]
    facts: tuple[Fact, ...]
    allergen_names: tuple[str, ...]
    origin_name: str
    created_at: datetime
    created_by: int | None
    category_id: int
    category_name: str
    is_food: bool
    needed: tuple[str, ...]
    missing: tuple[str, ...]
    advised: tuple[str, ...]
    pictures: tuple[Picture, ...]
    picture_ids: tuple[int, ...]
    certificates: tuple[CertificateRow, ...]


PRODUCT_COLUMNS = (
    Product.id,
    Product.slug,
    Product.store_id,
    Product.category_id,
    Product.status,
    Product.live_revision_id,
    Product.price_from,
    Product.price_to,
    Product.created_at,
    Product.published_at,
    Product.curated_at,
    Product.held_at,
    Product.axis_1,
    Product.axis_2,
)


def product(product_id: int) -> ProductRow:
    """Any product, for those who work with it. Raises NotFound."""
    return _one_product(Product.id == product_id)


def product_by_slug(slug: str) -> ProductRow:
    """A product that the public may read: active, with live words, its store shown. Raises NotFound."""
    return _one_product(
        Product.slug == slug,
        Product.status == ProductStatus.ACTIVE,
        Product.live_revision_id.is_not(None),
        Store.status.not_in(HIDDEN),
    )


def _one_product(*conditions: sa.ColumnElement[bool]) -> ProductRow:
    query = sa.select(*PRODUCT_COLUMNS).join(Store, Store.id == Product.store_id).where(*conditions)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("catalog.product_not_found")
    return ProductRow(**row._mapping)


def latest_revision_id(product_id: int) -> int:
    """The newest words of a product, public or not. Raises NotFound."""
    query = (
        sa.select(ProductRevision.id)
        .where(ProductRevision.product_id == product_id)
        .order_by(ProductRevision.number.desc())
        .limit(1)
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("catalog.product_not_found")
    return found


def revision(revision_id: int) -> RevisionView:
    """All that one revision says: four statements (and what papers goods need). Raises NotFound."""
    query = (
        sa.select(
            *ProductRevision.__table__.columns,
            Region.name.label("origin_name"),
            Category.name.label("category_name"),
            Category.is_food,
            Category.parent_id,
            Store.nib,
            Store.created_at.label("shop_since"),
        )
        .join(Region, Region.code == ProductRevision.origin_code)
        .join(Product, Product.id == ProductRevision.product_id)
        .join(Category, Category.id == ProductRevision.category_id)
        .join(Store, Store.id == Product.store_id)
        .where(ProductRevision.id == revision_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("catalog.revision_not_found")
    return _view(dict(row._mapping))


def _view(found: dict[str, Any]) -> RevisionView:
    parent_id, nib, since = (found.pop(name) for name in ("parent_id", "nib", "shop_since"))
    found["allergens"] = tuple(found["allergens"])
    asked = all_attributes_of(found["category_id"]) if found["attributes"] else ()
    needs = needs_for(
        (found["category_id"], parent_id),
        is_perishable=found["is_perishable"],
        is_not_halal=found["is_not_halal"],
        shop_since=since,
    )
    pictures = _pictures(found["id"])
    papers = papers_of([found["id"]])[found["id"]]
    held = {kind for kind, _ in papers.standings(nib)}
    return RevisionView(
        **found,
        facts=facts_of(asked, found["attributes"]),
        allergen_names=allergen_names(found["allergens"]),
        needed=tuple(need.kind for need in needs if need.level is Level.BLOCK),
        missing=tuple(need.kind for need in unmet(needs, held)),
        advised=tuple(need.kind for need in unmet(needs, held, Level.WARN)),
        pictures=tuple(picture for _, picture in pictures),
        picture_ids=tuple(media_id for media_id, _ in pictures),
        certificates=papers.claimed,
    )


def _pictures(revision_id: int) -> list[tuple[int, Picture]]:
    query = (
        sa.select(MediaFile.id, MediaFile.key, MediaFile.width, MediaFile.height, RevisionPicture.alt)
        .join(MediaFile, MediaFile.id == RevisionPicture.media_id)
        .where(RevisionPicture.revision_id == revision_id)
        .order_by(RevisionPicture.position)
    )
    return [(row.id, Picture(row.key, row.width, row.height, row.alt)) for row in db.session.execute(query)]
