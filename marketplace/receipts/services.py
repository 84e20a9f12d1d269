"""Issuing receipts: their facts in a transaction, their bytes outside of one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.locks import lock_one
from marketplace.orders.models import Order, Purchase
from marketplace.receipts import queries, rules
from marketplace.receipts.adapters import typesetting
from marketplace.receipts.models import Receipt


@dataclass(frozen=True)
class Copy:
    """A receipt to be handed out. `pdf` is None as long as it was not set."""

    id: int
    version: int
    number: str
    facts: dict[str, Any]
    issued_at: datetime
    pdf: bytes | None


def issue(order_id: int) -> Copy | None:
    """The receipt of an order that holds now; a new version when money went back since the last. None: nothing due.

    Versions of one order are written one after the other, under the order's lock. Raises NotFound.
    """
    order = lock_one(Order, order_id)
    last = queries.latest(order_id)
    facts = last.facts if last else queries.facts(order_id)
    if facts is None:
        return None
    sent = queries.refunds_sent(order_id)
    if last is not None and sent == facts["refunds"]:
        return _copy(last)
    version = last.version + 1 if last else 1
    receipt = Receipt(
        order_id=order_id,
        version=version,
        number=rules.number_of(order.code, version),
        facts={**facts, "refunds": sent},
        issued_at=now(),
    )
    db.session.add(receipt)
    db.session.flush()
    audit.record(SYSTEM, "receipts.issued", "order", order.code, number=receipt.number)
    return _copy(receipt)


def held(order_id: int) -> Copy | None:
    """The receipt of an order when it is complete and still holds: then nothing needs to be written."""
    last = queries.latest(order_id)
    if last is None or last.sha256 is None or last.facts["refunds"] != queries.refunds_sent(order_id):
        return None
    return _copy(last)


def version(order_id: int, number: int) -> Copy:
    """An earlier version of an order's receipt. Raises NotFound."""
    found = queries.version(order_id, number)
    if found is None:
        raise NotFound
    return _copy(found)


def draw(copy: Copy) -> bytes:
    """The bytes of a receipt; call it outside of a transaction. The same facts give the same bytes."""
    if copy.pdf is not None:
        return copy.pdf
    return typesetting.set_pdf(rules.sheet(copy.facts, copy.version, copy.issued_at), copy.issued_at)


def keep(receipt_id: int, pdf: bytes) -> None:
    """Keep the bytes of a receipt that has none yet; whoever comes second changes nothing."""
    db.session.execute(
        sa.update(Receipt)
        .where(Receipt.id == receipt_id, Receipt.pdf.is_(None))
        .values(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())
    )


def forget(leaving: Leaving) -> None:
    """Take the name of a buyer who closes her account out of her receipts; what was sold for how much stays.

    PP 80/2019 keeps the transaction for ten years, UU PDP lets the name go. The bytes are set anew when next asked for.
    """
    query = (
        sa.select(Receipt)
        .join(Order, Order.id == Receipt.order_id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Purchase.person_id == leaving.person_id)
    )
    for receipt in db.session.scalars(query):
        receipt.facts = {**receipt.facts, "buyer": ""}
        receipt.pdf = receipt.sha256 = None
    db.session.flush()


def _copy(receipt: Receipt) -> Copy:
    return Copy(receipt.id, receipt.version, receipt.number, receipt.facts, receipt.issued_at, receipt.pdf)
