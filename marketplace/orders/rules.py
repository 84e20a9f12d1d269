"""The life of an order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from marketplace.core.money import split
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import FETCHED, DeliveryMethod


class OrderStatus(StrEnum):
    """Where one shop's order stands.

    Paid online it begins UNPAID, which the shop does not see; paid in cash at WAITING: the shop has yet to say yes.
    """

    UNPAID = "unpaid"
    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    EXPIRED = "expired"


class Cause(StrEnum):
    """Why a step was taken, where its state alone does not say it; each is one side's. NONE: what everybody expects.

    The buyer: TAKEN_BACK (the shop was late), DENIED (it has not arrived), CONFIRMED (it has). The shop: NOT_FETCHED,
    SAID (it has arrived). The clock: NOT_MADE, LEFT (not fetched to the end), NOT_REPORTED (nobody said that cash and
    goods changed hands), TIME (counts as arrived, or as accepted).
    """

    NONE = ""
    TAKEN_BACK = "taken_back"
    DENIED = "denied"
    CONFIRMED = "confirmed"
    NOT_FETCHED = "not_fetched"
    SAID = "said"
    NOT_MADE = "not_made"
    LEFT = "left"
    NOT_REPORTED = "not_reported"
    TIME = "time"


class AcceptedBy(StrEnum):
    """On whose device the receiver of goods wrote her name: the buyer's own, or that of the shop at the door."""

    BUYER = "buyer"
    SHOP = "shop"


class Who(StrEnum):
    """Who makes a move."""

    BUYER = "buyer"
    SHOP = "shop"
    CLOCK = "clock"
    MONEY = "money"
    OPERATOR = "operator"
    RUNNER = "runner"


class LinkAct(StrEnum):
    """What somebody of a shop does with an order by the link in a letter."""

    ACCEPT = "accept"
    DECLINE = "decline"
    READY = "ready"
    ARRIVE = "arrive"
    HAND_OVER = "hand_over"


BY_LINK = "lewat tautan pesan"
"""How the audit trail names whoever acts by the link in a letter."""


class ShareKind(StrEnum):
    """What a ready message tells the buyer."""

    ACCEPTED = "accepted"
    READY = "ready"


SHARES: dict[OrderStatus, ShareKind] = {
    OrderStatus.PROCESSING: ShareKind.ACCEPTED,
    OrderStatus.READY: ShareKind.READY,
    OrderStatus.ON_THE_WAY: ShareKind.READY,
    OrderStatus.ARRIVED: ShareKind.READY,
}
"""The message that fits a state; afterwards the buyer's number is no longer shown to the shop."""

MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.UNPAID: frozenset({OrderStatus.WAITING, OrderStatus.CANCELLED, OrderStatus.EXPIRED}),
    OrderStatus.WAITING: frozenset(
        {OrderStatus.PROCESSING, OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED}
    ),
    OrderStatus.PROCESSING: frozenset({OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.CANCELLED}),
    OrderStatus.READY: frozenset({OrderStatus.ON_THE_WAY, OrderStatus.DONE, OrderStatus.CANCELLED}),
    OrderStatus.ON_THE_WAY: frozenset({OrderStatus.ARRIVED, OrderStatus.DONE, OrderStatus.CANCELLED}),
    OrderStatus.ARRIVED: frozenset({OrderStatus.DONE, OrderStatus.ON_THE_WAY}),
    OrderStatus.DONE: frozenset(),
    OrderStatus.DECLINED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.LAPSED: frozenset(),
    OrderStatus.EXPIRED: frozenset({OrderStatus.WAITING}),  # the money came late, and the goods are still there
}


def may_move(now: OrderStatus, to: OrderStatus) -> bool:
    """Is this move drawn in the plan?"""
    return to in MOVES[now]


NOT_ANSWERED = frozenset({OrderStatus.UNPAID, OrderStatus.WAITING})
CLOCKED = frozenset({OrderStatus.PROCESSING, OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED})
"""Open states whose clock is `ends_at`; those before keep theirs in `answer_by` and with the payment."""
OPEN = NOT_ANSWERED | CLOCKED
OPEN_FOR_SHOP = OPEN - {OrderStatus.UNPAID}
ENDED_EARLY = frozenset({OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED, OrderStatus.EXPIRED})
NEVER_ACCEPTED = NOT_ANSWERED | ENDED_EARLY
CODE_PREFIX = "NTT-"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDOVER_TRIES = 5
HANDOVER_LOCK_MINUTES = 15
LONGEST_HANDOVER_LOCK_MINUTES = 24 * 60
LONGEST_REASON = 300
LONGEST_NAME = 120
LONGEST_SIGNATURE = 6000
SIGNATURE = re.compile(r"(?:M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})*)+")
"""A drawn name: lines between whole points of a field of 600 by 200, in the words of an SVG path."""


def is_signature(path: str) -> bool:
    """Is this a drawn name as the market keeps it, and nothing else?"""
    return len(path) <= LONGEST_SIGNATURE and SIGNATURE.fullmatch(path) is not None


def draw_code() -> str:
    """A new code for a purchase or an order: not guessable, and easy to read out (no I, L, O, U)."""
    return CODE_PREFIX + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def draw_handover_code() -> str:
    """Four digits that the buyer shows when she receives the goods."""
    return f"{secrets.randbelow(10_000):04d}"


def lock_minutes(time: int, first: int = HANDOVER_LOCK_MINUTES) -> int:
    """How long an order is locked for the `time`-th time (1 is the first): `first` minutes, twice as long each further
    time, a day at most. Who tries on hits one code in years.
    """
    return min(first << max(0, time - 1), LONGEST_HANDOVER_LOCK_MINUTES)


