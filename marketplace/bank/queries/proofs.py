"""What buyers show, and the payments that wait for money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.bank.models import PaymentProof
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentState


@dataclass(frozen=True)
class ProofRow:
    """A proof, without its file."""

    id: int
    payer_name: str
    created_at: datetime


@dataclass(frozen=True)
class WaitingRow:
    """A payment whose buyer showed that she paid, and whose money was not found yet (rupiah)."""

    payment_id: int
    reference: str
    code: str
    buyer_name: str
    to_pay: int
    proof_at: datetime | None
    hold_until: datetime | None


def proof(proof_id: int, payment_id: int | None = None) -> PaymentProof:
    """A proof, perhaps only one of this payment. Raises NotFound."""
    found = db.session.get(PaymentProof, proof_id)
    if found is None or (payment_id is not None and found.payment_id != payment_id):
        raise NotFound
    return found


def proofs_of(payment_ids: Iterable[int]) -> dict[int, list[ProofRow]]:
    """The proofs of these payments, the first first. One statement."""
    query = (
        sa.select(PaymentProof.payment_id, PaymentProof.id, PaymentProof.payer_name, PaymentProof.created_at)
        .where(PaymentProof.payment_id.in_(sorted(set(payment_ids))))
        .order_by(PaymentProof.id)
    )
    found: dict[int, list[ProofRow]] = {}
    for payment_id, proof_id, name, at in db.session.execute(query):
        found.setdefault(payment_id, []).append(ProofRow(proof_id, name, at))
    return found


def waiting(limit: int = 20) -> list[WaitingRow]:
    """The payments with a proof and without money, those that wait longest first. One statement."""
    query = (
        sa.select(
            Payment.id,
            Payment.reference,
            Purchase.code,
            Purchase.buyer_name,
            Payment.amount - Payment.rounding,
            Payment.proof_at,
            Payment.hold_until,
        )
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(Payment.state == PaymentState.PENDING, Payment.proof_at.is_not(None))
        .order_by(Payment.proof_at, Payment.id)
        .limit(limit)
    )
    return [WaitingRow(*row) for row in db.session.execute(query)]
