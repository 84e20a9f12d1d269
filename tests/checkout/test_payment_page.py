"""Choosing a card, the way to the provider and back, and back into the cart."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.checkout.words import TROUBLES
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.rules import (
    OutcomeUnknown,
    PaymentState,
    Refused,
    Trouble,
    Unavailable,
)
from tests import make
from tests.checkout.card_steps import HERE, bought, order, path_of, purchase_of, words_of
from tests.checkout.till import Till

S = OrderStatus


# --- choosing how to pay ----------------------------------------------------


def test_the_checkout_says_what_is_true_of_each_way_to_pay(
    client: FlaskClient, till: Till, wares: tuple[Product, Product]
) -> None:
    client.post("/keranjang", data={"variant_id": make.variant(wares[0]).id, "quantity": 1}, headers=HERE)
    page = BeautifulSoup(client.get("/checkout").text, "html.parser")
    ways = page.select("#payment .option")
    assert [way.input["value"] for way in ways if way.input] == ["cash", "card"]
    assert all(way.select_one("svg.icon") for way in ways)
    assert "tidak ada uang sungguhan" in ways[1].get_text()
    said = {name: [each.get_text() for each in page.select(f".{name}")] for name in ("way-cash", "way-card")}
    assert said["way-cash"][0] == "Pesan sekarang"
    assert said["way-card"][0] == "Pesan dan bayar"
    assert "belum ada yang dibayar sekarang" in said["way-cash"][1]
    assert "dibayar sekarang" not in said["way-card"][1]
    till.is_test = False
    assert "uang sungguhan" not in client.get("/checkout").text


def test_without_cards_nothing_is_said_of_them(client: FlaskClient, wares: tuple[Product, Product], app: Flask) -> None:
    client.post("/keranjang", data={"variant_id": make.variant(wares[0]).id, "quantity": 1}, headers=HERE)
    parts = app.extensions["ports"]
    offered = parts.get(Providers)
    parts.provide(Providers, Providers([Cash()]))
    try:
        page = words_of(client.get("/checkout"))
    finally:
        parts.provide(Providers, offered)
    assert "Bayar tunai: belum ada yang dibayar" in page
    assert "halaman Stripe" not in page


def test_too_little_for_a_card_is_said_in_rupiah(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    till.least = 200_000
    answer = order(client, wares)
    assert answer.status_code == 422
    assert "paling sedikit Rp200.000" in words_of(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Purchase)) == 0


# --- to the provider and back -----------------------------------------------


def test_ordering_leads_to_the_till_and_paying_leads_to_the_thanks(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    answer = order(client, wares)
    assert answer.status_code == 303
    assert answer.location.startswith("https://till.example/")
    assert till.started[0].amount == 150_000
    purchase = purchase_of(db)
    assert [each.status for each in make.orders_of(purchase)] == [S.UNPAID, S.UNPAID]
    till.pay()
    back = client.get(path_of(purchase, "/kembali"))
    assert back.status_code == 303
    thanks = words_of(client.get(back.location))
    assert "Terima kasih, Tamu Lestari!" in thanks
    assert "Pembayaran Rp150.000 sudah kami terima" in thanks
    assert [each.status for each in make.orders_of(purchase)] == [S.WAITING, S.WAITING]


def test_coming_back_pays_nothing_by_itself(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    order(client, wares)
    purchase = purchase_of(db)
    back = client.get(path_of(purchase, "/kembali"), follow_redirects=True)
    assert "Bayar dengan kartu" in words_of(back)
    assert payment_of_purchase(purchase.id).state is PaymentState.PENDING


@pytest.mark.parametrize("trouble", [each for each in Trouble if each])
def test_a_refused_card_is_explained_and_can_be_tried_again(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy, trouble: Trouble
) -> None:
    first = order(client, wares).location
    till.decline(trouble)
    page = client.get(path_of(purchase_of(db), "/kembali"), follow_redirects=True)
    assert str(TROUBLES[trouble]) in words_of(page)
    assert "Coba bayar lagi" in words_of(page)
    assert client.post(path_of(purchase_of(db))).location == first


def test_a_second_press_opens_no_second_page(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    first = order(client, wares).location
    for _ in range(2):
        again = client.post(path_of(purchase_of(db)))
        assert (again.status_code, again.location) == (303, first)
    assert len(till.started) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PaymentAttempt)) == 1


@pytest.mark.parametrize("away", [Unavailable("busy"), OutcomeUnknown("no answer")])
def test_a_till_that_is_away_is_said_and_tried_again(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy, away: Exception
) -> None:
    till.away = away
    answer = order(client, wares)
    assert answer.status_code == 503
    assert "Halaman bayar sedang tidak dapat dibuka" in words_of(answer)
    till.away = None
    assert client.post(path_of(purchase_of(db))).status_code == 303


def test_a_till_that_refuses_takes_nothing(client: FlaskClient, till: Till, wares: tuple[Product, Product]) -> None:
    till.away = Refused("amount_too_small", Trouble.TOO_SMALL)
    answer = order(client, wares)
    assert answer.status_code == 409
    assert "Tidak ada uang yang diambil" in words_of(answer)
    assert "Jumlahnya terlalu kecil" in words_of(answer)


# --- back into the cart -----------------------------------------------------


def test_the_goods_go_back_into_the_cart_and_the_page_is_closed(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    order(client, wares)
    purchase = purchase_of(db)
    page = client.get(path_of(purchase))
    assert re.search(r"<details[^>]*confirm", page.text)
    answer = client.post(path_of(purchase, "/keranjang"), follow_redirects=True)
    assert "Barangnya sudah kembali di keranjang." in words_of(answer)
    assert "Sambal" in words_of(answer)
    assert {each.status for each in make.orders_of(purchase)} == {S.CANCELLED}
    assert make.left(wares[0]) == (5, 0)
    assert not [each for each in till.answers.values() if each.state == "open"]


def test_what_was_paid_just_before_is_not_taken_back(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    order(client, wares)
    till.pay()
    answer = client.post(path_of(purchase_of(db), "/keranjang"))
    assert answer.status_code == 409
    assert "Pembayaran Anda sudah kami terima" in words_of(answer)
    assert {each.status for each in make.orders_of(purchase_of(db))} == {S.WAITING}


def test_a_stranger_takes_nothing_back(client: FlaskClient, till: Till, wares: tuple[Product, Product]) -> None:
    purchase = bought(wares)
    for query in ("", "?kunci=", "?kunci=x"):
        assert client.post(path_of(purchase, "/keranjang") + query).status_code == 404
    assert {each.status for each in make.orders_of(purchase)} == {S.UNPAID}
    key = f"?kunci={guest_key(purchase.code)}"
    assert client.post(path_of(purchase, "/keranjang") + key).status_code == 303


def test_paying_and_taking_back_ask_for_a_token(
    strict_client: FlaskClient, till: Till, wares: tuple[Product, Product]
) -> None:
    purchase = bought(wares)
    key = f"?kunci={guest_key(purchase.code)}"
    assert strict_client.post(path_of(purchase)).status_code == 400
    assert strict_client.post(path_of(purchase, "/keranjang") + key).status_code == 400


def test_an_expired_purchase_can_be_ordered_again(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], db: SQLAlchemy
) -> None:
    purchase = bought(wares, S.EXPIRED)
    link = f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"
    form = BeautifulSoup(client.get(link).text, "html.parser").select_one(
        "form[action$='keranjang'], form[action*='keranjang?']"
    )
    assert form is not None
    answer = client.post(str(form["action"]), follow_redirects=True)
    assert "Selendang" in words_of(answer)
    assert db.session.scalars(sa.select(Payment)).one().state is PaymentState.EXPIRED
