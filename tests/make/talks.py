"""Messages inside orders, sent as their senders send them."""

from __future__ import annotations

from itertools import count

from marketplace.core.actor import Actor
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.talks import services
from marketplace.talks.models import OrderMessage
from marketplace.talks.rules import Side

_numbers = count(1)


def talk_key() -> str:
    """A key as a page makes one."""
    return f"kunci-pesan-{next(_numbers):08d}"


def message(order: Order, by: Actor, side: Side, text: str = "Apakah masih hangat?", key: str = "") -> OrderMessage:
    """Something that one side wrote. Call it inside `transaction()` or a rolled-back test."""
    sent = services.send(Buyer(by, key), side, order.id, talk_key(), text)
    assert sent is not None
    return sent
