"""Whole rupiah, shared without losing one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import portion, split

rupiah = st.integers(0, 10**13)


@given(rupiah, st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_shares_add_up_to_the_total(total: int, weights: list[int]) -> None:
    shares = split(total, weights)
    assert sum(shares) == total
    assert all(share >= 0 for share in shares)


@given(rupiah, st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_no_share_is_a_whole_rupiah_off(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(split(total, weights), weights, strict=True):
        assert abs(share * whole - total * weight) < whole


def test_nothing_to_weigh_by_is_refused() -> None:
    for total, weights in ((10, []), (10, [0, 0]), (10, [1, -1]), (-1, [1])):
        with pytest.raises(ValueError, match="split"):
            split(total, weights)


@pytest.mark.parametrize(
    ("amount", "points", "taken"), [(10_000, 150, 150), (99, 100, 0), (0, 500, 0), (333, 1000, 33)]
)
def test_a_rate_takes_whole_rupiah_rounded_down(amount: int, points: int, taken: int) -> None:
    assert portion(amount, points) == taken
