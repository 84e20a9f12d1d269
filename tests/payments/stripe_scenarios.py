"""What the adapter relies on, told once and asked of both: the stand-in, and Stripe itself with a test key."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import stripe

from marketplace.core import clock
from marketplace.payments.adapters.stripe_checkout import StripeCheckout
from marketplace.payments.rules import AttemptState, OutcomeUnknown, RefundOrder, Refused, Trouble
from tests.payments.stripe_objects import Order, attempt_of

SECRET = "whsec_of_the_scenarios"
PATIENCE_SECONDS = 20


def a_session_is_made_once_and_read(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = order()
    started = cards.start(wanted)
    assert cards.start(wanted) == started
    seen = cards.read(attempt_of(wanted, started.session_ref))
    assert seen is not None
    assert (seen.state, seen.url, seen.provider_ref) == (AttemptState.OPEN, started.url, "")


def a_session_is_found_by_our_reference(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = order()
    started = cards.start(wanted)
    seen = cards.read(attempt_of(wanted))
    assert seen is not None
    assert seen.session_ref == started.session_ref


def one_key_is_good_for_one_order(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = order()
    cards.start(wanted)
    with pytest.raises(OutcomeUnknown):
        cards.start(order(key=wanted.key))


def what_was_never_made_is_not_there(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    assert cards.read(attempt_of(order())) is None
    assert cards.read(attempt_of(order(), "cs_test_" + "a1" * 29)) is None


def too_little_is_refused(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    with pytest.raises(Refused) as refused:
        cards.start(order(amount=1_000))
    assert refused.value.trouble is Trouble.TOO_SMALL


def an_open_session_is_expired_for_good(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = order()
    attempt = attempt_of(wanted, cards.start(wanted).session_ref)
    for _ in range(2):
        seen = cards.expire(attempt)
        assert seen is not None
        assert (seen.state, seen.url) == (AttemptState.EXPIRED, "")


def an_expiry_is_told(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = order()
    attempt = attempt_of(wanted, cards.start(wanted).session_ref)
    cards.expire(attempt)
    body = json.dumps(_event_of(client, attempt.session_ref))
    headers = {"Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body, SECRET)}
    notice = cards.parse_notice(headers, body.encode())
    assert (notice.is_followed, notice.reference) == (True, wanted.reference)
    assert notice.session_ref == attempt.session_ref


def _event_of(client: stripe.StripeClient, session_ref: str) -> dict[str, object]:
    """The event of a session's expiry, which may come a moment later."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for event in client.v1.events.list({"type": "checkout.session.expired", "limit": 20}).data:
            if event.data.object["id"] == session_ref:
                return event.to_dict(for_json=True)
        time.sleep(0.5)
    raise AssertionError(f"nothing told of {session_ref} within {PATIENCE_SECONDS} s")


def nothing_is_given_back_of_what_is_unknown(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    wanted = RefundOrder("refund-1", f"mp:refund:{order().reference}:1", "pi_" + "0" * 24, 10_000)
    with pytest.raises(Refused):
        cards.refund(wanted)


def the_account_can_be_read(cards: StripeCheckout, client: stripe.StripeClient, order: Order) -> None:
    assert isinstance(list(cards.movements(clock.now() - timedelta(hours=1))), list)


Scenario = Callable[[StripeCheckout, stripe.StripeClient, Order], None]
SCENARIOS: list[Scenario] = [
    a_session_is_made_once_and_read,
    a_session_is_found_by_our_reference,
    one_key_is_good_for_one_order,
    what_was_never_made_is_not_there,
    too_little_is_refused,
    an_open_session_is_expired_for_good,
    an_expiry_is_told,
    nothing_is_given_back_of_what_is_unknown,
    the_account_can_be_read,
]
