"""One product: its words at one time, its variants, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import (
    Category,
    Product,
    ProductRevision,
    RevisionCertificate,
    RevisionPicture,
)
from marketplace.catalog.queries.attributes import all_attributes_of
from marketplace.catalog.queries.categories import needs_from, needs_of
from marketplace.catalog.rules import AttributeValue, Fact, ProductStatus, allergen_names, facts_of, missing_kinds
from marketplace.certificates.models import Certificate
from marketplace.certificates.rules import CertificateKind
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
class CertificateClaim:
    """A certificate that a revision claims."""

    id: int
    kind: CertificateKind
    number: str
    holder: str
    valid_until: date | None
    file_id: int | None
    verified_at: datetime | None


@dataclass(frozen=True)
class RevisionView:
    """What is said about a product at one time, all of it. `needed` and `missing` are kinds of papers, as of today.

    `facts` are its attributes by label, those to questions that are asked no more included.
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
    needed: tuple[CertificateKind, ...]
    missing: tuple[CertificateKind, ...]
    pictures: tuple[Picture, ...]
    picture_ids: tuple[int, ...]
    certificates: tuple[CertificateClaim, ...]


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
    """All that one revision says: four statements (and the dated settings). Raises NotFound."""
    query = (
        sa.select(
            *ProductRevision.__table__.columns,
            Region.name.label("origin_name"),
            Category.name.label("category_name"),
            Category.is_food,
            Category.required,
            Category.required_perishable,
        )
        .join(Region, Region.code == ProductRevision.origin_code)
        .join(Category, Category.id == ProductRevision.category_id)
        .where(ProductRevision.id == revision_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("catalog.revision_not_found")
    return _view(dict(row._mapping))


def _view(found: dict[str, Any]) -> RevisionView:
    needs = needs_from(found.pop("required"), found.pop("required_perishable"))
    found["allergens"] = tuple(found["allergens"])
    asked = all_attributes_of(found["category_id"]) if found["attributes"] else ()
    is_perishable = found["is_perishable"]
    needed = needs_of(needs, is_perishable=is_perishable, is_not_halal=found["is_not_halal"])
    pictures = _pictures(found["id"])
    certificates = _certificates(found["id"])
    kinds = [claim.kind for claim in certificates]
    return RevisionView(
        **found,
        facts=facts_of(asked, found["attributes"]),
        allergen_names=allergen_names(found["allergens"]),
        needed=needed,
        missing=missing_kinds(needed, kinds, is_perishable=is_perishable),
        pictures=tuple(picture for _, picture in pictures),
        picture_ids=tuple(media_id for media_id, _ in pictures),
        certificates=certificates,
    )


def _pictures(revision_id: int) -> list[tuple[int, Picture]]:
    query = (
        sa.select(MediaFile.id, MediaFile.key, MediaFile.width, MediaFile.height, RevisionPicture.alt)
        .join(MediaFile, MediaFile.id == RevisionPicture.media_id)
        .where(RevisionPicture.revision_id == revision_id)
        .order_by(RevisionPicture.position)
    )
    return [(row.id, Picture(row.key, row.width, row.height, row.alt)) for row in db.session.execute(query)]


def _certificates(revision_id: int) -> tuple[CertificateClaim, ...]:
    query = (
        sa.select(
            Certificate.id,
            Certificate.kind,
            Certificate.number,
            Certificate.holder,
            Certificate.valid_until,
            Certificate.file_id,
            Certificate.verified_at,
        )
        .join(RevisionCertificate, RevisionCertificate.certificate_id == Certificate.id)
        .where(RevisionCertificate.revision_id == revision_id)
        .order_by(Certificate.kind, Certificate.id)
    )
    return tuple(CertificateClaim(**row._mapping) for row in db.session.execute(query))
