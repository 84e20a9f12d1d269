"""Vouchers and their uses. Counters are moved by guarded updates alone; money itself is booked by `orders`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.vouchers.rules import Bearer, Period, VoucherKind


class Voucher(Base):
    """A code that takes something off the price of goods: those of one shop, which bears it, or all, by the programme.

    `value` is percent or rupiah, `cap` the most that percent take off. `used` and `spent` count what holds: uses and
    rupiah that were given back do not. None: no limit. `store_ceiling` is the most that one shop's goods may get of it.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        one_of("bearer", Bearer),
        one_of("kind", VoucherKind),
        one_of("period", Period),
        sa.CheckConstraint("code = upper(code) AND length(code) >= 4", name="code_is_normal"),
        sa.CheckConstraint("(bearer = 'shop') = (store_id IS NOT NULL)", name="a_shop_bears_its_own"),
        sa.CheckConstraint("bearer = 'shop' OR budget IS NOT NULL", name="the_programme_has_a_budget"),
        sa.CheckConstraint("value > 0 AND (kind <> 'percent' OR value <= 100)", name="value_in_bounds"),
        sa.CheckConstraint("cap IS NULL OR (kind = 'percent' AND cap > 0)", name="cap_of_percent"),
        sa.CheckConstraint("least_goods >= 0", name="least_goods_not_negative"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_begins"),
        sa.CheckConstraint(
            "(max_uses IS NULL OR max_uses > 0) AND (budget IS NULL OR budget > 0) "
            "AND (per_person IS NULL OR per_person > 0)",
            name="limits_positive",
        ),
        sa.CheckConstraint(
            "store_ceiling IS NULL OR (bearer = 'programme' AND store_ceiling > 0)", name="ceiling_of_the_programme"
        ),
        sa.CheckConstraint("used >= 0 AND spent >= 0", name="counters_not_negative"),
        sa.Index("ix_vouchers_store_id", "store_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    bearer: Mapped[Bearer] = mapped_column(Word(Bearer))
    store_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stores.id"))
    kind: Mapped[VoucherKind] = mapped_column(Word(VoucherKind))
    value: Mapped[int]
    cap: Mapped[int | None]
    least_goods: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    max_uses: Mapped[int | None]
    budget: Mapped[int | None]
    per_person: Mapped[int | None]
    period: Mapped[Period] = mapped_column(Word(Period), default=Period.EVER)
    store_ceiling: Mapped[int | None]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    used: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def is_programmes(self) -> bool:
        return self.bearer is Bearer.PROGRAMME

    @property
    def is_used_up(self) -> bool:
        """Is nothing left of it?"""
        no_uses = self.max_uses is not None and self.used >= self.max_uses
        return no_uses or (self.budget is not None and self.spent >= self.budget)


class VoucherUse(Base):
    """One purchase that was made with a voucher. Its buyer is known again by her account and by her number's hash.

    `amount` is what it takes off now (rupiah). When no order of the purchase is left the use is given back.
    """

    __tablename__ = "voucher_uses"
    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.Index("ix_voucher_uses_person", "voucher_id", "person_id"),
        sa.Index("ix_voucher_uses_phone", "voucher_id", "phone_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[int] = mapped_column(sa.ForeignKey("vouchers.id"))
    purchase_id: Mapped[int] = mapped_column(sa.ForeignKey("purchases.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    phone_hash: Mapped[str] = mapped_column(sa.String(64))
    amount: Mapped[int]
    used_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]


class VoucherShare(Base):
    """One order's part of a use: `amount` was promised, `held` of it counts now (rupiah)."""

    __tablename__ = "voucher_shares"
    __table_args__ = (sa.CheckConstraint("amount > 0 AND held >= 0 AND held <= amount", name="held_of_promised"),)

    use_id: Mapped[int] = mapped_column(sa.ForeignKey("voucher_uses.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True, unique=True)
    amount: Mapped[int]
    held: Mapped[int]


class VoucherStore(Base):
    """What one shop's goods got of a voucher (rupiah), against its ceiling."""

    __tablename__ = "voucher_stores"
    __table_args__ = (sa.CheckConstraint("spent >= 0", name="spent_not_negative"),)

    voucher_id: Mapped[int] = mapped_column(sa.ForeignKey("vouchers.id"), primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), primary_key=True)
    spent: Mapped[int] = mapped_column(default=0)
