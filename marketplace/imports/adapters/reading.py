"""Reads CSV, XLSX, XLS and ODS. What is too large or is made to do harm is refused before it is unpacked."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import python_calamine
from charset_normalizer import from_bytes
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from marketplace.imports.rules import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    BadSheet,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_KINDS = (
    b"%PDF",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"MZ\x90",
    b"\x7fELF",
    b"<?xml",
    b"<!DOCTYPE",
    b"<html",
    b"RIFF",
)
LARGEST_XLS = 3 * 1024 * 1024
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
FILLED_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?(?<!/)>')
REPEATED = re.compile(
    rb'number-(?:columns|rows)-repeated="(\d+)"[^>]*?(?:office:value-type|>\s*<text:p|>\s*<table:table-cell[^>]*value-type)'
)
EXTRA_ROWS = 2_000


def sheet_names(content: bytes) -> list[str]:
    """The sheets of a workbook that are not hidden; one without a name for a text file. Raises BadSheet for what is not
    taken."""
    _check(content)
    if not _is_workbook(content):
        return [""]
    with _open(content) as book:
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        shown = [sheet for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
        return [sheet.name for sheet in shown or sheets][:50]


def rows(content: bytes, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that hold something, with their numbers as the sheet counts them (from 1).

    Raises BadSheet when there are more than `MOST_ROWS`, too many columns, or it cannot be read.
    """
    _check(content)
    source = _workbook_rows(content, sheet) if _is_workbook(content) else _text_rows(content)
    count = 0
    for number, cells in source:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise BadSheet("imports.too_many_rows", most=MOST_ROWS)
        if len(cells) > MOST_COLUMNS:
            raise BadSheet("imports.too_many_columns", most=MOST_COLUMNS)
        yield number, cells


def _is_workbook(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", OLE))


def _check(content: bytes) -> None:
    if not content.strip(b"\x00 \r\n\t"):
        raise BadSheet("imports.empty")
    if len(content) > MOST_BYTES:
        raise BadSheet("imports.too_large", megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(OLE) and len(content) > LARGEST_XLS:
        raise BadSheet("imports.too_large", megabytes=LARGEST_XLS // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        _check_package(content)
    elif content.startswith(OTHER_KINDS):
        raise BadSheet("imports.not_a_sheet")


def _check_package(content: bytes) -> None:
    """Unpack part by part, counting, so that a small file never becomes a huge one."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for info in package.infolist():
                with package.open(info) as part:
                    text = part.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise BadSheet("imports.unpacks_too_large")
                if info.filename.endswith(".xml"):
                    _check_part(text)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadSheet("imports.not_a_sheet") from error


def _check_part(text: bytes) -> None:
    """No document types (entities), no cell far out, no cell repeated a million times."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise BadSheet("imports.not_a_sheet")
    last_row = last_column = 0
    for found in FILLED_CELL.finditer(text):
        last_row = max(last_row, int(found[2]))
        last_column = max(last_column, len(found[1]) * 26 if len(found[1]) > 1 else 26)
    if last_row > MOST_ROWS + EXTRA_ROWS:
        raise BadSheet("imports.too_many_rows", most=MOST_ROWS)
    if last_column > 78 - 1:
        raise BadSheet("imports.too_many_columns", most=MOST_COLUMNS)
    if any(int(found[1]) > MOST_ROWS for found in REPEATED.finditer(text)):
        raise BadSheet("imports.too_many_rows", most=MOST_ROWS)


def _open(content: bytes) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception as error:  # whatever the reader says of a file that is broken
        raise BadSheet("imports.not_a_sheet") from error


def _workbook_rows(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    with _open(content) as book:
        try:
            sheet = book.get_sheet_by_name(name)
            source = sheet.iter_rows()
        except Exception as error:  # whatever the reader says of a sheet that is broken
            raise BadSheet("imports.not_a_sheet") from error
        for number, cells in enumerate(source, 1):
            yield number, [_said(cell) for cell in cells]


def _said(cell: object) -> str:
    """A cell as text: 15000.0 is 15000, and a fraction can never be taken for thousands."""
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, float):
        if cell == int(cell) if abs(cell) < 1e15 else False:
            return str(int(cell))
        text = f"{cell:.6f}".rstrip("0")
        return text + "0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(cell, (datetime, date)):
        return f"{cell:%d-%m-%Y}"
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    return _clean(str(cell))


def _clean(text: str) -> str:
    text = CONTROLS.sub("", text).strip()
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL + 1]


def _text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    head = text[:20_000]
    if len(CONTROLS.findall(head)) > len(head) // 100:
        raise BadSheet("imports.not_a_sheet")
    csv.field_size_limit(1024 * 1024)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [_clean(cell) for cell in cells]
    except csv.Error as error:
        raise BadSheet("imports.not_a_sheet") from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16")
    if b"\x00" in content[:4096]:
        return _strictly(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(content[:65_536]).best()
        return content.decode(best.encoding if best else "cp1252", errors="replace")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadSheet("imports.not_a_sheet") from error


def _delimiter(text: str) -> str:
    """The mark that cuts the first lines into the most columns, alike in most of them."""
    head: Sequence[str] = text[:20_000].splitlines()[:20]

    def score(mark: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=mark) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(";\t,|", key=score)
