"""Do the counters of vouchers say what their uses say? One statement each over everything there is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.payments.queries import Crooked
from marketplace.vouchers.models import Voucher, VoucherShare, VoucherStore, VoucherUse

Sum = sa.SQLColumnExpression[Any]


def crooked_counters() -> list[Crooked]:
    """Vouchers, uses and shops whose sums are not those of the shares below them (rupiah, uses)."""
    held = sa.select(_sum(VoucherShare.held)).where(VoucherShare.use_id == VoucherUse.id)
    uses = sa.select(sa.func.count()).where(VoucherUse.voucher_id == Voucher.id, VoucherUse.given_back_at.is_(None))
    spent = sa.select(_sum(VoucherUse.amount)).where(VoucherUse.voucher_id == Voucher.id)
    in_store = (
        sa.select(_sum(VoucherShare.held))
        .join(VoucherUse, VoucherUse.id == VoucherShare.use_id)
        .join(Order, Order.id == VoucherShare.order_id)
        .where(VoucherUse.voucher_id == VoucherStore.voucher_id, Order.store_id == VoucherStore.store_id)
    )
    by_voucher = Voucher.id == VoucherUse.voucher_id
    of_store = sa.select(Voucher.code).join(VoucherStore, VoucherStore.voucher_id == Voucher.id)
    return [
        *_differing(sa.select(Voucher.code), "uses", Voucher.used, uses.correlate(Voucher)),
        *_differing(sa.select(Voucher.code), "spent", Voucher.spent, spent.correlate(Voucher)),
        *_differing(
            sa.select(Voucher.code).join(VoucherUse, by_voucher),
            "of a use",
            VoucherUse.amount,
            held.correlate(VoucherUse),
        ),
        *_differing(of_store, "spent in a shop", VoucherStore.spent, in_store.correlate(VoucherStore)),
    ]


def _differing(query: sa.Select[str], figure: str, kept: Sum, summed: sa.Select[int]) -> list[Crooked]:
    found = summed.scalar_subquery()
    rows = db.session.execute(query.add_columns(kept, found).where(kept != found).order_by(Voucher.code))
    return [Crooked(code, figure, int(counted), int(added)) for code, counted, added in rows]


def _sum(amount: Sum) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(amount), 0)
