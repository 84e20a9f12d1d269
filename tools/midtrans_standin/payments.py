"""What becomes of a payment: chosen, paid, denied, expired, cancelled, sent back. And what is told of it.

States and their numbers: docs, "transaction status" and "status code"; `gross_amount` is a text with two decimals.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tools.midtrans_standin.store import Json, Store, now, stamp

ORDER_ID = re.compile(r"[A-Za-z0-9._~-]{1,50}")  # docs, "order_id": at most 50 characters, these only
START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}")
SECONDS = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600, "day": 86400, "days": 86400}
CODES = {"pending": "201", "deny": "202", "expire": "407"}  # all others 200
WAYS = {"qris": "QRIS", "bank_transfer": "Virtual account BNI", "gopay": "GoPay"}
NO_REFUND = frozenset({"bank_transfer", "echannel", "cstore"})  # docs, "refund": not over a virtual account
DAY = 86400.0


class Refusal(Exception):
    """Midtrans says no, with a status code and a sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class World:
    """One account at the stand-in."""

    store: Store
    key: str
    send: Callable[[Json], None]
    url: str = ""
    is_strict: bool = False
    """An order_id is taken as soon as a page was opened for it, not only when a way to pay was chosen (not verified
    which of the two Midtrans does)."""
    calls: list[str] = field(default_factory=list)
    calls_lock: threading.Lock = field(default_factory=threading.Lock)


def signed(world: World, body: Json) -> Json:
    """With its signature (docs, "HTTPS notification": SHA-512 of four texts, joined)."""
    text = f"{body['order_id']}{body['status_code']}{body['gross_amount']}{world.key}"
    return {**body, "signature_key": hashlib.sha512(text.encode()).hexdigest()}


def money(amount: int) -> str:
    return f"{amount}.00"


# --- a page ------------------------------------------------------------------------


def open_page(world: World, asked: Json) -> Json:
    """A page of Snap. Raises Refusal for what Snap would not take."""
    details = asked.get("transaction_details")
    details = details if isinstance(details, dict) else {}
    name, amount = details.get("order_id"), details.get("gross_amount")
    if not isinstance(name, str) or not ORDER_ID.fullmatch(name):
        raise Refusal(400, "transaction_details.order_id is required and must be of valid characters")
    if type(amount) is not int or amount < 1:  # docs, "can Midtrans process an amount with decimals": it cannot
        raise Refusal(400, "transaction_details.gross_amount is not a whole number of rupiah")
    items = asked.get("item_details") or []
    if items and sum(item["price"] * item["quantity"] for item in items) != amount:
        raise Refusal(400, "transaction_details.gross_amount is not equal to the sum of item_details")
    with world.store.work():
        is_open = any(page["order_id"] == name for page in world.store.pages.values())
        if name in world.store.payments or (world.is_strict and is_open):
            raise Refusal(400, "transaction_details.order_id has already been taken")
        token = str(uuid.uuid4())
        world.store.pages[token] = {
            "token": token,
            "order_id": name,
            "amount": amount,
            "items": items,
            "finish": (asked.get("callbacks") or {}).get("finish", ""),
            "closes": now() + _length(asked.get("page_expiry"), DAY),
            "expires": _expires(asked.get("expiry")),
        }
    return {"token": token, "redirect_url": f"{world.url}/snap/v4/redirection/{token}"}


def _length(asked: Any, usual: float) -> float:
    """Seconds of a `duration` and its `unit` (docs, Snap "expiry" and "page_expiry")."""
    if not asked:
        return usual
    if asked["unit"] not in SECONDS or type(asked["duration"]) is not int or asked["duration"] < 1:
        raise Refusal(400, "expiry is not valid")
    return float(SECONDS[asked["unit"]] * asked["duration"])


def _expires(asked: Any) -> float:
    """When what is chosen on the page expires: counted from `start_time` where one is given."""
    if not asked or not asked.get("start_time"):
        return now() + _length(asked, DAY)
    if not START.fullmatch(asked["start_time"]):
        raise Refusal(400, "expiry.start_time is not valid")
    began = datetime.strptime(asked["start_time"], "%Y-%m-%d %H:%M:%S %z").timestamp()
    return began + _length(asked, DAY)


# --- what the buyer does ------------------------------------------------------------


def page_of(world: World, token: str) -> Json:
    """Raises Refusal for a page that was never opened."""
    if token not in world.store.pages:
        raise Refusal(404, "no such page")
    return world.store.pages[token]


def token_of(world: World, order_id: str) -> str:
    """The last page that was opened for an order_id. Raises LookupError."""
    found = [page["token"] for page in world.store.pages.values() if page["order_id"] == order_id]
    if not found:
        raise LookupError(order_id)
    return str(found[-1])


