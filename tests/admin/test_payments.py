"""The operator sees where money is stuck, and sets it right without guessing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.admin.words import NEEDS
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments import queries, services
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.rules import (
    AttemptState,
    DisputeState,
    Need,
    NoticeState,
    PaymentState,
    RefundState,
    Unavailable,
)
from tests import make
from tests.admin.money import (
    acts,
    code_of,
    failed_refund,
    give_back,
    needed,
    notice,
    orders_of,
    page_of,
    paid,
    unpaid,
)
from tests.counting import statements
from tests.make.till import dispute, multiply, pay_again, set_columns

LIST_STATEMENTS = 6
DETAIL_STATEMENTS = 11


# --- the list ------------------------------------------------------------------


def test_an_empty_book_says_that_all_is_well(client: FlaskClient, operator: Person) -> None:
    page = client.get("/admin/pembayaran").text
    assert "Semua lancar" in page
    assert "Belum ada pembayaran daring" in page


def test_a_paid_payment_is_listed_and_needs_nobody(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    page = client.get("/admin/pembayaran").text
    assert "Semua lancar" in page
    assert code_of(payment) in page
    assert needed() == {}


def test_cash_is_not_listed(client: FlaskClient, operator: Person) -> None:
    with transaction():
        made = make.purchase([make.live(make.product())])
    payment = payment_of_purchase(made.id)
    assert made.code not in client.get("/admin/pembayaran").text
    assert client.get(page_of(payment)).status_code == 404


def overdue(till: make.Till) -> None:
    payment = unpaid()
    set_columns(Payment, payment.id, hold_until=now() - timedelta(minutes=6))


def proof_waits(till: make.Till) -> None:
    payment = unpaid()
    set_columns(Payment, payment.id, proof_at=now() - timedelta(days=3), hold_until=now())


def unanswered(till: make.Till) -> None:
    payment = unpaid()
    with transaction():
        attempt = services.attempts.begin(payment.id)
        services.attempts.note_unanswered(attempt.id, Unavailable("connection refused"))


def mismatched(till: make.Till) -> None:
    paid(till, received=50_000)


def left_credit(till: make.Till) -> None:
    payment = paid(till)
    pay_again(till, payment)
    refund = queries.refunds_of(payment.id)[0]
    with transaction():
        handle.session.execute(sa.update(Refund).where(Refund.id == refund.id).values(state=RefundState.FAILED))
        services.refunds.set_aside(SYSTEM, refund.id, "salah hitung")
        handle.session.execute(
            sa.update(PaymentAttempt).where(PaymentAttempt.id == refund.attempt_id).values(refunded=0)
        )


def refund_lost(till: make.Till) -> None:
    failed_refund(till, paid(till))


def refund_unknown(till: make.Till) -> None:
    refund = give_back(paid(till))
    with transaction():
        services.refunds.submit(refund.id)
        services.refunds.note_unknown(refund.id, Unavailable("no answer"))


def refund_forgotten(till: make.Till) -> None:
    refund = give_back(paid(till))
    assert needed() == {}
    set_columns(Refund, refund.id, created_at=now() - timedelta(minutes=61))


def disputed(till: make.Till) -> None:
    payment = paid(till)
    dispute(till, payment, DisputeState.OPEN)


def unfollowed(till: make.Till) -> None:
    notice()
    notice(event_id="evt_young", received_at=now() - timedelta(minutes=9))
    notice(event_id="evt_done", state=NoticeState.DONE)


STUCK = {
    Need.OVERDUE: overdue,
    Need.PROOF: proof_waits,
    Need.UNANSWERED: unanswered,
    Need.MISMATCH: mismatched,
    Need.CREDIT: left_credit,
    Need.REFUND_FAILED: refund_lost,
    Need.REFUND_OPEN: refund_unknown,
    Need.DISPUTE: disputed,
    Need.NOTICE: unfollowed,
}


@pytest.mark.parametrize("need", Need)
def test_what_is_stuck_is_shown_in_words_and_counted_on_the_first_page(
    client: FlaskClient, operator: Person, till: make.Till, need: Need
) -> None:
    assert "Semua lancar" in client.get("/admin").text
    STUCK[need](till)
    assert needed() == {need: 1}
    page = client.get("/admin/pembayaran").text
    assert f"{NEEDS[need][0]} (1)" in page
    assert "Semua lancar" not in page
    assert "Buka dan selesaikan" in client.get("/admin").text


def test_a_refund_that_nobody_sends_is_noticed_after_an_hour(db: SQLAlchemy, till: make.Till) -> None:
    refund_forgotten(till)
    assert needed() == {Need.REFUND_OPEN: 1}


def test_payments_are_found_by_code_reference_and_the_numbers_of_the_provider(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    other, payment = paid(till), paid(till)
    refund = give_back(payment)
    outbox.deliver_all()
    attempt = queries.attempts_of(payment.id)[0]
    for text in (
        code_of(payment).lower(),
        orders_of(payment)[0].code,
        payment.reference,
        attempt.session_ref,
        attempt.provider_ref,
        f"re_{refund.reference}",
    ):
        page = client.get("/admin/pembayaran", query_string={"q": text}).text
        assert page_of(payment) in page, text
        assert page_of(other) not in page, text
    assert "Tidak ada yang cocok" in client.get("/admin/pembayaran?q=pi_nobody").text


def test_payments_are_filtered_by_state(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment, open_one = paid(till), unpaid()
    page = client.get("/admin/pembayaran?keadaan=paid").text
    assert page_of(payment) in page
    assert page_of(open_one) not in page
    assert page_of(open_one) in client.get("/admin/pembayaran?keadaan=unheard-of").text


def test_ten_thousand_payments_cost_as_many_statements_as_one(
    client: FlaskClient, operator: Person, till: make.Till, db: SQLAlchemy
) -> None:
    payment = paid(till)
    with statements(db) as few:
        client.get("/admin/pembayaran")
    multiply(payment, 10_000)
    with statements(db) as many:
        page = client.get("/admin/pembayaran").text
    assert len(few) <= len(many) == LIST_STATEMENTS
    assert page.count('<a class="code"') == 30 + 20  # a page of the list, and the oldest that are stuck
    cursor = page.split("halaman=")[1].split('"')[0]
    assert client.get(f"/admin/pembayaran?halaman={cursor}").text.count('rel="prev"') == 1


# --- one payment -----------------------------------------------------------------


def test_a_payment_is_shown_whole_and_without_its_buyer(
    client: FlaskClient, operator: Person, till: make.Till, db: SQLAlchemy
) -> None:
    payment = paid(till, shops=2)
    failed_refund(till, payment)
    dispute(till, payment, DisputeState.OPEN)
    address = page_of(payment)
    with statements(db) as seen:
        page = client.get(address).text
    assert len(seen) == DETAIL_STATEMENTS, "\n".join(seen)
    attempt = queries.attempts_of(payment.id)[0]
    for words in (
        code_of(payment),
        "Rp220.000",
        attempt.provider_ref,
        "card_gone",
        "barang rusak",
        "dp_",
        "Penjualan dibayar daring",
        "Pengembalian gagal, dibukukan balik",
        "Sengketa: bagian toko ditahan",
        "titipan untuk toko",
        *(order.code for order in orders_of(payment)),
    ):
        assert str(words) in page, words
    assert "Tamu Lestari" not in page
    assert "Lalamentik" not in page
    assert make.orders.BUYER_EMAIL not in page


def test_an_unknown_payment_is_not_there(client: FlaskClient, operator: Person) -> None:
    assert client.get("/admin/pembayaran/no-such-reference").status_code == 404
    assert client.post("/admin/pembayaran/no-such-reference/pembacaan").status_code == 404


def test_nothing_is_done_without_the_token_of_the_form(
    strict_client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till, received=50_000)
    assert strict_client.post(f"{page_of(payment)}/penerimaan").status_code == 400
    assert needed() == {Need.MISMATCH: 1}


# --- reading again ---------------------------------------------------------------


def test_reading_again_books_what_the_provider_says(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = unpaid()
    session = make.open_page(payment)
    till.says[session] = replace(
        till.says[session], state=AttemptState.PAID, provider_ref="pi_late", received=payment.amount
    )
    answer = client.post(f"{page_of(payment)}/pembacaan", follow_redirects=True)
    assert answer.status_code == 200
    assert "Dibaca lagi dari penyedia" in answer.text
    assert handle.session.get_one(Payment, payment.id).state is PaymentState.PAID
    assert orders_of(payment)[0].status is OrderStatus.WAITING


def test_reading_again_closes_what_is_over(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = unpaid()
    make.open_page(payment)
    set_columns(Payment, payment.id, hold_until=now() - timedelta(minutes=6))
    assert "belum ditutup" in client.get(page_of(payment)).text
    assert client.post(f"{page_of(payment)}/pembacaan").status_code == 303
    assert handle.session.get_one(Payment, payment.id).state is PaymentState.EXPIRED
    assert orders_of(payment)[0].status is OrderStatus.EXPIRED
    assert needed() == {}


def test_a_provider_that_does_not_answer_is_said_and_nothing_is_changed(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    till.away = Unavailable("connection refused")
    before = acts()
    answer = client.post(f"{page_of(payment)}/pembacaan")
    assert answer.status_code == 503
    assert "Penyedia tidak menjawab" in answer.text
    assert acts() == before


def test_a_provider_that_is_switched_off_is_said(
    client: FlaskClient, operator: Person, till: make.Till, app: Flask
) -> None:
    payment = paid(till)
    with make.plugged(app, None):
        assert client.post(f"{page_of(payment)}/pembacaan").status_code == 409
