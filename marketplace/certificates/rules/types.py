"""What is known of a type of certificate. The types are rows that Disperindag edits; these are their facts.

Rules know only three of them by their code: the business number of a shop, the P-IRT whose digits carry a meaning, and
the halal certificate that TIDAK HALAL replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from marketplace.certificates.rules import masks

NIB, PIRT, HALAL = "nib", "pirt", "halal"


class Scope(StrEnum):
    """What one paper covers: the business with all its goods, a place of work, or single goods."""

    BUSINESS = "business"
    PLACE = "place"
    PRODUCT = "product"


class Validity(StrEnum):
    """How long a paper holds: without an end, to a day, as the paper itself says, while the recipe stays, or both."""

    OPEN = "open"
    DATE = "date"
    PAPER = "paper"
    RECIPE = "recipe"
    BOTH = "both"


SCOPES = {
    Scope.BUSINESS: "Usaha: berlaku untuk semua barang toko",
    Scope.PLACE: "Tempat: dapur, rumah potong, gudang",
    Scope.PRODUCT: "Barang: satu produk atau satu jenis",
}
VALIDITIES = {
    Validity.OPEN: "Tanpa batas waktu",
    Validity.DATE: "Sampai suatu tanggal",
    Validity.PAPER: "Seperti tertulis di suratnya",
    Validity.RECIPE: "Selama bahan dan proses tidak berubah",
    Validity.BOTH: "Sampai suatu tanggal, dan selama bahan dan proses tidak berubah",
}


@dataclass(frozen=True)
class About:
    """A type of certificate as rules and pages need it.

    `pattern` is written in the language of `masks`, `form_words` says the same to people ('13 angka'); `prefixes` are
    words that people copy along with a number. `register` is where the number is looked up by hand ("" for none).
    `years` is how long it usually holds, `warn_days` from when before its end it is called ending. Papers that are
    not public (a tax number) are never shown to buyers.
    """

    code: str
    label: str
    issuer: str
    example: str
    register: str = ""
    pattern: str = ""
    form_words: str = ""
    prefixes: tuple[str, ...] = ()
    how_to_get: str = ""
    scope: Scope = Scope.PRODUCT
    validity: Validity = Validity.PAPER
    years: int | None = None
    warn_days: int = 90
    is_public: bool = True
    is_active: bool = True
    version: int = 1

    @property
    def register_url(self) -> str:
        return f"https://{self.register}" if self.register else ""

    @property
    def needs_day(self) -> bool:
        """Must its last day be told? A P-IRT carries its year in the number."""
        return self.validity in (Validity.DATE, Validity.BOTH) and self.code != PIRT

    def printed(self, number: str) -> str:
        """A number as it stands on a label: P-IRT 2065371010001-29, MD 123456789012."""
        return masks.printed(self.pattern, number)
