"""The stand-in for Stripe as a fixture, and the real client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


@pytest.fixture
def quick_stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits half a second before it tries again; a test need not."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.02)


def asked(**more: Any) -> dict[str, Any]:
    """Parameters of a session of Rp 30.000 as the market sends them, with these in addition or instead."""
    line = {
        "price_data": {"currency": "idr", "unit_amount": 15_000_00, "product_data": {"name": "Kopi"}},
        "quantity": 2,
    }
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/selesai?sesi={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/batal",
        "line_items": [line],
        "client_reference_id": "NTT-1",
        "metadata": {"payment": "one"},
        "payment_intent_data": {"metadata": {"payment": "two"}},
        **more,
    }


def client_of(server: StandIn, *, version: str = VERSION, key: str = KEY, retries: int = 2) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=version,
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=(5, 20)),
        base_addresses={"api": server.url},
    )
