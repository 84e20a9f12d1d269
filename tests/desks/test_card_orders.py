"""Orders paid by card, as buyer, seller and their letters tell of them: nobody is asked for cash, and money that goes
back is told.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.desks.money import EVENTS
from marketplace.ledger.rules import Kind
from marketplace.notifications.models import Message
from marketplace.orders import handlers, services
from marketplace.orders.events import RefundSettled
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payments.services import refunds
from tests import make
from tests.counting import statements

S = OrderStatus
CASH = re.compile(r"tunai|\bcash\b", re.IGNORECASE)
SHOWN = [status for status in S if status not in (S.UNPAID, S.EXPIRED)]


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of Ina's shop: 50,000 rupiah, 10 on hand."""
    with transaction():
        product = make.product(make.store("Dapur Mama Ina"), "Sambal", price=50_000, on_hand=10)
    make.person("Ina", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, product.store_id)])
    return product


@pytest.fixture
def ina(client: FlaskClient, basket: Product) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    return client


def bought(basket: Product, up_to: OrderStatus, fee: int = 0, language: str = "id") -> tuple[Purchase, Order]:
    """Two pieces by card, Rp100.000 and the fee."""
    with transaction():
        made = make.purchase([basket], up_to=up_to, fee=fee, language=language, payment_method=PaymentMethod.CARD)
    return made, make.orders_of(made)[0]


def settle_refunds(db: SQLAlchemy, state: RefundState) -> None:
    """The provider says how the refunds ended that were asked for."""
    with transaction():
        for refund in db.session.scalars(sa.select(Refund).where(Refund.state == RefundState.REQUESTED)).all():
            refunds.submit(refund.id)
            found = RefundSnapshot(f"re_{refund.id}", state, refund.amount, refund.reference)
            services.refunds.apply(refund.id, found)


def link(purchase: Purchase) -> str:
    return f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"


def main_of(client: FlaskClient, path: str) -> str:
    """The words of a page without its frame."""
    answer = client.get(path)
    assert answer.status_code == 200
    main = BeautifulSoup(answer.text, "html.parser").main
    assert main is not None
    return " ".join(main.get_text(" ", strip=True).split())


def rows_of(client: FlaskClient, path: str) -> str:
    """The words of the orders in a list, without the ways to filter it."""
    rows = BeautifulSoup(client.get(path).text, "html.parser").select(".line-item")
    return " ".join(row.get_text(" ", strip=True) for row in rows)


def letters(db: SQLAlchemy) -> dict[str, str]:
    """What was written, by template and to whom."""
    with travel(now() + timedelta(days=2)):  # some orders end when the shop's time to answer is over
        outbox.deliver_all()
    written = db.session.scalars(sa.select(Message).order_by(Message.id))
    return {
        f"{each.key.split(':')[0].removeprefix('orders.')} {each.recipient}": f"{each.subject}\n{each.body}"
        for each in written
    }


# --- no cash ------------------------------------------------------------------


@pytest.mark.parametrize("fee", [0, 8_000])
@pytest.mark.parametrize("status", list(S))
def test_no_page_of_the_buyer_speaks_of_cash(
    client: FlaskClient, basket: Product, status: OrderStatus, fee: int
) -> None:
    purchase, order = bought(basket, status, fee)
    for path in (link(purchase), f"/pesanan/{order.code}?kunci={guest_key(purchase.code)}"):
        assert not CASH.search(main_of(client, path))


@pytest.mark.parametrize("fee", [0, 8_000])
@pytest.mark.parametrize("status", SHOWN)
def test_no_page_of_the_seller_speaks_of_cash(ina: FlaskClient, basket: Product, status: OrderStatus, fee: int) -> None:
    _, order = bought(basket, status, fee)
    page = main_of(ina, f"/penjual/pesanan/{order.code}")
    assert not CASH.search(page)
    is_open = order.status in (S.WAITING, S.PROCESSING, S.READY, S.ON_THE_WAY, S.ARRIVED)
    assert ("Jangan menerima uang dari pembeli" in page) is is_open
    assert ("Sudah dibayar" in page) is (is_open or order.status is S.DONE)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("status", list(S))
