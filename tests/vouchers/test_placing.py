"""Buying with a voucher: what was seen is bought, and its limits hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.checkout import services
from marketplace.core.actor import GUEST, SYSTEM, Actor, Grant, Role
from marketplace.core.clock import midnight, now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.orders.models import OrderLine
from marketplace.orders.queries import payment_of_purchase
from marketplace.payments.rules import PaymentMethod, PaymentState
from marketplace.vouchers import queries
from marketplace.vouchers import services as vouchers
from marketplace.vouchers.models import Voucher, VoucherShare, VoucherUse
from marketplace.vouchers.queries import BuyerMark
from marketplace.vouchers.rules import Period
from marketplace.vouchers.services import VoucherGone
from tests import make
from tests.make import vouchers as given

ANYBODY = BuyerMark()


def test_a_shops_voucher_is_for_its_goods_alone(cloth: Product, sambal: Product) -> None:
    with transaction():
        voucher = given.voucher("YULI10", cloth.store_id)
        purchase = given.buy([cloth, sambal], "yuli 10")
    first, second = make.orders_of(purchase)
    assert (purchase.goods_total, purchase.discount) == (123_333, 10_000)
    assert (first.voucher_code, first.shop_discount, first.programme_discount) == ("YULI10", 10_000, 0)
    assert (first.goods_total, first.total) == (90_000, 90_000)
    assert (second.voucher_code, second.discount, second.goods_total) == ("", 0, 33_333)
    assert payment_of_purchase(purchase.id).amount == 123_333
    assert given.counters(voucher) == (1, 10_000)


def test_a_programmes_voucher_is_split_over_shops_and_lines(db: SQLAlchemy, cloth: Product, sambal: Product) -> None:
    with transaction():
        given.voucher("GERAKAN", None, value=15, cap=15_001)
        purchase = given.buy([cloth, sambal], "GERAKAN", quantity=2)
    orders = make.orders_of(purchase)
    assert [order.programme_discount for order in orders] == [11_251, 3_750]
    assert sum(order.total for order in orders) == purchase.total == 266_666 - 15_001
    for order in orders:
        lines = list(db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)))
        assert sum(line.discount for line in lines) == order.discount
    shares = db.session.scalars(sa.select(VoucherShare).order_by(VoucherShare.order_id))
    assert [(share.amount, share.held) for share in shares] == [(11_251, 11_251), (3_750, 3_750)]


def test_what_was_seen_is_bought_or_nothing(db: SQLAlchemy, cloth: Product) -> None:
    with transaction():
        voucher = given.voucher()
        cart, spec = given.wanted([cloth], "HEMAT10")
    unseen = replace(spec, seen_discount=0)
    with pytest.raises(Stale, match=r"checkout\.voucher_changed"), transaction():
        services.place(GUEST, cart, make.form_key(), unseen)
    with pytest.raises(Stale, match=r"checkout\.voucher_removed"), transaction():
        services.place(GUEST, cart, make.form_key(), replace(spec, voucher_code=""))
    with transaction():
        vouchers.end(SYSTEM, voucher.id)
    with pytest.raises(VoucherGone, match=r"vouchers\.over"), transaction():
        services.place(GUEST, cart, make.form_key(), spec)
    with pytest.raises(Invalid, match=r"vouchers\.over"), transaction():
        services.place(GUEST, cart, make.form_key(), unseen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(VoucherUse)) == 0
    assert given.counters(voucher) == (0, 0)


def test_the_same_form_twice_is_one_use(cloth: Product) -> None:
    with transaction():
        voucher = given.voucher()
        cart, spec = given.wanted([cloth], "HEMAT10")
    key = make.form_key()
    for _ in range(2):
        with transaction():
            services.place(GUEST, cart, key, spec)
    assert given.counters(voucher) == (1, 10_000)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"least_goods": 100_001}, "vouchers.too_little"),
        ({"first_day": 1, "last_day": 2}, "vouchers.not_yet"),
    ],
)
def test_each_refusal_names_its_reason(cloth: Product, more: dict[str, int], refusal: str) -> None:
    days = {name: today() + timedelta(days=value) for name, value in more.items() if name.endswith("_day")}
    with transaction():
        given.voucher(**{**more, **days})
    with pytest.raises(Invalid) as refused:
        queries.quote("hemat10", ANYBODY, {cloth.store_id: 100_000})
    assert (refused.value.message_id, refused.value.field) == (refusal, "voucher")


def test_an_unknown_code_a_rest_an_end_and_a_day_gone_by(cloth: Product) -> None:
    goods = {cloth.store_id: 100_000}
    with pytest.raises(Invalid, match=r"vouchers\.unknown"):
        queries.quote("TIDAKADA", ANYBODY, goods)
    with transaction():
        voucher = given.voucher()
        vouchers.pause(SYSTEM, voucher.id)
    with pytest.raises(Invalid, match=r"vouchers\.paused"):
        queries.quote("HEMAT10", ANYBODY, goods)
    with transaction():
        vouchers.resume(SYSTEM, voucher.id)
    assert queries.quote("HEMAT10", ANYBODY, goods).discount == 10_000
    last_second = midnight(today() + timedelta(days=1)) - timedelta(seconds=1)
    with travel(last_second):
        assert queries.quote("HEMAT10", ANYBODY, goods).discount == 10_000
    with travel(last_second + timedelta(seconds=1)), pytest.raises(Invalid, match=r"vouchers\.over"):
        queries.quote("HEMAT10", ANYBODY, goods)
    with transaction():
        vouchers.end(SYSTEM, voucher.id)
    with pytest.raises(Invalid, match=r"vouchers\.over"):
        queries.quote("HEMAT10", ANYBODY, goods)


def test_another_shops_code_is_said_to_be_that(cloth: Product, sambal: Product) -> None:
    with transaction():
        given.voucher("YULI10", cloth.store_id)
    with pytest.raises(Invalid, match=r"vouchers\.other_shop") as refused:
        queries.quote("YULI10", ANYBODY, {sambal.store_id: 100_000})
    assert refused.value.values["store"] == "Tenun Mama Yuli"


def test_nobody_lets_the_programme_pay_her_own_shop(cloth: Product, sambal: Product) -> None:
    with transaction():
        given.voucher()
    yuli = Actor(1, "Yuli", frozenset({Grant(Role.STORE_OWNER, cloth.store_id)}))
    mark = BuyerMark.of(yuli, "")
    with pytest.raises(Invalid, match=r"vouchers\.own_shop"):
        queries.quote("HEMAT10", mark, {cloth.store_id: 100_000})
    both = queries.quote("HEMAT10", mark, {cloth.store_id: 100_000, sambal.store_id: 50_000})
    assert both.shares == {sambal.store_id: 5_000}


# --- limits ---------------------------------------------------------------------


def test_it_is_used_so_often_and_no_more(cloth: Product) -> None:
    with transaction():
        given.voucher(max_uses=2, per_person=None)
        first, second = given.buy([cloth], "HEMAT10"), given.buy([cloth], "HEMAT10")
    assert first.discount == second.discount == 10_000
    with pytest.raises(Invalid, match=r"vouchers\.used_up"), transaction():
        given.buy([cloth], "HEMAT10")


def test_its_budget_is_not_overspent(cloth: Product) -> None:
    with transaction():
        voucher = given.voucher(budget=25_000, per_person=None)
        given.buy([cloth], "HEMAT10")
        given.buy([cloth], "HEMAT10")
    with pytest.raises(Invalid, match=r"vouchers\.used_up"), transaction():
        given.buy([cloth], "HEMAT10")
    assert given.counters(voucher) == (2, 20_000)


def test_a_person_uses_it_once_and_signing_out_is_no_second_use(cloth: Product, budi: Person) -> None:
    with transaction():
        given.voucher(per_person=1)
        given.buy([cloth], "HEMAT10", budi)
    other = "+6281298765432"
    with pytest.raises(Invalid, match=r"vouchers\.used_before"), transaction():
        given.buy([cloth], "HEMAT10", budi, phone=other)
    with pytest.raises(Invalid, match=r"vouchers\.used_before"), transaction():
        given.buy([cloth], "HEMAT10")  # a guest with the same number
    with transaction():
        assert given.buy([cloth], "HEMAT10", phone=other).discount == 10_000


def test_a_monthly_voucher_is_counted_by_the_calendar_month_of_kupang(cloth: Product, budi: Person) -> None:
    day = today().replace(day=1)
    next_month = (day + timedelta(days=32)).replace(day=1)
    with transaction():
        given.voucher(per_person=1, period=Period.MONTH, last_day=today() + timedelta(days=80))
        given.buy([cloth], "HEMAT10", budi)
    mark = BuyerMark(budi.id)
    with travel(midnight(next_month) - timedelta(seconds=1)), pytest.raises(Invalid, match=r"used_this_month"):
        queries.quote("HEMAT10", mark, {cloth.store_id: 100_000})
    with travel(midnight(next_month)):
        assert queries.quote("HEMAT10", mark, {cloth.store_id: 100_000}).discount == 10_000


def test_one_shop_gets_no_more_of_it_than_its_ceiling(db: SQLAlchemy, cloth: Product, sambal: Product) -> None:
    with transaction():
        voucher = given.voucher(store_ceiling=12_000, per_person=None)
        first = given.buy([cloth, sambal], "HEMAT10")
        second = given.buy([cloth, sambal], "HEMAT10")
        third = given.buy([cloth, sambal], "HEMAT10")
    assert [order.discount for order in make.orders_of(first)] == [10_000, 3_333]
    assert [order.discount for order in make.orders_of(second)] == [2_000, 3_333]
    assert [order.discount for order in make.orders_of(third)] == [0, 3_333]
    with pytest.raises(Invalid, match=r"vouchers\.shops_full"):
        queries.quote("HEMAT10", ANYBODY, {cloth.store_id: 100_000})
    parts = {part.store_name: (part.spent, part.orders) for part in queries.by_shop(voucher.id)}
    assert parts == {"Tenun Mama Yuli": (12_000, 2), "Dapur Mama Ina": (9_999, 3)}
    assert queries.crooked_counters() == []


def test_the_update_refuses_what_the_page_did_not_see(db: SQLAlchemy, cloth: Product) -> None:
    """What was read before is checked again where it is written: each limit on its own."""
    limits = (
        {"paused_at": now()},
        {"ended_at": now()},
        {"ends_at": now()},
        {"max_uses": 1, "used": 1},
        {"budget": 9_999},
    )
    with transaction():
        voucher = given.voucher()
        goods = {cloth.store_id: 100_000}
        quoted = queries.quote("HEMAT10", ANYBODY, goods)
        purchase = make.purchase([cloth])
    for values in limits:
        with pytest.raises(VoucherGone), transaction():
            db.session.execute(sa.update(Voucher).where(Voucher.id == voucher.id).values(**values))
            vouchers.redeem(quoted, ANYBODY, purchase)
    with pytest.raises(VoucherGone), transaction():
        db.session.execute(sa.update(Voucher).values(store_ceiling=9_999))
        vouchers.redeem(quoted, ANYBODY, purchase)


# --- nothing left to pay ----------------------------------------------------------


def test_a_voucher_may_pay_for_everything_in_cash(cloth: Product) -> None:
    with transaction():
        given.rupiah_off(500_000)
        purchase = given.buy([cloth], "HEMAT")
    order = make.orders_of(purchase)[0]
    payment = payment_of_purchase(purchase.id)
    assert (purchase.total, order.total, order.programme_discount) == (0, 0, 100_000)
    assert (payment.amount, payment.state) == (0, PaymentState.PAID)


@pytest.mark.parametrize("method", [PaymentMethod.CARD])
def test_too_little_for_a_provider_is_said_at_the_way_to_pay(cloth: Product, method: PaymentMethod) -> None:
    with transaction():
        voucher = given.rupiah_off(500_000)
    with pytest.raises(Invalid, match=r"payments\.too_little") as refused, transaction():
        given.buy([cloth], "HEMAT", payment_method=method)
    assert refused.value.field == "payment"
    assert given.counters(voucher) == (0, 0)
