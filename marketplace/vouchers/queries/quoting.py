"""What a code takes off a basket now. It promises nothing: that is done when the purchase is placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.core.clock import midnight, now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.vault import keyed_hash
from marketplace.stores.models import Store
from marketplace.vouchers import rules
from marketplace.vouchers.models import Voucher, VoucherStore, VoucherUse
from marketplace.vouchers.rules import Period, Standing

FIELD = "voucher"
NOT_NOW = {
    Standing.PLANNED: "vouchers.not_yet",
    Standing.PAUSED: "vouchers.paused",
    Standing.USED_UP: "vouchers.used_up",
    Standing.OVER: "vouchers.over",
}


@dataclass(frozen=True)
class BuyerMark:
    """By what a buyer is known again, and the shops she works for. The hash is '' while she has told no number."""

    person_id: int | None = None
    phone_hash: str = ""
    own_stores: tuple[int, ...] = ()

    @staticmethod
    def of(actor: Actor, phone: str) -> BuyerMark:
        """The mark of somebody with this number (E.164, '' when unknown)."""
        hashed = keyed_hash(f"belintt.voucher.{phone}") if phone else ""
        return BuyerMark(actor.person_id, hashed, actor.store_ids)


@dataclass(frozen=True)
class Quote:
    """What a voucher takes off a basket: by shop (rupiah)."""

    voucher_id: int
    code: str
    is_programmes: bool
    shares: Mapping[int, int]

    @property
    def discount(self) -> int:
        return sum(self.shares.values())


def quote(typed: str, buyer: BuyerMark, goods: Mapping[int, int]) -> Quote:
    """What a code takes off goods of so many rupiah in each shop. Four statements at most.

    Raises Invalid (field voucher) with the one reason why it takes off nothing.
    """
    code = rules.normal_code(typed)
    found = db.session.scalars(sa.select(Voucher).where(Voucher.code == code)).one_or_none()
    if found is None:
        raise Invalid("vouchers.unknown", field=FIELD)
    _check_time(found)
    goods = _eligible(found, buyer, goods)
    total = sum(goods.values())
    if total < found.least_goods:
        raise Invalid("vouchers.too_little", field=FIELD, code=code, least=found.least_goods)
    check_person(found, buyer)
    room = _room(found, goods)
    goods = {store: amount for store, amount in goods.items() if room.get(store, amount)}
    if not goods:
        raise Invalid("vouchers.shops_full", field=FIELD, code=code)
    discount = rules.discount_on(found.kind, found.value, found.cap, sum(goods.values()))
    shares = rules.shares(discount, goods, room)
    if not shares:
        raise Invalid("vouchers.nothing_off", field=FIELD, code=code)
    if found.budget is not None and found.spent + sum(shares.values()) > found.budget:
        raise Invalid("vouchers.used_up", field=FIELD, code=code)
    return Quote(found.id, code, found.is_programmes, shares)


def check_person(found: Voucher, buyer: BuyerMark) -> None:
    """Raises Invalid (field voucher) when this buyer has used it as often as one may. One statement."""
    if found.per_person is None:
        return
    known = [getattr(VoucherUse, column) == value for column, value in rules.people(buyer.person_id, buyer.phone_hash)]
    if not known:
        return
    mine = VoucherUse.voucher_id == found.id, VoucherUse.given_back_at.is_(None), sa.or_(*known)
    query = sa.select(sa.func.count()).select_from(VoucherUse).where(*mine)
    if found.period is Period.MONTH:
        first, after = rules.month_of(today())
        query = query.where(VoucherUse.used_at >= midnight(first), VoucherUse.used_at < midnight(after))
    if (db.session.scalar(query) or 0) >= found.per_person:
        used = "vouchers.used_this_month" if found.period is Period.MONTH else "vouchers.used_before"
        raise Invalid(used, field=FIELD, code=found.code)


def _check_time(found: Voucher) -> None:
    stands = rules.standing(
        now(),
        found.starts_at,
        found.ends_at,
        is_ended=found.ended_at is not None,
        is_paused=found.paused_at is not None,
        is_used_up=found.is_used_up,
    )
    if stands is not Standing.RUNNING:
        raise Invalid(NOT_NOW[stands], field=FIELD, code=found.code)


def _eligible(found: Voucher, buyer: BuyerMark, goods: Mapping[int, int]) -> dict[int, int]:
    """The goods that it is for: its shop's; for the programme's all, but none of a shop that the buyer works for."""
    if found.store_id is None:
        others = {store: amount for store, amount in goods.items() if store not in buyer.own_stores}
        if not others:
            raise Invalid("vouchers.own_shop", field=FIELD, code=found.code)
        return others
    if found.store_id not in goods:
        name = db.session.scalar(sa.select(Store.name).where(Store.id == found.store_id))
        raise Invalid("vouchers.other_shop", field=FIELD, code=found.code, store=name)
    return {found.store_id: goods[found.store_id]}


def _room(found: Voucher, goods: Mapping[int, int]) -> dict[int, int]:
    """What each of these shops may still get of it; nothing where there is no ceiling."""
    if found.store_ceiling is None:
        return {}
    mine = VoucherStore.voucher_id == found.id, VoucherStore.store_id.in_(sorted(goods))
    rows = db.session.execute(sa.select(VoucherStore.store_id, VoucherStore.spent).where(*mine))
    spent = {row.store_id: row.spent for row in rows}
    return {store: max(0, found.store_ceiling - spent.get(store, 0)) for store in goods}