def normal_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed or read out: case, look-alike letters and spaces do not matter."""
    text = "".join(typed.upper().split()).removeprefix(CODE_PREFIX).replace("-", "")
    return CODE_PREFIX + text.translate(str.maketrans("ILO", "110"))


def short_name(name: str) -> str:
    """As much of a buyer's name as a link in a letter may tell: the first of several, of a single one its initial."""
    first, *others = name.split() or [""]
    return first if others else f"{first[:1]}."[: 2 * len(first[:1])]


def letter_key(template: str, about: int, to: int | str) -> str:
    """The key of a letter: what it tells, of which order or purchase (id), and to whom ('buyer', or a person's id)."""
    return f"orders.{template}:{about}:{to}"


def ready_status(method: DeliveryMethod) -> OrderStatus:
    """What an order becomes when its shop has packed it: waiting to be fetched (by buyer or runner), or on its way."""
    waits = method in FETCHED or method is DeliveryMethod.ROUND
    return OrderStatus.READY if waits else OrderStatus.ON_THE_WAY


def run_day(method: DeliveryMethod, told: str) -> date | None:
    """The day (WITA) of the collection round that brings an order, as it stands in what the buyer was told; None for
    other ways.
    """
    return date.fromisoformat(told) if method is DeliveryMethod.ROUND else None


def is_brought_and_paid(delivery: DeliveryMethod, payment: PaymentMethod) -> bool:
    """Do the goods come to a buyer who has paid for them? Then she, or the clock, may say that they have arrived."""
    return delivery not in FETCHED and payment is not PaymentMethod.CASH


def promised_day(accepted: date, ready_by: date | None, pack_days: int) -> date:
    """The last day (WITA) on which a shop may make an order ready without being late.

    What the buyer was told for goods made to order; else so many days after the shop said yes.
    """
    return max(ready_by, accepted) if ready_by else accepted + timedelta(days=pack_days)


def longest_days(told: str, otherwise: int) -> int:
    """The longest time a courier service names: '3–5' -> 5. `otherwise` where it names none."""
    return max((int(number) for number in re.findall(r"\d+", told)), default=otherwise)


@dataclass(frozen=True)
class Clock:
    """The clock of a state: when whoever holds the order up is reminded, from when the other side may end it, and when
    it ends by itself.
    """

    remind_at: datetime
    ends_at: datetime
    may_end_at: datetime | None = None


def cash_key(order_id: int) -> str:
    """The key under which the cash of an order is booked in the ledger."""
    return f"cash:order:{order_id}"


COMPLETION_UNDONE = "completion_undone:"
"""How the keys begin under which the market takes back what it had added to an order that ended (then the order)."""


def release_key(order_id: int) -> str:
    """The key under which the money of an order becomes its shop's."""
    return f"release:order:{order_id}"


@dataclass(frozen=True)
class Part:
    """What a refund takes from one order, in rupiah: goods, delivery, and the market's commission on those goods."""

    order_id: int
    goods: int
    delivery: int
    commission: int

    @property
    def total(self) -> int:
        return self.goods + self.delivery


@dataclass(frozen=True)
class LineBack:
    """What goes back of one line of an order: rupiah, and for how many of its pieces."""

    line_id: int
    quantity: int
    amount: int


def discount_left(discount: int, total: int, kept: int) -> int:
    """How much of the discount on goods of `total` rupiah stays when `kept` rupiah of them are delivered: never more
    than in proportion, so that what is paid for them (`kept` less this) never rises.
    """
    return discount * kept // total if total else 0


def programme_due(discount: int, sold: int, kept: int) -> int:
    """What of its discount the programme owes when `kept` of the `sold` rupiah of goods are the shop's own (rupiah).

    Where the voucher paid for all goods nothing was sold to the buyer that could go back to her.
    """
    return discount * max(0, kept) // sold if sold else discount


def cut(backs: Sequence[LineBack], most: int) -> list[LineBack]:
    """The same of lines, with no more than `most` rupiah in all: the last ones give back less."""
    kept = []
    for back in backs:
        amount = min(back.amount, most)
        most -= amount
        kept.append(replace(back, amount=amount))
    return kept


def commission_back(commission: int, goods_total: int, goods_back: int, given_back: int) -> int:
    """How much more of an order's commission goes back once `goods_back` of its goods are refunded in all (rupiah).

    `given_back` of it went before. The parts add up: whoever refunds all the goods, in however many steps and with
    whatever refunds failing in between, gives back all the commission.
    """
    if not 0 <= goods_back <= goods_total or not 0 <= given_back <= commission:
        raise ValueError("no more can be refunded than was sold")
    if goods_back == goods_total:
        return commission - given_back
    return max(0, commission * goods_back // goods_total - given_back)


def spread(amount: int, left: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spread a refund that names no order over what is left of each, as (goods, delivery), by largest remainder.

    Raises ValueError when there is less left than that.
    """
    weights = [value for pair in left for value in pair]
    if amount > sum(weights):
        raise ValueError("less is left than is to be refunded")
    shares = split(amount, weights) if amount else [0] * len(weights)
    return list(zip(shares[0::2], shares[1::2], strict=True))


def guest_key(secret: str, purchase_code: str) -> str:
    """The key that opens a guest's purchase: 128 bits that follow from the code, so that every letter can name it."""
    digest = hmac.new(secret.encode(), f"belintt.purchase.{purchase_code}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
