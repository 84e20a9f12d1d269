"""One row of a sheet: its cells read as what they mean, and every cell that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by

from marketplace.catalog.rules import (
    HEAVIEST,
    HIGHEST_PRICE,
    LONGEST_FORM_NAME,
    LONGEST_SKU,
    MOST_STOCK,
    blocked_word,
    fold,
)
from marketplace.imports.rules.columns import Field
from marketplace.imports.rules.limits import LONGEST_CELL
from marketplace.imports.rules.numbers import Unreadable, pieces, rupiah, weight

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST = {Field.NAME: 140, Field.VARIANT: LONGEST_FORM_NAME, Field.SKU: LONGEST_SKU, Field.UNIT: 30}
NUMBERS: dict[Field, tuple[Callable[[str], int], int, int, str]] = {
    Field.PRICE: (rupiah, 1, HIGHEST_PRICE, "imports.price_unreadable"),
    Field.STOCK: (pieces, 0, MOST_STOCK, "imports.stock_unreadable"),
    Field.WEIGHT: (weight, 0, HEAVIEST, "imports.weight_unreadable"),
}


@dataclass(frozen=True)
class Trouble:
    """Why a row cannot go in, and the field whose cell is at fault ('' for the row itself)."""

    message_id: str
    field: str = ""
    values: Mapping[str, object] = made_by(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """A row as it is meant. None: the cell is empty or there is no such column, and nothing is said."""

    number: int
    words: Mapping[Field, str]
    price: int | None = None
    stock: int | None = None
    weight: int | None = None
    trouble: Trouble | None = None

    @property
    def sku(self) -> str:
        return self.words.get(Field.SKU, "")

    @property
    def name(self) -> str:
        return self.words.get(Field.NAME, "")

    @property
    def variant(self) -> str:
        return self.words.get(Field.VARIANT, "")

    @property
    def name_key(self) -> str:
        return fold(self.name)[:160]


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a quote before what would begin one."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) or cell.startswith("'") else cell


def plain(cell: str) -> str:
    """A cell as it was before `neutral`."""
    return cell[1:] if cell.startswith("'") else cell


def parse(number: int, cells: Sequence[str], mapping: Mapping[str, str], above: str = "") -> Parsed:
    """Read row `number` (as the sheet counts). A form without a name belongs to the product of the row `above`."""
    said: dict[Field, str] = {}
    for index, name in mapping.items():
        cell = cells[int(index)] if int(index) < len(cells) else ""
        if cell and name:
            said[Field(name)] = plain(cell).strip()
    said = {key: text for key, text in said.items() if text}
    if Field.NAME not in said and Field.SKU not in said and Field.VARIANT in said and above:
        said[Field.NAME] = above
    numbers: dict[Field, int] = {}
    trouble = _words_trouble(said)
    for key, (read, lowest, highest, message_id) in NUMBERS.items():
        if key not in said:
            continue
        try:
            value = read(said[key])
        except Unreadable:
            value = -1
        if not lowest <= value <= highest:
            trouble = trouble or Trouble(message_id, key.value, {"cell": said[key][:40]})
        numbers[key] = value
    return Parsed(number, said, numbers.get(Field.PRICE), numbers.get(Field.STOCK), numbers.get(Field.WEIGHT), trouble)


def _words_trouble(said: Mapping[Field, str]) -> Trouble | None:
    if not fold(said.get(Field.NAME, "")) and Field.SKU not in said:
        return Trouble("imports.name_missing", Field.NAME.value)
    for key, text in said.items():
        longest = LONGEST.get(key, LONGEST_CELL)
        if len(text) > longest:
            return Trouble("imports.too_long", key.value, {"most": longest})
        word = blocked_word(text) if key in (Field.NAME, Field.VARIANT, Field.DESCRIPTION, Field.COMPOSITION) else None
        if word:
            return Trouble("catalog.blocked_goods", key.value, {"word": word})
    return None
