"""What a form carries of what the buyer saw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.checkout.rules import Change, Difference, SeenLine, differences, read_seen, write_seen

LINE = st.builds(SeenLine, st.integers(1, 10**17), st.integers(1, 999), st.integers(1, 10**14))
LINES = st.lists(LINE, max_size=60, unique_by=lambda line: line.variant_id)


@given(LINES)
def test_what_was_written_is_read(lines: list[SeenLine]) -> None:
    assert read_seen(write_seen(lines)) == tuple(lines)
    assert differences(lines, lines) == []


@given(st.text(max_size=60))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    assert all(line.quantity > 0 for line in read_seen(text))


@pytest.mark.parametrize("text", ["1x2", "1x0@5", "1x2@5 1x3@5", "1x-2@5", "axb@c", "1x2@5;", "1x1@1 " * 2])
def test_a_broken_list_reads_as_nothing(text: str) -> None:
    assert read_seen(text) == ()


def test_each_difference_is_told_in_the_order_it_was_seen() -> None:
    seen = [SeenLine(1, 2, 100), SeenLine(2, 2, 100), SeenLine(3, 1, 50)]
    now = [SeenLine(3, 3, 40), SeenLine(1, 1, 110), SeenLine(9, 1, 1)]
    assert differences(seen, now) == [
        Difference(1, Change.FEWER, 2, 1),
        Difference(1, Change.DEARER, 100, 110),
        Difference(2, Change.GONE, 2, 0),
        Difference(3, Change.MORE, 1, 3),
        Difference(3, Change.CHEAPER, 50, 40),
    ]
