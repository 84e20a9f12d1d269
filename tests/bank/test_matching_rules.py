"""How well a line fits a payment, and which sum is asked."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.bank.rules import MatchReason, Payable, rank
from marketplace.bank.rules.matching import is_alike
from marketplace.payments.rules import MOST_ROUNDING, unique_sum

DAY = date(2026, 11, 24)


def payable(
    number: int, to_pay: int, amount: int = 150_000, names: tuple[str, ...] = ("Budi Lado",), **more: object
) -> Payable:
    base = {"is_open": True, "ordered_on": DAY, **more}
    return Payable(number, f"ref-{number}", f"NTT-0000000{number}", amount, to_pay, names=names, **base)  # type: ignore[arg-type]


@given(st.integers(2, 10**9), st.integers(0, 10**6), st.sets(st.integers(0, 499)))
def test_a_sum_is_a_little_less_and_nobody_elses(amount: int, drawn: int, near: set[int]) -> None:
    taken = {amount - each for each in near}
    found = unique_sum(amount, taken, drawn)
    free = set(range(1, min(MOST_ROUNDING, amount - 1) + 1)) - near
    assert (found is None) == (not free)
    if found is not None:
        assert 0 < amount - found <= MOST_ROUNDING
        assert found > 0
        assert found not in taken


def test_as_many_payments_of_one_price_as_there_are_sums_all_differ() -> None:
    taken: set[int] = set()
    for drawn in range(MOST_ROUNDING):
        found = unique_sum(150_000, taken, drawn * 7)
        assert found is not None
        taken.add(found)
    assert len(taken) == MOST_ROUNDING
    assert unique_sum(150_000, taken, 3) is None
    assert unique_sum(151_000, taken, 3) is not None


def test_the_exact_sum_comes_first_and_says_why() -> None:
    found = rank(149_877, "TRF BUDI LADO", DAY, [payable(1, 149_600), payable(2, 149_877, names=("Ina",))])
    assert [each.payable.payment_id for each in found] == [2, 1]
    assert found[0].reasons == (MatchReason.EXACT,)
    assert found[1].reasons == (MatchReason.CLOSE, MatchReason.NAME)


def test_the_whole_price_and_the_code_in_the_text_count() -> None:
    found = rank(150_000, "bayar ntt 00000003", DAY, [payable(3, 149_501), payable(4, 149_502)])
    assert found[0].reasons == (MatchReason.WHOLE_PRICE, MatchReason.CODE)
    assert [each.payable.payment_id for each in found] == [3, 4]


def test_what_was_ordered_after_the_money_came_or_is_unlike_is_not_offered() -> None:
    late = payable(5, 149_877, ordered_on=date(2026, 11, 25))
    assert rank(149_877, "TRF", DAY, [late, payable(6, 99_000, amount=99_100)]) == []


@pytest.mark.parametrize(
    ("name", "text", "is_it"),
    [
        ("Maria Yuliana Ndolu", "TRSF E-BANKING CR MARIA YULIANA NDO", True),
        ("Maria Yuliana Ndolu", "SETORAN MARIA Y NDOLU", True),
        ("Budi", "TRF BUDI LADO", True),
        ("Budi Lado", "TRF BUDIMAN SANTOSO", False),
        ("Budi Lado", "", False),
        ("", "TRF BUDI", False),
    ],
)
def test_names_as_banks_cut_them(name: str, text: str, is_it: bool) -> None:
    assert is_alike(name, text) is is_it
