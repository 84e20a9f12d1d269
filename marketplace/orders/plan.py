"""Who makes each move of an order, by which service, and what the clock does. `docs/orders.md` is drawn from this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from marketplace.orders.rules import OrderStatus as S


class Who(StrEnum):
    """Who makes a move."""

    BUYER = "buyer"
    SHOP = "shop"
    CLOCK = "clock"
    MONEY = "money"
    OPERATOR = "operator"
    RUNNER = "runner"


@dataclass(frozen=True)
class Move:
    """One way a move comes about.

    `service` is the function that makes it, below `marketplace.orders.services`. `clock` is the setting that says how
    long it takes until it happens by itself. `then` is what follows for goods and money.
    """

    start: S
    to: S
    who: Who
    what: str
    service: str
    then: str
    clock: str = ""


PLAN = (
    Move(S.UNPAID, S.WAITING, Who.MONEY, "the payment has come in", "paying.apply", "booked, not yet the shop's"),
    Move(S.UNPAID, S.WAITING, Who.OPERATOR, "takes another sum as paid", "paying.complete", "difference is settled"),
    Move(S.UNPAID, S.CANCELLED, Who.BUYER, "takes the purchase back", "cancel_purchase", "goods free, nothing is owed"),
    Move(
        S.UNPAID,
        S.CANCELLED,
        Who.OPERATOR,
        "sends a wrong sum back",
        "refunds.refund_mismatch",
        "goods free, all money goes back",
    ),
    Move(
        S.UNPAID,
        S.EXPIRED,
        Who.CLOCK,
        "nobody paid in time",
        "paying.expire",
        "goods free, nothing is owed",
        clock="payments.hold_minutes",
    ),
    Move(S.EXPIRED, S.WAITING, Who.MONEY, "paid late, goods still there", "paying.apply", "goods held again"),
    Move(S.WAITING, S.PROCESSING, Who.SHOP, "says yes", "accept", "goods stay held"),
    Move(S.WAITING, S.DECLINED, Who.SHOP, "says no, with a reason", "decline", "goods free, what was paid goes back"),
    Move(
        S.WAITING,
        S.CANCELLED,
        Who.BUYER,
        "takes the purchase back, before any shop said yes",
        "cancel_purchase",
        "goods free, what was paid goes back",
    ),
    Move(
        S.WAITING,
        S.LAPSED,
        Who.CLOCK,
        "the shop did not answer",
        "lapse",
        "goods free, what was paid goes back",
        clock="orders.answer_hours",
    ),
    Move(S.PROCESSING, S.READY, Who.SHOP, "packed, to be fetched", "mark_ready", "the buyer is told her code"),
    Move(S.PROCESSING, S.ON_THE_WAY, Who.SHOP, "on its way", "mark_ready", "the buyer is told her code"),
    Move(S.PROCESSING, S.ON_THE_WAY, Who.SHOP, "gave the parcel to the post", "send", "the buyer is told its number"),
    Move(S.PROCESSING, S.ON_THE_WAY, Who.RUNNER, "takes the bag at the door", "collect", "the buyer is told her code"),
    Move(S.READY, S.ON_THE_WAY, Who.RUNNER, "takes the bag at the door", "collect", "the buyer is told her code"),
    Move(S.READY, S.DONE, Who.SHOP, "types the buyer's four digits", "hand_over", "stock falls, money is the shop's"),
    Move(
        S.ON_THE_WAY,
        S.DONE,
        Who.SHOP,
        "types the buyer's four digits",
        "hand_over",
        "stock falls, money is the shop's",
    ),
    Move(
        S.ON_THE_WAY,
        S.DONE,
        Who.BUYER,
        "says that the parcel has come",
        "confirm_arrival",
        "stock falls, money is the shop's",
    ),
)
"""All ways; `tests/orders/test_plan.py` holds them against `rules.MOVES`, which the services obey."""
