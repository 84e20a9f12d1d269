"""Money that goes back: refunds and disputes."""

from __future__ import annotations

import pytest
import stripe

from tests.standin import asked
from tools.stripe_standin.amounts import DISPUTE_FEE_IDR
from tools.stripe_standin.server import StandIn

Client = stripe.StripeClient


@pytest.fixture
def intent(stripe_client: Client, stripe_standin: StandIn) -> str:
    """A paid intent of Rp 30.000."""
    return str(stripe_standin.pay(stripe_client.v1.checkout.sessions.create(asked()).id)["id"])


def test_a_refund_in_parts_ends_with_the_whole(stripe_client: Client, stripe_standin: StandIn, intent: str) -> None:
    first = stripe_client.v1.refunds.create(
        {"payment_intent": intent, "amount": 10_000_00, "metadata": {"refund": "a"}}
    )
    rest = stripe_client.v1.refunds.create({"payment_intent": intent})
    assert (first.status, first.amount, rest.amount) == ("succeeded", 10_000_00, 20_000_00)
    charge = stripe_client.v1.charges.list({"payment_intent": intent, "expand": ["data.refunds"]}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (30_000_00, True)
    assert charge.refunds is not None
    assert [one.id for one in charge.refunds.data] == [rest.id, first.id]
    assert stripe_standin.events()[-4:] == ["refund.created", "charge.refunded"] * 2
    found = stripe_client.v1.refunds.list({"payment_intent": intent, "limit": 100})
    assert [one.id for one in found.data] == [rest.id, first.id]


def test_more_than_is_left_is_not_given_back(stripe_client: Client, stripe_standin: StandIn, intent: str) -> None:
    stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 10_000_00})
    with pytest.raises(stripe.InvalidRequestError, match=r"Rp20,000\.01.*greater than unrefunded.*Rp20,000\.00"):
        stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 20_000_01})
    stripe_client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    assert len(stripe_standin.all("refund")) == 2


def test_an_intent_that_is_not_paid_cannot_be_refunded(stripe_client: Client, stripe_standin: StandIn) -> None:
    session_id = stripe_client.v1.checkout.sessions.create(asked()).id
    declined = stripe_standin.pay(session_id, card="4000000000000002")
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        stripe_client.v1.refunds.create({"payment_intent": declined["id"]})
    with pytest.raises(stripe.InvalidRequestError, match="not paid"):
        stripe_client.v1.refunds.create({"charge": declined["latest_charge"]})


def test_a_pending_refund_succeeds_later(stripe_client: Client, stripe_standin: StandIn, intent: str) -> None:
    stripe_standin.switches.pending_refunds = True
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    stripe_standin.finish_refund(refund.id)
    assert stripe_client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert stripe_standin.events()[-1] == "refund.updated"


def test_a_refund_that_fails_is_owed_again(stripe_client: Client, stripe_standin: StandIn, intent: str) -> None:
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    stripe_standin.fail_refund(refund.id)
    failed = stripe_client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction", "charge"]})
    assert (failed.status, failed.charge.amount_refunded, failed.charge.refunded) == ("failed", 0, False)
    assert failed.failure_balance_transaction.amount == 30_000_00
    assert stripe_standin.events()[-1] == "refund.failed"
    assert stripe_client.v1.refunds.create({"payment_intent": intent}).status == "succeeded"


@pytest.mark.parametrize(("amount", "given"), [(None, 30_000_00), (1_000_00, 1_000_00)])
def test_a_refund_in_the_dashboard_bears_nothing_of_ours(
    stripe_client: Client, stripe_standin: StandIn, intent: str, amount: int | None, given: int
) -> None:
    refund = stripe_client.v1.refunds.retrieve(stripe_standin.dashboard_refund(intent, amount=amount)["id"])
    assert refund.metadata is not None
    assert (refund.amount, refund.metadata.to_dict()) == (given, {})
    event = stripe_client.v1.events.list({"type": "charge.refunded"}).data[0]
    assert event.request is not None
    assert event.request.id is None


