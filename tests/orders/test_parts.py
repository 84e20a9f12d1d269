"""Parts of an order's money: in whatever steps, and with whatever failing in between, they add up to the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.ledger import rules as ledger
from marketplace.ledger.rules import Entry, Share
from marketplace.orders.rules import commission_back, spread

RUPIAH = st.integers(0, 10_000_000)


@dataclass
class Counters:
    """An order's counters, moved as the services move them."""

    goods: int
    commission: int
    refunded: int = 0
    given_back: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)

    def refund(self, amount: int) -> None:
        self.refunded += amount
        back = commission_back(self.commission, self.goods, self.refunded, self.given_back)
        self.given_back += back
        self.parts.append((amount, back))

    def fail(self, index: int) -> None:
        amount, back = self.parts.pop(index)
        self.refunded -= amount
        self.given_back -= back


@given(data=st.data(), goods=st.integers(1, 10_000_000), basis_points=st.integers(0, 2_000))
def test_commission_goes_back_with_the_goods_to_the_rupiah(data: st.DataObject, goods: int, basis_points: int) -> None:
    order = Counters(goods, goods * basis_points // 10_000)
    for _ in range(data.draw(st.integers(0, 12))):
        if order.parts and data.draw(st.booleans()):
            order.fail(data.draw(st.integers(0, len(order.parts) - 1)))
        elif order.refunded < goods:
            order.refund(data.draw(st.integers(1, goods - order.refunded)))
        assert 0 <= order.given_back <= order.commission
        assert order.given_back == sum(back for _, back in order.parts)
        assert all(0 <= back <= amount for amount, back in order.parts)
    if order.refunded < goods:
        order.refund(goods - order.refunded)
    assert order.given_back == order.commission


@pytest.mark.parametrize(("goods_back", "given"), [(101, 0), (-1, 0), (50, 11), (50, -1)])
def test_no_commission_goes_back_for_more_than_was_sold(goods_back: int, given: int) -> None:
    with pytest.raises(ValueError, match="no more"):
        commission_back(10, 100, goods_back, given)


@given(left=st.lists(st.tuples(RUPIAH, RUPIAH), min_size=1, max_size=6), data=st.data())
def test_a_refund_that_names_no_order_is_spread_to_the_rupiah(left: list[tuple[int, int]], data: st.DataObject) -> None:
    whole = sum(goods + delivery for goods, delivery in left)
    amount = data.draw(st.integers(0, whole))
    parts = spread(amount, left)
    assert sum(goods + delivery for goods, delivery in parts) == amount
    for (goods, delivery), (most_goods, most_delivery) in zip(parts, left, strict=True):
        assert 0 <= goods <= most_goods
        assert 0 <= delivery <= most_delivery
    with pytest.raises(ValueError, match="less is left"):
        spread(whole + 1, left)


@st.composite
def _shares(draw: st.DrawFn) -> list[Share]:
    """Shares of orders of which some are with their buyers already."""
    number = draw(st.integers(1, 5))
    return [
        Share(order, order % 3, draw(st.integers(1, 10_000_000)), draw(st.integers(0, 1)), draw(st.booleans()))
        for order in range(number)
    ]


@given(shares=_shares(), rupiah=st.integers(1, 10_000_000))
def test_whatever_is_booked_of_a_payment_sums_to_zero_for_each_order(shares: list[Share], rupiah: int) -> None:
    booked = {
        "sale": ledger.online_sale("card", shares),
        "completion": ledger.completion(rupiah, shares),
        "completion undone": ledger.completion_undone(shares[0]),
        "refund": ledger.refund(shares, rupiah),
        "refund failed": ledger.refund_failed(shares, rupiah),
        "sent": ledger.refund_sent("card", rupiah),
        "fee": ledger.provider_fee("card", shares, rupiah),
        "dispute": ledger.dispute(shares),
        "won": ledger.dispute_won(shares),
        "lost": ledger.dispute_lost(rupiah, shares, from_credit=min(rupiah, 7)),
        "credit": ledger.credit("card", rupiah),
        "money": ledger.dispute_money("card", rupiah),
        "release": ledger.release(shares[0]),
    }
    for entries in booked.values():
        ledger.check(entries)
    assert _sums([*booked["refund"], *booked["refund failed"]]) == {}
    assert _sums([*booked["dispute"], *booked["won"]]) == {}
    gone = [*booked["sale"], *ledger.refund(shares), *ledger.refund_sent("card", sum(one.total for one in shares))]
    assert _sums(gone) == {}


def _sums(entries: list[Entry]) -> dict[tuple[str, str], int]:
    """What is left on each account for each order, where it is anything."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        found[entry.code, entry.about] = found.get((entry.code, entry.about), 0) + entry.amount
    return {place: amount for place, amount in found.items() if amount}
