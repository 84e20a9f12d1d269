"""What a product may be: its words, the goods nobody may sell here, and the papers that goods need."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from marketplace.certificates.rules import CertificateKind

LONGEST_SLUG = 100
MOST_PICTURES = 8
MOST_STOCK = 1_000_000
HEAVIEST = 1_000_000
HIGHEST_PRICE = 100_000_000_000


class ProductStatus(StrEnum):
    """An active product may be public; a hidden one waits for its seller; an archived one is gone for good."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


@dataclass(frozen=True)
class Draft:
    """What is said about a product. `picture_ids` are (media id, alternative text) in the seller's order."""

    name: str
    origin_code: str
    description: str = ""
    composition: str = ""
    unit: str = ""
    is_not_halal: bool = False
    is_perishable: bool = False
    picture_ids: tuple[tuple[int, str], ...] = ()
    certificate_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class VariantDraft:
    """A form in which a product is sold. Price in rupiah, weight in grams with packing, stock in pieces."""

    price: int
    on_hand: int = 0
    weight: int = 0
    name: str = ""


# --- words -----------------------------------------------------------------

APOSTROPHES = re.compile(r"['’‘ʼ`´]")
NO_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Text as it is searched: lower case, no accents or apostrophes, one space between words. Se’i Sapi -> sei sapi."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).casefold()
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return NO_WORD.sub(" ", letters).strip()


def slug_of(name: str) -> str:
    """The start of a product's address, made from its name and cut at a word."""
    slug = fold(name).replace(" ", "-") or "produk"
    return slug if len(slug) <= LONGEST_SLUG else slug[: LONGEST_SLUG + 1].rpartition("-")[0] or slug[:LONGEST_SLUG]


# --- goods that may not be sold here (domain reference, section 2) ---------

BLOCKED = (
    # alcoholic drinks
    "moke",
    "sopi",
    "tuak",
    "arak",
    "laru",
    "ciu",
    "miras",
    "minuman keras",
    "minuman beralkohol",
    "cap tikus",
    "bir",
    "wine",
    "vodka",
    "whisky",
    "whiskey",
    "wiski",
    "brendi",
    "brandy",
    # tobacco
    "rokok",
    "tembakau",
    "cerutu",
    "kretek",
    "vape",
    "pod vape",
    # weapons
    "senjata api",
    "senjata tajam",
    "senapan",
    "pistol",
    "amunisi",
    "peluru",
    "bahan peledak",
    "bom ikan",
    "parang",
    "kelewang",
    "klewang",
    "pedang",
    "badik",
    "belati",
    "keris",
    # medicines and drugs
    "obat keras",
    "obat kuat",
    "obat bius",
    "obat aborsi",
    "penggugur kandungan",
    "antibiotik",
    "amoxicillin",
    "amoksisilin",
    "tramadol",
    "ganja",
    "kokain",
    "heroin",
    # protected animals, coral
    "sisik penyu",
    "telur penyu",
    "daging penyu",
    "cangkang penyu",
    "tempurung penyu",
    "gelang penyu",
    "penyu hidup",
    "akar bahar",
    "terumbu karang hias",
    "karang hidup",
    "gading gajah",
    "gading asli",
    "burung kakatua",
    "komodo hidup",
    "daging paus",
    "minyak paus",
    "gigi paus",
    "gigi duyung",
    "daging duyung",
    "sirip hiu",
    "kerang kima",
    "kuda laut kering",
    "sisik trenggiling",
    "daging rusa",
    "dendeng rusa",
    "tanduk rusa",
)
# Said with these words, nothing of the kind is sold: sweet palm sap, a part of Kupang, patterns, processions.
HARMLESS = (
    "tuak daun merah",
    "tuak manis",
    "arak arakan",
    "bir pletok",
    "asap rokok",
    "puntung rokok",
    "bukan rokok",
    "akar bahar imitasi",
    "akar bahar tiruan",
    "bukan akar bahar",
    "tiruan akar bahar",
    "imitasi akar bahar",
    "motif parang",
    "batik parang",
    "motif keris",
    "motif pedang",
)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, phrases), key=len, reverse=True))})\b")


BLOCKED_PATTERN = _any_of(BLOCKED)
HARMLESS_PATTERN = _any_of(HARMLESS)


def blocked_word(text: str) -> str | None:
    """The first word or phrase in the text that names goods nobody may sell here, or None."""
    found = BLOCKED_PATTERN.search(HARMLESS_PATTERN.sub(" ", fold(text)))
    return found.group(0) if found else None


# --- papers that goods need (domain reference, section 3) ------------------

# A stronger or more fitting paper stands in for the one that a category usually asks for.
STANDS_IN: dict[CertificateKind, frozenset[CertificateKind]] = {
    CertificateKind.PIRT: frozenset(
        {
            CertificateKind.BPOM_FOOD,
            CertificateKind.BPOM_TRADITIONAL,
            CertificateKind.BPOM_COSMETIC,
            CertificateKind.PSAT,
        }
    ),
    CertificateKind.HALAL: frozenset({CertificateKind.PSAT}),  # fresh plant food is exempt from halal certification
    CertificateKind.BPOM_COSMETIC: frozenset({CertificateKind.BPOM_TRADITIONAL}),
}
# Food from a kitchen, ready to eat within days, needs no permit of its own: the kitchen's hygiene certificate speaks.
KITCHEN_STANDS_IN = frozenset({CertificateKind.BPOM_FOOD, CertificateKind.NKV, CertificateKind.SKP})


@dataclass(frozen=True)
class Needs:
    """The kinds of papers that a category asks for: of goods that last, and of goods that perish within days."""

    lasting: tuple[CertificateKind, ...] = ()
    perishable: tuple[CertificateKind, ...] = ()

    def of(self, *, is_perishable: bool, is_not_halal: bool, halal_is_due: bool = True) -> tuple[CertificateKind, ...]:
        """What such goods need. Goods that say TIDAK HALAL need no halal certificate; nor do any before it is due."""
        kinds = self.perishable if is_perishable else self.lasting
        without_halal = is_not_halal or not halal_is_due
        return tuple(kind for kind in kinds if not (without_halal and kind is CertificateKind.HALAL))


def missing_kinds(
    needed: Iterable[CertificateKind], claimed: Iterable[CertificateKind], *, is_perishable: bool
) -> tuple[CertificateKind, ...]:
    """What is needed and neither claimed nor stood in for."""
    held = frozenset(claimed)

    def is_met(kind: CertificateKind) -> bool:
        if kind in held or STANDS_IN.get(kind, frozenset()) & held:
            return True
        return is_perishable and kind in KITCHEN_STANDS_IN and CertificateKind.SLHS in held

    return tuple(kind for kind in needed if not is_met(kind))
