"""Reading a bank's statement: which column is what, and what each row says.

Banks name and write things differently; what is guessed here (Bank NTT: Tanggal, Keterangan, Debet, Kredit, Saldo) the
operator may set right column by column.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum


class Role(StrEnum):
    """What a column says. AMOUNT holds both ways, told apart by SIGN, by CR/DB behind it, or by a minus."""

    DAY = "day"
    TEXT = "text"
    MORE_TEXT = "more_text"
    CREDIT = "credit"
    DEBIT = "debit"
    AMOUNT = "amount"
    SIGN = "sign"
    BALANCE = "balance"


Columns = Mapping[Role, int]
NAMES: dict[Role, tuple[str, ...]] = {
    Role.DAY: ("tanggal transaksi", "tgl transaksi", "tanggal", "tgl", "transaction date", "posting date", "date"),
    Role.TEXT: ("keterangan", "uraian transaksi", "uraian", "deskripsi", "description", "transaksi", "berita"),
    Role.MORE_TEXT: ("pengirim", "nama pengirim", "nama", "catatan", "remark", "remarks", "referensi"),
    Role.CREDIT: ("kredit", "credit", "mutasi kredit", "uang masuk", "masuk", "cr"),
    Role.DEBIT: ("debet", "debit", "mutasi debet", "mutasi debit", "uang keluar", "keluar", "db"),
    Role.AMOUNT: ("jumlah", "nominal", "mutasi", "amount", "nilai"),
    Role.SIGN: ("d/k", "db/cr", "d/c", "dk", "jenis", "tipe", "type"),
    Role.BALANCE: ("saldo", "balance", "saldo akhir"),
}

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar", "apr", "mei may", "jun", "jul", "agu ags aug agt", "sep", "okt oct", "nov", "des dec"), 1
    )
    for name in names.split()
}
NUMERIC_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})\b", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})\b", re.ASCII)
NAMED_DAY = re.compile(r"(\d{1,2})[ \-/]([A-Za-z]{3,9})[ \-/,]*(\d{4}|\d{2})\b", re.ASCII)
SHORT_DAY = re.compile(r"(\d{1,2})/(\d{1,2})", re.ASCII)
SIGNED = re.compile(r"(.*?)\s*(CR|DB|DR|K|D|C)?\.?", re.IGNORECASE)
OUT_SIGNS = ("d", "db", "dr", "debet", "debit", "keluar", "-")
IN_SIGNS = ("k", "c", "cr", "kredit", "credit", "masuk", "+")
RUPIAH = re.compile(r"([-+(]?)\s*(?:rp\.?|idr)?\s*([-+]?)([0-9][0-9., ]*?)(?:,-)?\)?", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
LARGEST = 10**13
LONGEST_TEXT = 300
LOOK_AT = 40
OLDEST = timedelta(days=800)


@dataclass(frozen=True)
class StatementLine:
    """A row that says something: whole rupiah, money that went out negative. `balance` is what was there then."""

    row: int
    day: date
    amount: int
    text: str
    balance: int | None = None
    key: str = ""


@dataclass(frozen=True)
class BadRow:
    """A row that could not be read, and why (a message id)."""

    row: int
    why: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Parsed:
    """What a statement says with these columns."""

    lines: tuple[StatementLine, ...]
    bad: tuple[BadRow, ...]


class Unreadable(ValueError):
    """Not a day, or not an amount."""


def header_of(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[Role, int]]:
    """Where the names of the columns stand (the row's number; 0: nowhere), and what they say."""
    best: tuple[int, dict[Role, int]] = (0, {})
    for number, cells in rows[:LOOK_AT]:
        found = guess(cells)
        if len(found) > len(best[1]):
            best = number, found
    return best if len(best[1]) >= 2 else (0, {})


def guess(cells: Sequence[str]) -> dict[Role, int]:
    """What the names of columns say they are; a column has one role at most."""
    said = [" ".join(re.sub(r"\(.*?\)|rp\.?", " ", cell.lower()).split()).strip(" .:") for cell in cells]
    found: dict[Role, int] = {}
    for role, names in NAMES.items():
        for name in names:
            at = [index for index, cell in enumerate(said) if cell == name and index not in found.values()]
            if at:
                found[role] = at[0]
                break
    if Role.CREDIT in found:
        found.pop(Role.AMOUNT, None)
    return found


def missing(columns: Columns) -> Role | None:
    """What must be known before a statement can be read, and is not."""
    for role in (Role.DAY, Role.TEXT):
        if role not in columns:
            return role
    return None if Role.CREDIT in columns or Role.AMOUNT in columns else Role.CREDIT


def read(rows: Iterable[tuple[int, Sequence[str]]], header: int, columns: Columns, account: str, today: date) -> Parsed:
    """Read all rows below the header. Rows without a day and without an amount (titles, sums) are passed over."""
    lines, bad = [], []
    for number, cells in rows:
        if number <= header:
            continue
        try:
            line = _line(number, cells, columns, today)
        except Unreadable as trouble:
            bad.append(BadRow(number, str(trouble), tuple(cell[:60] for cell in cells[:8])))
            continue
        if line is not None:
            lines.append(line)
    return Parsed(tuple(_keyed(lines, account)), tuple(bad))


def _line(number: int, cells: Sequence[str], columns: Columns, today: date) -> StatementLine | None:
    def cell(role: Role) -> str:
        at = columns.get(role)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    said_day = cell(Role.DAY)
    amount = _amount(cell)
    if not said_day or amount is None:
        if said_day and amount is None and _is_day(said_day, today):
            raise Unreadable("bank.no_amount")
        return None
    day = day_of(said_day, today)
    if amount == 0:
        return None
    text = " ".join(f"{cell(Role.TEXT)} {cell(Role.MORE_TEXT)}".split())[:LONGEST_TEXT]
    balance = cell(Role.BALANCE)
    return StatementLine(number, day, amount, text, _maybe(balance))


def _amount(cell: object) -> int | None:
    """Signed rupiah of a row; None when it tells none."""
    say = cell if callable(cell) else str
    if say(Role.CREDIT) or say(Role.DEBIT):
        return (_maybe(say(Role.CREDIT)) or 0) - abs(_maybe(say(Role.DEBIT)) or 0)
    both = say(Role.AMOUNT)
    if not both:
        return None
    found = SIGNED.fullmatch(both)
    if found is None:
        raise Unreadable("bank.bad_amount")
    amount, sign = rupiah(found[1]), (say(Role.SIGN) or found[2] or "").lower().strip(" .")
    if sign in OUT_SIGNS:
        return -abs(amount)
    return abs(amount) if sign in IN_SIGNS else amount


def _maybe(text: str) -> int | None:
    return rupiah(SIGNED.fullmatch(text)[1]) if text and text not in "-–" else None  # type: ignore[index]


def rupiah(text: str) -> int:
    """Rupiah as banks write them: 1.250.000,00; 1,250,000.00; 1250000; -150.123. Sen are rounded. Raises Unreadable."""
    found = RUPIAH.fullmatch(text.strip())
    if found is None or (found[1] and found[2]):
        raise Unreadable("bank.bad_amount")
    negative = "-" in found[1] + found[2] or "(" in found[1]
    plain = _without_groups(found[3].replace(" ", "").rstrip(".,"))
    try:
        amount = int(Decimal(plain).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation as error:
        raise Unreadable("bank.bad_amount") from error
    if amount > LARGEST:
        raise Unreadable("bank.bad_amount")
    return -amount if negative else amount


def _without_groups(text: str) -> str:
    """The last of two kinds of marks is the decimal one; a single kind that groups threes is none."""
    kinds = [mark for mark in ".," if mark in text]
    if len(kinds) == 2:
        decimal = max(kinds, key=text.rfind)
        return text.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    if kinds and GROUPED.fullmatch(text):
        return text.replace(kinds[0], "")
    return text.replace(",", ".")


def day_of(text: str, today: date) -> date:
    """A day as banks write it, the day before the month; without a year the latest that has come. Raises Unreadable.

    No day in the future, and none of long ago: such a column is another one.
    """
    plain = text.strip(" '\u00a0")
    try:
        day = _day(plain, today)
    except ValueError as error:
        raise Unreadable("bank.bad_day") from error
    if not today - OLDEST <= day <= today + timedelta(days=1):
        raise Unreadable("bank.bad_day")
    return day


def _day(text: str, today: date) -> date:
    if found := ISO_DAY.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := NUMERIC_DAY.match(text):
        return date(_year(found[3]), int(found[2]), int(found[1]))
    if found := NAMED_DAY.match(text):
        return date(_year(found[3]), MONTHS.get(found[2][:3].lower(), 0), int(found[1]))
    if found := SHORT_DAY.fullmatch(text):
        day = date(today.year, int(found[2]), int(found[1]))
        return day if day <= today + timedelta(days=1) else day.replace(year=today.year - 1)
    raise ValueError(text)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _is_day(text: str, today: date) -> bool:
    try:
        day_of(text, today)
    except Unreadable:
        return False
    return True


def _keyed(lines: Iterable[StatementLine], account: str) -> Iterable[StatementLine]:
    """Give each line the key under which it is kept once: what it says, and the how manieth of its day that says so."""
    seen: Counter[str] = Counter()
    for line in lines:
        text = " ".join(line.text.upper().split())
        said = "|".join((account, line.day.isoformat(), str(line.amount), text, str(line.balance)))
        seen[said] += 1
        yield replace(line, key=hashlib.sha256(f"{said}|{seen[said]}".encode()).hexdigest())
