"""The operator sees every morning whether the books agree, and can look again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import outbox
from marketplace.core.actor import Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.reconciliation import handlers
from marketplace.reconciliation.models import Reconciliation
from tests import make
from tests.cardmarket import CardMarket, payment_for

PAGE = "/admin/pencocokan"


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    make.sign_in_client(client, make.person("Admin", roles=[Grant(Role.OPERATOR)]))
    return client


def words(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def sold(card_market: CardMarket) -> Payment:
    with transaction():
        made = make.purchase([make.product(price=50_000)], up_to=OrderStatus.UNPAID)
    payment = payment_for(made)
    card_market.buy(payment)
    card_market.tell_all()
    return payment


def test_books_that_agree_are_said_to_agree_and_where_the_money_is(card_market: CardMarket, desk: FlaskClient) -> None:
    assert "Belum pernah diperiksa" in words(desk.get(PAGE).text)
    sold(card_market)
    with travel(now() + timedelta(hours=1)):
        handlers.reconcile_nightly()
    page = words(desk.get(PAGE).text)
    assert "Semua cocok" in page
    assert "Uang di penyedia kartu" in page
    assert "Rp100.000" in page
    assert "Semua cocok" in words(desk.get("/admin").text)


def test_what_does_not_agree_is_shown_until_it_does(card_market: CardMarket, desk: FlaskClient, db: SQLAlchemy) -> None:
    payment = sold(card_market)
    with transaction():
        db.session.execute(sa.update(Payment).where(Payment.id == payment.id).values(received=90_000))
    with travel(now() + timedelta(hours=1)):
        handlers.reconcile_nightly()
    run = db.session.scalars(sa.select(Reconciliation)).one()
    page = words(desk.get(PAGE).text)
    assert f"{run.differences} hal tidak cocok." in page
    for part in (payment.reference, "Rp90.000", "Rp100.000", "Angka yang dicatat dua kali berbeda"):
        assert part in page
    with transaction():
        db.session.execute(sa.update(Payment).where(Payment.id == payment.id).values(received=100_000))
    with travel(now() + timedelta(hours=2)):
        handlers.reconcile_nightly()
    assert "Semua cocok" in words(desk.get(PAGE).text)
    assert payment.reference in words(desk.get(f"{PAGE}/{run.id}").text), "what was found stays"


def test_the_operator_looks_again_and_twice_at_once_is_once(
    card_market: CardMarket, desk: FlaskClient, db: SQLAlchemy
) -> None:
    for _ in range(3):
        assert desk.post(PAGE).status_code == 303
    outbox.deliver_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reconciliation)) == 1
    assert db.session.scalars(sa.select(Reconciliation.asked_by)).one() is not None
    with travel(now() + timedelta(minutes=2)):
        desk.post(PAGE)
        outbox.deliver_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reconciliation)) == 2


def test_a_run_that_is_not_there_is_not_found(desk: FlaskClient) -> None:
    assert desk.get(f"{PAGE}/999").status_code == 404
