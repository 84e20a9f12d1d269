"""Questions about payments: finding them (`finding`), what `needs` a person, whether figures agree (`checks`)."""

from marketplace.payments.queries.checks import (
    Crooked,
    OwnMovement,
    crooked_attempts,
    crooked_payments,
    own_movements,
)
from marketplace.payments.queries.finding import (
    attempts_of,
    disputes_of,
    holds_over,
    knows_provider_ref,
    live_attempt,
    notices_of,
    paid_attempt,
    payment_by_reference,
    payment_of_notice,
    refunds_of,
    refunds_under_way,
    unfollowed_notices,
    unsent_refunds,
    waiting_online,
    without_fee,
)
from marketplace.payments.queries.needs import NeedRow, need_counts, needs

__all__ = [
    "Crooked",
    "NeedRow",
    "OwnMovement",
    "attempts_of",
    "crooked_attempts",
    "crooked_payments",
    "disputes_of",
    "holds_over",
    "knows_provider_ref",
    "live_attempt",
    "need_counts",
    "needs",
    "notices_of",
    "own_movements",
    "paid_attempt",
    "payment_by_reference",
    "payment_of_notice",
    "refunds_of",
    "refunds_under_way",
    "unfollowed_notices",
    "unsent_refunds",
    "waiting_online",
    "without_fee",
]
