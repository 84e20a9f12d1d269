"""The life of an order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum

from marketplace.shipping.rules import DeliveryMethod


class OrderStatus(StrEnum):
    """Where one shop's order stands. Cash begins at WAITING: the shop has yet to say yes."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.WAITING: frozenset(
        {OrderStatus.PROCESSING, OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED}
    ),
    OrderStatus.PROCESSING: frozenset({OrderStatus.READY, OrderStatus.ON_THE_WAY}),
    OrderStatus.READY: frozenset({OrderStatus.DONE}),
    OrderStatus.ON_THE_WAY: frozenset({OrderStatus.DONE}),
    OrderStatus.DONE: frozenset(),
    OrderStatus.DECLINED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.LAPSED: frozenset(),
}


def may_move(now: OrderStatus, to: OrderStatus) -> bool:
    """Is this move drawn in the plan?"""
    return to in MOVES[now]


OPEN = frozenset({OrderStatus.WAITING, OrderStatus.PROCESSING, OrderStatus.READY, OrderStatus.ON_THE_WAY})
NEVER_ACCEPTED = frozenset({OrderStatus.WAITING, OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED})
CODE_PREFIX = "NTT-"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDOVER_TRIES = 5
HANDOVER_LOCK_MINUTES = 15
LONGEST_REASON = 300


def draw_code() -> str:
    """A new code for a purchase or an order: not guessable, and easy to read out (no I, L, O, U)."""
    return CODE_PREFIX + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def draw_handover_code() -> str:
    """Four digits that the buyer shows when she receives the goods."""
    return f"{secrets.randbelow(10_000):04d}"


def normal_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed or read out: case, look-alike letters and spaces do not matter."""
    text = "".join(typed.upper().split()).removeprefix(CODE_PREFIX).replace("-", "")
    return CODE_PREFIX + text.translate(str.maketrans("ILO", "110"))


def ready_status(method: DeliveryMethod) -> OrderStatus:
    """What an order becomes when its shop has packed it: waiting to be fetched, or on its way."""
    return OrderStatus.READY if method is DeliveryMethod.PICKUP else OrderStatus.ON_THE_WAY


def booking_key(order_id: int) -> str:
    """The key under which the cash of an order is booked in the ledger."""
    return f"cash:order:{order_id}"


def guest_key(secret: str, purchase_code: str) -> str:
    """The key that opens a guest's purchase: 128 bits that follow from the code, so that every letter can name it."""
    digest = hmac.new(secret.encode(), f"belintt.purchase.{purchase_code}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
