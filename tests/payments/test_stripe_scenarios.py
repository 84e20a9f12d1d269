"""The same scenarios at the stand-in, always, and at Stripe itself, when somebody asks with a test key.

STRIPE_TEST_KEY=sk_test_… pytest -m real_stripe --allow-hosts=127.0.0.1,api.stripe.com tests/payments
"""

from __future__ import annotations

import os

import pytest
import stripe

from marketplace.payments.adapters.stripe_checkout import API_VERSION, stripe_provider
from marketplace.payments.rules import Refused
from tests.payments.stripe_objects import Order, Refund
from tests.payments.stripe_scenarios import SCENARIOS, SECRET, Scenario
from tests.standin import KEY
from tools.stripe_standin.server import StandIn

each = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")
needs_key = pytest.mark.skipif(not TEST_KEY, reason="STRIPE_TEST_KEY is not set")


@each
def test_the_stand_in_does_as_the_adapter_relies_on(
    scenario: Scenario, stripe_standin: StandIn, stripe_client: stripe.StripeClient, order: Order
) -> None:
    scenario(stripe_provider(KEY, SECRET, stripe_standin.url), stripe_client, order)


@pytest.mark.real_stripe
@needs_key
@each
def test_stripe_itself_does_as_the_adapter_relies_on(scenario: Scenario, order: Order) -> None:
    client = stripe.StripeClient(TEST_KEY, stripe_version=API_VERSION)
    scenario(stripe_provider(TEST_KEY, SECRET, ""), client, order)


@pytest.mark.real_stripe
@needs_key
def test_stripe_itself_gives_nothing_back_of_what_was_never_paid(give_back: Refund) -> None:
    client = stripe.StripeClient(TEST_KEY, stripe_version=API_VERSION)
    intent = client.v1.payment_intents.create({"amount": 15_000_00, "currency": "idr"})
    with pytest.raises(Refused):
        stripe_provider(TEST_KEY, SECRET, "").refund(give_back(intent.id, 10_000))
    client.v1.payment_intents.cancel(intent.id)