def choose(world: World, token: str, way: str) -> Json:
    """A way to pay: from now on Midtrans knows of the payment. One that was denied may be chosen anew."""
    with world.store.work():
        page = page_of(world, token)
        before = find(world, page["order_id"])
        if before and before["transaction_status"] == "pending" and before["payment_type"] == way:
            return before
        if before and before["transaction_status"] not in ("pending", "deny"):
            raise Refusal(406, "the order_id was paid or has ended")
        if min(page["closes"], page["expires"]) <= now():
            raise Refusal(407, "the page has closed")
        body: Json = {
            "transaction_id": str(uuid.uuid4()),
            "order_id": page["order_id"],
            "merchant_id": "G000000000",
            "gross_amount": money(page["amount"]),
            "currency": "IDR",
            "payment_type": way,
            "transaction_time": stamp(now()),
            "transaction_status": "pending",
            "fraud_status": "accept",
            "expiry_time": stamp(page["expires"]),
            "expires": page["expires"],
        }
        if way == "bank_transfer":
            body["va_numbers"] = [{"bank": "bni", "va_number": f"9888{secrets.randbelow(10**12):012d}"}]
        return _put(world, body)


def pay(world: World, order_id: str, *, received: int | None = None) -> Json:
    """The money arrives, of another amount only where a test says so. Raises Refusal when it is too late."""
    with world.store.work():
        body = _known(world, order_id)
        if body["transaction_status"] != "pending":
            raise Refusal(412, f"it is {body['transaction_status']}")
        amount = body["gross_amount"] if received is None else money(received)
        return become(world, order_id, "settlement", gross_amount=amount, settlement_time=stamp(now()))


def deny(world: World, order_id: str) -> Json:
    """The bank or wallet refuses; the page stays open (docs, "deny": another way may be tried on Snap's page)."""
    return become(world, order_id, "deny", fraud_status="deny")


def become(world: World, order_id: str, status: str, **more: Any) -> Json:
    """Another state, whatever it was before, and a notice of it."""
    with world.store.work():
        return _put(world, {**_known(world, order_id), "transaction_status": status, **more})


def _put(world: World, body: Json) -> Json:
    world.store.payments[body["order_id"]] = body
    notice = signed(world, shown(body))
    world.store.notices.append(notice)
    world.store.afterwards(lambda: world.send(notice))
    return body


def shown(body: Json) -> Json:
    """A payment as Midtrans tells it."""
    code = CODES.get(body["transaction_status"], "200")
    told = {field: value for field, value in body.items() if field != "expires"}
    return {"status_code": code, "status_message": "Success, transaction is found", **told}


# --- what the shop does ---------------------------------------------------------------


def find(world: World, order_id: str) -> Json | None:
    """A payment, also by Midtrans's own name for it; one whose time is over has expired (docs, "expire")."""
    with world.store.work():
        body = world.store.payments.get(order_id)
        if body is None:
            body = next((one for one in world.store.payments.values() if one["transaction_id"] == order_id), None)
        if body and body["transaction_status"] == "pending" and body["expires"] <= now():
            body = become(world, body["order_id"], "expire")
        return body


def _known(world: World, order_id: str) -> Json:
    body = find(world, order_id)
    if body is None:
        raise Refusal(404, "Transaction doesn't exist.")
    return body


def status(world: World, order_id: str) -> Json:
    return signed(world, shown(_known(world, order_id)))


def expire(world: World, order_id: str) -> Json:
    """docs, "expire": only what is pending."""
    return _end(world, order_id, "expire", "407")


def cancel(world: World, order_id: str) -> Json:
    """docs, "cancel": before settlement only."""
    return _end(world, order_id, "cancel", "200")


def _end(world: World, order_id: str, state: str, code: str) -> Json:
    with world.store.work():
        body = _known(world, order_id)
        is_card = body["transaction_status"] == "capture" and state == "cancel"
        if body["transaction_status"] != "pending" and not is_card:
            raise Refusal(412, "Transaction status cannot be updated.")
        return {**shown(become(world, order_id, state)), "status_code": code}


def refund(world: World, order_id: str, asked: Json) -> Json:
    """docs, "refund": a key works once; never more than came in; not over a virtual account."""
    with world.store.work():
        body = _known(world, order_id)
        before = body.get("refunds", [])
        left = int(body["gross_amount"].partition(".")[0]) - sum(int(one["refund_amount"][:-3]) for one in before)
        amount, key = asked.get("amount", left), asked.get("refund_key") or f"reference-{secrets.token_hex(6)}"
        if body["transaction_status"] not in ("settlement", "capture", "partial_refund"):
            raise Refusal(412, "Transaction status cannot be updated.")
        if body["payment_type"] in NO_REFUND:
            raise Refusal(412, "Refund is not supported for this payment type.")
        if any(one["refund_key"] == key for one in before):
            raise Refusal(406, "Duplicate refund key.")  # not verified: the number
        if type(amount) is not int or not 0 < amount <= left:
            raise Refusal(414, "Refund amount is more than what is left.")  # not verified: the number
        made = {
            "refund_chargeback_id": secrets.randbelow(10**8),
            "refund_amount": money(amount),
            "refund_key": key,
            "created_at": stamp(now()),
            "reason": asked.get("reason", ""),
        }
        total = sum(int(one["refund_amount"][:-3]) for one in before) + amount
        state = "refund" if amount == left else "partial_refund"
        kept = become(world, order_id, state, refunds=[*before, made], refund_amount=money(total))
        return {**shown(kept), **made}


def charge_back(world: World, order_id: str) -> Json:
    """The bank of a card takes the money back (docs, "chargeback")."""
    return become(world, order_id, "chargeback")
