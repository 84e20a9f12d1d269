"""What a bank's file says: days, amounts, columns, and the key under which a line is kept once."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace.bank.rules import statement
from marketplace.bank.rules.statement import Role, Unreadable

TODAY = date(2026, 11, 24)
NTT = ["Tanggal", "Keterangan", "Debet", "Kredit", "Saldo"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.250.000,00", 1_250_000),
        ("1,250,000.00", 1_250_000),
        ("1250000", 1_250_000),
        ("149.877", 149_877),
        ("149877.00", 149_877),
        ("149877,00", 149_877),
        ("Rp 149.877,-", 149_877),
        ("IDR149,877.00", 149_877),
        ("-149.877", -149_877),
        ("(149.877,00)", -149_877),
        ("+5.000", 5_000),
        ("12,50", 13),
        ("0,49", 0),
    ],
)
def test_amounts_as_banks_write_them(text: str, amount: int) -> None:
    assert statement.rupiah(text) == amount


@pytest.mark.parametrize("text", ["", "abc", "1.2.3,4,5", "12/11/2026", "1e9", "=1+1", "9" * 20, "--5", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        statement.rupiah(text)


@pytest.mark.parametrize(
    "text",
    [
        "24/11/2026",
        "24-11-2026",
        "24.11.2026",
        "24/11/26",
        "2026-11-24",
        "2026-11-24 10:31:00",
        "24 Nov 2026",
        "24-NOV-26",
        "24 November 2026",
        "24/11",
        "'24/11/2026",
        "24/11/2026 10:32",
    ],
)
def test_days_as_banks_write_them(text: str) -> None:
    assert statement.day_of(text, TODAY) == TODAY


@pytest.mark.parametrize(
    "text", ["", "31/02/2026", "24/13/2026", "besok", "0010123456789", "24 Xyz 2026", "24/11/2031"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        statement.day_of(text, TODAY)


def test_a_day_without_a_year_is_the_latest_that_has_come() -> None:
    assert statement.day_of("25/12", TODAY) == date(2025, 12, 25)


def test_the_header_is_found_below_the_banks_own_words() -> None:
    rows = [(1, ["Bank NTT"]), (2, ["Rekening", "001"]), (4, NTT), (5, ["24/11/2026", "x", "", "5", "5"])]
    assert statement.header_of(rows) == (
        4,
        {Role.DAY: 0, Role.TEXT: 1, Role.DEBIT: 2, Role.CREDIT: 3, Role.BALANCE: 4},
    )


@pytest.mark.parametrize(
    ("header", "row", "amount"),
    [
        (NTT, ["24/11/2026", "SETOR", "", "5.000", "9"], 5_000),
        (NTT, ["24/11/2026", "BIAYA", "2.500", "", "9"], -2_500),
        (NTT, ["24/11/2026", "BIAYA", "2.500", "0,00", "9"], -2_500),
        (["Tgl", "Uraian", "Jumlah", "D/K"], ["24/11/2026", "SETOR", "5.000", "K"], 5_000),
        (["Tgl", "Uraian", "Jumlah", "D/K"], ["24/11/2026", "BIAYA", "5.000", "D"], -5_000),
        (["Date", "Description", "Amount"], ["24/11/2026", "SETOR", "5,000.00 CR"], 5_000),
        (["Date", "Description", "Amount"], ["24/11/2026", "BIAYA", "5,000.00 DB"], -5_000),
        (["Date", "Description", "Amount"], ["24/11/2026", "BIAYA", "-5,000.00"], -5_000),
    ],
)
def test_money_in_and_out_in_each_of_the_usual_shapes(header: list[str], row: list[str], amount: int) -> None:
    at, roles = statement.header_of([(1, header)])
    found = statement.read([(2, row)], at, roles, "001", TODAY)
    assert [line.amount for line in found.lines] == [amount]
    assert found.bad == ()


def test_sums_and_titles_are_passed_over_and_what_cannot_be_read_is_told() -> None:
    _, roles = statement.header_of([(1, NTT)])
    rows = [
        (2, ["Saldo Awal", "", "", "", "1.000"]),
        (3, ["24/11/2026", "SETOR", "", "abc", "9"]),
        (4, ["kemarin", "SETOR", "", "5.000", "9"]),
        (5, ["24/11/2026", "SETOR", "", "", "9"]),
        (6, ["", "Total", "", "5.000", ""]),
    ]
    found = statement.read(rows, 1, roles, "001", TODAY)
    assert found.lines == ()
    assert [(bad.row, bad.why) for bad in found.bad] == [
        (3, "bank.bad_amount"),
        (4, "bank.bad_day"),
        (5, "bank.no_amount"),
    ]


def test_two_same_lines_of_one_day_are_two_and_a_line_says_the_same_in_another_file() -> None:
    _, roles = statement.header_of([(1, NTT)])
    same = ["24/11/2026", "SETOR  TUNAI", "", "5.000", ""]
    other = ["23/11/2026", "SETOR", "", "7.000", ""]
    first = statement.read([(2, same), (3, same)], 1, roles, "001", TODAY)
    second = statement.read(
        [(2, other), (3, same), (4, ["24-11-2026", "setor tunai", "0", "5000", ""])], 1, roles, "001", TODAY
    )
    keys = [line.key for line in first.lines]
    assert len(set(keys)) == 2
    assert [line.key for line in second.lines][1:] == keys
    elsewhere = statement.read([(2, same)], 1, roles, "002", TODAY)
    assert elsewhere.lines[0].key not in keys


def test_what_must_be_known_is_named() -> None:
    assert statement.missing({}) is Role.DAY
    assert statement.missing({Role.DAY: 0}) is Role.TEXT
    assert statement.missing({Role.DAY: 0, Role.TEXT: 1}) is Role.CREDIT
    assert statement.missing({Role.DAY: 0, Role.TEXT: 1, Role.AMOUNT: 2}) is None
