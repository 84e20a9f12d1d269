"""Claims: every act locks the order, then the claim, and is drawn in `claims.rules.PLAN`."""

from marketplace.claims.services.answering import agree, appeal_for_shop, dispute_return, offer, receive, send_swap
from marketplace.claims.services.deciding import (
    accept,
    appeal,
    by_default,
    conclude,
    confirm,
    decide,
    escalate,
    overtake,
    send_back,
    withdraw,
)
from marketplace.claims.services.opening import NewClaim, Wanted, check, open_claim
from marketplace.claims.services.people import export, forget
from marketplace.claims.services.steps import Said, mark_reminded

__all__ = [
    "NewClaim",
    "Said",
    "Wanted",
    "accept",
    "agree",
    "appeal",
    "appeal_for_shop",
    "by_default",
    "check",
    "conclude",
    "confirm",
    "decide",
    "dispute_return",
    "escalate",
    "export",
    "forget",
    "mark_reminded",
    "offer",
    "open_claim",
    "overtake",
    "receive",
    "send_back",
    "send_swap",
    "withdraw",
]
