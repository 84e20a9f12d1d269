"""Who makes each move of an order, by which service, and what the clock does. `docs/orders.md` is drawn from this."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.orders.rules import OrderStatus as S
from marketplace.orders.rules import Who


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
    Move(S.PROCESSING, S.ON_THE_WAY, Who.SHOP, "gave the parcel to a courier", "send", "the buyer is told its number"),
    Move(
        S.PROCESSING,
        S.CANCELLED,
        Who.BUYER,
        "takes a late order back",
        "take_back",
        "goods free, what was paid goes back",
    ),
    Move(
        S.PROCESSING,
        S.CANCELLED,
        Who.CLOCK,
        "the shop never made it ready",
        "overtime.end_late",
        "goods free, what was paid goes back",
        clock="orders.late_end_days",
    ),
    Move(S.PROCESSING, S.ON_THE_WAY, Who.RUNNER, "takes the bag at the door", "collect", "the buyer is told her code"),
    Move(S.READY, S.ON_THE_WAY, Who.RUNNER, "takes the bag at the door", "collect", "the buyer is told her code"),
    Move(S.READY, S.DONE, Who.SHOP, "types the buyer's four digits", "hand_over", "stock falls, money is the shop's"),
    Move(
        S.READY,
        S.CANCELLED,
        Who.SHOP,
        "ends what is not fetched",
        "end_unfetched",
        "goods free, what was paid goes back",
    ),
    Move(
        S.READY,
        S.CANCELLED,
        Who.CLOCK,
        "nobody fetched it",
        "overtime.end_left",
        "goods free, what was paid goes back",
        clock="orders.fetch_end_days",
    ),
    Move(S.ON_THE_WAY, S.ARRIVED, Who.SHOP, "says that it has come (paid before)", "arrive", "the buyer may object"),
    Move(
        S.ON_THE_WAY,
        S.ARRIVED,
        Who.CLOCK,
        "brought by the shop or a local courier: its time is over (paid before)",
        "overtime.count_as_arrived",
        "the buyer may object",
        clock="orders.deliver_days",
    ),
    Move(
        S.ON_THE_WAY,
        S.ARRIVED,
        Who.CLOCK,
        "by post: the service's days are over, and these",
        "overtime.count_as_arrived",
        "the buyer may object",
        clock="orders.post_margin_days",
    ),
    Move(
        S.ON_THE_WAY,
        S.CANCELLED,
        Who.CLOCK,
        "in cash: the shop never said that it changed hands",
        "overtime.end_unreported",
        "goods free, nothing is booked",
        clock="orders.report_days",
    ),
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
        "says that it has come (paid before)",
        "confirm_arrival",
        "stock falls, money is the shop's",
    ),
    Move(S.ARRIVED, S.DONE, Who.SHOP, "types the buyer's four digits", "hand_over", "stock falls, money is the shop's"),
    Move(S.ARRIVED, S.DONE, Who.BUYER, "says that she has it", "confirm_arrival", "stock falls, money is the shop's"),
    Move(
        S.ARRIVED,
        S.DONE,
        Who.CLOCK,
        "the buyer did not object",
        "overtime.complete_silent",
        "stock falls, money is the shop's",
        clock="orders.complete_hours",
    ),
    Move(
        S.ARRIVED, S.ON_THE_WAY, Who.BUYER, "says that it has not come, once", "deny_arrival", "the clock begins anew"
    ),
)
"""All ways; `tests/orders/test_plan.py` holds them against `rules.MOVES`, which the services obey."""


@dataclass(frozen=True)
class StateClock:
    """What becomes of a state in which nobody does anything: who is reminded, when, and where it ends by itself.

    `where` is of which orders it holds; `reminder` and `second` are settings that say when, counted as `since` says,
    and `whom` they are sent to. From the second on the other side may end it herself.
    """

    state: S
    to: S
    clock: str
    since: str
    reminder: str
    whom: str
    where: str = "all"
    second: str = ""


CLOCKS = (
    StateClock(S.UNPAID, S.EXPIRED, "payments.hold_minutes", "the purchase", "the letter that asks for money", "buyer"),
    StateClock(
        S.WAITING, S.LAPSED, "orders.answer_hours", "the shop hears of it", "orders.remind_hours before", "shop"
    ),
    StateClock(
        S.PROCESSING,
        S.CANCELLED,
        "orders.late_end_days",
        "the end of the promised day (that of the run, ready-by, or `orders.pack_days` after the yes)",
        "at once",
        "shop, then buyer",
        second="orders.late_days",
    ),
    StateClock(
        S.READY,
        S.CANCELLED,
        "orders.fetch_end_days",
        "it is ready; with a round: the day of its run is over",
        "orders.fetch_remind_days after",
        "buyer, then both; with a round both, once",
        second="orders.fetch_days",
    ),
    StateClock(
        S.ON_THE_WAY,
        S.ARRIVED,
        "orders.deliver_days",
        "it left; with a round: the day of its run is over",
        "a day before the end",
        "buyer and shop",
        where="paid before, brought by the shop, a local courier or a round",
    ),
    StateClock(
        S.ON_THE_WAY,
        S.ARRIVED,
        "orders.post_margin_days",
        "the service's longest days (`orders.post_days` where it names none)",
        "a day before the end",
        "buyer",
        where="paid before, by post",
    ),
    StateClock(
        S.ON_THE_WAY,
        S.CANCELLED,
        "orders.report_days",
        "it left",
        "orders.deliver_days after",
        "shop",
        where="in cash",
    ),
    StateClock(S.ARRIVED, S.DONE, "orders.complete_hours", "it arrived", "half-way", "buyer", where="paid before"),
)
"""The clock of every open state. No state ends before its reminder was sent."""
