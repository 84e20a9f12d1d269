"""Stripe's notices (webhooks): is it really Stripe who speaks, and of what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import stripe

from marketplace.core import clock
from marketplace.payments.adapters.stripe_words import REFERENCE
from marketplace.payments.rules import BadNotice, Notice

TOLERANCE_SECONDS = 300
LONGEST = 120  # what the columns of a notice hold; our own names and Stripe's ids are far shorter

FOLLOWED = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "charge.updated",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)


def secrets_in(setting: str) -> tuple[str, ...]:
    """The signing secrets in a setting: two, separated by a comma, while one takes over from the other."""
    return tuple(secret.strip() for secret in setting.split(",") if secret.strip())


def parse(headers: Mapping[str, str], raw: bytes, secrets: tuple[str, ...], *, is_live: bool) -> Notice:
    """The notice in a request's body. Raises BadNotice, and nothing else, for all that Stripe did not sign just now."""
    body = _verified(headers.get("Stripe-Signature") or "", raw, secrets)
    event = _event(body)
    if event.get("livemode") is not is_live:
        raise BadNotice("real money and a test key, or the other way round")
    event_id, kind = _text(event.get("id")), _text(event.get("type"))
    if not event_id or not kind:
        raise BadNotice("an event without an id or a type")
    thing = _dict(_dict(event.get("data")).get("object"))
    name = thing.get("object")
    return Notice(
        event_id=event_id,
        type=kind,
        is_followed=kind in FOLLOWED,
        reference=_text(thing.get("client_reference_id")) or _text(_dict(thing.get("metadata")).get(REFERENCE)),
        session_ref=_text(thing.get("id")) if name == "checkout.session" else "",
        provider_ref=_text(thing.get("id")) if name == "payment_intent" else _id(thing.get("payment_intent")),
    )


def _verified(signature: str, raw: bytes, secrets: tuple[str, ...]) -> str:
    """The body as text when one of the secrets signed it within five minutes of now."""
    if not secrets:
        raise BadNotice("no secret to check a notice with")
    try:
        body = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNotice("a body that is no UTF-8") from error
    if not signature.isascii():
        raise BadNotice("a signature that is no ASCII")
    _check_not_future(signature)
    if not any(_is_signed(body, signature, secret) for secret in secrets):
        raise BadNotice("not signed by Stripe, or too long ago")
    return body


def _check_not_future(signature: str) -> None:
    """The library refuses only what is too old; a time stamp of next year would be good for a whole year."""
    stamps = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not stamps[0].isdecimal() or len(stamps[0]) > 12:
        raise BadNotice("not exactly one time stamp")
    if int(stamps[0]) > clock.now().timestamp() + TOLERANCE_SECONDS:
        raise BadNotice("signed in the future")


def _is_signed(body: str, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _event(body: str) -> dict[str, Any]:
    """The event in a body: no list, no number, and no thin (v2) event, which carries no object."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadNotice("a body that is no JSON") from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise BadNotice("a body that is no event")
    return event


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A name that can be kept and looked for: plain and short. Anything else is none."""
    is_name = isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= LONGEST
    return str(value) if is_name else ""


def _id(value: object) -> str:
    """The id of a thing that is named, or unfolded in its place."""
    return _text(_dict(value).get("id")) or _text(value)
