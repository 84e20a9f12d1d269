"""How many pieces may be ordered now: one expression, which pages read and the guarded update obeys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import MINUTES_A_DAY, UNLIMITED, Supply, minutes_of
from marketplace.core import settings
from marketplace.core.clock import WITA, now
from marketplace.core.settings import SettingValue

HORIZON = settings.define(
    "catalog.order_horizon_weeks",
    4,
    "Minggu ke depan yang boleh terisi pesanan barang buatan (kapasitas per minggu kali angka ini)",
    minimum=1,
    maximum=52,
)


def local_now() -> datetime:
    """This instant as clocks in Kupang show it."""
    return now().astimezone(WITA)


def available_now() -> sa.ColumnElement[int]:
    """How many pieces of a variant may be ordered at this instant. For statements that hold Variant and Product.

    Ready goods: what lies on the shelf and is not promised. Cooked daily: the same, but only on the day it was
    stocked for and before the cut-off. Made to order: what the workshop takes on within the horizon, shared by all
    forms of the product; `UNLIMITED` without a capacity.
    """
    return sa.case(
        (Product.supply == Supply.TO_ORDER, room_now()),
        (sa.and_(Product.supply == Supply.DAILY, sa.not_(is_open_today())), 0),
        else_=Variant.on_hand - Variant.reserved,
    )


def room_now() -> sa.ColumnElement[int]:
    """How many more pieces of a product made to order may be ordered at this instant."""
    left = Product.weekly_capacity * _horizon() - open_pieces()
    return sa.case((Product.weekly_capacity == 0, UNLIMITED), (left < 0, 0), else_=left)


def open_pieces() -> sa.ScalarSelect[int]:
    """Pieces of the product of the row at hand that are promised to buyers, in all its forms."""
    inner: Any = sa.alias(Variant.__table__)
    total = sa.cast(sa.func.coalesce(sa.func.sum(inner.c.reserved), 0), sa.BigInteger)  # sums are NUMERIC otherwise
    return sa.select(total).where(inner.c.product_id == Product.id).correlate(Product).scalar_subquery()


def is_open_today() -> sa.ColumnElement[bool]:
    """Is it the day that a variant cooked daily was stocked for, and before the cut-off?"""
    local = local_now()
    ends = sa.func.coalesce(Product.cutoff_minutes, MINUTES_A_DAY)
    return sa.and_(Variant.stocked_on == local.date(), ends > minutes_of(local))


def is_available() -> sa.ColumnElement[bool]:
    """Can the product of the row at hand be ordered now, in the fewest pieces that are sold?

    Its forms need not be in the statement.
    """
    some = sa.select(Variant.id).where(Variant.product_id == Product.id, Variant.is_active)
    some = some.where(available_now() >= Variant.min_quantity)
    return sa.exists(some.correlate(Product))


def _horizon() -> sa.ColumnElement[int]:
    """`HORIZON.today()` inside a statement, so that asking for it costs no other one."""
    held = (
        sa.select(SettingValue.value)
        .where(SettingValue.key == HORIZON.key, SettingValue.valid_from <= local_now().date())
        .order_by(SettingValue.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(held, HORIZON.default)
