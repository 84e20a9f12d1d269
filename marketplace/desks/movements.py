"""What a seller reads about a movement of stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, lazy_gettext

from marketplace.catalog.queries import MovementRow
from marketplace.catalog.rules import MovementKind
from marketplace.catalog.services.bulk import ABOUT
from marketplace.catalog.services.supply import SWITCHED

KINDS = {
    MovementKind.OPENING: lazy_gettext("Stok awal"),
    MovementKind.RECEIVED: lazy_gettext("Barang masuk"),
    MovementKind.SALE: lazy_gettext("Terjual"),
    MovementKind.RETURN: lazy_gettext("Barang kembali"),
    MovementKind.COUNT: lazy_gettext("Dihitung ulang"),
    MovementKind.SPOILAGE: lazy_gettext("Rusak atau basi"),
    MovementKind.CORRECTION: lazy_gettext("Pembetulan"),
    MovementKind.CLOSING: lazy_gettext("Tutup jualan hari itu"),
}


@dataclass(frozen=True)
class Told:
    """A line of the ledger in words. `order_code` is empty when it was about no order of the shop."""

    title: str
    change: int
    on_hand: int
    reason: str
    order_code: str
    person: str
    at: datetime


def told(row: MovementRow, codes: Mapping[int, str], helpers: Mapping[int, str]) -> Told:
    """A movement in words; `codes` are those of the orders that movements are about, `helpers` who helped the shop."""
    reason = row.reason
    if row.about == SWITCHED:
        reason = gettext("Sejak itu dibuat sesuai pesanan")
    elif row.about.startswith(ABOUT):
        reason = gettext("Diubah di daftar produk")
    elif row.about.startswith("import:"):
        reason = gettext("Dari berkas impor")
    return Told(
        title=str(KINDS[row.kind]),
        change=row.change,
        on_hand=row.on_hand,
        reason=reason,
        order_code=codes.get(row.order_id or 0, ""),
        person=_person(row, helpers),
        at=row.at,
    )


def _person(row: MovementRow, helpers: Mapping[int, str]) -> str:
    if row.person_id in helpers:
        return gettext("dibantu oleh %(name)s", name=row.person)
    return row.person or gettext("Sistem")
