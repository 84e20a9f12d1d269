"""Words, blocked goods and the papers that goods need."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import (
    Goods,
    Level,
    Need,
    Subject,
    blocked_word,
    fold,
    needs_of,
    slug_of,
    unmet,
)

TODAY = date(2026, 11, 24)
SNACKS, FOOD, CLOTH = 7, 1, 9
KITCHEN = ("slhs",)


def need(kind: str, **more: object) -> Need:
    base: dict[str, object] = {
        "id": 1,
        "kind": kind,
        "category_id": SNACKS,
        "goods": Goods.ALL,
        "also": (),
        "level": Level.BLOCK,
        "from_day": date(2026, 1, 1),
        "until_day": None,
        "grace_days": 0,
        "basis": "",
    }
    return Need(**{**base, **more})  # type: ignore[arg-type]


HOME_FOOD = (need("pirt", goods=Goods.LASTING, also=("bpom_food",)), need("halal", from_day=date(2026, 10, 18)))
FROZEN = tuple(need(kind, goods=Goods.PERISHABLE, also=KITCHEN) for kind in ("bpom_food", "nkv"))
EVERY_SHOP = (need("nib", category_id=None, grace_days=90),)


def asked(
    needs: tuple[Need, ...],
    day: date = TODAY,
    *,
    categories: tuple[int, ...] = (SNACKS, FOOD),
    is_perishable: bool = False,
    is_not_halal: bool = False,
    age: int = 1000,
) -> tuple[Need, ...]:
    since = day - timedelta(days=age)
    return needs_of(needs, Subject(frozenset(categories), is_perishable, is_not_halal, since), day)


def kinds(needs: tuple[Need, ...]) -> list[str]:
    return [each.kind for each in needs]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Se’i Sapi", "sei sapi"),
        ("SE'I  sapi!", "sei sapi"),
        ("Sambal Lu'at – 150 g", "sambal luat 150 g"),
        ("Kopi “Détusoko”", "kopi detusoko"),
        ("", ""),
        ("  …  ", ""),
    ],
)
def test_text_is_folded_as_people_search(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=300))
def test_a_slug_is_never_empty_nor_too_long(text: str) -> None:
    slug = slug_of(text)
    assert 0 < len(slug) <= 100
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_a_long_name_is_cut_at_a_word() -> None:
    assert slug_of("kain " * 30) == "-".join(["kain"] * 20)


@pytest.mark.parametrize(
    "text",
    [
        "Moke Aimere 600 ml",
        "SOPI kepala",
        "Tuak putih segar",
        "Arak Bali",
        "Minuman  keras",
        "Rokok kretek",
        "Daun tembakau iris",
        "Parang Sumba asli",
        "pedang panjang",
        "gelang akar-bahar",
        "Sisik penyu",
        "Obat keras",
        "Móke",
    ],
)
def test_goods_that_may_not_be_sold_are_named(text: str) -> None:
    assert blocked_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kue cucur dari Tuak Daun Merah",
        "Gula dari tuak manis",
        "Selendang untuk arak-arakan",
        "Kain motif parang",
        "Sopian tidak diblokir",
        "Gelang resin, bukan akar bahar",
        "Mokena",
        "Sarung Sabu Raijua",
        "Kain motif penyu dan rusa",
        "Keripik pisang tanpa minyak curah",
        "Anggur laut segar",
    ],
)
def test_harmless_words_pass(text: str) -> None:
    assert blocked_word(text) is None


def test_home_food_needs_its_permit_and_halal() -> None:
    needed = asked(HOME_FOOD)
    assert kinds(needed) == ["pirt", "halal"]
    assert kinds(unmet(needed, ["halal"])) == ["pirt"]
    assert unmet(needed, ["bpom_food", "halal"]) == ()


def test_food_eaten_within_days_needs_no_permit_but_halal() -> None:
    assert kinds(asked(HOME_FOOD, is_perishable=True)) == ["halal"]


def test_what_says_tidak_halal_needs_no_halal_certificate() -> None:
    assert kinds(asked(HOME_FOOD, is_not_halal=True)) == ["pirt"]


def test_a_rule_holds_from_its_day_to_its_last_day() -> None:
    assert kinds(asked(HOME_FOOD, date(2026, 10, 17))) == ["pirt"]
    assert kinds(asked(HOME_FOOD, date(2026, 10, 18))) == ["pirt", "halal"]
    over = (need("pirt", until_day=TODAY),)
    assert kinds(asked(over)) == ["pirt"]
    assert asked(over, TODAY + timedelta(days=1)) == ()


def test_frozen_meat_needs_bpom_unless_a_kitchen_serves_it() -> None:
    needed = asked(FROZEN, is_perishable=True)
    assert kinds(unmet(needed, ["pirt"])) == ["bpom_food", "nkv"]
    assert unmet(needed, ["slhs"]) == ()
    assert asked(FROZEN) == ()


def test_a_rule_about_a_category_holds_for_those_below_it_and_no_other() -> None:
    whole = (need("slhs", category_id=FOOD),)
    assert kinds(asked(whole)) == ["slhs"]
    assert asked(whole, categories=(CLOTH,)) == ()
    assert kinds(asked(EVERY_SHOP, categories=(CLOTH,))) == ["nib"]


@pytest.mark.parametrize(("age", "level"), [(0, Level.WARN), (90, Level.WARN), (91, Level.BLOCK)])
def test_a_young_shop_is_only_told(age: int, level: Level) -> None:
    (found,) = asked(EVERY_SHOP, age=age)
    assert found.level is level
    assert bool(unmet((found,), [])) == (level is Level.BLOCK)
    assert bool(unmet((found,), [], Level.WARN)) == (level is Level.WARN)


def test_of_two_rules_about_a_paper_the_stricter_counts() -> None:
    mild, strict = need("slhs", category_id=FOOD, level=Level.WARN), need("slhs")
    for both in ((mild, strict), (strict, mild)):
        (found,) = asked(both)
        assert found.level is Level.BLOCK
