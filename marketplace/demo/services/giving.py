"""Vouchers: one of a shop and one of Gerakan Beli Produk NTT, which some of the neighbours know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid
from marketplace.demo.services.world import World
from marketplace.orders.services import NewOrder
from marketplace.vouchers import queries, services
from marketplace.vouchers.models import VoucherUse
from marketplace.vouchers.queries import BuyerMark, Quote
from marketplace.vouchers.rules import Period, VoucherKind, over_lines
from marketplace.vouchers.services import VoucherDraft

PROGRAMMES, SHOPS, SHOP = "BELINTT", "MAMAINA", "dapur-mama-ina"
BEGAN_DAYS_AGO = 29.9


def plan(world: World) -> None:
    """Both are given before anybody buys."""
    world.timeline.add(world.ago(BEGAN_DAYS_AGO), partial(_give, world))


def _give(world: World) -> None:
    first = today()
    drafts = (
        VoucherDraft(
            PROGRAMMES,
            None,
            VoucherKind.PERCENT,
            10,
            first,
            first + timedelta(days=120),
            cap=25_000,
            budget=5_000_000,
            per_person=2,
            period=Period.MONTH,
            store_ceiling=500_000,
        ),
        VoucherDraft(
            SHOPS,
            world.stores[SHOP],
            VoucherKind.AMOUNT,
            5_000,
            first,
            first + timedelta(days=60),
            least_goods=30_000,
            max_uses=100,
            per_person=3,
        ),
    )
    for draft in drafts:
        giver = world.people["admin"] if draft.store_id is None else world.owners[draft.store_id]
        services.create(giver, draft)


def use(buyer: Actor, phone: str, number: int, wanted: Sequence[NewOrder]) -> tuple[tuple[NewOrder, ...], Quote | None]:
    """The orders of a purchase, cheaper by the voucher that every third buyer knows, and what it took off."""
    if number % 3:
        return tuple(wanted), None
    code = SHOPS if number % 2 else PROGRAMMES
    try:
        goods = {part.store_id: part.goods_total for part in wanted}
        quoted = queries.quote(code, BuyerMark.of(buyer, phone), goods)
    except Invalid:
        return tuple(wanted), None
    return tuple(_cheaper(part, quoted) for part in wanted), quoted


def settle() -> None:
    """Let the vouchers know what became of the orders; nobody told them meanwhile."""
    for purchase_id in list(db.session.scalars(sa.select(VoucherUse.purchase_id))):
        with transaction():
            services.keep_in_step(purchase_id)


def _cheaper(part: NewOrder, quoted: Quote) -> NewOrder:
    parts = over_lines(quoted.shares.get(part.store_id, 0), [line.total for line in part.lines])
    lines = tuple(replace(line, discount=off) for line, off in zip(part.lines, parts, strict=True))
    return replace(part, lines=lines, voucher_code=quoted.code, is_programmes=quoted.is_programmes)
