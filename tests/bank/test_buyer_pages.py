"""The buyer's pages: choosing the way, where to pay, showing a proof, and who may see what."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import segno
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.bank import handlers, queries, services
from marketplace.bank.rules import qris
from marketplace.catalog.models import Product
from marketplace.checkout.handlers import end_holds
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from marketplace.payments.queries import payment_by_reference
from marketplace.payments.rules import Outcome, PaymentMethod, PaymentState
from marketplace.web.filters import rupiah
from tests import make
from tests.checkout.counter import filled
from tests.make.byhand import ACCOUNT, QRIS, bank_line, proof, transfer
from tests.media.pictures import picture

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def ordered(client: FlaskClient, goods: list[Product], method: str = "transfer") -> Payment:
    """What a guest orders at the checkout."""
    answer = client.post(
        "/checkout", data=filled(client, (goods[0], goods[1]), payment=method, email="budi@example.id")
    )
    assert answer.status_code == 303, answer.text
    return found(answer.location.partition("?")[0].removeprefix("/bayar/"))


def found(reference: str) -> Payment:
    payment = payment_by_reference(reference)
    assert payment is not None
    return payment


def page_of(payment: Payment, key: str = "") -> str:
    return f"/bayar/{payment.reference}" + (f"?kunci={key}" if key else "")


def key_of(payment: Payment) -> str:
    return guest_key(purchase_of_payment(payment.id).code)


def upload(client: FlaskClient, payment: Payment, content: bytes, **more: Any) -> Any:
    path = f"/bayar/{payment.reference}/bukti?kunci={more.pop('key', '') or key_of(payment)}"
    return client.post(path, data={"proof": (io.BytesIO(content), "bukti.jpg"), **more})


def test_an_order_to_be_transferred_shows_where_and_exactly_how_much(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    assert payment.method is PaymentMethod.TRANSFER
    page = client.get(page_of(payment)).text
    for words in (*ACCOUNT.values(), rupiah(payment.to_pay), f'value="{payment.to_pay}"', rupiah(payment.rounding)):
        assert words in page
    assert "Kirim bukti" in page
    assert "Stripe" not in page
    assert client.post(page_of(payment)).status_code == 303


def test_the_letter_says_where_to_pay_and_another_that_the_money_is_here(
    db: SQLAlchemy, client: FlaskClient, goods: list[Product]
) -> None:
    payment = ordered(client, goods)
    outbox.deliver_all()
    told = db.session.scalars(sa.select(Message).where(Message.recipient == "budi@example.id")).all()
    assert len(told) == 1
    for words in (*ACCOUNT.values(), rupiah(payment.to_pay), f"/bayar/{payment.reference}?kunci={key_of(payment)}"):
        assert words in told[0].body
    bank_line(payment.to_pay)
    outbox.deliver_all()
    assert payment.state is PaymentState.PAID, "the worker matches what was stored"
    told = db.session.scalars(sa.select(Message).where(Message.recipient == "budi@example.id")).all()
    assert len(told) == 2
    assert rupiah(payment.received) in told[-1].body
    assert "kartu" not in told[-1].body


def test_the_letter_for_qris_names_the_page_with_the_code(
    db: SQLAlchemy, client: FlaskClient, goods: list[Product]
) -> None:
    payment = ordered(client, goods, "qris")
    outbox.deliver_all()
    body = db.session.scalars(sa.select(Message.body).where(Message.recipient == "budi@example.id")).one()
    assert "QRIS" in body
    assert rupiah(payment.to_pay) in body
    assert ACCOUNT["bank_account"] not in body


def test_the_code_is_for_this_payment_and_can_be_saved(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods, "qris")
    page = client.get(page_of(payment)).text
    assert "TOKO CONTOH SATU" in page
    assert rupiah(payment.to_pay) in page
    payload = qris.with_amount(QRIS, payment.to_pay)
    drawn = segno.make(payload, error="m", micro=False)
    path = drawn.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None)
    assert path in page
    assert "style=" not in path
    saved = client.get(f"/bayar/{payment.reference}/qris.png")
    assert saved.content_type == "image/png"
    assert saved.data.startswith(b"\x89PNG")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/bayar/{transfer(goods).reference}/qris.png").status_code == 404
    assert client.get("/bayar/ada-ada-saja/qris.png").status_code == 404


def test_what_is_not_switched_on_is_not_offered(app: Flask, client: FlaskClient, goods: list[Product]) -> None:
    data = filled(client, (goods[0], goods[1]), payment="transfer")
    app.extensions["ports"].provide(Providers, Providers([Cash()]))
    page = client.get("/checkout").text
    assert 'value="transfer"' not in page
    assert 'value="qris"' not in page
    assert client.post("/checkout", data=data).status_code == 422


def test_a_proof_stops_the_clock_and_is_shown_to_its_buyer(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    before = payment.hold_until
    assert before is not None
    answer = upload(client, payment, picture(), payer_name="Maria Ndolu")
    assert answer.status_code == 303
    assert payment.hold_until is not None
    assert payment.hold_until > before
    page = client.get(page_of(payment, key_of(payment))).text
    assert "Sedang kami periksa" in page
    assert "Maria Ndolu" in page
    one = queries.proofs_of([payment.id])[payment.id][0]
    shown = client.get(f"/bayar/{payment.reference}/bukti/{one.id}?kunci={key_of(payment)}")
    assert shown.status_code == 200
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Bukti bayar sedang kami periksa" in client.get(f"/pembelian/{purchase_of_payment(payment.id).code}").text
    with travel(payment.hold_until - timedelta(minutes=1)):
        end_holds()
    assert payment.state is PaymentState.PENDING


def test_a_pdf_is_taken_and_downloaded(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    assert upload(client, payment, PDF).status_code == 303
    one = queries.proofs_of([payment.id])[payment.id][0]
    shown = client.get(f"/bayar/{payment.reference}/bukti/{one.id}")
    assert shown.content_type == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"MZ" + b"x" * 500, b"%PD", b"\xff\xd8\xff" + b"x" * 500],
)
def test_what_is_no_proof_is_refused_at_its_field_and_what_was_typed_stays(
    client: FlaskClient, goods: list[Product], content: bytes
) -> None:
    payment = ordered(client, goods)
    answer = upload(client, payment, content, payer_name="Maria Ndolu")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Maria Ndolu"' in answer.text
    assert payment.proof_at is None
    nothing = client.post(f"/bayar/{payment.reference}/bukti", data={"payer_name": "x" * 121})
    assert nothing.status_code == 422
    assert "Pilih berkas buktinya dulu." in nothing.text
    assert "Paling banyak 120 huruf." in nothing.text


def test_a_sixth_proof_is_refused(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    for _ in range(5):
        proof(payment)
    answer = upload(client, payment, picture())
    assert answer.status_code == 422
    assert "Sudah ada 5 bukti" in answer.text


def test_a_stranger_sees_neither_proofs_nor_purchase_and_can_show_none(
    app: Flask, client: FlaskClient, goods: list[Product]
) -> None:
    payment = ordered(client, goods)
    upload(client, payment, picture())
    one = queries.proofs_of([payment.id])[payment.id][0]
    code = purchase_of_payment(payment.id).code
    stranger = app.test_client()
    page = stranger.get(page_of(payment))
    assert page.status_code == 200, "who has the address may pay"
    assert code not in page.text
    assert "Bukti 1" not in page.text
    assert stranger.get(f"/bayar/{payment.reference}/bukti/{one.id}").status_code == 404
    assert stranger.post(f"/bayar/{payment.reference}/bukti", data={}).status_code == 404
    assert stranger.get(f"/bayar/{payment.reference}/bukti/{one.id}?kunci=salah").status_code == 404
    other = transfer(goods)
    theirs = proof(other)
    assert client.get(f"/bayar/{payment.reference}/bukti/{theirs.id}").status_code == 404
    assert stranger.get(f"/admin/bank/bukti/{one.id}").status_code == 302


def test_a_purchase_of_a_person_is_hers_alone(app: Flask, client: FlaskClient, goods: list[Product]) -> None:
    budi, ina = make.person("Budi"), make.person("Ina")
    payment = transfer(goods, person_id=budi.id)
    made = proof(payment)
    path = f"/bayar/{payment.reference}/bukti/{made.id}"
    make.sign_in_client(client, ina)
    assert client.get(path).status_code == 404
    assert upload(client, payment, picture()).status_code == 404
    hers = app.test_client()
    make.sign_in_client(hers, budi)
    assert hers.get(path).status_code == 200


def test_after_the_end_she_may_still_show_that_she_paid_and_pays_nothing_new(
    client: FlaskClient, goods: list[Product]
) -> None:
    payment = ordered(client, goods)
    assert payment.hold_until is not None
    with travel(payment.hold_until):
        end_holds()
    page = client.get(page_of(payment)).text
    assert "Waktu bayar sudah habis" in page
    assert ACCOUNT["bank_account"] not in page
    assert upload(client, payment, picture()).status_code == 303
    assert payment.state is PaymentState.EXPIRED
    assert [make.left(each) for each in goods] == [(10, 0), (10, 0)]
    bank_line(payment.to_pay)
    handlers.match_lines()
    assert payment.state is PaymentState.PAID_LATE
    assert upload(client, payment, picture()).status_code == 409
    assert "sudah kami terima" in client.get(page_of(payment)).text


def test_cancelling_while_unpaid_frees_the_goods(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    code = purchase_of_payment(payment.id).code
    assert client.post(f"/pembelian/{code}/pembatalan").status_code == 303
    assert payment.state is PaymentState.CANCELLED
    assert [make.left(each) for each in goods] == [(10, 0), (10, 0)]
    assert "Tidak ada yang perlu dibayar" in client.get(page_of(payment)).text


def test_the_goods_can_go_back_into_the_cart(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    answer = client.post(f"/bayar/{payment.reference}/keranjang")
    assert answer.location == "/keranjang"
    assert payment.state is PaymentState.CANCELLED


def test_a_wrong_sum_is_told_to_the_buyer(client: FlaskClient, goods: list[Product]) -> None:
    payment = ordered(client, goods)
    line = bank_line(payment.to_pay - 1_000)
    with transaction():
        assert services.lines.assign(SYSTEM, line.id, payment.id) is Outcome.MISMATCH
    page = client.get(page_of(payment)).text
    assert rupiah(payment.to_pay) in page
    assert "Uang Anda aman" in page


def test_each_reading_of_a_proof_by_an_operator_is_on_the_trail(
    db: SQLAlchemy, client: FlaskClient, goods: list[Product]
) -> None:
    made = proof(transfer(goods))
    operator = make.person("Admin", roles=[make.OPERATOR])
    make.sign_in_client(client, operator)
    assert client.get(f"/admin/bank/bukti/{made.id}").status_code == 200
    read = db.session.scalars(sa.select(AuditEntry.person_id).where(AuditEntry.action == "bank.proof_read")).all()
    assert read == [operator.id]
    assert client.get("/admin/bank/bukti/999999").status_code == 404


def test_forms_ask_for_their_token(strict_client: FlaskClient, goods: list[Product]) -> None:
    payment = transfer(goods)
    path = f"/bayar/{payment.reference}/bukti?kunci={key_of(payment)}"
    answer = strict_client.post(path, data={"proof": (io.BytesIO(picture()), "a.jpg")})
    assert answer.status_code == 400
    assert payment.proof_at is None
