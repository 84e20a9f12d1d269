"""Passwords that everybody tries first are refused; any other of eight characters is welcome."""

from __future__ import annotations

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules import COMMON_FILE, common_passwords, weakness
from marketplace.accounts.services.passwords import HASHER, NOBODY, hash_password, matches
from marketplace.core.errors import Invalid

BUDI = ["Budi Lado", "budi.lado@example.id", "+6281234567890"]


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("pendek1", "accounts.password_short"),
        ("x" * 129, "accounts.password_long"),
        ("password", "accounts.password_common"),
        ("Indonesia123", "accounts.password_common"),
        ("aaabbbaaabbb", "accounts.password_common"),
        ("budi12345678", "accounts.password_own"),
        ("BudiLado2026", "accounts.password_own"),
        ("budi.lado@example.id", "accounts.password_own"),
        ("+6281234567890", "accounts.password_own"),
        ("beli-ntt-demo", None),
        ("budi suka jagung bose", None),
        ("12 kata ganjil!", None),
    ],
)
def test_what_is_too_easy(password: str, problem: str | None) -> None:
    assert weakness(password, BUDI) == problem


def test_thousands_of_common_passwords_are_known() -> None:
    assert len(common_passwords()) > 5000
    assert all(len(word) >= 8 and word == word.lower() for word in common_passwords())
    assert COMMON_FILE.exists()


@settings(deadline=None)  # hashing is slow on purpose
@given(st.text(st.characters(codec="utf-8"), min_size=8, max_size=128))
def test_any_character_is_kept_and_none_is_cut(password: str) -> None:
    if weakness(password, []) is None:
        assert matches(HASHER.hash(password), password + "x") is False


def test_two_keyboards_write_the_same_password() -> None:
    assert matches(hash_password("cafe\u0301 di Kupang"), "café di Kupang")


def test_the_hash_is_argon2id_with_the_parameters_of_owasp() -> None:
    made = argon2.extract_parameters(hash_password("jagung bose enak"))
    assert (made.type, made.memory_cost, made.time_cost) == (argon2.Type.ID, 19 * 1024, 2)


def test_an_unknown_account_costs_the_same_work() -> None:
    assert argon2.extract_parameters(NOBODY) == argon2.extract_parameters(hash_password("jagung bose enak"))
    assert matches(None, "jagung bose enak") is False


def test_a_weak_password_names_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        hash_password("password", field="new_password")
    assert refused.value.field == "new_password"
