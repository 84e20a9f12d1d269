"""What tests of payouts share."""

from __future__ import annotations

from datetime import date

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.settings import SettingValue
from tests import make

BASIS_POINTS = 500


@pytest.fixture
def operator(db: SQLAlchemy) -> Actor:
    """Somebody who makes bank files, in a market that has taken 5 % commission for long."""
    with transaction():
        key = "orders.commission_basis_points"
        db.session.add(SettingValue(key=key, valid_from=date(2020, 1, 1), value=BASIS_POINTS, set_at=now()))
    return make.actor_of(make.person("Admin", roles=[make.OPERATOR]))
