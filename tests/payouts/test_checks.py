"""What does not add up is found by `flask reconcile`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Actor
from marketplace.core.db import transaction
from marketplace.payouts.queries import crooked_items, crooked_lines, crooked_transit
from tests.make import payouts as pay
from tests.payouts.books import faults

SPOILED = {
    "a line that holds no entries": ("DELETE FROM payout_items", {"entries paid out"}),
    "a line of another sum": (
        "UPDATE payout_lines SET amount = amount + 1",
        {"entries paid out", "open lines", "taken from the shop, in the ledger", "on its way, in the ledger"},
    ),
    "a line that was paid past the books": (
        "UPDATE payout_lines SET state = 'paid', settled_at = made_at",
        {"open lines", "on its way, in the ledger"},
    ),
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_what_does_not_add_up_is_found(db: SQLAlchemy, operator: Actor, spoil: str) -> None:
    pay.sold(pay.paid_shop())
    pay.fetched(operator)
    assert faults() == []
    statement, figures = SPOILED[spoil]
    with transaction():
        db.session.execute(sa.text(statement))
    found = {each.figure for check in (crooked_transit, crooked_lines, crooked_items) for each in check()}
    assert found == figures
