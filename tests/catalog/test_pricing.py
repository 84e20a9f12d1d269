"""Prices by quantity, for whatever a seller may type."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import MOST_QUANTITY, MOST_TIERS, Tier, next_tier, price_for, tiers_trouble

numbers = st.integers(-2, MOST_QUANTITY + 5)
prices = st.integers(-1, 200)
anything = st.lists(st.builds(Tier, numbers, prices), max_size=MOST_TIERS + 1).map(tuple)


@st.composite
def in_order(draw: st.DrawFn) -> tuple[int, int, tuple[Tier, ...]]:
    """A price, a minimum and tiers as they should be."""
    steps = draw(st.integers(0, MOST_TIERS))
    least, *quantities = sorted(draw(st.sets(st.integers(1, MOST_QUANTITY), min_size=steps + 1, max_size=steps + 1)))
    price, *lower = sorted(draw(st.sets(st.integers(1, 10**9), min_size=steps + 1, max_size=steps + 1)), reverse=True)
    return price, least, tuple(map(Tier, quantities, lower))


@given(in_order())
def test_more_pieces_never_cost_more_a_piece(given: tuple[int, int, tuple[Tier, ...]]) -> None:
    price, least, tiers = given
    assert tiers_trouble(price, least, tiers) == ""
    paid = [price_for(price, tiers, quantity) for quantity in range(least, MOST_QUANTITY + 1)]
    assert paid[0] == price
    assert all(fewer >= more > 0 for fewer, more in pairwise(paid))
    assert set(paid) == {price, *(tier.price for tier in tiers)}


@given(prices, numbers, anything)
def test_what_would_cost_more_is_refused(price: int, least: int, tiers: tuple[Tier, ...]) -> None:
    steps = [Tier(max(1, least), price), *tiers]
    is_right = len(tiers) <= MOST_TIERS and all(
        below.from_quantity < above.from_quantity <= MOST_QUANTITY and below.price > above.price > 0
        for below, above in pairwise(steps)
    )
    assert (tiers_trouble(price, least, tiers) == "") == is_right


@given(in_order(), st.integers(1, MOST_QUANTITY), st.integers(0, MOST_QUANTITY))
def test_the_next_price_is_lower_and_can_be_had(
    given: tuple[int, int, tuple[Tier, ...]], quantity: int, available: int
) -> None:
    price, _, tiers = given
    following = next_tier(tiers, quantity, available)
    if following is None:
        assert all(tier.from_quantity <= quantity or tier.from_quantity > available for tier in tiers)
    else:
        assert quantity < following.from_quantity <= available
        assert price_for(price, tiers, following.from_quantity) < price_for(price, tiers, quantity)
