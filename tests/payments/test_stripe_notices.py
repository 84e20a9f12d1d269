"""Only what Stripe signed just now is a notice; whatever else comes is BadNotice and nothing worse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stripe import WebhookSignature

from marketplace.core import clock
from marketplace.payments.adapters import stripe_notices
from marketplace.payments.adapters.stripe_checkout import stripe_provider
from marketplace.payments.rules import BadNotice, Notice
from tests.payments import stripe_objects as say

SECRET = "whsec_known_to_everybody"
OTHER = "whsec_of_somebody_else"


def _signed(body: str, secret: str = SECRET, late: int = 0) -> dict[str, str]:
    """The header of a body that is signed `late` seconds from now."""
    stamp = int(clock.now().timestamp()) + late
    return {"Stripe-Signature": WebhookSignature.generate_signature_header(body, secret, stamp)}


def _parse(headers: dict[str, str], raw: bytes, setting: str = SECRET, *, is_live: bool = False) -> Notice:
    return stripe_notices.parse(headers, raw, stripe_notices.secrets_in(setting), is_live=is_live)


def _tell(thing: dict[str, Any], **changes: Any) -> Notice:
    body = json.dumps(say.event(thing, **changes))
    return _parse(_signed(body), body.encode())


BODY = json.dumps(say.event(say.session()))

# --- what it says ---


def test_a_paid_session_names_our_reference_the_session_and_the_payment() -> None:
    notice = _tell(say.session(payment_intent="pi_1"))
    assert notice == Notice("evt_1", "checkout.session.completed", True, say.REFERENCE, "cs_test_1", "pi_1")


@pytest.mark.parametrize(
    ("kind", "thing", "reference", "provider_ref"),
    [
        ("payment_intent.payment_failed", say.intent(metadata={"reference": "ours"}), "ours", "pi_1"),
        ("charge.refunded", say.charge(metadata={"reference": "ours"}), "ours", "pi_1"),
        ("charge.updated", say.charge(), "", "pi_1"),
        ("refund.updated", say.refund(), "", "pi_1"),
        ("refund.failed", say.refund(payment_intent=say.intent()), "", "pi_1"),
        ("charge.dispute.created", say.dispute(), "", "pi_1"),
        ("refund.created", say.refund(payment_intent=None), "", ""),
    ],
)
def test_whatever_it_is_about_names_the_payment(
    kind: str, thing: dict[str, Any], reference: str, provider_ref: str
) -> None:
    notice = _tell(thing, type=kind)
    assert notice.is_followed
    assert (notice.reference, notice.session_ref, notice.provider_ref) == (reference, "", provider_ref)


def test_a_notice_of_something_else_is_not_followed() -> None:
    notice = _tell({"object": "customer", "id": "cus_1"}, type="customer.created")
    assert (notice.is_followed, notice.reference, notice.session_ref, notice.provider_ref) == (False, "", "", "")


# --- who says it ---


def test_a_body_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(BadNotice):
        _parse(_signed(BODY, OTHER), BODY.encode())


def test_while_a_secret_is_replaced_either_is_good() -> None:
    for secret in (SECRET, OTHER):
        assert _parse(_signed(BODY, secret), BODY.encode(), f"{OTHER}, {SECRET}").event_id == "evt_1"


def test_a_header_with_the_signatures_of_both_secrets_is_good() -> None:
    [value] = _signed(BODY).values()
    [more] = _signed(BODY, OTHER).values()
    both = {"Stripe-Signature": f"{more},{value.partition(',')[2]}"}
    assert _parse(both, BODY.encode()).event_id == "evt_1"


@pytest.mark.parametrize("setting", ["", " ", ",", " , "])
def test_without_a_secret_nothing_is_believed(setting: str) -> None:
    with pytest.raises(BadNotice, match="no secret"):
        _parse(_signed(BODY, ""), BODY.encode(), setting)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(BadNotice):
        _parse(_signed(BODY), BODY.replace("paid", "PAID").encode())


@pytest.mark.parametrize(("late", "is_good"), [(-299, True), (-302, False), (299, True), (302, False), (86_400, False)])
def test_a_signature_is_good_for_five_minutes_either_way(late: int, is_good: bool) -> None:
    headers = _signed(BODY, late=late)
    if is_good:
        assert _parse(headers, BODY.encode()).event_id == "evt_1"
    else:
        with pytest.raises(BadNotice):
            _parse(headers, BODY.encode())


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "t=x,v1=00",
        "v1=00",
        "t=1,t=2,v1=00",
        "t=99999999999999999999,v1=00",
        "t=1,v1=ÿ",
        "t=²,v1=00",
        "\x00",
        ",=,=",
    ],
)
def test_a_header_that_is_no_signature_is_refused(header: str) -> None:
    with pytest.raises(BadNotice):
        _parse({"Stripe-Signature": header}, BODY.encode())


def test_two_time_stamps_are_refused_even_when_the_first_is_signed() -> None:
    [value] = _signed(BODY).values()
    with pytest.raises(BadNotice, match="one time stamp"):
        _parse({"Stripe-Signature": f"{value},t=1"}, BODY.encode())


def test_a_header_that_is_not_ascii_is_refused_even_when_it_is_signed() -> None:
    [value] = _signed(BODY).values()
    with pytest.raises(BadNotice, match="ASCII"):
        _parse({"Stripe-Signature": f"{value},v0=é"}, BODY.encode())


def test_with_a_secret_that_is_no_text_nothing_is_believed() -> None:
    with pytest.raises(BadNotice):
        _parse(_signed(BODY), BODY.encode(), "whsec_\udcff")


def test_a_request_without_the_header_is_refused() -> None:
    with pytest.raises(BadNotice):
        _parse({}, BODY.encode())


# --- what is signed and still no notice ---


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "[1]",
        "null",
        "3",
        '"event"',
        "{}",
        '{"object": "v2.core.event", "id": "evt_1", "type": "v1.x", "livemode": false}',
        json.dumps(say.event(say.session(), id=None)),
        json.dumps(say.event(say.session(), id="e" * 256)),
        json.dumps(say.event(say.session(), id="evt\ud800")),
        json.dumps(say.event(say.session(), type=7)),
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_signed_nonsense_is_refused(body: str) -> None:
    with pytest.raises(BadNotice):
        _parse(_signed(body), body.encode())


def test_a_body_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadNotice, match="UTF-8"):
        _parse(_signed(BODY), b"\xff\xfe" + BODY.encode())


@pytest.mark.parametrize(("livemode", "is_live"), [(True, False), (False, True), (None, False), ("false", False)])
def test_real_money_and_play_money_do_not_mix(livemode: object, is_live: bool) -> None:
    body = json.dumps(say.event(say.session(), livemode=livemode))
    with pytest.raises(BadNotice, match="real money"):
        _parse(_signed(body), body.encode(), is_live=is_live)


@pytest.mark.parametrize(
    ("key", "livemode"), [("sk_test_x", False), ("rk_test_x", False), ("sk_live_x", True), ("rk_live_x", True)]
)
def test_the_key_says_which_of_them_it_is(key: str, livemode: bool) -> None:
    body = json.dumps(say.event(say.session(), livemode=livemode))
    assert stripe_provider(key, SECRET, "").parse_notice(_signed(body), body.encode()).event_id == "evt_1"


# --- anything at all ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = ("id", "object", "type", "livemode", "data", "metadata", "payment_intent", "client_reference_id", "reference")
THING = st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(["event", "checkout.session", "refund"]))


def _never_worse(headers: dict[str, str], raw: bytes) -> None:
    try:
        _parse(headers, raw)
    except BadNotice:
        return


@given(st.text(), st.binary())
@example("t=1,v1=é", b"{}")
def test_no_unsigned_request_does_worse_than_be_refused(header: str, raw: bytes) -> None:
    with pytest.raises(BadNotice):
        _parse({"Stripe-Signature": header}, raw)


@given(THING, THING)
def test_no_signed_event_does_worse_than_be_refused(event: dict[str, Any], thing: dict[str, Any]) -> None:
    body = json.dumps({**say.event(thing), **event})
    _never_worse(_signed(body), body.encode())


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_signed_text_does_worse_than_be_refused(body: str) -> None:
    _never_worse(_signed(body), body.encode())


def test_the_clock_of_the_market_counts() -> None:
    with clock.travel(datetime(2020, 1, 1, tzinfo=UTC)), pytest.raises(BadNotice, match="future"):
        _parse({"Stripe-Signature": "t=1600000000,v1=00"}, BODY.encode())
