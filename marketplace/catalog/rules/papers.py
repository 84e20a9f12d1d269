"""The papers that goods need (domain reference, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.certificates.rules import CertificateKind

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
