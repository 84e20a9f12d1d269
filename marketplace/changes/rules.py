"""What may be changed about an order, by whom, and until when. Pure: no query, no clock. All sums in rupiah."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from marketplace.core.errors import Invalid
from marketplace.orders.rules import OrderStatus, discount_left


class Side(StrEnum):
    """Who asked for a change; the other side answers."""

    BUYER = "buyer"
    SHOP = "shop"


class ChangeState(StrEnum):
    """FAILED: agreed, but what should come instead was gone by then. OVERTAKEN: the order had moved on without it."""

    OPEN = "open"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"
    OVERTAKEN = "overtaken"


CHANGEABLE = frozenset({OrderStatus.WAITING, OrderStatus.PROCESSING})
MAY_ASK: dict[Side, frozenset[OrderStatus]] = {
    Side.SHOP: CHANGEABLE,
    Side.BUYER: frozenset({OrderStatus.WAITING}),
}
"""In which states of the order each side may ask for a change."""

LONGEST_REASON = 300
LATEST_DAYS = 90
BY_LINK = "lewat tautan surel pembeli"
"""How the audit trail names a buyer who answers by the link in her letter."""


@dataclass(frozen=True)
class Wish:
    """What one line shall become. Price None: as it was. `variant_id`: what comes instead, in so many `pieces`."""

    quantity: int
    unit_price: int | None = None
    variant_id: int | None = None
    pieces: int = 0


@dataclass(frozen=True)
class Asked:
    """A change as somebody asks for it: lines by id, why, a later day, another note. None: as it was."""

    lines: Mapping[int, Wish] = field(default_factory=dict)
    reason: str = ""
    ready_by: date | None = None
    note: str | None = None


@dataclass(frozen=True)
class LineNow:
    """One line of the order as it stands, and how many pieces of it have been sent. `discount`: of a voucher."""

    line_id: int
    quantity: int
    unit_price: int
    sent: int = 0
    discount: int = 0

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price

    @property
    def paid(self) -> int:
        """What the buyer pays for it."""
        return self.total - self.discount

    def paid_for(self, kept: int) -> int:
        """What she pays when so much (rupiah) is delivered of it, or instead of it: its discount shrinks with it."""
        return kept - discount_left(self.discount, self.total, kept)


def field_of(kind: str, line_id: int) -> str:
    """The name of a form's field about one line: quantity, price, substitute or pieces."""
    return f"{kind}_{line_id}"


def checked_wish(line: LineNow, wish: Wish, side: Side) -> Wish:
    """The wish with its price, when it asks for no more than was bought. Raises Invalid at the field that does.

    Fewer pieces, a lower price, or something else in no more pieces: nobody pays more than she agreed to. Goods that
    were sent already stay.
    """
    price = line.unit_price if wish.unit_price is None else wish.unit_price
    if not 0 <= wish.quantity <= line.quantity:
        raise Invalid("changes.too_many_pieces", field=field_of("quantity", line.line_id), most=line.quantity)
    if wish.quantity < line.sent:
        raise Invalid("changes.already_sent", field=field_of("quantity", line.line_id), sent=line.sent)
    if not 1 <= price <= line.unit_price or (side is Side.BUYER and price != line.unit_price):
        raise Invalid("changes.price_not_lower", field=field_of("price", line.line_id), most=line.unit_price)
    if line.sent and price != line.unit_price:
        raise Invalid("changes.already_sent", field=field_of("price", line.line_id), sent=line.sent)
    if wish.variant_id is None:
        return Wish(wish.quantity, price)
    return _checked_substitute(line, Wish(wish.quantity, price, wish.variant_id, wish.pieces), side)


def _checked_substitute(line: LineNow, wish: Wish, side: Side) -> Wish:
    name = field_of("pieces", line.line_id)
    if side is Side.BUYER:
        raise Invalid("changes.not_for_buyers", field=field_of("substitute", line.line_id))
    left_out = line.quantity - wish.quantity
    if not left_out:
        raise Invalid("changes.nothing_to_replace", field=field_of("quantity", line.line_id))
    if not 1 <= wish.pieces <= left_out:
        raise Invalid("changes.too_many_pieces", field=name, most=left_out)
    return wish


def substitute_price(line_price: int, list_price: int) -> int:
    """What each piece of a substitute costs: its own price, and never more than what it replaces."""
    return min(line_price, list_price)


def changes_something(line: LineNow, wish: Wish) -> bool:
    return (wish.quantity, wish.unit_price) != (line.quantity, line.unit_price) or wish.variant_id is not None


def checked_reason(reason: str, is_required: bool) -> str:
    """Why, trimmed. Raises Invalid (field reason) when nothing or too much is said."""
    reason = reason.strip()
    if is_required and not reason:
        raise Invalid("changes.reason_missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("changes.reason_too_long", field="reason", most=LONGEST_REASON)
    return reason


def checked_day(day: date | None, today: date, before: date | None) -> date | None:
    """A later day than was said, at most `LATEST_DAYS` from today. Raises Invalid (field ready_by)."""
    if day is None or day == before:
        return None
    if day < today or (before is not None and day < before) or day > today + timedelta(days=LATEST_DAYS):
        raise Invalid("changes.day_out_of_range", field="ready_by", days=LATEST_DAYS)
    return day


def stamp(status: str, lines: Iterable[Sequence[int]], last_change: int, last_parcel: int) -> str:
    """A mark of what a page showed of an order: whoever sends a form from one that is no longer true is told."""
    said = repr((str(status), [tuple(line) for line in lines], last_change, last_parcel))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def paused(clock: datetime, made_at: datetime, until: datetime, grace: timedelta) -> datetime:
    """Until when the shop has to answer when its clock stands still from `made_at` to `until`.

    It has at least `grace` left then.
    """
    return until + max(clock - made_at, grace)
