"""The columns of a sheet: what ours are called, and what a seller's own most likely mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from marketplace.catalog.rules import fold
from marketplace.imports.rules.numbers import Unreadable, rupiah


class Field(StrEnum):
    """What a column may say about a form of a product."""

    SKU = "sku"
    NAME = "name"
    VARIANT = "variant"
    PRICE = "price"
    STOCK = "stock"
    WEIGHT = "weight"
    CATEGORY = "category"
    DESCRIPTION = "description"
    COMPOSITION = "composition"
    UNIT = "unit"
    ORIGIN = "origin"


FIELD_LABELS: dict[Field, str] = {
    Field.SKU: "Kode barang",
    Field.NAME: "Nama produk",
    Field.VARIANT: "Varian",
    Field.PRICE: "Harga",
    Field.STOCK: "Stok",
    Field.WEIGHT: "Berat (gram)",
    Field.CATEGORY: "Kategori",
    Field.DESCRIPTION: "Keterangan",
    Field.COMPOSITION: "Komposisi",
    Field.UNIT: "Satuan",
    Field.ORIGIN: "Asal",
}
HEADERS = list(FIELD_LABELS.values())
SYNONYMS: dict[Field, tuple[str, ...]] = {
    Field.SKU: ("kode barang", "sku", "kode", "kode produk", "no barang", "id barang", "barcode", "item code"),
    Field.NAME: (
        "nama produk",
        "nama barang",
        "nama",
        "produk",
        "barang",
        "item",
        "product name",
        "name",
        "jenis barang",
    ),
    Field.VARIANT: ("varian", "variasi", "ukuran", "warna", "rasa", "size", "tipe", "variant", "isi", "kemasan"),
    Field.PRICE: ("harga", "harga jual", "hrg", "harga satuan", "price", "harga rp", "jual", "harga jual rp"),
    Field.STOCK: (
        "stok",
        "stock",
        "jumlah",
        "sisa",
        "qty",
        "persediaan",
        "sisa stok",
        "jml",
        "banyaknya",
        "stok akhir",
    ),
    Field.WEIGHT: ("berat gram", "berat", "weight", "bobot", "berat gr", "netto", "berat kg"),
    Field.CATEGORY: ("kategori", "category", "kelompok", "golongan", "jenis"),
    Field.DESCRIPTION: ("keterangan", "deskripsi", "description", "penjelasan", "catatan", "ket"),
    Field.COMPOSITION: ("komposisi", "bahan", "ingredients", "bahan baku"),
    Field.UNIT: ("satuan", "unit", "sat"),
    Field.ORIGIN: ("asal", "daerah asal", "origin", "kabupaten", "asal daerah"),
}
BY_WORD = {word: field for field, words in SYNONYMS.items() for word in words}
HEADER_ROWS = 25


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row that names the columns: the one with most names we know, else the first with two cells."""
    known = [sum(fold(cell) in BY_WORD for cell in row) for row in rows[:HEADER_ROWS]]
    if known and max(known) > 0:
        return known.index(max(known))
    filled = (index for index, row in enumerate(rows[:HEADER_ROWS]) if sum(bool(cell) for cell in row) > 1)
    return next(filled, 0)


def guess(
    header: Sequence[str], samples: Sequence[Sequence[str]], remembered: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Column index (as text) to field: as the shop chose last time, else by name, else by what lies in it."""
    found: dict[str, str] = {}
    for index, cell in enumerate(header):
        before = (remembered or {}).get(fold(cell)[:120])
        field = before if before is not None else BY_WORD.get(fold(cell), "")
        if field and field not in found.values():
            found[str(index)] = str(field)
    for field in (Field.NAME, Field.PRICE):
        if field not in found.values():
            column = _by_content(field, header, samples, found)
            if column is not None:
                found[str(column)] = field.value
    return found


def _by_content(
    field: Field, header: Sequence[str], samples: Sequence[Sequence[str]], taken: Mapping[str, str]
) -> int | None:
    """The free column whose cells look most like names (long words) or prices (numbers of 500 and more)."""
    best, index = 0.5, None
    for column in range(len(header)):
        cells = [row[column] for row in samples if column < len(row) and row[column]]
        if str(column) in taken or not cells:
            continue
        share = sum(_looks_like(field, cell) for cell in cells) / len(cells)
        if share > best:
            best, index = share, column
    return index


def _looks_like(field: Field, cell: str) -> bool:
    if field is Field.NAME:
        return len(cell) > 4 and sum(char.isalpha() for char in cell) > len(cell) / 2
    try:
        return rupiah(cell) >= 500
    except Unreadable:
        return False
