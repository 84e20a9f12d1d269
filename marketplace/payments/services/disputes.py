"""Disputes: kept as the provider has them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.payments.models import Dispute, Payment, PaymentAttempt
from marketplace.payments.rules import DisputeSnapshot, DisputeState


@dataclass(frozen=True)
class DisputeChange:
    """What is new in a dispute; the caller books it."""

    dispute: Dispute
    is_new: bool
    ended_as: DisputeState | None
    more_withdrawn: int
    more_fee: int


def take_over(attempt_id: int, found: DisputeSnapshot) -> DisputeChange:
    """Write down a dispute as it stands now. A dispute that was closed stays closed."""
    payment_id = db.session.get_one(PaymentAttempt, attempt_id).payment_id
    lock_one(Payment, payment_id)
    made = insert_once(
        Dispute,
        "provider_ref",
        provider_ref=found.provider_ref,
        payment_id=payment_id,
        attempt_id=attempt_id,
        state=DisputeState.OPEN,
        amount=found.amount,
        withdrawn=0,
        fee=0,
        opened_at=now(),
    )
    dispute = db.session.scalars(sa.select(Dispute).where(Dispute.provider_ref == found.provider_ref)).one()
    change = DisputeChange(
        dispute=dispute,
        is_new=made is not None,
        ended_as=found.state if found.state is not dispute.state and dispute.state is DisputeState.OPEN else None,
        more_withdrawn=found.withdrawn - dispute.withdrawn,
        more_fee=max(0, found.fee - dispute.fee),
    )
    dispute.withdrawn, dispute.fee = found.withdrawn, max(found.fee, dispute.fee)
    if change.ended_as is not None:
        dispute.state, dispute.closed_at = change.ended_as, now()
    db.session.flush()
    return change
