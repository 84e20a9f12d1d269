"""QRIS payloads: the vectors, what is refused, and what never happens whatever is put in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import BadConfig
from marketplace.bank.rules import qris
from tests.databases import SqliteSource, build

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "qris_vectors.json").read_text())
STATIC: str = VECTORS["vectors"][0]["static"]


def test_the_check_value_of_the_checksum() -> None:
    assert qris.crc(VECTORS["crc_check"]["input"]) == VECTORS["crc_check"]["value"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_a_static_payload_gets_an_amount(vector: dict[str, Any]) -> None:
    assert qris.with_amount(vector["static"], vector["amount"]) == vector["dynamic"]
    tags = [list(each) for each in qris.parse(vector["dynamic"]).objects]
    assert [*tags, ["63", vector["dynamic_crc"]]] == vector["dynamic_tags"]


@pytest.mark.parametrize("bad", VECTORS["invalid_payloads"], ids=lambda bad: bad["name"])
def test_a_bad_payload_is_refused_for_its_reason(bad: dict[str, str]) -> None:
    with pytest.raises(qris.BadQris, match=bad["reason"]):
        qris.parse(bad["payload"])
    with pytest.raises(qris.BadQris):
        qris.with_amount(bad["payload"], 15_000)


@pytest.mark.parametrize("bad", VECTORS["invalid_amounts"], ids=lambda bad: bad["reason"])
def test_a_bad_amount_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(qris.BadQris, match="amount"):
        qris.with_amount(STATIC, bad["amount"])


def test_whom_it_pays_is_read() -> None:
    found = qris.parse(STATIC)
    assert (found.merchant, found.city) == ("TOKO CONTOH SATU", "BANDUNG")


@given(st.integers(1, 10**13 - 1))
def test_an_amount_is_read_back_as_it_was_given(amount: int) -> None:
    given_one = qris.with_amount(STATIC, amount)
    assert dict(qris.parse(given_one).objects)["54"] == str(amount)
    assert qris.with_amount(given_one, 7) == qris.with_amount(STATIC, 7)


@given(st.text(max_size=120) | st.integers(0, len(STATIC) - 1).map(lambda at: STATIC[:at] + "x" + STATIC[at + 1 :]))
def test_nothing_but_a_payload_is_one(text: str) -> None:
    if text == STATIC:
        return
    with pytest.raises(qris.BadQris):
        qris.parse(text)


def test_a_market_with_a_bad_code_does_not_start(sqlite_source: SqliteSource, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="QRIS_PAYLOAD"):
        build("sqlite", sqlite_source.fresh(), tmp_path / "instance", QRIS_PAYLOAD=STATIC[:-1] + "0")
