"""The stand-in for Stripe as a fixture, and the real client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from tools.stripe_standin.contract import VERSION
from tools.stripe_standin.server import StandIn

KEY = "sk_test_standin"


@pytest.fixture
def stripe_standin() -> Iterator[StandIn]:
    """A fresh stand-in in memory. Its events go nowhere until a test sets `webhooks.url`.

    An answer of its own that breaks Stripe's contract fails the test.
    """
    server = StandIn(webhook_waits=(0.05, 0.1, 0.2))
    server.start()
    yield server
    server.stop()
    assert server.violations == []


@pytest.fixture
def stripe_client(stripe_standin: StandIn) -> stripe.StripeClient:
    """The real client, set up as the market's own."""
    return client_of(stripe_standin)


def client_of(server: StandIn, *, version: str = VERSION, key: str = KEY, retries: int = 2) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=version,
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=(5, 20)),
        base_addresses={"api": server.url},
    )
