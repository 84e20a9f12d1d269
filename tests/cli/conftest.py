"""A market with a commission, and a provider of cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import clock, settings
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from tests import make


@pytest.fixture
def till(app: Flask, db: SQLAlchemy) -> Iterator[make.Till]:
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 255, clock.today())
    made = make.Till()
    with make.plugged(app, made):
        yield made