def test_no_letter_speaks_of_cash(db: SQLAlchemy, basket: Product, status: OrderStatus, language: str) -> None:
    bought(basket, status, language=language)
    for name, text in letters(db).items():
        assert not CASH.search(text), name
        assert "%(" not in text


def test_cash_is_still_asked_for_where_it_is_cash(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        made = make.purchase([basket], up_to=S.READY)
    order = make.orders_of(made)[0]
    page = main_of(ina, f"/penjual/pesanan/{order.code}")
    assert "Terima uang tunai Rp100.000" in page
    assert "Tunai" in page
    assert "Sudah dibayar" not in page
    assert "bayar tunai" in main_of(db_client(ina), link(made))
    written = letters(db)
    assert "tunai saat serah terima" in written["shop_new_order ina@example.id"]
    assert "bayar tunai Rp100.000" in written["order_ready budi@example.id"]


def db_client(client: FlaskClient) -> FlaskClient:
    """Another browser of the same market."""
    return client.application.test_client()


# --- the buyer ----------------------------------------------------------------


def test_an_unpaid_purchase_leads_to_its_payment(client: FlaskClient, basket: Product) -> None:
    purchase, order = bought(basket, S.UNPAID)
    page = client.get(link(purchase)).text
    assert f'href="/bayar/{payment_of_purchase(purchase.id).reference}"' in page
    assert order.handover_code not in re.sub(r"NTT-\w+|[\w-]{22,}", "", page)
    assert "Terima kasih" not in page
    assert "Tidak ada uang yang diambil." in main_of(client, link(purchase))


def test_the_list_leads_to_what_is_unpaid(client: FlaskClient, basket: Product) -> None:
    budi = make.person("Budi")
    with transaction():
        make.purchase([basket], up_to=S.UNPAID, buyer=budi)
        make.purchase([basket], buyer=budi)
    make.sign_in_client(client, budi)
    assert main_of(client, "/pesanan").count("Bayar sekarang") == 1


def test_thanks_are_said_when_it_is_paid(client: FlaskClient, basket: Product) -> None:
    purchase, _ = bought(basket, S.UNPAID)
    with transaction():
        make.pay(purchase)
    page = main_of(client, link(purchase))
    assert "Terima kasih, Tamu Lestari!" in page
    assert "Pembayaran Rp100.000 sudah kami terima." in page
    assert "uang Anda kembali dengan sendirinya" in page


@pytest.mark.parametrize("status", [S.DECLINED, S.LAPSED, S.CANCELLED])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "Uang Rp100.000 sedang dikembalikan kepada Anda"),
        (RefundState.SUCCEEDED, "Uang Rp100.000 sudah dikembalikan kepada Anda"),
        (RefundState.FAILED, "Pengembalian uang Rp100.000 belum berhasil"),
    ],
)
def test_money_on_its_way_back_is_told(
    client: FlaskClient, db: SQLAlchemy, basket: Product, status: OrderStatus, state: RefundState | None, words: str
) -> None:
    purchase, order = bought(basket, status)
    if state is not None:
        settle_refunds(db, state)
    for path in (link(purchase), f"/pesanan/{order.code}?kunci={guest_key(purchase.code)}"):
        page = main_of(client, path)
        assert words in page
        assert "kembali lewat cara bayar yang sama dengan sendirinya" in page
        assert "Tidak ada yang perlu Anda bayar" not in page


