"""What a reconciliation can find, and how it says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MOST_KEPT = 200
"""So many differences of one run are kept to be read; how many there were is kept in any case."""


class DifferenceKind(StrEnum):
    """LEDGER: entries that do not sum to zero. FIGURE: kept twice, and not the same. STUCK: waits for a person.

    UNKNOWN_THERE and UNKNOWN_HERE: only one of provider and market has it. SUM and FEE: both have it, with another sum.
    """

    LEDGER = "ledger"
    FIGURE = "figure"
    STUCK = "stuck"
    UNKNOWN_THERE = "unknown_there"
    UNKNOWN_HERE = "unknown_here"
    SUM = "sum"
    FEE = "fee"


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree. `reference` names it, `about` says which figure, need or provider; sums in rupiah.

    `expected` is what our books keep, `found` what the rows or the provider say.
    """

    kind: DifferenceKind
    reference: str
    about: str = ""
    expected: int | None = None
    found: int | None = None
    note: str = ""

    def __str__(self) -> str:
        """As a command says it (English)."""
        return _SENTENCES[self.kind].format(**asdict(self))


_SENTENCES = {
    DifferenceKind.LEDGER: "{reference}: {note}",
    DifferenceKind.FIGURE: "{reference}: {about}: {expected} expected, {found} found",
    DifferenceKind.STUCK: "{reference}: needs a person ({about}) since {note} UTC",
    DifferenceKind.UNKNOWN_THERE: "{reference}: {expected} in our books, unknown to the {about} provider",
    DifferenceKind.UNKNOWN_HERE: "{reference}: {found} with the {about} provider ({note}), not in our books",
    DifferenceKind.SUM: "{reference}: {expected} in our books, {found} with the {about} provider",
    DifferenceKind.FEE: "{reference}: fee {expected} in our books, {found} with the {about} provider",
}


@dataclass
class Findings:
    """What a run found: differences, what could not be checked, and what is only worth a note (English sentences)."""

    differences: list[Difference] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """As it is kept: the first `MOST_KEPT` differences, and all else."""
        told = [asdict(one) for one in self.differences[:MOST_KEPT]]
        return {"differences": told, "unchecked": self.unchecked, "notes": self.notes}


def read_back(kept: dict[str, Any]) -> Findings:
    """The findings of a run that was kept."""
    told = [Difference(**{**one, "kind": DifferenceKind(one["kind"])}) for one in kept["differences"]]
    return Findings(told, list(kept["unchecked"]), list(kept["notes"]))


def account_group(code: str) -> str:
    """What kind of account it is, whichever shop's: `pending:store` for `pending:store:7`."""
    return code.rpartition(":")[0] if ":store:" in code else code
