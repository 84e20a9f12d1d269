"""Payments by hand: a sum of its own for each, the proof that stops the clock, and what is forgotten afterwards."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa

from marketplace.core import settings
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.core.locks import lock_one, lock_words
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, MOST_ROUNDING, PaymentState, unique_sum

PROOF_HOURS = settings.define(
    "payments.proof_hours",
    72,
    "Jam barang tetap ditahan setelah pembeli mengunggah bukti; sesudah itu pengelola memutuskan",
    minimum=24,
    maximum=336,
)
LATE_DAYS = settings.define(
    "payments.transfer_late_days",
    14,
    "Hari sebuah jumlah transfer tidak dipakai lagi setelah pembayarannya selesai",
    minimum=3,
    maximum=90,
)
ONE_AT_A_TIME = "payments.unique_sum"


def take_sum(amount: int) -> int:
    """A sum (rupiah) a little below `amount` that no other payment by hand has or had lately.

    Raises Invalid (field payment) when all are taken. The unique key of the column stands behind this.
    """
    lock_words([ONE_AT_A_TIME])
    near = sa.select(Payment.unique_sum).where(Payment.unique_sum.between(amount - MOST_ROUNDING, amount))
    taken = {found for found in db.session.scalars(near) if found is not None}
    exact = unique_sum(amount, taken, secrets.randbelow(MOST_ROUNDING))
    if exact is None:
        raise Invalid("payments.no_sum_left", field="payment")
    return exact


def note_proof(payment_id: int) -> Payment:
    """The buyer shows that she paid: the goods wait longer, from the first proof on `payments.proof_hours`.

    Of a payment whose time was over before, it is only noted: its goods are free again. Raises Stale when it is paid,
    or taken back.
    """
    payment = lock_one(Payment, payment_id)
    is_open = payment.state in (PaymentState.PENDING, PaymentState.EXPIRED)
    if payment.method not in BY_HAND or not is_open or payment.hold_until is None:
        raise Stale("payments.not_payable")
    if payment.proof_at is None:
        payment.proof_at = now()
        if payment.state is PaymentState.PENDING:
            payment.hold_until = max(payment.hold_until, payment.proof_at + timedelta(hours=PROOF_HOURS.today()))
    db.session.flush()
    return payment


def free_sums() -> int:
    """Let sums be used again whose payments ended `payments.transfer_late_days` ago. Returns how many."""
    before = now() - timedelta(days=LATE_DAYS.today())
    over = sa.and_(Payment.unique_sum.is_not(None), Payment.state != PaymentState.PENDING, Payment.settled_at <= before)
    freed = db.session.execute(sa.update(Payment).where(over).values(unique_sum=None).returning(Payment.id))
    return len(freed.all())
