"""Which papers goods need, and from when (domain reference, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from marketplace.certificates.rules import HALAL


class Goods(StrEnum):
    """Of which goods of a category something is asked."""

    ALL = "all"
    LASTING = "lasting"
    PERISHABLE = "perishable"


class Level(StrEnum):
    """Is the shop only told, or can its goods not be public without the paper?"""

    WARN = "warn"
    BLOCK = "block"


GOODS_WORDS = {Goods.ALL: "Semua", Goods.LASTING: "Tahan lama", Goods.PERISHABLE: "Cepat rusak"}
LEVEL_WORDS = {Level.WARN: "Diingatkan", Level.BLOCK: "Wajib sebelum tayang"}


@dataclass(frozen=True)
class Need:
    """A paper that goods of a category (and of those below it) need, or every shop when no category is named.

    `kind` is the code of its type, `also` of those that stand in for it. It holds from `from_day` to `until_day`, both
    included; a shop younger than `grace_days` is only told. `basis` names the law.
    """

    id: int
    kind: str
    category_id: int | None
    goods: Goods
    also: tuple[str, ...]
    level: Level
    from_day: date
    until_day: date | None
    grace_days: int
    basis: str

    def holds_on(self, day: date) -> bool:
        return self.from_day <= day and (self.until_day is None or day <= self.until_day)

    def is_met(self, held: frozenset[str]) -> bool:
        return self.kind in held or not held.isdisjoint(self.also)

    def grace_until(self, shop_since: date) -> date | None:
        """The last day on which a shop of that age is only told; None when there is no such time."""
        return shop_since + timedelta(days=self.grace_days) if self.grace_days and self.level is Level.BLOCK else None


@dataclass(frozen=True)
class Subject:
    """The goods in question: their category with the one above, and what is said of them."""

    category_ids: frozenset[int]
    is_perishable: bool
    is_not_halal: bool
    shop_since: date


def needs_of(needs: Iterable[Need], subject: Subject, day: date) -> tuple[Need, ...]:
    """What such goods need on a day, each paper once and then as strictly as any rule wants it.

    Goods that say TIDAK HALAL need no halal certificate (UU 33/2014, article 26).
    """
    found: dict[str, Need] = {}
    for need in needs:
        if not _concerns(need, subject) or not need.holds_on(day):
            continue
        grace = need.grace_until(subject.shop_since)
        said = replace(need, level=Level.WARN) if grace is not None and day <= grace else need
        if said.kind not in found or found[said.kind].level is Level.WARN:
            found[said.kind] = said
    return tuple(found.values())


def unmet(needs: Iterable[Need], held: Iterable[str], level: Level = Level.BLOCK) -> tuple[Need, ...]:
    """Those of a level that nothing held meets; `held` are codes of types."""
    codes = frozenset(held)
    return tuple(need for need in needs if need.level is level and not need.is_met(codes))


def _concerns(need: Need, subject: Subject) -> bool:
    if need.category_id is not None and need.category_id not in subject.category_ids:
        return False
    if need.kind == HALAL and subject.is_not_halal:
        return False
    return need.goods is Goods.ALL or (need.goods is Goods.PERISHABLE) == subject.is_perishable
