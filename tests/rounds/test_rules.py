"""Days, closing times and shared fees."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.clock import WITA
from marketplace.rounds.rules import next_day, open_days, round_of, run_ref, shared_fees, window

FRIDAY = date(2026, 11, 27)


@given(
    st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.integers(0, 200_000)), min_size=1, max_size=12),
    st.integers(0, 200_000),
    st.integers(0, 200_000),
)
def test_shared_fees_add_up_to_one_fee_for_each_run(ways: list[tuple[str | None, int]], fee_a: int, fee_b: int) -> None:
    of_run = {"a": fee_a, "b": fee_b}
    fees = {n: (run, of_run.get(run or "", fee)) for n, (run, fee) in enumerate(ways)}
    found = shared_fees(fees)
    assert found.keys() == fees.keys()
    for run, whole in of_run.items():
        parts = [found[n] for n, (chosen, _) in fees.items() if chosen == run]
        assert not parts or (sum(parts) == whole and max(parts) - min(parts) <= 1)
    assert all(found[n] == fee for n, (run, fee) in fees.items() if run is None)


@pytest.mark.parametrize(
    ("hour", "minute", "closes_before", "first"),
    [
        (11, 59, 180, FRIDAY),
        (12, 0, 180, FRIDAY + timedelta(days=7)),
        (0, 0, 180, FRIDAY),
        (14, 59, 0, FRIDAY),
        (15, 0, 0, FRIDAY + timedelta(days=7)),
    ],
)
def test_a_run_closes_to_the_minute(hour: int, minute: int, closes_before: int, first: date) -> None:
    at = datetime(2026, 11, 27, hour, minute, tzinfo=WITA)
    assert next(open_days("5", 15 * 60, closes_before, at)) == first


@pytest.mark.parametrize(("minute", "first"), [(59, FRIDAY), (60, FRIDAY + timedelta(days=7))])
def test_a_run_in_the_small_hours_closes_on_the_day_before(minute: int, first: date) -> None:
    at = datetime(2026, 11, 26, 22, tzinfo=WITA) + timedelta(minutes=minute)
    assert next(open_days("5", 60, 120, at)) == first


def test_no_day_comes_before_the_goods_are_made() -> None:
    at = datetime(2026, 11, 26, 9, tzinfo=WITA)
    found = list(islice(open_days("15", 900, 60, at, FRIDAY + timedelta(days=1)), 2))
    assert found == [date(2026, 11, 30), date(2026, 12, 4)]


def test_the_next_day_is_always_a_later_one() -> None:
    assert next_day("5", FRIDAY) == FRIDAY + timedelta(days=7)
    assert next_day("1234567", FRIDAY) == FRIDAY + timedelta(days=1)
    with pytest.raises(ValueError, match="some day"):
        next_day("", FRIDAY)


def test_a_form_names_a_run_by_one_number() -> None:
    assert round_of(run_ref(7, FRIDAY)) == 7
    assert run_ref(7, FRIDAY) != run_ref(7, FRIDAY + timedelta(days=1))
    assert window(900, 1080) == "15.00–18.00"
