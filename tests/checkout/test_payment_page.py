"""The page of a payment in all its states."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders import services
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import (
    AttemptState,
    PaymentState,
    Snapshot,
)
from marketplace.payments.services import attempts
from marketplace.web.filters import wita
from tests import make
from tests.checkout.card_steps import bought, leave, path_of, words_of
from tests.checkout.till import Till

S = OrderStatus


@pytest.mark.parametrize(
    ("left", "words"),
    [({"minutes": 59, "seconds": 58}, "sisa 59 menit"), ({"minutes": 42, "seconds": 30}, "sisa 42 menit")],
)
def test_the_clock_of_the_hold_is_right_without_script(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], left: dict[str, int], words: str
) -> None:
    purchase = bought(wares)
    leave(purchase, **left)
    hold = payment_of_purchase(purchase.id).hold_until
    assert hold is not None
    for path in (path_of(purchase), f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"):
        page = client.get(path)
        assert words in words_of(page)
        assert wita(hold) in words_of(page)
        found = re.search(r'data-seconds-left="(\d+)"', page.text)
        assert found is not None
        assert 0 <= timedelta(**left).total_seconds() - int(found[1]) < 20
        assert "js/countdown" in page.text


def test_the_last_minute_is_told_as_such(client: FlaskClient, till: Till, wares: tuple[Product, Product]) -> None:
    purchase = bought(wares)
    leave(purchase, seconds=50)
    page = words_of(client.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"))
    assert "kurang dari 1 menit lagi" in page
    assert "Bayar sekarang" in page


def test_too_late_for_a_new_page_is_said(client: FlaskClient, till: Till, wares: tuple[Product, Product]) -> None:
    purchase = bought(wares)
    leave(purchase, minutes=20)
    assert "tidak cukup untuk membuka halaman bayar" in words_of(client.get(path_of(purchase)))
    assert client.post(path_of(purchase)).status_code == 409
    leave(purchase, seconds=-1)
    for path in (path_of(purchase), f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"):
        page = client.get(path)
        assert "Waktu bayar sudah habis" in words_of(page)
        assert "Tidak ada uang yang diambil" in words_of(page)
        assert "data-seconds-left" not in page.text


@pytest.mark.parametrize(
    ("up_to", "state", "words"),
    [
        (S.EXPIRED, PaymentState.EXPIRED, "Waktu bayar sudah habis. Tidak ada uang yang diambil"),
        (S.WAITING, PaymentState.PAID, "Pembayaran Anda sudah kami terima"),
    ],
)
def test_each_end_is_told(
    client: FlaskClient,
    till: Till,
    wares: tuple[Product, Product],
    up_to: OrderStatus,
    state: PaymentState,
    words: str,
) -> None:
    with transaction():
        purchase = make.purchase(list(wares), up_to=up_to, payment_method=till.method)
    assert payment_of_purchase(purchase.id).state is state
    page = client.get(path_of(purchase))
    assert words in words_of(page)
    assert "Bayar dengan kartu</span>" not in page.text
    assert client.post(path_of(purchase)).status_code == 409


def test_money_that_is_not_what_was_asked_is_told(
    client: FlaskClient, till: Till, wares: tuple[Product, Product]
) -> None:
    purchase = bought(wares)
    with transaction():
        make.pay(purchase, received=140_000)
    for path in (path_of(purchase), f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"):
        page = words_of(client.get(path))
        assert "Kami menerima Rp140.000, padahal yang ditagih Rp150.000. Uang Anda aman." in page
        assert "Batalkan pembelian" not in page
        assert "Bayar sekarang" not in page
    with transaction():
        services.refunds.refund_mismatch(SYSTEM, payment_of_purchase(purchase.id).id)
    assert "Uang Anda Rp140.000 kami kembalikan ke kartu yang sama" in words_of(client.get(path_of(purchase)))
    page = words_of(client.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"))
    assert "Rp140.000 yang masuk di luar tagihan kami kembalikan" in page


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (0, "barangnya masih ada dan sudah kami teruskan ke toko"),
        (1, "Untuk yang sudah tidak ada, Rp30.000 kami kembalikan"),
        (2, "barangnya sudah tidak ada. Uang Anda Rp150.000 kami kembalikan"),
    ],
)
def test_money_that_comes_late_is_told(
    client: FlaskClient, till: Till, wares: tuple[Product, Product], gone: int, words: str
) -> None:
    purchase = bought(wares, S.EXPIRED)
    with transaction():
        for product in wares[:gone]:
            make.variant(product).on_hand = 0
        paid = Snapshot(AttemptState.PAID, provider_ref="pi_late", received=150_000)
        attempt = attempts.adopt(payment_of_purchase(purchase.id).id, paid)
        services.paying.apply(attempt.id, paid)
    assert words in words_of(client.get(path_of(purchase)))


def test_a_stranger_sees_the_sum_and_nothing_of_the_purchase(
    client: FlaskClient, till: Till, wares: tuple[Product, Product]
) -> None:
    purchase = bought(wares)
    page = client.get(path_of(purchase))
    assert page.status_code == 200
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    for secret in (purchase.code, purchase.buyer_name, guest_key(purchase.code), "keranjang</span>"):
        assert secret not in page.text
    assert client.get("/bayar/00000000-0000-4000-8000-000000000000").status_code == 404


def test_cash_has_no_page_of_a_payment(client: FlaskClient, till: Till, wares: tuple[Product, Product]) -> None:
    with transaction():
        cash = make.purchase(list(wares))
    assert client.get(path_of(cash)).status_code == 404
    assert client.post(path_of(cash)).status_code == 404
