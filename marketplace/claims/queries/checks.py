"""Do claims and orders say the same? One statement over everything there is (rupiah)."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.claims.models import Claim
from marketplace.claims.rules import OPEN
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.payments.queries import Crooked


def crooked_claims() -> list[Crooked]:
    """Orders of which another sum lies aside than their open claim asks."""
    mine = sa.and_(Claim.order_id == Order.id, Claim.state.in_(OPEN))
    asked = sa.func.coalesce(Claim.asked + Claim.asked_delivery, 0)
    kept = Order.contested_goods + Order.contested_delivery
    query = sa.select(Order.code, kept, asked).join(Claim, mine, isouter=True).where(kept != asked).order_by(Order.id)
    return [
        Crooked(code, "set aside for a claim", int(asks), int(lies)) for code, lies, asks in db.session.execute(query)
    ]
