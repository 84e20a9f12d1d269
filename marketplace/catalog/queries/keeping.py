"""The seller's table of goods: found by the start of words or the shop's own number, filtered, sorted, by pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import BulkChange, BulkEdit, Product, Variant
from marketplace.catalog.queries.selling import (
    PAGE_SIZE,
    SellerProduct,
    Visibility,
    product_statement,
    to_seller_product,
)
from marketplace.catalog.rules import ProductStatus, Supply, fold
from marketplace.catalog.rules.keeping import MOST_CHANGED, ChangeState
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, fetch

COUNT_TO = 1_000
NEVER_OUT = 10**12
MOST_WORDS = 6


class Stock(StrEnum):
    """How much is left of a product's forms on sale."""

    OUT = "habis"
    LOW = "menipis"


class Sort(StrEnum):
    """The order of the table."""

    NEWEST = "terbaru"
    NAME = "nama"
    STOCK = "stok"
    PRICE = "harga"


@dataclass(frozen=True)
class Search:
    """What the seller looks for. `words` are the beginnings of words of the name, or of the shop's own number."""

    words: str = ""
    visibility: Visibility | None = None
    is_archived: bool = False
    category_id: int | None = None
    stock: Stock | None = None
    is_curated: bool | None = None
    sort: Sort = Sort.NEWEST


def kept_products(
    store_ids: Sequence[int], search: Search, cursor: str | None = None, limit: int = PAGE_SIZE
) -> Page[SellerProduct]:
    """A page of the shops' goods. One statement whatever the number of rows."""
    statement = product_statement().where(*_conditions(store_ids, search))
    table = Product.__table__.c
    keys: dict[Sort, list[Any]] = {
        Sort.NEWEST: [table.id],
        Sort.NAME: [table.name_key, table.id],
        Sort.STOCK: [_left(), table.id],
        Sort.PRICE: [table.price_from, table.id],
    }
    is_newest = search.sort is Sort.NEWEST
    return fetch(statement, keys[search.sort], cursor=cursor, limit=limit, descending=is_newest).map(to_seller_product)


def count_kept(store_ids: Sequence[int], search: Search) -> int:
    """How many there are, counted no further than `COUNT_TO` + 1."""
    some = sa.select(Product.id).where(*_conditions(store_ids, search)).limit(COUNT_TO + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def kept_ids(store_ids: Sequence[int], search: Search) -> list[int]:
    """All that the search finds, no more than may be changed at once and one."""
    query = sa.select(Product.id).where(*_conditions(store_ids, search)).order_by(Product.id)
    return list(db.session.scalars(query.limit(MOST_CHANGED + 1)))


def _conditions(store_ids: Sequence[int], search: Search) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Product.store_id.in_(store_ids), *_standing(search)]
    spaced = sa.literal(" ") + Product.name_key
    words = fold(search.words).split()[:MOST_WORDS]
    if words:
        by_number = sa.select(Variant.product_id).where(
            Variant.store_id.in_(store_ids),
            Variant.is_active,
            sa.func.lower(Variant.sku).startswith(search.words.strip().lower()[:40], autoescape=True),
        )
        by_name = sa.and_(*(spaced.contains(f" {word}") for word in words))
        found.append(sa.or_(by_name, Product.id.in_(by_number)))
    elif search.words.strip():
        found.append(sa.false())
    if search.category_id is not None:
        found.append(Product.category_id == search.category_id)
    if search.is_curated is not None:
        found.append(Product.curated_at.is_not(None) if search.is_curated else Product.curated_at.is_(None))
    if search.stock is not None:
        bound = 0 if search.stock is Stock.OUT else Variant.low_stock
        few = sa.select(Variant.product_id).where(Variant.is_active, Variant.store_id.in_(store_ids))
        few = few.where(Variant.is_to_order.is_(False), Variant.on_hand - Variant.reserved <= bound)
        found.append(Product.id.in_(few))
    return found


def _standing(search: Search) -> list[sa.ColumnElement[bool]]:
    if search.is_archived:
        return [Product.status == ProductStatus.ARCHIVED]
    if search.visibility is None:
        return [Product.status != ProductStatus.ARCHIVED]
    if search.visibility is Visibility.HIDDEN:
        return [Product.status == ProductStatus.HIDDEN]
    is_live = Product.live_revision_id.is_not(None)
    wanted = is_live if search.visibility is Visibility.PUBLIC else sa.not_(is_live)
    return [Product.status == ProductStatus.ACTIVE, wanted]


def _left() -> sa.ColumnElement[int]:
    """Pieces left of the forms on sale. A shop's own goods are few enough to be added up: no column is kept for it.

    What is made to order lies on no shelf and never runs out: it comes last.
    """
    query = sa.select(sa.func.coalesce(sa.func.sum(Variant.on_hand - Variant.reserved), 0))
    left = query.where(Variant.product_id == Product.id, Variant.is_active).correlate(Product).scalar_subquery()
    return sa.cast(sa.case((Product.supply == Supply.TO_ORDER, NEVER_OUT), else_=left), sa.BigInteger)


# --- many changes at once --------------------------------------------------


def bulk_edit(actor: Actor, edit_id: int) -> BulkEdit:
    """An act of this person, in shops where she still works. Raises NotFound."""
    found = db.session.get(BulkEdit, edit_id)
    shops = sa.select(Product.store_id).join(BulkChange).where(BulkChange.edit_id == edit_id).distinct()
    if found is None or found.person_id != actor.person_id or not set(db.session.scalars(shops)) <= {*actor.store_ids}:
        raise NotFound("catalog.product_not_found")
    return found


def bulk_counts(edit_id: int) -> dict[ChangeState, int]:
    """How many changes of an act stand where."""
    query = sa.select(BulkChange.state, sa.func.count()).where(BulkChange.edit_id == edit_id)
    counted = {row[0]: row[1] for row in db.session.execute(query.group_by(BulkChange.state))}
    return {state: counted.get(state, 0) for state in ChangeState}


def bulk_changes(edit_id: int, states: Sequence[ChangeState], cursor: str | None = None) -> Page[Any]:
    """The changes of an act that stand at one of these, a hundred a page."""
    table = BulkChange.__table__
    query = sa.select(table).where(table.c.edit_id == edit_id, table.c.state.in_(states))
    return fetch(query, [table.c.id], cursor=cursor, limit=100)


def recent_edits(person_id: int | None) -> list[BulkEdit]:
    """What a person did lately, the newest first."""
    query = sa.select(BulkEdit).where(BulkEdit.person_id == person_id, BulkEdit.applied_at.is_not(None))
    return list(db.session.scalars(query.order_by(BulkEdit.id.desc()).limit(10)))


def times_of(product_id: int) -> tuple[datetime | None, datetime | None]:
    """When the worker shows a product, and when it hides it."""
    row = db.session.execute(sa.select(Product.show_at, Product.hide_at).where(Product.id == product_id)).one()
    return row.show_at, row.hide_at
