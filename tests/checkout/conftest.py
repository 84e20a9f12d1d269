"""What the tests of paying share: a till in the place of the provider, and goods of two shops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core.db import transaction
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from tests import make
from tests.checkout.till import Till


@pytest.fixture
def till(app: Flask) -> Iterator[Till]:
    """Cards are paid at a till that does as the test says."""
    till, parts = Till(), app.extensions["ports"]
    before = parts.get(Providers)
    parts.provide(Providers, Providers([Cash(), till]))
    yield till
    parts.provide(Providers, before)


@pytest.fixture
def wares(db: SQLAlchemy) -> tuple[Product, Product]:
    """Goods of two shops, Rp150.000 together."""
    with transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal", price=30_000, on_hand=5)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=120_000, on_hand=5)
    return sambal, cloth
