"""The goods, as data/products.csv writes them down, with what the file leaves open: forms, stock, composition, fate."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from random import Random

from marketplace.catalog.rules import AttributeValue, Supply, SupplyDraft, VariantDraft, fold
from marketplace.demo.rules.answers import allergens_of, answers_of, axes_of, forms_of
from marketplace.demo.rules.shops import DATA

KINDS = {
    "NIB": "nib",
    "PIRT": "pirt",
    "BPOM_MD": "bpom_food",
    "BPOM_NA": "bpom_cosmetic",
    "BPOM_TR": "bpom_traditional",
    "HALAL": "halal",
    "NKV": "nkv",
    "SKP": "skp",
    "SLHS": "slhs",
    "PSAT_PDUK": "psat",
    "SNI": "sni",
    "IG": "ig",
}
NOT_HALAL = "LABEL_TIDAK_HALAL"
ONLY_BUSINESS = ("nib",)
SOLD_OUT = frozenset({"Topi Tenun", "Kalung Muti Salah Lembata", "Alpukat Mollo 1 kg", "Kopi Juria Colol 100 g"})
LAST_ONE = frozenset({"Sasando Musik 32 Dawai", "Selendang Penyambutan Tamu Set 10", "Jas Tenun Pria Pesanan"})
SUPPLIES = {
    "Tenun Ikat Amarasi Motif Kaimnutu": SupplyDraft(Supply.TO_ORDER, lead_days=21, weekly_capacity=2),
    "Kemeja Tenun Pria Lengan Pendek": SupplyDraft(Supply.TO_ORDER, lead_days=7, weekly_capacity=10),
    "Baruas Manis 200 g": SupplyDraft(Supply.DAILY, cutoff_minutes=17 * 60),
    "Bumbu Ikan Kuah Asam 100 g": SupplyDraft(Supply.DAILY, cutoff_minutes=10 * 60),
    "Kue Semprit Kelor 250 g": SupplyDraft(Supply.DAILY),
}
"""What does not lie on a shelf: sewn or woven once somebody orders, baked each morning."""
# The first word found in a name decides; food without one says what its description says.
COMPOSITION = (
    ("sambal", "Cabai rawit, jeruk purut, tomat, bawang, garam, minyak kelapa"),
    ("abon", "Daging atau ikan, santan, gula lontar, bawang, rempah"),
    ("sei babi", "Daging babi, garam, asap kayu kosambi"),
    ("sei ayam", "Daging ayam, garam, asap kayu kosambi"),
    ("sei ikan", "Ikan tuna, garam, asap kayu kosambi"),
    ("sei", "Daging sapi, garam, asap kayu kosambi"),
    ("kopi jahe", "Kopi bubuk, jahe, gula lontar"),
    ("kopi", "100% biji kopi"),
    ("madu", "100% madu"),
    ("gula", "Nira lontar"),
    ("keripik", "Bahan segar, minyak kelapa, garam"),
    ("kerupuk", "Tepung tapioka, ikan atau kulit, garam"),
    ("jagung", "Jagung, garam"),
    ("mete", "Kacang mete, garam"),
    ("cokelat", "Kakao, gula lontar, lemak kakao"),
    ("teh", "Daun kering"),
    ("kue", "Tepung, gula, telur, kelapa"),
    ("tart", "Tepung, susu, telur, gula, mentega"),
    ("minyak", "100% minyak"),
    ("beras", "100% beras"),
    ("sabun", "Minyak kelapa, air, natrium hidroksida, ekstrak tanaman"),
)


class Fate(StrEnum):
    """What the curators did with it."""

    PASSED = "passed"
    WAITING = "waiting"
    RETURNED = "returned"
    REJECTED = "rejected"
    NOT_SUBMITTED = "not_submitted"


@dataclass(frozen=True)
class Goods:
    """One product of the file. `store` is the slug of the shop that sells it."""

    number: int
    category: str
    subcategory: str
    name: str
    unit: str
    origin_code: str
    description: str
    store: str
    kinds: tuple[str, ...]
    is_not_halal: bool
    is_perishable: bool
    axes: tuple[str, str]
    variants: tuple[VariantDraft, ...]

    @property
    def supply(self) -> SupplyDraft:
        return replace(SUPPLIES.get(self.name, SupplyDraft()), axes=self.axes)

    @property
    def needs_permit(self) -> bool:
        return self.is_not_halal or self.kinds != ONLY_BUSINESS

    @property
    def composition(self) -> str:
        """What it is made of, for goods that must say so."""
        words = f" {fold(self.name)} "
        found = (text for word, text in COMPOSITION if f" {word} " in words)
        return next(found, self.description) if self.needs_permit else ""

    @property
    def answers(self) -> dict[str, AttributeValue]:
        """What it says of the things that goods of its category are asked."""
        return answers_of(self.category, self.name, self.description, is_perishable=self.is_perishable)

    @property
    def allergens(self) -> tuple[str, ...]:
        """Codes of what must be named on its label."""
        return allergens_of(self.name, self.composition) if self.composition else ()


@cache
def goods() -> tuple[Goods, ...]:
    """All products, in the order of the file."""
    with (DATA / "products.csv").open(newline="", encoding="utf-8") as file:
        return tuple(_goods(number, row) for number, row in enumerate(csv.DictReader(file), 1))


@cache
def fates() -> dict[int, Fate]:
    """What became of each product, by number: about seven of ten passed."""
    found: dict[int, Fate] = {}
    bound = [item.number for item in goods() if item.needs_permit]
    free = [item.number for item in goods() if not item.needs_permit]
    for numbers, shares in (
        (bound, {Fate.WAITING: 14, Fate.RETURNED: 4, Fate.REJECTED: 1, Fate.NOT_SUBMITTED: 2}),
        (free, {Fate.WAITING: 5, Fate.RETURNED: 1, Fate.NOT_SUBMITTED: 34}),
    ):
        Random("kurasi").shuffle(numbers)
        for fate, share in shares.items():
            for _ in range(share):
                found[numbers.pop()] = fate
        found |= dict.fromkeys(numbers, Fate.PASSED)
    return found


def _goods(number: int, row: dict[str, str]) -> Goods:
    papers = row["certificates_needed"].split(";")
    forms = _variants(row)
    return Goods(
        number=number,
        category=row["category"],
        subcategory=row["subcategory"],
        name=row["name_id"],
        unit=row["unit"],
        origin_code=row["origin_regency_code"],
        description=row["description_id"],
        store=row["store"],
        kinds=tuple(KINDS[paper] for paper in papers if paper != NOT_HALAL),
        is_not_halal=NOT_HALAL in papers,
        is_perishable=row["perishable"] == "yes",
        axes=axes_of([form.name for form in forms], row["name_id"]),
        variants=forms_of(row["name_id"], forms),
    )


def _variants(row: dict[str, str]) -> list[VariantDraft]:
    """The forms of the product: `name=price/grams` parted by semicolons, or the one form it has."""
    only = f"={row['typical_price_idr']}/{row['weight_grams']}"
    chance = Random(row["name_id"])
    found = []
    for part in (row["variants"] or only).split(";"):
        name, _, numbers = part.partition("=")
        price, weight = (int(number) for number in numbers.split("/"))
        found.append(VariantDraft(price=price, on_hand=_stock(row, price, chance), weight=weight, name=name))
    return found


def _stock(row: dict[str, str], price: int, chance: Random) -> int:
    """Dear things are few."""
    if row["name_id"] in SOLD_OUT or row["name_id"] in SUPPLIES:
        return 0
    if row["name_id"] in LAST_ONE:
        return 1
    return chance.randint(2, 7) if price > 300_000 else chance.randint(9, 60)
