"""What fits the schema and is refused all the same."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.standin import KEY, asked
from tools.stripe_standin.server import StandIn

Client = stripe.StripeClient


def _line(quantity: int = 1, **price: Any) -> dict[str, Any]:
    known = {"currency": "idr", "unit_amount": 15_000_00, "product_data": {"name": "Kopi"}}
    return {"price_data": {**known, **price}, "quantity": quantity}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        (asked(mode="setup"), "mode"),
        (asked(ui_mode="elements"), "ui_mode"),
        (asked(success_url=None), "success_url"),
        (asked(line_items=None), "line_items"),
        (asked(line_items=[{"price": "price_1", "quantity": 1}]), "line_items[0][price]"),
        (asked(line_items=[_line(quantity=0)]), "line_items[0][quantity]"),
        (asked(line_items=[_line(unit_amount=-1), _line()]), "line_items[0][quantity]"),
        (asked(line_items=[_line(unit_amount=None)]), "line_items[0][price_data][unit_amount]"),
        (asked(line_items=[_line(product_data=None)]), "line_items[0][price_data][product_data]"),
        (asked(line_items=[_line(), _line(currency="usd")]), "line_items"),
        (asked(line_items=[_line(currency="usd")]), "currency"),
    ],
)
def test_a_session_that_cannot_be_paid_is_refused(stripe_client: Client, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.checkout.sessions.create(params)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("params", "param"),
    [
        (asked(discounts=[{"coupon": "x"}]), "discounts"),
        (asked(payment_intent_data={"capture_method": "manual"}), "payment_intent_data[capture_method]"),
    ],
)
def test_what_is_not_built_is_refused_instead_of_ignored(
    stripe_client: Client, params: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not build") as refused:
        stripe_client.v1.checkout.sessions.create(params)
    assert refused.value.param == param
    with pytest.raises(stripe.InvalidRequestError, match="does not build customer"):
        stripe_client.v1.charges.list({"customer": "cus_x"})


def test_more_than_twelve_digits_are_too_large(stripe_client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.checkout.sessions.create(asked(line_items=[_line(unit_amount=10**12)]))
    assert refused.value.code == "amount_too_large"


def test_currencies_may_be_written_in_capitals(stripe_client: Client) -> None:
    assert stripe_client.v1.checkout.sessions.create(asked(line_items=[_line(currency="IDR")])).currency == "idr"


def test_a_refund_of_nothing_or_for_nobody_is_refused(stripe_client: Client, stripe_standin: StandIn) -> None:
    intent = stripe_standin.pay(stripe_client.v1.checkout.sessions.create(asked()).id)["id"]
    for params, words in (
        ({"payment_intent": intent, "amount": 0}, "greater than or equal to 1"),
        ({"amount": 5_000_00}, "One of the following"),
        ({"charge": "ch_nobody"}, "No such charge: 'ch_nobody'"),
        ({"payment_intent": "pi_nobody"}, "No such payment_intent: 'pi_nobody'"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=words):
            stripe_client.v1.refunds.create(params)  # type: ignore[arg-type]
    assert stripe_standin.all("refund") == []


def test_what_is_not_there_is_404(stripe_client: Client) -> None:
    for read in (
        lambda: stripe_client.v1.checkout.sessions.retrieve("cs_test_nobody"),
        lambda: stripe_client.v1.payment_intents.retrieve("pi_nobody"),
        lambda: stripe_client.v1.refunds.retrieve("cs_test_nobody"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            read()
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_a_key_of_more_than_255_characters_is_refused(stripe_client: Client) -> None:
    with pytest.raises(stripe.IdempotencyError):
        stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k" * 256})
    assert stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k" * 255}).status == "open"


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_holds_one_to_a_hundred(stripe_client: Client, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.charges.list({"limit": limit})
    assert refused.value.param == "limit"


def test_a_page_after_nobody_is_refused(stripe_client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        stripe_client.v1.charges.list({"starting_after": "ch_nobody"})


def test_without_a_key_nobody_is_let_in(stripe_standin: StandIn) -> None:
    answer = requests.get(f"{stripe_standin.url}/v1/balance", timeout=5)
    assert answer.status_code == 401
    assert "did not provide an API key" in answer.json()["error"]["message"]
    assert requests.get(f"{stripe_standin.url}/v1/balance", auth=(KEY, ""), timeout=5).status_code == 200


@pytest.mark.parametrize("form", ["expand=x", "expand[a]=x", "mode=payment&mode[x]=1", "metadata=x", "a[[=1", "=1"])
def test_a_crooked_form_is_refused_and_breaks_nothing(stripe_standin: StandIn, form: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{stripe_standin.url}/v1/checkout/sessions", data=form, headers=headers, timeout=5)
    assert answer.status_code == 400


def test_a_mistake_of_the_stand_in_itself_is_a_500_and_is_noted(stripe_standin: StandIn, stripe_client: Client) -> None:
    session_id = stripe_client.v1.checkout.sessions.create(asked()).id
    with stripe_standin.world.store.work():
        stored = stripe_standin.all("checkout.session")[0]
        stripe_standin.world.store.put({**stored, "expires_at": "soon"})
    answer = requests.get(f"{stripe_standin.url}/v1/checkout/sessions/{session_id}", auth=(KEY, ""), timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")
    assert any("TypeError" in line for line in stripe_standin.violations)
    stripe_standin.violations.clear()
