"""The clock of the desk, what an edit changed, what keeps a revision from passing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.certificates.rules import CertificateKind, Standing
from marketplace.curation.rules import Lack, Words, difference, lacks, late_before, pieces, working_day

K = CertificateKind
FRIDAY = date(2026, 11, 20)
OLD = Words("Sambal Lu’at", "Pedas dan asam.", "cabai, garam", "botol", "Kota Kupang", False, False, ("a", "b"))


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (FRIDAY, 1),
        (date(2026, 11, 21), 1),
        (date(2026, 11, 22), 1),
        (date(2026, 11, 23), 2),
        (date(2026, 11, 26), 5),
        (date(2026, 11, 27), 6),
    ],
)
def test_the_desk_counts_working_days(today: date, day: int) -> None:
    assert working_day(FRIDAY, today) == day


def test_what_comes_in_at_the_weekend_begins_on_monday() -> None:
    assert working_day(date(2026, 11, 21), date(2026, 11, 22)) == 1
    assert working_day(date(2026, 11, 21), date(2026, 11, 23)) == 1


@given(today=st.dates(date(2020, 1, 1), date(2040, 1, 1)), days=st.integers(1, 30), ago=st.integers(0, 60))
def test_late_is_what_has_waited_longer_than_the_days(today: date, days: int, ago: int) -> None:
    since = today - timedelta(days=ago)
    assert (since < late_before(today, days)) == (working_day(since, today) > days)


def test_a_difference_names_the_fields_and_marks_the_words() -> None:
    new = replace(OLD, name="Sambal Lu’at Pedas", pictures=("b", "a"), is_not_halal=True)
    changes = difference(OLD, new)
    assert [(change.field, change.old, change.new) for change in changes] == [
        ("name", "Sambal Lu’at", "Sambal Lu’at Pedas"),
        ("is_not_halal", "tidak", "ya"),
        ("pictures", "a, b", "b, a"),
    ]
    assert [(piece.kind, piece.text) for piece in changes[0].pieces] == [("kept", "Sambal Lu’at"), ("added", " Pedas")]
    assert difference(OLD, OLD) == []


@given(old=st.text(max_size=60), new=st.text(max_size=60))
def test_the_pieces_hold_both_texts(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "added") == old
    assert "".join(piece.text for piece in found if piece.kind != "gone") == new


def test_only_papers_in_good_order_count() -> None:
    claims = [(K.PIRT, Standing.EXPIRED), (K.HALAL, Standing.ENDING)]
    found = lacks([K.NIB, K.PIRT, K.HALAL], claims, is_perishable=False)
    assert found == [Lack(K.NIB, None), Lack(K.PIRT, Standing.EXPIRED)]


def test_a_good_paper_makes_up_for_a_bad_one_of_its_kind() -> None:
    claims = [(K.PIRT, Standing.VALID), (K.PIRT, Standing.EXPIRED)]
    assert lacks([K.PIRT], claims, is_perishable=False) == []
