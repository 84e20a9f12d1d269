"""What vouchers know of a person: told in the copy of her own data, dropped when she goes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core.db import db
from marketplace.vouchers.models import Voucher, VoucherUse


def export(person_id: int) -> list[dict[str, Any]]:
    """The vouchers that a person used."""
    query = (
        sa.select(Voucher.code, VoucherUse.amount, VoucherUse.used_at, VoucherUse.given_back_at)
        .join(Voucher, Voucher.id == VoucherUse.voucher_id)
        .where(VoucherUse.person_id == person_id)
        .order_by(VoucherUse.id)
    )
    return [dict(row._mapping) for row in db.session.execute(query)]


def forget(leaving: Leaving) -> None:
    """Let nobody know again who used what; the sums stay."""
    db.session.execute(
        sa.update(VoucherUse).where(VoucherUse.person_id == leaving.person_id).values(person_id=None, phone_hash="")
    )
