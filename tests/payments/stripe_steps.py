"""Steps that several tests at the stand-in for Stripe take."""

from __future__ import annotations

from marketplace.payments.adapters.stripe_checkout import StripeCheckout
from marketplace.payments.rules import AttemptRef, Snapshot, StartOrder
from tests.payments.stripe_objects import attempt_of
from tools.stripe_standin.server import StandIn


def read(cards: StripeCheckout, attempt: AttemptRef) -> Snapshot:
    """A try that Stripe must know."""
    seen = cards.read(attempt)
    assert seen is not None
    return seen


def paid(cards: StripeCheckout, standin: StandIn, order: StartOrder) -> tuple[AttemptRef, str]:
    """A try that was paid, and what Stripe calls the payment."""
    attempt = attempt_of(order, cards.start(order).session_ref)
    return attempt, str(standin.pay(attempt.session_ref)["id"])
