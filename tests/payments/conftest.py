"""Cards that are paid at the stand-in for Stripe."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from marketplace.core import clock
from marketplace.payments.adapters.stripe_checkout import StripeCheckout, stripe_provider
from marketplace.payments.rules import RefundOrder, StartOrder, idempotency_key
from marketplace.web import log
from tests.payments import stripe_objects as say
from tests.payments.stripe_objects import Order, Refund
from tests.standin import KEY
from tools.stripe_standin.server import StandIn


@pytest.fixture
def cards(stripe_standin: StandIn, quick_stripe: None) -> StripeCheckout:
    return stripe_provider(KEY, stripe_standin.webhooks.secret, stripe_standin.url, timeout=(1, 1))


@pytest.fixture
def order() -> Order:
    """An order to pay, as it comes fresh from the checkout: each of a payment of its own."""

    def make(**changes: Any) -> StartOrder:
        reference, now = str(uuid4()), clock.now()
        fresh = {
            "reference": reference,
            "created_at": now,
            "expires_at": now + timedelta(minutes=60),
            "key": idempotency_key("pay", reference, 1),
        }
        return say.order(**{**fresh, **changes})

    return make


@pytest.fixture
def give_back() -> Refund:
    """An order to refund a payment."""
    numbers = count(1)

    def make(intent_id: str, amount: int) -> RefundOrder:
        reference = f"refund-{next(numbers)}"
        return RefundOrder(reference, idempotency_key("refund", reference, 1), intent_id, amount)

    return make


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What was logged since it was asked last."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # so that the log's own handler does not outlive the test
    log.configure()
    return lambda: capsys.readouterr().err
