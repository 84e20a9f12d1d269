"""A receipt handed out to whoever may see its order: the caller has asked for that."""

from __future__ import annotations

from flask import Response

from marketplace.core.db import db, transaction
from marketplace.core.errors import NotFound
from marketplace.orders.queries import OrderView
from marketplace.receipts import services
from marketplace.receipts.queries import is_due
from marketplace.web.private import private_file

LONGEST_VERSION = 6


def hand_out(order: OrderView, version: str | None = None) -> Response | None:
    """The receipt that holds now, or an earlier version; None while nothing is paid. Raises NotFound.

    It was written when the money came; what is missing is made up for here, the bytes outside of a transaction.
    """
    if not is_due(order):
        return None
    copy = _current(order.id) if version is None else services.version(order.id, _number(version))
    if copy is None:
        return None
    pdf = copy.pdf
    if pdf is None:
        db.session.rollback()
        pdf = services.draw(copy)
        with transaction():
            services.keep(copy.id, pdf)
    answer = private_file(pdf, "application/pdf", f"kuitansi-{copy.number}")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _current(order_id: int) -> services.Copy | None:
    held = services.held(order_id)
    if held is not None:
        return held
    db.session.rollback()
    with transaction():
        return services.issue(order_id)


def _number(typed: str) -> int:
    """A version as it stands in an address. Raises NotFound for what is no such number."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_VERSION):
        raise NotFound
    return int(typed)
