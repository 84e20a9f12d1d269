"""What a voucher takes off, and how it is shared. Pure: no query, no clock. All sums in whole rupiah."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from marketplace.core.money import split


class Bearer(StrEnum):
    """Who gives up the money. PROGRAMME: Gerakan Beli Produk NTT, which pays the shop what the buyer does not."""

    SHOP = "shop"
    PROGRAMME = "programme"


class VoucherKind(StrEnum):
    """How the discount is reckoned."""

    PERCENT = "percent"
    AMOUNT = "amount"


class Period(StrEnum):
    """Over which time a person's uses are counted. MONTH: each calendar month of WITA anew."""

    EVER = "ever"
    MONTH = "month"


class Standing(StrEnum):
    """What a voucher can do now."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    USED_UP = "used_up"
    OVER = "over"


SHORTEST_CODE, LONGEST_CODE = 4, 20
CODE = re.compile(rf"[A-Z0-9]{{{SHORTEST_CODE},{LONGEST_CODE}}}")
MOST_PERCENT = 100
MOST_DAYS = 366
MOST_USES = 1_000_000


def normal_code(typed: str) -> str:
    """A code as it is kept: capitals and digits; spaces, dashes and case do not matter."""
    return re.sub(r"[\s\-]", "", typed).upper()


def discount_on(kind: VoucherKind, value: int, cap: int | None, goods: int) -> int:
    """What the voucher takes off goods of so many rupiah; never more than they cost. Percent are floored."""
    amount = value if kind is VoucherKind.AMOUNT else goods * value // 100
    return min(amount, goods) if cap is None else min(amount, cap, goods)


def shares(discount: int, goods: Mapping[int, int], room: Mapping[int, int]) -> dict[int, int]:
    """The discount shared over shops by what their goods cost, to the rupiah.

    `room` is what a shop may still get of it, where there is a ceiling: its share ends there.
    """
    parts = split(discount, list(goods.values()))
    capped = {store: min(part, room.get(store, part)) for store, part in zip(goods, parts, strict=True)}
    return {store: part for store, part in capped.items() if part}


def over_lines(discount: int, totals: Sequence[int]) -> list[int]:
    """An order's share over its lines by what they cost, to the rupiah; no line costs less than nothing."""
    return split(discount, totals) if discount else [0 for _ in totals]


def standing(
    at: datetime, starts_at: datetime, ends_at: datetime, *, is_ended: bool, is_paused: bool, is_used_up: bool
) -> Standing:
    """What it can do at an instant."""
    if is_ended or at >= ends_at:
        return Standing.OVER
    if is_paused:
        return Standing.PAUSED
    if is_used_up:
        return Standing.USED_UP
    return Standing.PLANNED if at < starts_at else Standing.RUNNING


def month_of(day: date) -> tuple[date, date]:
    """The first day of a day's calendar month, and that of the next one."""
    first = day.replace(day=1)
    after = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    return first, after


def people(person_id: int | None, phone_hash: str) -> Iterable[tuple[str, object]]:
    """By what a buyer is known again: her account, and her number, so that signing out is no second use."""
    if person_id is not None:
        yield "person_id", person_id
    if phone_hash:
        yield "phone_hash", phone_hash
