"""A market that takes transfers and QRIS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.db import transaction
from tests import make
from tests.make.byhand import by_hand


@pytest.fixture(autouse=True)
def ways_by_hand(request: pytest.FixtureRequest) -> Iterator[None]:
    """Transfers and QRIS are switched on wherever a test has an application."""
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    with by_hand(app):
        yield


@pytest.fixture
def goods(db: SQLAlchemy) -> list[Product]:
    """Goods of two shops, Rp150.000 together, ten pieces each."""
    with transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal", price=30_000, on_hand=10)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=120_000, on_hand=10)
        return [make.live(sambal), make.live(cloth)]


@pytest.fixture
def operator(client: FlaskClient) -> Person:
    someone = make.person("Admin Pasar", roles=[make.OPERATOR])
    make.sign_in_client(client, someone)
    return someone
