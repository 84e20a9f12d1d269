"""A product in the making, for tests of the seller's screen."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, ProductDraft
from marketplace.core.db import transaction
from marketplace.media import services as media
from tests import make
from tests.catalog.people import Shop, shop
from tests.make.drafts import KEY, draft
from tests.media.pictures import picture

NEW = "/penjual/produk/baru"


DRAFT = f"/penjual/produk/draf/{KEY}"


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def photo(content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content or picture()), "bakul.jpg"


def kept(mine: Shop) -> int:
    """A picture of Ina's."""
    prepared = media.prepare_picture(io.BytesIO(picture()))
    with transaction():
        return media.keep(mine.ina, prepared).id


def begin(mine: Shop, key: str = KEY, **more: str) -> str:
    """A draft that could be put up; its address."""
    shown = kept(mine)
    fields = {"name": "Bakul", "category_id": str(make.category_id()), "price": "45.000", "weight": "400"} | more
    with transaction():
        draft(mine.ina, mine.id, key, [shown], **{"on_hand": "6", **fields})
    return f"/penjual/produk/draf/{key}"


def rest(page: str) -> dict[str, Any]:
    """What a browser sends along of a page that nobody touched."""
    found = re.findall(r'name="(kunci|awal|tanda|product_id)" value="([^"]*)"', page)
    return {name: value.replace("&#34;", '"') for name, value in found}


def fields_of(db: SQLAlchemy) -> dict[str, list[str]]:
    db.session.expire_all()
    return db.session.scalars(sa.select(ProductDraft)).one().fields


def products_made(db: SQLAlchemy) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0
