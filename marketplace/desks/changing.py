"""Changes and parcels of an order in words, for its time line, and who may ask for what now."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext

from marketplace.changes.queries import ChangeView, LineDiff, ParcelView
from marketplace.changes.rules import ChangeState, Side
from marketplace.orders.queries.timeline import TOLD, Moment
from marketplace.orders.rules import Who

WHO = {Side.SHOP: Who.SHOP, Side.BUYER: Who.BUYER}
ASKED = {
    Side.SHOP: lazy_gettext("Toko mengusulkan perubahan"),
    Side.BUYER: lazy_gettext("Pembeli meminta perubahan"),
}
OUTCOMES = {
    Side.SHOP: {
        ChangeState.AGREED: lazy_gettext("Pembeli setuju dengan perubahan"),
        ChangeState.REFUSED: lazy_gettext("Pembeli tidak setuju, pesanan tetap seperti semula"),
        ChangeState.WITHDRAWN: lazy_gettext("Toko menarik usulnya"),
        ChangeState.EXPIRED: lazy_gettext("Pembeli tidak menjawab, pesanan tetap seperti semula"),
        ChangeState.FAILED: lazy_gettext("Pembeli setuju, tetapi barang penggantinya sudah habis"),
        ChangeState.OVERTAKEN: lazy_gettext("Usul perubahan tidak berlaku lagi"),
    },
    Side.BUYER: {
        ChangeState.AGREED: lazy_gettext("Toko setuju dengan perubahan"),
        ChangeState.REFUSED: lazy_gettext("Toko tidak setuju, pesanan tetap seperti semula"),
        ChangeState.WITHDRAWN: lazy_gettext("Pembeli menarik permintaannya"),
        ChangeState.EXPIRED: lazy_gettext("Toko tidak menjawab permintaan, pesanan tetap seperti semula"),
        ChangeState.FAILED: lazy_gettext("Perubahan tidak jadi"),
        ChangeState.OVERTAKEN: lazy_gettext("Permintaan perubahan tidak berlaku lagi"),
    },
}
"""How a change ended, by who asked for it."""


def change_moments(changes: Sequence[ChangeView] = (), parcels: Sequence[ParcelView] = ()) -> list[Moment]:
    """What the time line tells of them: each change asked and settled, each parcel sent and arrived."""
    moments = []
    for change in changes:
        note = " · ".join(filter(None, [summary(change), change.reason]))
        moments.append(Moment(change.made_at, TOLD, WHO[change.side], note, title=str(ASKED[change.side])))
        if change.settled_at is not None:
            title = str(OUTCOMES[change.side][change.state])
            moments.append(Moment(change.settled_at, TOLD, _who_settled(change), title=title))
    for parcel in parcels:
        goods = ", ".join(f"{pieces} × {name}" for name, pieces in parcel.lines)
        note = " · ".join(filter(None, [goods, parcel.tracking_number]))
        title = gettext("Bagian %(num)d diserahkan", num=parcel.number)
        moments.append(Moment(parcel.sent_at, TOLD, Who.SHOP, note, title=title))
        if parcel.arrived_at is not None:
            title = gettext("Bagian %(num)d sudah sampai", num=parcel.number)
            moments.append(Moment(parcel.arrived_at, TOLD, Who.BUYER, title=title))
    return moments


def _who_settled(change: ChangeView) -> Who:
    """An answer is the other side's; what ran out is the clock's."""
    if change.state is ChangeState.WITHDRAWN:
        return WHO[change.side]
    if change.state in (ChangeState.EXPIRED, ChangeState.OVERTAKEN):
        return Who.CLOCK
    return Who.BUYER if change.side is Side.SHOP else Who.SHOP


def summary(change: ChangeView) -> str:
    """A change in one line: 'Sambal 5 → 3; Kain Biru 2 → 0, gantinya 2 × Kain Merah'."""
    return "; ".join(_line(line) for line in change.lines)


def _line(line: LineDiff) -> str:
    said = f"{line.name} {line.before_quantity} → {line.quantity}"
    if line.instead:
        said += gettext(", gantinya %(num)d × %(name)s", num=line.instead_quantity, name=line.instead)
    return said
