"""What several areas tell of an order together, also to pages above this area."""

from __future__ import annotations

from flask import Flask

from marketplace.changes.queries import changes_of, parcels_of
from marketplace.claims.queries import timeline
from marketplace.desks.changing import change_moments
from marketplace.desks.claim_words import claim_moments
from marketplace.orders.queries import Moment


def told_of(order_id: int) -> list[Moment]:
    """What claims and changes tell of an order, for its time line. In the reader's language; seven statements."""
    claims = timeline([order_id]).get(order_id, [])
    changes, parcels = changes_of([order_id]).get(order_id, []), parcels_of([order_id]).get(order_id, [])
    return claim_moments(claims) + change_moments(changes, parcels)


def register(app: Flask) -> None:
    """Let templates ask: `{{ told_of(order.id) }}`."""
    app.jinja_env.globals["told_of"] = told_of
