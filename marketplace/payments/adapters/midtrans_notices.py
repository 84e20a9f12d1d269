"""Midtrans's notices: did somebody who knows the key speak, and of what.

`signature_key` is the SHA-512 of `order_id + status_code + gross_amount + key` as the strings came
(docs.midtrans.com/docs/https-notification-webhooks). It has no time stamp, covers nothing else, and its parts are
joined without separators (`o1` + `200` hashes like `o12` + `00`), so a notice proves little: it is only a reason to
read, and a repeat of it finds the reading done.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from marketplace.payments.adapters.midtrans_words import FOLLOWED, reference_in
from marketplace.payments.rules import BadNotice, Notice

SIGNED = ("order_id", "status_code", "gross_amount")
SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
CODE = re.compile(r"\d{3}")
LONGEST = 100
OTHER = "other"
# What tells one piece of news of a payment from the next: Midtrans gives a notice no name of its own.
NEWS = ("transaction_id", "transaction_status", "fraud_status", "refund_amount")


def signature(order_id: str, status_code: str, gross_amount: str, key: str) -> str:
    """The signature of a notice, in small hexadecimal digits."""
    return hashlib.sha512(f"{order_id}{status_code}{gross_amount}{key}".encode()).hexdigest()


def parse(raw: bytes, key: str) -> Notice:
    """The notice in a request's body. Raises BadNotice, and nothing else, for all that was not signed with the key."""
    body = _body(raw)
    name, code, amount = (_text(body, field) for field in SIGNED)
    given = body.get("signature_key")
    if not CODE.fullmatch(code) or not isinstance(given, str) or not SIGNATURE.fullmatch(given):
        raise BadNotice("a notice without a status code or a signature")
    if not key or not hmac.compare_digest(signature(name, code, amount, key), given.lower()):
        raise BadNotice("not signed with our key")
    said = body.get("transaction_status")
    kind = said if isinstance(said, str) and said in FOLLOWED else OTHER
    reference = reference_in(name)
    return Notice(
        event_id=_event_id(name, code, body),
        type=kind,
        is_followed=kind != OTHER and bool(reference),
        reference=reference,
        session_ref=name if reference else "",
    )


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadNotice("a body that is no JSON") from error
    if not isinstance(body, dict):
        raise BadNotice("a body that is no notice")
    return body


def _text(body: dict[str, Any], field: str) -> str:
    """A signed field: a plain and short text. Raises BadNotice for anything else."""
    value = body.get(field)
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable() and 0 < len(value) <= LONGEST
    if not is_plain:
        raise BadNotice(f"no {field}")
    return str(value)


def _event_id(name: str, code: str, body: dict[str, Any]) -> str:
    """The same for a repeat, and another for every step of a payment."""
    refunds = body.get("refunds")
    news = [name, code, *(body.get(field) for field in NEWS), len(refunds) if isinstance(refunds, list) else 0]
    digest = hashlib.sha256(json.dumps(news, default=str, sort_keys=True).encode()).hexdigest()[:32]
    return f"{reference_in(name) or 'foreign'}/{digest}"
