"""The clock of the desk, what an edit changed, what keeps a revision from passing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import Fact, Goods, Level, Need
from marketplace.certificates.rules import Standing
from marketplace.curation.rules import Lack, Words, difference, lacks, late_before, pieces, working_day
from tests.make.certificates import types

TYPES = types()
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


def asked(*kinds: str, level: Level = Level.BLOCK) -> list[Need]:
    return [Need(1, kind, None, Goods.ALL, (), level, FRIDAY, None, 0, "") for kind in kinds]


def test_only_papers_in_good_order_count() -> None:
    claims = [("pirt", Standing.EXPIRED), ("halal", Standing.ENDING)]
    found = lacks(asked("nib", "pirt", "halal"), claims, TYPES)
    assert found == [Lack(TYPES["nib"], None), Lack(TYPES["pirt"], Standing.EXPIRED)]


def test_what_a_shop_is_only_told_of_does_not_keep_from_passing() -> None:
    needs = [*asked("pirt"), *asked("npwp", level=Level.WARN)]
    assert lacks(needs, [("pirt", Standing.VALID)], TYPES) == []
    assert lacks(needs, [("pirt", Standing.VALID)], TYPES, Level.WARN) == [Lack(TYPES["npwp"], None)]


def test_a_good_paper_makes_up_for_a_bad_one_of_its_kind() -> None:
    claims = [("pirt", Standing.VALID), ("pirt", Standing.EXPIRED)]
    assert lacks(asked("pirt"), claims, TYPES) == []


def test_each_answer_that_changed_is_named_by_its_label() -> None:
    old = replace(OLD, facts=(Fact("Motif", "Kaif"), Fact("Lebar", "60 cm"), Fact("Teknik", "Buna")))
    new = replace(OLD, facts=(Fact("Motif", "Jara"), Fact("Teknik", "Buna"), Fact("Benang", "Sutra")))
    found = [(change.field, change.label, change.old, change.new) for change in difference(old, new)]
    assert found == [
        ("facts", "Motif", "Kaif", "Jara"),
        ("facts", "Benang", "", "Sutra"),
        ("facts", "Lebar", "60 cm", ""),
    ]


def test_another_allergen_is_a_difference() -> None:
    (change,) = difference(replace(OLD, allergens=("Susu",)), replace(OLD, allergens=("Telur", "Susu")))
    assert (change.field, change.old, change.new) == ("allergens", "Susu", "Telur, Susu")