def test_metadata_of_a_refund_can_be_changed(stripe_client: Client, intent: str) -> None:
    refund = stripe_client.v1.refunds.create({"payment_intent": intent, "metadata": {"a": "1", "b": "2"}})
    changed = stripe_client.v1.refunds.update(refund.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    emptied = stripe_client.v1.refunds.update(refund.id, {"metadata": ""})
    assert emptied.metadata is not None
    assert emptied.metadata.to_dict() == {}


def test_a_late_booking_of_a_refund_comes_with_refund_updated(
    stripe_client: Client, stripe_standin: StandIn, intent: str
) -> None:
    stripe_standin.switches.late_fee = True
    refund = stripe_client.v1.refunds.create({"payment_intent": intent})
    assert refund.balance_transaction is None
    assert stripe_standin.bring_fees() == [refund.id]
    booked = stripe_client.v1.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]})
    assert booked.balance_transaction.net == -30_000_00


def test_a_dispute_takes_money_and_fee_and_forbids_a_refund(
    stripe_client: Client, stripe_standin: StandIn, intent: str
) -> None:
    opened = stripe_standin.open_dispute(intent)
    dispute = stripe_client.v1.disputes.retrieve(opened["id"])
    booked = dispute.balance_transactions[0]
    assert (dispute.status, dispute.amount) == ("needs_response", 30_000_00)
    assert (booked.amount, booked.fee, booked.net) == (-30_000_00, DISPUTE_FEE_IDR, -30_000_00 - DISPUTE_FEE_IDR)
    assert stripe_client.v1.charges.list().data[0].disputed
    assert stripe_standin.events()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_disputed"


def test_a_dispute_that_is_won_brings_the_amount_back(
    stripe_client: Client, stripe_standin: StandIn, intent: str
) -> None:
    dispute_id = stripe_standin.open_dispute(intent, amount=5_000_00)["id"]
    stripe_standin.close_dispute(dispute_id, won=True)
    dispute = stripe_client.v1.disputes.retrieve(dispute_id)
    assert (dispute.status, [one.amount for one in dispute.balance_transactions]) == ("won", [-5_000_00, 5_000_00])
    assert stripe_standin.events()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_a_dispute_that_is_lost_brings_nothing_back(
    stripe_client: Client, stripe_standin: StandIn, intent: str
) -> None:
    dispute_id = stripe_standin.open_dispute(intent)["id"]
    stripe_standin.close_dispute(dispute_id, won=False)
    dispute = stripe_client.v1.disputes.retrieve(dispute_id)
    assert (dispute.status, len(dispute.balance_transactions)) == ("lost", 1)
    assert stripe_standin.events()[-1] == "charge.dispute.closed"


def test_the_card_that_disputes_pays_first(stripe_client: Client, stripe_standin: StandIn) -> None:
    stripe_standin.pay(stripe_client.v1.checkout.sessions.create(asked()).id, card="4000000000000259")
    happened = stripe_standin.events()
    assert happened.index("checkout.session.completed") < happened.index("charge.dispute.created")


def test_the_balance_is_the_sum_of_what_was_booked(stripe_client: Client, stripe_standin: StandIn, intent: str) -> None:
    stripe_client.v1.refunds.create({"payment_intent": intent, "amount": 10_000_00})
    stripe_standin.open_dispute(intent, amount=5_000_00)
    balance = stripe_client.v1.balance.retrieve()
    booked = stripe_client.v1.balance_transactions.list({"limit": 100}).data
    assert sum(one.net for one in booked) == balance.available[0].amount + balance.pending[0].amount
    assert balance.pending[0].amount == 30_000_00 - 3_870_00  # a charge is available only after some days
    assert [one.source for one in stripe_client.v1.balance_transactions.list({"type": "refund"}).data] == [
        one["id"] for one in stripe_standin.all("refund")
    ]
