"""Turnover of a year, month by month, and how it stands to the tax thresholds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payouts import queries
from marketplace.payouts.rules.turnover import Month, Year, year_of
from marketplace.stores.models import Store
from tests import make
from tests.make import payouts as pay

FREE, RATE = 500_000_000, 50
NEW_YEAR = clock.midnight(date(2027, 1, 1))


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Mama Ina")


@pytest.fixture
def shop(ina: Person, operator: Actor) -> Store:
    return pay.paid_shop("Dapur Ina", ina)


def year(shop: Store, number: int) -> Year:
    return queries.year(shop.id, number, FREE, RATE)


def test_a_year_ends_at_midnight_in_kupang(db: SQLAlchemy, shop: Store) -> None:
    with travel(NEW_YEAR - timedelta(seconds=1)):
        pay.sold(shop, 100_000, PaymentMethod.CASH, ago=timedelta())
    with travel(NEW_YEAR):
        pay.sold(shop, 70_000, ago=timedelta())
    old, new = year(shop, 2026), year(shop, 2027)
    assert (old.months[11].cash, old.total.turnover) == (100_000, 100_000)
    assert (new.months[0].online, new.total.turnover) == (70_000, 70_000)


def test_what_went_back_counts_when_it_went(db: SQLAlchemy, operator: Actor, shop: Store) -> None:
    with travel(NEW_YEAR - timedelta(days=2)):
        sold = pay.sold(shop, 100_000, ago=timedelta())
    with travel(NEW_YEAR + timedelta(days=2)), transaction():
        refund = orders.refunds.refund_order(operator, sold.id, 60_000, 0, "Rusak")
        refund.state, refund_id = RefundState.SUBMITTED, refund.id
    assert year(shop, 2027).total.refunded == 0, "a promise is no refund yet"
    with travel(NEW_YEAR + timedelta(days=3)), transaction():
        orders.refunds.apply(refund_id, RefundSnapshot("re_1", RefundState.SUCCEEDED, 60_000))
    assert year(shop, 2026).total.net == 95_000
    january = year(shop, 2027).months[0]
    assert (january.refunded, january.commission, january.net) == (60_000, -3_000, -57_000)


def test_what_was_never_handed_over_is_no_turnover(db: SQLAlchemy, shop: Store) -> None:
    pay.sold(shop, 100_000, up_to=OrderStatus.READY)
    assert year(shop, clock.today().year).total == Month(0)


@pytest.mark.parametrize(
    ("sold", "left", "above", "tax"),
    [(0, FREE, 0, 0), (FREE, 0, 0, 0), (FREE + 199, 0, 199, 0), (FREE + 1_000_000, 0, 1_000_000, 5_000)],
)
def test_the_free_part_and_the_tax_above_it(sold: int, left: int, above: int, tax: int) -> None:
    found = year_of(2026, {3: Month(3, cash=sold)}, FREE, RATE)
    assert (found.left, found.above, found.estimate) == (left, above, tax)
    assert found.percent <= 100


def test_the_seller_reads_and_takes_her_year(db: SQLAlchemy, client: FlaskClient, shop: Store, ina: Person) -> None:
    pay.sold(shop, 100_000, PaymentMethod.CASH, ago=timedelta())
    pay.sold(shop, 50_000, ago=timedelta())
    make.sign_in_client(client, ina)
    page = client.get("/penjual/saldo/tahun").text
    assert "Rp150.000" in page
    assert "bukan nasihat pajak" in page
    assert client.get("/penjual/saldo/tahun/rekap.pdf").data.startswith(b"%PDF")
    today = clock.today()
    row = f"{today.year}-{today.month:02d};100000;50000;0;150000;7500;0;142500"
    assert row in client.get("/penjual/saldo/tahun/rekap.csv").data.decode("utf-8-sig")
    bad = ("tahun=1999", "tahun=2999", "toko=99999")
    assert [client.get(f"/penjual/saldo/tahun?{query}").status_code for query in bad] == [404] * 3
    assert client.get("/penjual/saldo/tahun?tahun=abc").status_code == 200