def test_a_refund_that_failed_is_not_told_once_it_worked(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    purchase, order = bought(basket, S.DONE)
    for state in (RefundState.FAILED, RefundState.SUCCEEDED):
        with transaction():
            services.refunds.refund_order(SYSTEM, order.id, 20_000, 0, "Satu botol pecah")
        settle_refunds(db, state)
    page = main_of(client, link(purchase))
    assert "belum berhasil" not in page
    assert "Uang Rp20.000 sudah dikembalikan" in page
    assert "Alasan: Satu botol pecah" in page


def test_one_shop_declines_and_only_its_part_goes_back(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        other = make.product(make.store("Tenun Mama"), price=70_000)
        made = make.purchase([basket, other], quantity=1, payment_method=PaymentMethod.CARD)
        first, second = make.orders_of(made)
        services.decline(SYSTEM, first.id, "Habis")
        services.accept(SYSTEM, second.id)
    page = main_of(client, link(made))
    assert "Uang Rp50.000 sedang dikembalikan" in page
    assert "Uang Rp70.000" not in page
    assert "Kembali kepada Anda Rp50.000" in page
    assert "tidak dapat dibatalkan lagi di sini" in page


def test_cancelling_says_what_becomes_of_the_money(client: FlaskClient, basket: Product) -> None:
    unpaid, _ = bought(basket, S.UNPAID)
    assert "dibatalkan. Tidak ada uang yang diambil." in main_of(client, link(unpaid))
    paid, _ = bought(basket, S.WAITING)
    assert "Uang Anda Rp100.000 kembali lewat cara bayar yang sama" in main_of(client, link(paid))
    answer = client.post(link(paid).replace("?", "/pembatalan?"), follow_redirects=True)
    assert answer.status_code == 200
    assert "Pembelian dibatalkan. Uang Anda kami kembalikan lewat cara bayar yang sama." in answer.text


@pytest.mark.parametrize("status", [S.UNPAID, S.DECLINED, S.DONE])
def test_the_purchase_page_stays_within_its_budget(
    client: FlaskClient, db: SQLAlchemy, basket: Product, status: OrderStatus
) -> None:
    purchase, _ = bought(basket, status)
    with statements(db) as seen:
        assert client.get(link(purchase)).status_code == 200
    assert len(seen) <= 9, "\n".join(seen)


# --- the seller ---------------------------------------------------------------


def test_the_lists_tell_card_from_cash(ina: FlaskClient, basket: Product) -> None:
    bought(basket, S.WAITING)
    for path in ("/penjual", "/penjual/pesanan"):
        assert "Sudah dibayar" in rows_of(ina, path)
        assert "Tunai" not in rows_of(ina, path)
    with transaction():
        make.purchase([basket])
    for path in ("/penjual", "/penjual/pesanan"):
        assert "Tunai" in rows_of(ina, path)
    bought(basket, S.DECLINED)
    assert "Sudah dibayar" not in main_of(ina, "/penjual/pesanan?keadaan=batal")


def test_declining_says_that_the_money_goes_back(ina: FlaskClient, basket: Product) -> None:
    _, order = bought(basket, S.WAITING)
    path = f"/penjual/pesanan/{order.code}"
    assert "Uang pembeli kembali dengan sendirinya" in main_of(ina, path)
    answer = ina.post(f"{path}/penolakan", data={"reason": "Habis"}, follow_redirects=True)
    assert "uangnya kembali sendiri" in answer.text


def test_handing_over_makes_the_money_the_sellers(ina: FlaskClient, basket: Product) -> None:
    _, order = bought(basket, S.READY)
    path = f"/penjual/pesanan/{order.code}"
    assert "Begitu barang diserahkan dengan kode pembeli, uangnya menjadi milik Anda" in main_of(ina, path)
    assert "Menunggu serah terima Rp100.000" in main_of(ina, "/penjual/saldo")
    answer = ina.post(f"{path}/serah-terima", data={"code": order.handover_code}, follow_redirects=True)
    assert "Uang pesanan ini sekarang milik Anda" in answer.text
    assert "Uang tunai" not in answer.text
    saldo = main_of(ina, "/penjual/saldo")
    assert "Milik Anda di BeliNTT Rp100.000" in saldo
    assert "Menunggu serah terima Rp0" in saldo


def test_the_money_of_an_order_is_told_to_the_rupiah(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        purchase = make.purchase([basket], up_to=S.UNPAID, fee=8_000)
        order = make.orders_of(purchase)[0]
        order.commission, order.bears_fee = 5_000, True
        make.pay(purchase, fee=3_000)
        services.accept(SYSTEM, order.id)
        services.mark_ready(SYSTEM, order.id)
        assert services.hand_over(SYSTEM, order.id, order.handover_code) is None
        services.refunds.refund_order(SYSTEM, order.id, 20_000, 8_000, "Satu botol pecah")
    page = main_of(ina, f"/penjual/pesanan/{order.code}")
    told = "Kembali ke pembeli -Rp28.000 Komisi BeliNTT -Rp4.000 Biaya pembayaran daring -Rp3.000 Untuk Anda Rp73.000"
    assert told in page
    for event in (
        "Dibayar pembeli secara daring",
        "Barang diserahkan",
        "Biaya pembayaran daring",
        "Kembali ke pembeli",
    ):
        assert event in page[page.index("Rincian pembukuan") :]
    row = main_of(ina, "/penjual/saldo")
    assert "Rp100.000 Rp8.000 -Rp28.000 -Rp4.000 -Rp3.000 Rp73.000" in row


def test_a_fee_that_the_market_bears_is_said_to_be(ina: FlaskClient, basket: Product) -> None:
    _, order = bought(basket, S.DONE)
    page = main_of(ina, f"/penjual/pesanan/{order.code}")
    assert "Biaya pembayaran daring ditanggung BeliNTT" in page


def test_before_hand_over_cash_is_told_as_it_will_be(ina: FlaskClient, basket: Product) -> None:
    with transaction():
        made = make.purchase([basket], fee=8_000)
    page = main_of(ina, f"/penjual/pesanan/{make.orders_of(made)[0].code}")
    assert "Untuk Anda Rp108.000" in page
    assert "Rincian pembukuan" not in page
    assert "Biaya pembayaran daring" not in page


def test_every_kind_of_entry_has_words() -> None:
    payouts = {Kind.PAYOUT, Kind.PAYOUT_SENT, Kind.PAYOUT_FAILED}
    of_no_order = {Kind.CREDIT, Kind.REFUND_SENT, Kind.DISPUTE_MONEY, Kind.DISPUTE_FEE, *payouts}
    assert set(Kind) - of_no_order == set(EVENTS)


# --- letters ------------------------------------------------------------------


def test_the_shop_reads_that_it_is_paid(db: SQLAlchemy, basket: Product) -> None:
    purchase, _ = bought(basket, S.UNPAID)
    written = letters(db)
    assert set(written) == {"purchase_awaits_payment budi@example.id"}
    reference = payment_of_purchase(purchase.id).reference
    assert f"http://localhost/bayar/{reference}\n" in written["purchase_awaits_payment budi@example.id"]
    with transaction():
        make.pay(purchase)
    written = letters(db)
    assert "SUDAH DIBAYAR secara daring" in written["shop_new_order ina@example.id"]
    assert "Pembayaran Rp100.000 sudah kami terima" in written["purchase_paid budi@example.id"]


@pytest.mark.parametrize(("status", "template"), [(S.DECLINED, "order_declined"), (S.LAPSED, "order_lapsed")])
def test_the_buyer_reads_that_the_money_comes_back(
    db: SQLAlchemy, basket: Product, status: OrderStatus, template: str
) -> None:
    bought(basket, status)
    settle_refunds(db, RefundState.SUCCEEDED)
    written = letters(db)
    assert (
        "Uang Anda Rp100.000 untuk pesanan ini kembali lewat cara bayar yang sama"
        in written[f"{template} budi@example.id"]
    )
    sent = written["refund_sent budi@example.id"]
    assert "Kami sudah mengembalikan Rp100.000" in sent
    assert ("Toko tidak bisa memenuhi" in sent) is (status is S.DECLINED)


def test_taking_back_tells_of_the_money(db: SQLAlchemy, basket: Product) -> None:
    bought(basket, S.CANCELLED)
    written = letters(db)
    assert "Uang Anda Rp100.000 kembali lewat cara bayar" in written["purchase_cancelled budi@example.id"]
    assert "Uang pembeli kami kembalikan" in written["shop_cancelled ina@example.id"]
    purchase, _ = bought(basket, S.UNPAID)
    with transaction():
        services.cancel_purchase(Buyer(SYSTEM), purchase.id)
    assert "Tidak ada uang yang diambil" in letters(db)["purchase_cancelled budi@example.id"]


def test_a_refund_that_failed_is_not_told_as_sent(db: SQLAlchemy, basket: Product) -> None:
    bought(basket, S.DECLINED)
    settle_refunds(db, RefundState.FAILED)
    for refund in db.session.scalars(sa.select(Refund)).all():
        handlers.tell_of_refund(RefundSettled(refund.id))
    assert not [name for name in letters(db) if name.startswith("refund_sent")]
