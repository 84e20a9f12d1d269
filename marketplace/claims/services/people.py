"""What claims know of a person: told in the copy of one's own data, dropped when one goes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.claims.models import Claim, ClaimPicture, ClaimStep
from marketplace.core.db import db
from marketplace.orders.models import Order


def export(person_id: int) -> list[dict[str, Any]]:
    """What somebody said in claims, as buyer, for a shop or as an operator. One statement."""
    query = (
        sa.select(Order.code, ClaimStep.party, ClaimStep.act, ClaimStep.text, ClaimStep.amount, ClaimStep.at)
        .join(Claim, Claim.id == ClaimStep.claim_id)
        .join(Order, Order.id == Claim.order_id)
        .where(ClaimStep.person_id == person_id)
        .order_by(ClaimStep.id)
    )
    return [
        {"order": code, "as": party.value, "act": act.value, "text": text, "amount": amount, "at": at.isoformat()}
        for code, party, act, text, amount, at in db.session.execute(query)
    ]


def forget(leaving: Leaving) -> None:
    """Drop the pictures that somebody who goes has sent. The words stay with the order, without the name and without
    telephone numbers (`queries.views`).
    """
    said = sa.select(ClaimStep.id).where(ClaimStep.person_id == leaving.person_id)
    db.session.execute(sa.delete(ClaimPicture).where(ClaimPicture.step_id.in_(said)))
