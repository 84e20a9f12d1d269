"""The webhook: what Stripe signed is kept once and answered at once; all else is refused and never a 500."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import stripe
from flask.testing import FlaskClient

from marketplace.checkout import handlers
from marketplace.core import outbox
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.adapters.stripe_checkout import stripe_provider
from marketplace.payments.models import Payment, ProviderNotice
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import NoticeState, PaymentState
from marketplace.payments.services import notices
from tests import make
from tests.cardmarket import CardMarket, payment_for, plugged
from tests.payments import stripe_objects as say
from tests.standin import KEY
from tools.stripe_standin.faults import Kind as Fault
from tools.stripe_standin.webhooks import Treatment

URL = "/webhooks/stripe"
BODY = json.dumps(say.event(say.session()), indent=2)
N = NoticeState


def signed(market: CardMarket, body: str | bytes, late: int = 0, secret: str = "") -> dict[str, str]:
    """The header of a body, signed so many seconds from now."""
    text = body if isinstance(body, str) else body.decode("latin-1")
    header = stripe.WebhookSignature.generate_signature_header(
        text, secret or market.standin.webhooks.secret, int(time.time()) + late
    )
    return {"Stripe-Signature": header}


def rows() -> list[ProviderNotice]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(ProviderNotice).order_by(ProviderNotice.id)))


def states() -> list[NoticeState]:
    return [row.state for row in rows()]


Forged = tuple[bytes | str, dict[str, str]]
FORGERIES: dict[str, Callable[[CardMarket], Forged]] = {
    "no header": lambda market: (BODY, {}),
    "an empty header": lambda market: (BODY, {"Stripe-Signature": ""}),
    "another secret": lambda market: (BODY, signed(market, BODY, secret="whsec_of_somebody")),
    "too old": lambda market: (BODY, signed(market, BODY, late=-301)),
    "days old": lambda market: (BODY, signed(market, BODY, late=-3 * 86_400)),
    "of the future": lambda market: (BODY, signed(market, BODY, late=86_400)),
    "a time stamp that is none": lambda market: (BODY, {"Stripe-Signature": "t=soon,v1=abc"}),
    "no ASCII": lambda market: (BODY, {"Stripe-Signature": "t=1,v1=\xe9\xff"}),
    "only the old scheme": lambda market: (
        BODY,
        {"Stripe-Signature": signed(market, BODY)["Stripe-Signature"].replace("v1=", "v0=")},
    ),
    "serialised again": lambda market: (json.dumps(json.loads(BODY)), signed(market, BODY)),
    "cut off": lambda market: (BODY[:-20], signed(market, BODY)),
    "changed": lambda market: (BODY.replace("paid", "diap"), signed(market, BODY)),
    "empty": lambda market: ("", signed(market, "")),
    "no UTF-8": lambda market: (b'{"id": "\xff"}', signed(market, b'{"id": "\xff"}')),
    "no JSON": lambda market: ("hello", signed(market, "hello")),
    "a list": lambda market: (f"[{BODY}]", signed(market, f"[{BODY}]")),
    "a number": lambda market: ("1", signed(market, "1")),
    "nested too deep": lambda market: ("[" * 50_000, signed(market, "[" * 50_000)),
    "a thin event": lambda market: _told(market, object="v2.core.event"),
    "real money": lambda market: _told(market, livemode=True),
    "no id": lambda market: _told(market, id=""),
    "an id that is too long to keep": lambda market: _told(market, id="evt_" + "x" * 250),
}


def _told(market: CardMarket, **changes: Any) -> Forged:
    body = json.dumps(say.event(say.session(), **changes))
    return body, signed(market, body)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_what_stripe_did_not_send_just_now_is_refused_and_not_kept(
    card_market: CardMarket, forge: Callable[[CardMarket], Forged]
) -> None:
    body, headers = forge(card_market)
    assert card_market.client.post(URL, data=body, headers=headers).status_code == 400
    assert rows() == []


def test_the_same_body_rightly_signed_is_kept(card_market: CardMarket) -> None:
    """The control: it is the forgery that is refused."""
    answer = card_market.client.post(URL, data=BODY, headers=signed(card_market, BODY))
    assert (answer.status_code, answer.data, states()) == (200, b"", [N.NEW])
    assert rows()[0].body == BODY


def test_a_body_that_is_too_large_is_not_read(card_market: CardMarket) -> None:
    body = json.dumps(say.event(say.session(metadata={"long": "x" * 256 * 1024})))
    assert card_market.client.post(URL, data=body, headers=signed(card_market, body)).status_code == 413
    assert rows() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_answered(card_market: CardMarket, method: str) -> None:
    assert card_market.client.open(URL, method=method).status_code == 405


def test_without_a_secret_there_is_no_webhook(card_market: CardMarket) -> None:
    mute = stripe_provider(KEY, "", card_market.standin.url)
    with plugged(card_market.app, Providers([mute])):
        for secret in ("", "whsec_standin"):
            header = stripe.WebhookSignature.generate_signature_header(BODY, secret, int(time.time()))
            answer = card_market.client.post(URL, data=BODY, headers={"Stripe-Signature": header})
            assert answer.status_code == 404
    assert rows() == []


@pytest.mark.parametrize("name", ["midtrans", "cash", "card", "x"])
def test_an_unknown_provider_is_not_there(card_market: CardMarket, name: str) -> None:
    answer = card_market.client.post(f"/webhooks/{name}", data=BODY, headers=signed(card_market, BODY))
    assert answer.status_code == 404


def test_no_token_and_no_sign_in_is_asked(card_market: CardMarket, strict_client: FlaskClient) -> None:
    assert strict_client.post(URL, data=BODY, headers=signed(card_market, BODY)).status_code == 200


# --- what is kept ---


@pytest.fixture
def payment(card_market: CardMarket) -> Payment:
    """A purchase whose page at Stripe is open."""
    with transaction():
        made = make.purchase([make.product()], up_to=OrderStatus.UNPAID)
    return payment_for(made)


@pytest.fixture
def paid(card_market: CardMarket, payment: Payment) -> dict[str, Any]:
    """The event that tells of a payment that the market has not heard of."""
    card_market.standin.pay(card_market.open_page(payment))
    return next(one for one in card_market.standin.all("event") if one["type"] == "checkout.session.completed")


def test_a_repeat_is_answered_and_not_kept_again(
    card_market: CardMarket, payment: Payment, paid: dict[str, Any]
) -> None:
    assert [card_market.tell(paid).status_code for _ in range(5)] == [200] * 5
    card_market.work()
    assert (states(), payment.state) == ([N.DONE], PaymentState.PAID)
    assert card_market.tell(paid).status_code == 200
    card_market.work()
    assert (states(), rows()[0].tries) == ([N.DONE], 1)


def test_a_repeat_days_later_is_signed_anew_and_changes_nothing(
    card_market: CardMarket, payment: Payment, paid: dict[str, Any]
) -> None:
    card_market.tell_all()
    before = (payment.received, payment.settled_at)
    for event in card_market.standin.all("event")[::-1]:
        assert card_market.tell(event).status_code == 200
    card_market.work()
    assert (payment.received, payment.settled_at) == before


def test_what_we_do_not_follow_is_kept_and_left_alone(card_market: CardMarket) -> None:
    body = json.dumps(say.event({"object": "customer", "id": "cus_1"}, type="customer.created"))
    assert card_market.client.post(URL, data=body, headers=signed(card_market, body)).status_code == 200
    card_market.work()
    assert states() == [N.IGNORED]
    assert not card_market.standin.calls


def test_a_signature_of_the_last_five_minutes_is_good(card_market: CardMarket, paid: dict[str, Any]) -> None:
    body, headers = card_market.standin.webhooks.letter(paid, Treatment(age=290))
    assert card_market.client.post(URL, data=body, headers=headers).status_code == 200


def test_long_names_of_somebody_elses_payment_do_no_harm(card_market: CardMarket) -> None:
    """Another shop on the same account may write up to 200 characters there."""
    body = json.dumps(say.event(say.session(client_reference_id="x" * 200)))
    assert card_market.client.post(URL, data=body, headers=signed(card_market, body)).status_code == 200
    card_market.work()
    assert states() == [N.UNMATCHED]


# --- what cannot be followed at once ---


def test_a_notice_that_names_nobody_is_tried_for_ten_minutes_and_then_told(
    card_market: CardMarket, logged: Callable[[], str]
) -> None:
    body = json.dumps(say.event(say.session()))
    card_market.client.post(URL, data=body, headers=signed(card_market, body))
    card_market.work()
    start = now()
    for minutes in (1, 9):
        with travel(start + timedelta(minutes=minutes)):
            handlers.sweep_notices()
    assert (states(), rows()[0].tries) == ([N.UNMATCHED], 3)
    assert "notice_unmatched" not in logged()
    with travel(start + notices.UNMATCHED_FOR + timedelta(seconds=30)):
        handlers.sweep_notices()
    assert rows()[0].tries == 3
    assert "notice_unmatched" in logged()


def test_a_notice_that_comes_before_we_know_its_session_is_followed_later(
    card_market: CardMarket, payment: Payment, paid: dict[str, Any]
) -> None:
    reference, payment.reference = payment.reference, "not yet"
    session = attempts_of(payment.id)[0]
    known, session.session_ref = session.session_ref, None
    card_market.tell(paid)
    card_market.work()
    assert states() == [N.UNMATCHED]
    payment.reference, session.session_ref = reference, known
    with travel(now() + timedelta(minutes=1)):
        handlers.sweep_notices()
    assert (states(), payment.state) == ([N.DONE], PaymentState.PAID)


def test_a_notice_of_a_payment_that_cannot_be_read_waits(
    card_market: CardMarket, payment: Payment, paid: dict[str, Any]
) -> None:
    card_market.tell(paid)
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=6)
    outbox.deliver_all()
    assert (states(), payment.state) == ([N.NEW], PaymentState.PENDING)
    with travel(now() + timedelta(minutes=1)):
        handlers.sweep_notices()
    assert states() == [N.FAILED]
    assert "500" in rows()[0].last_error
    card_market.work()
    assert (states(), rows()[0].last_error, payment.state) == ([N.DONE], "", PaymentState.PAID)


def test_forgeries_are_slowed_down_and_what_is_signed_never(card_market: CardMarket, client: FlaskClient) -> None:
    def told(headers: dict[str, str], times: int) -> set[int]:
        return {client.post(URL, data=BODY, headers=headers).status_code for _ in range(times)}

    forged, headers = {"Stripe-Signature": "t=1,v1=x"}, signed(card_market, BODY)
    assert told(forged, 590) == {400}
    assert told(headers, 30) == {200}, "what is signed does not count"
    assert told(forged, 10) == {400}
    assert told(forged, 1) == {429}
