"""Writes sheets. No cell of ours is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from marketplace.imports.rules import FORMULA_STARTS, neutral

Cell = str | int
WIDTH = 18
WRONG = {"bg_color": "#F7C6C0", "bold": True}


def to_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons and a mark of UTF-8, as Excel opens them here with a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    marks: Mapping[int, int] | None = None,
    more: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> bytes:
    """A workbook. `marks`: row index (from 0, below the header) to the column whose cell is coloured.

    `more` are further sheets of plain text, by name.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True, "bg_color": "#E8EDF4"})
    looks = {
        (is_wrong, is_odd): book.add_format({**(WRONG if is_wrong else {}), "quote_prefix": is_odd})
        for is_wrong in (False, True)
        for is_odd in (False, True)
    }
    sheet = book.add_worksheet("Produk")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(header) - 1, 0), WIDTH)
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
    for index, row in enumerate(rows):
        _write_row(sheet, index + 1, row, (marks or {}).get(index), looks)
    for name, lines in (more or {}).items():
        page = book.add_worksheet(name)
        page.set_column(0, 3, 34)
        for number, line in enumerate(lines):
            for column, text in enumerate(line):
                page.write_string(number, column, text, bold if number == 0 else None)
    book.close()
    return out.getvalue()


def _write_row(
    sheet: Any, number: int, row: Sequence[Cell], marked: int | None, looks: Mapping[tuple[bool, bool], Any]
) -> None:
    """Texts that a spreadsheet would take for formulas are texts, and stay so when somebody edits them there."""
    for column, cell in enumerate(row):
        is_wrong = marked == column
        if isinstance(cell, int):
            sheet.write_number(number, column, cell, looks[is_wrong, False])
        elif cell or is_wrong:
            look = looks[is_wrong, cell.startswith(FORMULA_STARTS)]
            sheet.write_string(number, column, f"'{cell}" if cell.startswith("'") else cell, look)
