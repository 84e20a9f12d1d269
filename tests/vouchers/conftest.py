"""Two shops with goods, their owners' vouchers not yet given, and a buyer."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.db import transaction
from tests import make


@pytest.fixture
def cloth(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Tenun Mama Yuli"), "Selendang Buna", price=100_000, on_hand=500)


@pytest.fixture
def sambal(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Luat", price=33_333, on_hand=500)


@pytest.fixture
def budi(db: SQLAlchemy) -> Person:
    return make.person("Budi Lado")
