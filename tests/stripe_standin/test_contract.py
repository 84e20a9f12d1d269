"""Requests and answers held against Stripe's published description."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.standin import asked, client_of
from tools.stripe_standin.contract import contract, examples
from tools.stripe_standin.forms import decode
from tools.stripe_standin.server import StandIn

Client = stripe.StripeClient
Ask = Callable[[Client], Any]
NOBODY = "pi_nobody"


def _line(**price: Any) -> list[dict[str, Any]]:
    known = {"currency": "idr", "unit_amount": 15_000_00, "product_data": {"name": "Kopi"}}
    return [{"price_data": {**known, **price}, "quantity": 2}]


RIGHT: dict[str, Ask] = {
    "a session": lambda client: client.v1.checkout.sessions.create(asked()),
    "a session in Indonesian": lambda client: client.v1.checkout.sessions.create(asked(locale="id", submit_type="pay")),
    "an enum that bypasses validation": lambda client: client.v1.checkout.sessions.create(asked(locale="tet")),
    "sessions": lambda client: client.v1.checkout.sessions.list({"limit": 3, "status": "open"}),
    "intents since": lambda client: client.v1.payment_intents.list({"created": {"gte": 1, "lt": 2_000_000_000}}),
    "charges of an intent": lambda client: client.v1.charges.list({"payment_intent": NOBODY}),
    "refunds, expanded": lambda client: client.v1.refunds.list({"expand": ["data.charge"]}),
    "the balance": lambda client: client.v1.balance.retrieve(),
    "fees": lambda client: client.v1.balance_transactions.list({"type": "charge"}),
    "disputes": lambda client: client.v1.disputes.list({"limit": 100}),
    "events of a kind": lambda client: client.v1.events.list({"type": "charge.refunded"}),
}
WRONG: dict[str, tuple[Ask, str, str]] = {
    "unknown name": (
        lambda client: client.v1.checkout.sessions.create(asked(colour="red")),
        "Received unknown parameter: colour",
        "colour",
    ),
    "a name mistyped deep inside": (
        lambda client: client.v1.checkout.sessions.create(asked(line_items=_line(unit_amout=1))),
        "Received unknown parameter: line_items[0][price_data][unit_amout]",
        "line_items[0][price_data][unit_amout]",
    ),
    "a float amount": (
        lambda client: client.v1.checkout.sessions.create(asked(line_items=_line(unit_amount=15000.0))),
        "Invalid integer: 15000.0",
        "line_items[0][price_data][unit_amount]",
    ),
    "a decimal amount": (
        lambda client: client.v1.refunds.create({"payment_intent": NOBODY, "amount": Decimal("5000.00")}),  # type: ignore[typeddict-item]
        "Invalid integer: 5000.00",
        "amount",
    ),
    "missing currency": (
        lambda client: client.v1.checkout.sessions.create(asked(line_items=_line(currency=None))),
        "Missing required param: line_items[0][price_data][currency].",
        "line_items[0][price_data][currency]",
    ),
    "missing name of the goods": (
        lambda client: client.v1.checkout.sessions.create(asked(line_items=_line(product_data={"description": "x"}))),
        "Missing required param: line_items[0][price_data][product_data][name].",
        "line_items[0][price_data][product_data][name]",
    ),
    "missing mode": (
        lambda client: client.v1.checkout.sessions.create(asked(mode=None)),
        "Missing required param: mode.",
        "mode",
    ),
    "a bad mode": (
        lambda client: client.v1.checkout.sessions.create(asked(mode="gift")),
        "Invalid mode: must be one of payment, setup, or subscription",
        "mode",
    ),
    "a bad reason": (
        lambda client: client.v1.refunds.create({"payment_intent": NOBODY, "reason": "bored"}),  # type: ignore[typeddict-item]
        "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer",
        "reason",
    ),
    "a key among the parameters": (
        lambda client: client.v1.checkout.sessions.create(asked(idempotency_key="k")),
        "Received unknown parameter: idempotency_key",
        "idempotency_key",
    ),
    "an unknown query": (
        lambda client: client.v1.refunds.list({"state": "failed"}),  # type: ignore[typeddict-unknown-key]
        "Received unknown parameter: state",
        "state",
    ),
    "a reference that is too long": (
        lambda client: client.v1.checkout.sessions.create(asked(client_reference_id="x" * 201)),
        "Invalid string: xxxxxxxxxxxxxxxxxxxx...; must be at most 200 characters",
        "client_reference_id",
    ),
}


@pytest.mark.parametrize("ask", RIGHT.values(), ids=RIGHT)
def test_a_right_request_is_answered_as_the_description_says(stripe_client: Client, ask: Ask) -> None:
    assert ask(stripe_client).object


@pytest.mark.parametrize(("ask", "words", "param"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_refused_in_stripes_words(
    stripe_client: Client, stripe_standin: StandIn, ask: Ask, words: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        ask(stripe_client)
    assert (refused.value.user_message, refused.value.param, refused.value.http_status) == (words, param, 400)
    assert stripe_standin.all("checkout.session") == []


@pytest.mark.parametrize("kind", sorted(examples()))
def test_an_official_example_is_valid_and_a_mutated_one_is_not(kind: str) -> None:
    body = copy.deepcopy(examples()[kind])
    assert contract().faults_of_object(kind, body) == []
    body["object"] = "something else"
    assert contract().faults_of_object(kind, body)


def test_an_answer_of_ours_that_breaks_the_description_is_a_500_and_is_noted(stripe_standin: StandIn) -> None:
    client = client_of(stripe_standin, retries=0)
    session = client.v1.checkout.sessions.create(asked())
    with stripe_standin.world.store.work():
        stored = stripe_standin.all("checkout.session")[0]
        stripe_standin.world.store.put({**stored, "amount_total": "30000"})
    with pytest.raises(stripe.APIError) as refused:
        client.v1.checkout.sessions.retrieve(session.id)
    assert refused.value.http_status == 500
    assert "amount_total" in stripe_standin.violations.pop()


def test_the_objects_inside_events_are_valid_too(stripe_standin: StandIn, stripe_client: Client) -> None:
    for card in ("4242424242424242", "4000000000000002", "4000000000003220", "4000000000000259"):
        stripe_standin.pay(stripe_client.v1.checkout.sessions.create(asked()).id, card=card)
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    refund = stripe_standin.dashboard_refund(stripe_standin.all("payment_intent")[0]["id"])
    stripe_standin.fail_refund(refund["id"])
    stripe_standin.close_dispute(stripe_standin.all("dispute")[0]["id"], won=True)
    bodies = [event["data"]["object"] for event in stripe_standin.all("event")]
    assert [line for body in bodies for line in contract().faults_of_object(body["object"], body)] == []
    assert len({body["object"] for body in bodies}) == 5


def test_nested_forms_become_nested_values() -> None:
    pairs = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("expand[]", "x"), ("expand[]", "y"), ("plain", "z")]
    assert decode(pairs) == {
        "a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}},
        "expand": {"0": "x", "1": "y"},
        "plain": "z",
    }


def test_an_address_outside_what_is_built_is_not_found(stripe_client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as refused:
        stripe_client.v1.customers.list()
    assert refused.value.http_status == 404


@pytest.mark.parametrize(
    ("key", "words"), [("sk_live_abc", "LIVE"), ("pk_test_abc", "Invalid API Key"), ("rk_live_x", "LIVE")]
)
def test_only_a_test_key_is_let_in(stripe_standin: StandIn, key: str, words: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match=words):
        client_of(stripe_standin, key=key).v1.balance.retrieve()


def test_payment_method_types_are_refused_from_endive_on(stripe_standin: StandIn) -> None:
    params = asked(payment_method_types=["card"])
    assert client_of(stripe_standin).v1.checkout.sessions.create(params).status == "open"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(stripe_standin, version="2026-10-28.endive").v1.checkout.sessions.create(params)
    assert refused.value.code == "payment_method_types_no_longer_supported"


def test_the_version_that_was_asked_for_is_told_back(stripe_standin: StandIn) -> None:
    answer = client_of(stripe_standin, version="2026-10-28.endive").v1.balance.retrieve()
    assert answer.last_response.headers["Stripe-Version"] == "2026-10-28.endive"
