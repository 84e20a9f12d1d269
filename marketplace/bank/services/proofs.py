"""Buyers show that they paid. The file is private: the buyer and operators read it, nobody else."""

from __future__ import annotations

from typing import BinaryIO

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.bank.models import PaymentProof
from marketplace.bank.policies import check_can_run
from marketplace.bank.queries import proof
from marketplace.bank.rules import LONGEST_NAME, MOST_PROOFS
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.media import services as media
from marketplace.media.services import Prepared
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.orders.policies import Buyer, can_read_purchase
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments import services as payments
from marketplace.payments.models import Payment

PDF = b"%PDF-"


def prepare(stream: BinaryIO) -> Prepared:
    """Take a picture or a PDF in as a private file. Outside a transaction.

    Raises Invalid (field proof) for what is neither, empty, or too large. A picture loses what the phone noted beside
    its pixels.
    """
    head = stream.read(len(PDF))
    stream.seek(0)
    try:
        return media.prepare_document(stream) if head == PDF else media.prepare_private_picture(stream)
    except Invalid as refusal:
        refusal.field = "proof"
        raise


def add(buyer: Buyer, payment_id: int, prepared: Prepared, payer_name: str = "") -> PaymentProof:
    """Keep a proof, and let the goods wait for the operator.

    Raises NotFound when it is not this buyer's payment; Stale when nothing is to be paid any more; Invalid (field
    proof) when there are enough of them, (field payer_name) when the name is too long.
    """
    if not can_read_purchase(buyer.actor, purchase_of_payment(payment_id), buyer.key):
        raise NotFound
    if len(payer_name) > LONGEST_NAME:
        raise Invalid("bank.name_too_long", field="payer_name", most=LONGEST_NAME)
    payment = payments.by_hand.note_proof(payment_id)  # locks the payment: proofs are counted one after the other
    count = sa.select(sa.func.count()).select_from(PaymentProof).where(PaymentProof.payment_id == payment_id)
    if (db.session.scalar(count) or 0) >= MOST_PROOFS:
        raise Invalid("bank.enough_proofs", field="proof", most=MOST_PROOFS)
    row = PaymentProof(
        payment_id=payment_id, media_id=media.keep(buyer.actor, prepared).id, payer_name=payer_name, created_at=now()
    )
    db.session.add(row)
    db.session.flush()
    audit.record(buyer.actor, "bank.proof_shown", "payment", payment.reference, proof=row.id)
    return row


def read_own(buyer: Buyer, payment_id: int, proof_id: int) -> tuple[bytes, str]:
    """A proof's content and type, for its buyer. Raises NotFound."""
    if not can_read_purchase(buyer.actor, purchase_of_payment(payment_id), buyer.key):
        raise NotFound
    return media.document(proof(proof_id, payment_id).media_id)


def read(actor: Actor, proof_id: int) -> tuple[bytes, str]:
    """The same for an operator; each reading is on the trail. Raises NotAllowed, NotFound."""
    check_can_run(actor)
    found = proof(proof_id)
    content = media.document(found.media_id)
    reference = db.session.get_one(Payment, found.payment_id).reference
    audit.record(actor, "bank.proof_read", "payment", reference, proof=found.id)
    return content


def forget(leaving: Leaving) -> None:
    """Drop what somebody who goes has shown, and whose account she named. The bank's lines stay."""
    hers = (
        sa.select(PurchasePayment.payment_id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(Purchase.person_id == leaving.person_id)
    )
    db.session.execute(sa.delete(PaymentProof).where(PaymentProof.payment_id.in_(hers)))
