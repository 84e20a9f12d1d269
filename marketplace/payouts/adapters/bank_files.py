"""Transfers as a file for a bank. No cell of ours is ever a formula, and the same lines give the same bytes.

The columns of Bank NTT's mass transfer are a guess from what other regional banks take: its own description was not to
be had. They stand here and nowhere else; `FORMATS` is all that must change when the bank says how it wants them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from marketplace.payouts.rules import BankLine
from marketplace.stores.rules import BANKS

Cells = Sequence[str]
BANK_CODES = {
    "bank-ntt": "130",
    "bri": "002",
    "bni": "009",
    "mandiri": "008",
    "bca": "014",
    "btn": "200",
    "bsi": "451",
    "cimb": "022",
    "danamon": "011",
    "permata": "013",
    "mega": "426",
    "btpn": "213",
    "seabank": "535",
    "jago": "542",
}
"""Bank Indonesia's three-digit codes."""
NTT_COLUMNS = ("NO", "KODE_BANK", "NO_REKENING", "NAMA_PENERIMA", "NOMINAL", "BERITA", "NO_REFERENSI")
PLAIN_COLUMNS = ("referensi", "bank", "kode_bank", "nomor_rekening", "atas_nama", "jumlah_rupiah", "berita")


@dataclass(frozen=True)
class Format:
    """How a bank wants its file."""

    name: str
    columns: Cells
    delimiter: str
    cells: Callable[[int, BankLine], Cells]


def _ntt(number: int, line: BankLine) -> Cells:
    code = BANK_CODES.get(line.bank, "")
    return (str(number), code, line.number, _upper(line.holder), str(line.amount), _upper(line.note), line.reference)


def _generic(number: int, line: BankLine) -> Cells:
    bank, code = BANKS.get(line.bank, line.bank), BANK_CODES.get(line.bank, "")
    return (line.reference, bank, code, line.number, line.holder, str(line.amount), line.note)


FORMATS = {
    "bank-ntt": Format("Bank NTT", NTT_COLUMNS, ";", _ntt),
    "umum": Format("CSV umum", PLAIN_COLUMNS, ",", _generic),
}
"""By the word that stands in an address."""


def write(name: str, lines: Iterable[BankLine]) -> bytes:
    """The file in one of FORMATS. Raises KeyError for another."""
    wanted, out = FORMATS[name], io.StringIO(newline="")
    writer = csv.writer(out, delimiter=wanted.delimiter, lineterminator="\r\n")
    writer.writerow(wanted.columns)
    for number, line in enumerate(lines, start=1):
        writer.writerow([harmless(cell) for cell in wanted.cells(number, line)])
    return out.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell that no sheet takes for a formula: without line breaks, and without the signs that begin one."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", cell).strip().lstrip("=+-@ ")


def _upper(text: str) -> str:
    """Capitals of plain ASCII, as banks print them."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9 .,'/-]", " ", folded.upper()).strip()
