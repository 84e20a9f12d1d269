"""What a voucher takes off, and how it is shared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.orders.rules import discount_left, programme_due
from marketplace.vouchers.rules import (
    Standing,
    VoucherKind,
    discount_on,
    month_of,
    normal_code,
    over_lines,
    shares,
    standing,
)

RUPIAH = st.integers(1, 10**12)


@pytest.mark.parametrize("typed", ["hemat10", " HEMAT 10 ", "Hemat-10", "h e m a t 1 0"])
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "HEMAT10"


@pytest.mark.parametrize(
    ("kind", "value", "cap", "goods", "off"),
    [
        (VoucherKind.PERCENT, 10, None, 99_999, 9_999),
        (VoucherKind.PERCENT, 50, 20_000, 100_000, 20_000),
        (VoucherKind.PERCENT, 100, None, 33_333, 33_333),
        (VoucherKind.AMOUNT, 25_000, None, 100_000, 25_000),
        (VoucherKind.AMOUNT, 25_000, None, 20_000, 20_000),
    ],
)
def test_it_takes_off_what_it_says_and_never_more_than_the_goods_cost(
    kind: VoucherKind, value: int, cap: int | None, goods: int, off: int
) -> None:
    assert discount_on(kind, value, cap, goods) == off


@given(goods=st.dictionaries(st.integers(1, 9), RUPIAH, min_size=1), data=st.data())
def test_shares_add_up_and_no_shop_gets_more_than_its_goods_cost(goods: dict[int, int], data: st.DataObject) -> None:
    discount = data.draw(st.integers(1, sum(goods.values())))
    found = shares(discount, goods, {})
    assert sum(found.values()) == discount
    assert all(0 < part <= goods[store] for store, part in found.items())
    room = {store: data.draw(st.integers(0, discount)) for store in goods}
    capped = shares(discount, goods, room)
    assert all(part <= min(room[store], found[store]) for store, part in capped.items())


@given(totals=st.lists(RUPIAH, min_size=1, max_size=8), data=st.data())
def test_lines_add_up_and_cost_nothing_at_least(totals: list[int], data: st.DataObject) -> None:
    discount = data.draw(st.integers(0, sum(totals)))
    parts = over_lines(discount, totals)
    assert sum(parts) == discount
    assert all(0 <= part <= total for part, total in zip(parts, totals, strict=True))


@given(total=RUPIAH, data=st.data())
def test_fewer_goods_never_cost_more(total: int, data: st.DataObject) -> None:
    discount = data.draw(st.integers(0, total))
    kept = data.draw(st.integers(0, total))
    part = data.draw(st.integers(0, kept))
    left = discount_left(discount, total, kept)
    assert 0 <= left <= min(discount, kept)
    assert kept - left <= total - discount
    of_part = discount_left(discount, total, part)
    assert 0 <= left - of_part <= kept - part, "what comes instead gets no more off than it costs"


@given(discount=st.integers(0, 10**12), sold=RUPIAH, data=st.data())
def test_the_programme_owes_its_part_of_what_is_kept(discount: int, sold: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, sold))
    due = programme_due(discount, sold, kept)
    assert 0 <= discount * kept - due * sold < sold
    assert programme_due(discount, sold, sold) == discount
    assert programme_due(discount, sold, 0) == 0


def test_goods_that_cost_the_buyer_nothing_are_owed_whole() -> None:
    assert programme_due(50_000, 0, 0) == 50_000


AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("from_days", "to_days", "flags", "found"),
    [
        (-1, 1, {}, Standing.RUNNING),
        (1, 2, {}, Standing.PLANNED),
        (-2, 0, {}, Standing.OVER),
        (-1, 1, {"is_ended": True, "is_paused": True}, Standing.OVER),
        (-1, 1, {"is_paused": True}, Standing.PAUSED),
        (-1, 1, {"is_used_up": True}, Standing.USED_UP),
    ],
)
def test_where_it_stands(from_days: int, to_days: int, flags: dict[str, bool], found: Standing) -> None:
    said = {"is_ended": False, "is_paused": False, "is_used_up": False, **flags}
    assert standing(AT, AT + timedelta(days=from_days), AT + timedelta(days=to_days), **said) is found


def test_a_month_ends_where_the_next_begins() -> None:
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert month_of(date(2026, 2, 1)) == (date(2026, 2, 1), date(2026, 3, 1))
