"""Sessions and what becomes of them: paid, declined, asked by the bank, too late."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import stripe

from tests.standin import asked, client_of
from tools.stripe_standin.cards import CARDS
from tools.stripe_standin.payments import NotOpen, answer_challenge
from tools.stripe_standin.server import StandIn

Client = stripe.StripeClient
HALF_AN_HOUR, DAY = 30 * 60, 24 * 3600


def _session(client: Client, **more: object) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(asked(**more))


def test_a_new_session_is_open_has_a_page_and_no_intent(stripe_client: Client, stripe_standin: StandIn) -> None:
    session = _session(stripe_client)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url == f"{stripe_standin.url}/c/pay/{session.id}"
    assert (session.amount_total, session.currency) == (30_000_00, "idr")
    assert stripe_standin.all("payment_intent") == []


def test_a_paid_session_has_intent_charge_and_fee(stripe_client: Client, stripe_standin: StandIn) -> None:
    session_id = _session(stripe_client).id
    stripe_standin.pay(session_id)
    deep = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    session = stripe_client.v1.checkout.sessions.retrieve(session_id, {"expand": deep})
    charge = session.payment_intent.latest_charge
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (session.payment_intent.status, session.payment_intent.amount_received) == ("succeeded", 30_000_00)
    assert (charge.paid, charge.payment_method_details.card.last4) == (True, "4242")
    assert charge.balance_transaction.fee == 870_00 + 3_000_00  # 2,9 % of Rp 30.000, and Rp 3.000
    assert charge.balance_transaction.net == 30_000_00 - 3_870_00
    assert [line.description for line in session.line_items.data] == ["Kopi"]
    assert stripe_standin.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_metadata_of_session_and_intent_are_not_copied_to_each_other(
    stripe_client: Client, stripe_standin: StandIn
) -> None:
    session = _session(stripe_client)
    intent = stripe_standin.pay(session.id)
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"payment": "one"}
    assert intent["metadata"] == {"payment": "two"}
    bare = stripe_standin.pay(_session(stripe_client, payment_intent_data=None).id)
    assert bare["metadata"] == {}


@pytest.mark.parametrize(
    ("seconds", "words"), [(HALF_AN_HOUR - 60, "at least 30 minutes"), (DAY + 60, "less than 24 hours")]
)
def test_a_session_lives_half_an_hour_to_a_day(stripe_client: Client, seconds: int, words: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        _session(stripe_client, expires_at=int(time.time()) + seconds)


@pytest.mark.parametrize("seconds", [HALF_AN_HOUR, DAY])
def test_the_ends_of_that_range_are_allowed(stripe_client: Client, seconds: int) -> None:
    until = int(time.time()) + seconds
    assert _session(stripe_client, expires_at=until).expires_at == until


@pytest.mark.parametrize(("sen", "allowed"), [(8_499_99, False), (8_500_00, True)])
def test_a_total_below_half_a_dollar_is_too_small(stripe_client: Client, sen: int, allowed: bool) -> None:
    line = {"price_data": {"currency": "idr", "unit_amount": sen, "product_data": {"name": "Permen"}}, "quantity": 1}
    if allowed:
        assert _session(stripe_client, line_items=[line]).amount_total == sen
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _session(stripe_client, line_items=[line])
    assert refused.value.code == "amount_too_small"


def test_a_session_is_expired_only_while_it_is_open(stripe_client: Client, stripe_standin: StandIn) -> None:
    paid, open_one = _session(stripe_client).id, _session(stripe_client).id
    stripe_standin.pay(paid)
    assert stripe_client.v1.checkout.sessions.expire(open_one).status == "expired"
    for session_id, state in ((paid, "complete"), (open_one, "expired")):
        with pytest.raises(stripe.InvalidRequestError, match=f"status of `{state}`"):
            stripe_client.v1.checkout.sessions.expire(session_id)
    assert stripe_standin.events().count("checkout.session.expired") == 1


def test_a_session_whose_time_is_over_expires_by_itself_and_cannot_be_paid(
    stripe_client: Client, stripe_standin: StandIn
) -> None:
    session_id = _session(stripe_client).id
    with stripe_standin.world.store.work():
        stored = stripe_standin.all("checkout.session")[0]
        stripe_standin.world.store.put({**stored, "expires_at": int(time.time()) - 1})
    assert stripe_client.v1.checkout.sessions.retrieve(session_id).status == "expired"
    with pytest.raises(NotOpen):
        stripe_standin.pay(session_id)
    assert stripe_standin.events() == ["checkout.session.expired"]


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(
    stripe_client: Client, stripe_standin: StandIn, card: str, code: str, decline: str
) -> None:
    session_id = _session(stripe_client).id
    declined = stripe_standin.pay(session_id, card=card)
    intent = stripe_client.v1.payment_intents.retrieve(declined["id"])
    assert intent.last_payment_error is not None
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (code, decline)
    assert stripe_client.v1.checkout.sessions.retrieve(session_id).status == "open"
    assert stripe_standin.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    paid = stripe_standin.pay(session_id)
    assert (paid["id"], paid["status"], paid["last_payment_error"]) == (declined["id"], "succeeded", None)


def test_a_tab_closed_at_the_banks_question_leaves_the_session_open(
    stripe_client: Client, stripe_standin: StandIn
) -> None:
    session_id = _session(stripe_client).id
    intent = stripe_standin.begin_payment(session_id, card="4000000000003220")
    assert intent["status"] == "requires_action"
    assert stripe_client.v1.checkout.sessions.retrieve(session_id).status == "open"
    assert stripe_standin.pay(session_id)["status"] == "succeeded"


def test_a_refusal_at_the_bank_cannot_be_taken_back(stripe_client: Client, stripe_standin: StandIn) -> None:
    session_id, card = _session(stripe_client).id, CARDS["4000000000003220"]
    stripe_standin.begin_payment(session_id, card=card.number)
    answer_challenge(stripe_standin.world, session_id, card, agreed=False)
    with pytest.raises(NotOpen):
        answer_challenge(stripe_standin.world, session_id, card, agreed=True)
    assert stripe_standin.all("charge") == []


def test_a_session_is_paid_once(stripe_client: Client, stripe_standin: StandIn) -> None:
    session_id = _session(stripe_client).id
    stripe_standin.pay(session_id)
    with pytest.raises(NotOpen):
        stripe_standin.pay(session_id)
    assert len(stripe_standin.all("charge")) == 1


def test_a_late_fee_comes_with_charge_updated(stripe_client: Client, stripe_standin: StandIn) -> None:
    stripe_standin.switches.late_fee = True
    charge_id = stripe_standin.pay(_session(stripe_client).id)["latest_charge"]
    assert stripe_client.v1.charges.retrieve(charge_id).balance_transaction is None
    assert stripe_standin.bring_fees() == [charge_id]
    assert stripe_client.v1.charges.retrieve(charge_id).balance_transaction is not None
    assert stripe_standin.events()[-1] == "charge.updated"


@pytest.mark.parametrize(("paid", "state", "event"), [(True, "paid", "succeeded"), (False, "unpaid", "failed")])
def test_a_delayed_method_tells_its_result_later(
    stripe_client: Client, stripe_standin: StandIn, paid: bool, state: str, event: str
) -> None:
    stripe_standin.switches.delayed_method = True
    session_id = _session(stripe_client).id
    stripe_standin.pay(session_id)
    waiting = stripe_client.v1.checkout.sessions.retrieve(session_id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert stripe_standin.events()[-1] == "checkout.session.completed"
    stripe_standin.settle(session_id, paid=paid)
    assert stripe_client.v1.checkout.sessions.retrieve(session_id).payment_status == state
    assert stripe_standin.events()[-1] == f"checkout.session.async_payment_{event}"


def test_another_amount_than_asked_can_arrive(stripe_client: Client, stripe_standin: StandIn) -> None:
    intent_id = stripe_standin.pay(_session(stripe_client).id, received=29_000_00)["id"]
    intent = stripe_client.v1.payment_intents.retrieve(intent_id)
    assert (intent.amount, intent.amount_received) == (30_000_00, 29_000_00)


def test_a_second_intent_with_the_same_metadata_can_be_paid(stripe_client: Client, stripe_standin: StandIn) -> None:
    session_id = _session(stripe_client).id
    first, second = stripe_standin.pay(session_id), stripe_standin.pay_again(session_id)
    assert first["id"] != second["id"]
    assert first["metadata"] == second["metadata"]


def test_lists_come_in_pages_newest_first(stripe_client: Client) -> None:
    ids = [_session(stripe_client).id for _ in range(3)]
    first = stripe_client.v1.checkout.sessions.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == ([ids[2], ids[1]], True)
    rest = stripe_client.v1.checkout.sessions.list({"limit": 2, "starting_after": ids[1]})
    assert ([one.id for one in rest.data], rest.has_more) == ([ids[0]], False)
    back = stripe_client.v1.checkout.sessions.list({"limit": 1, "ending_before": ids[0]})
    assert ([one.id for one in back.data], back.has_more) == ([ids[1]], True)
    assert [one.id for one in first.auto_paging_iter()] == ids[::-1]


def test_lists_can_be_asked_by_time(stripe_client: Client) -> None:
    session = _session(stripe_client)
    since = stripe_client.v1.checkout.sessions.list({"created": {"gte": session.created}})
    after = stripe_client.v1.checkout.sessions.list({"created": {"gt": session.created}})
    assert (len(since.data), len(after.data)) == (1, 0)


def test_lists_can_be_expanded(stripe_client: Client, stripe_standin: StandIn) -> None:
    stripe_standin.pay(_session(stripe_client).id)
    found = stripe_client.v1.charges.list({"expand": ["data.payment_intent", "data.balance_transaction"]})
    assert found.data[0].payment_intent.status == "succeeded"
    assert found.data[0].balance_transaction.type == "charge"


@pytest.mark.parametrize("path", ["amount_total", "payment_intent.latest_charge.refunds.data.charge"])
def test_what_cannot_be_expanded_is_refused(stripe_client: Client, stripe_standin: StandIn, path: str) -> None:
    session_id = _session(stripe_client).id
    stripe_standin.pay(session_id)
    with pytest.raises(stripe.InvalidRequestError, match="expand"):
        stripe_client.v1.checkout.sessions.retrieve(session_id, {"expand": [path]})


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        server = StandIn(file=tmp_path / "stripe.db")
        server.start()
        ids.append(client_of(server).v1.checkout.sessions.create(asked(), {"idempotency_key": "k"}).id)
        assert [one["id"] for one in server.all("checkout.session")] == ids[:1]
        server.stop()
    assert ids[0] == ids[1]
