"""The clock of each open state: whom it reminds and when, and when the state ends by itself (see `plan.CLOCKS`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from marketplace.core import settings
from marketplace.core.clock import WITA, midnight, now
from marketplace.core.db import db
from marketplace.core.locks import lock_one
from marketplace.orders import rules
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import Clock, OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import DeliveryMethod

PACK_DAYS = settings.define(
    "orders.pack_days", 2, "Hari untuk menyiapkan barang sesudah pesanan diterima toko", minimum=0, maximum=30
)
LATE_DAYS = settings.define(
    "orders.late_days", 1, "Hari sesudah hari janji lewat, sampai pembeli boleh membatalkan", minimum=0, maximum=30
)
LATE_END_DAYS = settings.define(
    "orders.late_end_days", 7, "Hari sesudah hari janji lewat, sampai pesanan batal sendiri", minimum=1, maximum=60
)
FETCH_REMIND_DAYS = settings.define(
    "orders.fetch_remind_days", 2, "Hari sampai pembeli diingatkan mengambil barangnya", minimum=1, maximum=30
)
FETCH_DAYS = settings.define(
    "orders.fetch_days", 7, "Hari sampai toko boleh mengakhiri pesanan yang tidak diambil", minimum=1, maximum=60
)
FETCH_END_DAYS = settings.define(
    "orders.fetch_end_days", 14, "Hari sampai pesanan yang tidak diambil berakhir sendiri", minimum=1, maximum=90
)
DELIVER_DAYS = settings.define(
    "orders.deliver_days",
    3,
    "Hari sampai pesanan yang diantar toko atau kurir lokal dianggap tiba",
    minimum=1,
    maximum=30,
)
REPORT_DAYS = settings.define(
    "orders.report_days",
    14,
    "Hari sampai pesanan tunai yang diantar berakhir bila serah terimanya tidak dikabarkan",
    minimum=2,
    maximum=60,
)
POST_DAYS = settings.define(
    "orders.post_days", 14, "Hari perjalanan paket bila layanan pos tidak menyebutkannya", minimum=1, maximum=60
)
POST_MARGIN_DAYS = settings.define(
    "orders.post_margin_days", 3, "Hari tambahan sampai paket pos dianggap tiba", minimum=0, maximum=30
)
COMPLETE_HOURS = settings.define(
    "orders.complete_hours", 48, "Jam sesudah tiba sampai pesanan selesai sendiri", minimum=12, maximum=240
)
ONE_DAY = timedelta(days=1)


def wind(order: Order, to: OrderStatus, at: datetime) -> None:
    """Start the clock of the state that a locked order is about to come to; where that has none, it loses its own."""
    clock = _CLOCKS[to](order, at) if to in _CLOCKS else None
    order.state_since = at
    order.reminded = 0
    order.remind_at = clock.remind_at if clock else None
    order.may_end_at = clock.may_end_at if clock else None
    order.ends_at = clock.ends_at if clock else None


def note_reminded(order_id: int) -> int:
    """Which reminder of its state an order is due for now (1 or 2), counted as sent; 0: none.

    A state that is reminded late, because nothing ran for a while, ends late as well: nothing ends unannounced.
    """
    order, at = lock_one(Order, order_id), now()
    due = (order.remind_at, order.may_end_at)[order.reminded] if order.reminded < 2 else None
    if order.status not in rules.CLOCKED or due is None or due > at:
        return 0
    if order.reminded == 0 and order.remind_at and order.ends_at:
        order.ends_at = max(order.ends_at, at + min(order.ends_at - order.remind_at, ONE_DAY))
    order.reminded += 1
    return order.reminded


def is_over(order: Order) -> bool:
    """Has the state's time run out, and was that announced?"""
    return order.ends_at is not None and order.ends_at <= now() and order.reminded > 0


def may_be_ended(order: Order) -> bool:
    """May the side that waits end it now?"""
    return order.may_end_at is not None and order.may_end_at <= now()


def _to_pack(order: Order, at: datetime) -> Clock:
    """Late is what is not ready when its promised day (WITA) is over: with a collection round the day of its run."""
    told = rules.run_day(order.delivery_method, order.delivery_days) or order.ready_by
    day = rules.promised_day(at.astimezone(WITA).date(), told, PACK_DAYS.today())
    late = midnight(day + ONE_DAY)
    may_end = late + timedelta(days=LATE_DAYS.today())
    return Clock(late, max(late + timedelta(days=LATE_END_DAYS.today()), may_end), may_end)


def _to_fetch(order: Order, at: datetime) -> Clock:
    at = _after_run(order, at)
    remind, may_end, end = (
        at + timedelta(days=setting.today()) for setting in (FETCH_REMIND_DAYS, FETCH_DAYS, FETCH_END_DAYS)
    )
    is_shops = order.delivery_method is not DeliveryMethod.ROUND and may_end < end  # no buyer to blame: the runner's
    return Clock(min(remind, end), end, may_end if is_shops else None)


def _to_bring(order: Order, at: datetime) -> Clock:
    """What is paid counts as arrived after a time. Cash waits longer, and only for the shop's word."""
    at = _after_run(order, at)
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if purchase.payment_method is PaymentMethod.CASH:
        remind, end = (at + timedelta(days=setting.today()) for setting in (DELIVER_DAYS, REPORT_DAYS))
        return Clock(min(remind, end - ONE_DAY), end)
    days = DELIVER_DAYS.today()
    if order.delivery_method is DeliveryMethod.POST:
        days = rules.longest_days(order.delivery_days, POST_DAYS.today()) + POST_MARGIN_DAYS.today()
    elif order.delivery_method is DeliveryMethod.LOCAL:
        days = max(days, rules.longest_days(order.delivery_days, 0))
    end = at + timedelta(days=max(1, days))
    return Clock(end - ONE_DAY, end)


def _after_run(order: Order, at: datetime) -> datetime:
    """What a collection round takes and brings waits until the day of its run (WITA) is over."""
    day = rules.run_day(order.delivery_method, order.delivery_days)
    return max(at, midnight(day + ONE_DAY)) if day else at


def _to_object(order: Order, at: datetime) -> Clock:
    hours = timedelta(hours=COMPLETE_HOURS.today())
    return Clock(at + hours / 2, at + hours)


_CLOCKS: dict[OrderStatus, Callable[[Order, datetime], Clock]] = {
    OrderStatus.PROCESSING: _to_pack,
    OrderStatus.READY: _to_fetch,
    OrderStatus.ON_THE_WAY: _to_bring,
    OrderStatus.ARRIVED: _to_object,
}
