"""The operator sends money back, takes a different sum, and looks after notices: once, and on the trail."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from flask.testing import FlaskClient

from marketplace.accounts.models import Person
from marketplace.core import outbox
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db as handle
from marketplace.ledger import queries as ledger
from marketplace.orders.rules import OrderStatus
from marketplace.payments import queries
from marketplace.payments.models import Payment, ProviderNotice
from marketplace.payments.rules import (
    AttemptState,
    Need,
    NoticeState,
    PaymentState,
    RefundSnapshot,
    RefundState,
    Unavailable,
)
from tests import make
from tests.admin.money import (
    acts,
    failed_refund,
    give_back,
    needed,
    notice,
    orders_of,
    page_of,
    paid,
    refund_values,
    unpaid,
)
from tests.make.till import pay_again

# --- refunds ---------------------------------------------------------------------


def test_a_part_of_an_order_is_refunded(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    order = orders_of(payment)[0]
    address = f"{page_of(payment)}/pesanan/{order.code}/pengembalian"
    assert client.get(address).status_code == 200
    answer = client.post(address, data=refund_values(order, "40.000", "5.000"), follow_redirects=True)
    assert "Uang pesanan dikembalikan" in answer.text  # on the trail
    assert "barang rusak" in answer.text
    order = orders_of(payment)[0]
    assert (order.refunded_goods, order.refunded_delivery) == (40_000, 5_000)
    assert ledger.balance("transit:refund") == -45_000
    outbox.deliver_all()
    assert ledger.balance("transit:refund") == 0
    assert ledger.balance("clearing:card") == 110_000 - 45_000


def test_no_more_is_refunded_than_is_left_and_what_was_typed_stays(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    order = orders_of(payment)[0]
    answer = client.post(
        f"{page_of(payment)}/pesanan/{order.code}/pengembalian",
        data=refund_values(order, "100.001", "1.000", reason="terlalu banyak"),
    )
    assert answer.status_code == 422
    for words in ('value="100.001"', 'value="1.000"', "terlalu banyak", "Rp100.000"):
        assert words in answer.text
    assert queries.refunds_of(payment.id) == []


def test_all_of_an_order_goes_back_only_after_a_second_question(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    order = orders_of(payment)[0]
    address = f"{page_of(payment)}/pesanan/{order.code}/pengembalian"
    answer = client.post(address, data=refund_values(order, 100_000, 10_000))
    assert answer.status_code == 422
    assert "seluruh sisa" in answer.text
    assert queries.refunds_of(payment.id) == []
    assert client.post(address, data=refund_values(order, 100_000, 10_000, whole="y")).status_code == 303
    assert [refund.amount for refund in queries.refunds_of(payment.id)] == [110_000]


def test_a_refund_needs_a_reason(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    order = orders_of(payment)[0]
    answer = client.post(
        f"{page_of(payment)}/pesanan/{order.code}/pengembalian", data=refund_values(order, 10, reason=" ")
    )
    assert answer.status_code == 422
    assert queries.refunds_of(payment.id) == []


def test_two_operators_do_not_refund_the_same_thing_twice(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    order = orders_of(payment)[0]
    address, seen = f"{page_of(payment)}/pesanan/{order.code}/pengembalian", refund_values(order, 40_000)
    assert client.post(address, data=seen).status_code == 303
    answer = client.post(address, data=seen)
    assert answer.status_code == 409
    assert "Sementara itu" in answer.text
    assert 'value="40000"' in answer.text  # what was typed, and what is refunded by now: sent again it is meant
    assert len(queries.refunds_of(payment.id)) == 1


def test_an_order_of_another_payment_is_not_there(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment, other = paid(till), paid(till)
    address = f"{page_of(payment)}/pesanan/{orders_of(other)[0].code}/pengembalian"
    assert client.get(address).status_code == 404
    assert client.post(address, data=refund_values(orders_of(other)[0], 10)).status_code == 404


def test_an_unpaid_order_has_nothing_to_refund(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = unpaid()
    order = orders_of(payment)[0]
    assert "Kembalikan uang" not in client.get(page_of(payment)).text
    answer = client.post(f"{page_of(payment)}/pesanan/{order.code}/pengembalian", data=refund_values(order, 10))
    assert answer.status_code == 409


def test_a_failed_refund_is_asked_for_again_once(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    failed = failed_refund(till, payment)
    assert orders_of(payment)[0].refunded_goods == 0
    address = f"{page_of(payment)}/pengembalian/{failed.reference}/ulangan"
    answer = client.post(address, follow_redirects=True)
    assert "Pengembalian diminta lagi" in answer.text
    assert client.post(address).status_code == 409
    outbox.deliver_all()
    order = orders_of(payment)[0]
    assert (order.refunded_goods, order.refunded_commission) == (40_000, order.commission * 40_000 // 100_000)
    assert [refund.state for refund in queries.refunds_of(payment.id)] == [RefundState.FAILED, RefundState.SUCCEEDED]
    assert needed() == {}
    assert ledger.balance("clearing:card") == payment.amount - 40_000


def test_a_refund_of_a_second_payment_is_asked_for_again_out_of_the_buyers_credit(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    pay_again(till, payment)
    failed = queries.refunds_of(payment.id)[0]
    till.refunds[failed.reference] = RefundSnapshot("re_lost", RefundState.FAILED, failed.amount, failed.reference)
    outbox.deliver_all()
    assert needed() == {Need.REFUND_FAILED: 1}
    assert client.post(f"{page_of(payment)}/pengembalian/{failed.reference}/ulangan").status_code == 303
    outbox.deliver_all()
    assert ledger.balance("credit:customer") == 0
    assert ledger.balance("clearing:card") == payment.amount


def test_a_failed_refund_is_not_asked_for_again_when_less_is_left(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    failed = failed_refund(till, payment)
    give_back(payment, goods=70_000)
    answer = client.post(f"{page_of(payment)}/pengembalian/{failed.reference}/ulangan")
    assert answer.status_code == 409
    assert needed() == {Need.REFUND_FAILED: 1}


def test_a_refund_that_did_not_fail_is_not_asked_for_again(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    sent = give_back(payment)
    outbox.deliver_all()
    assert client.post(f"{page_of(payment)}/pengembalian/{sent.reference}/ulangan").status_code == 409
    assert client.post(f"{page_of(payment)}/pengembalian/unknown/ulangan").status_code == 404
    assert len(queries.refunds_of(payment.id)) == 1


def test_what_was_sent_at_the_provider_by_hand_does_not_go_by_bank_too(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    failed = failed_refund(till, payment)
    by_hand = RefundSnapshot("re_by_hand", RefundState.SUCCEEDED, payment.amount - 30_000)
    (session,) = till.says
    till.says[session] = replace(till.says[session], refunds=(by_hand,))
    assert client.post(f"{page_of(payment)}/pengembalian/{failed.reference}/rekening").status_code == 409
    assert [refund.by_bank for refund in queries.refunds_of(payment.id)] == [False, False]
    till.away = Unavailable("away")
    assert client.post(f"{page_of(payment)}/pengembalian/{failed.reference}/rekening").status_code == 503


def test_a_failed_refund_goes_by_bank(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    failed = failed_refund(till, payment)
    answer = client.post(f"{page_of(payment)}/pengembalian/{failed.reference}/rekening", follow_redirects=True)
    assert "kami tanya nomor rekeningnya" in answer.text
    assert [refund.by_bank for refund in queries.refunds_of(payment.id)] == [False, True]


def test_a_failed_refund_is_set_aside_with_a_reason(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till)
    failed = failed_refund(till, payment)
    address = f"{page_of(payment)}/pengembalian/{failed.reference}/pengesampingan"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert needed() == {Need.REFUND_FAILED: 1}
    answer = client.post(address, data={"reason": "ditransfer lewat bank"}, follow_redirects=True)
    assert "Pengembalian gagal disisihkan" in answer.text
    assert "ditransfer lewat bank" in answer.text
    assert needed() == {}
    assert client.post(address, data={"reason": "sekali lagi"}).status_code == 409


# --- a sum that was not what was asked ---------------------------------------------


def test_more_than_was_asked_is_taken_as_payment_and_the_rest_goes_back(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till, received=120_000)
    answer = client.post(f"{page_of(payment)}/penerimaan", follow_redirects=True)
    assert "Jumlah berbeda diterima sebagai lunas" in answer.text
    assert orders_of(payment)[0].status is OrderStatus.WAITING
    outbox.deliver_all()
    assert ledger.balance("clearing:card") == payment.amount
    for address in ("penerimaan", "pembatalan"):
        answer = client.post(f"{page_of(payment)}/{address}")
        assert answer.status_code == 409


def test_less_than_was_asked_is_taken_at_the_markets_cost(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till, received=100_000)
    missing = payment.amount - 100_000
    assert "ditanggung pasar" in client.get(page_of(payment)).text
    assert client.post(f"{page_of(payment)}/penerimaan").status_code == 303
    assert orders_of(payment)[0].status is OrderStatus.WAITING
    assert ledger.balance("expense:adjustment") == missing
    assert needed() == {}


def test_a_different_sum_is_sent_back(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = paid(till, received=120_000)
    answer = client.post(f"{page_of(payment)}/pembatalan", follow_redirects=True)
    assert "Jumlah berbeda dikembalikan" in answer.text
    assert orders_of(payment)[0].status is OrderStatus.CANCELLED
    outbox.deliver_all()
    assert ledger.balance("clearing:card") == ledger.balance("credit:customer") == 0
    assert client.post(f"{page_of(payment)}/penerimaan").status_code == 409


# --- notices -------------------------------------------------------------------------


def test_a_notice_is_followed_again(client: FlaskClient, operator: Person, till: make.Till) -> None:
    payment = unpaid()
    session = make.open_page(payment)
    till.says[session] = replace(
        till.says[session], state=AttemptState.PAID, provider_ref="pi_told", received=payment.amount
    )
    told = notice(session_ref=session, provider_ref="pi_told", state=NoticeState.FAILED)
    address = f"/admin/pembayaran/pemberitahuan/{told.id}/ulangan"
    assert client.post(address).status_code == 303
    assert handle.session.get_one(Payment, payment.id).state is PaymentState.PAID
    assert handle.session.get_one(ProviderNotice, told.id).state is NoticeState.DONE
    assert "payments.notice_followed" in acts()
    assert client.post(address).status_code == 409


def test_a_notice_of_nothing_of_ours_stays(client: FlaskClient, operator: Person, till: make.Till) -> None:
    told = notice()
    answer = client.post(f"/admin/pembayaran/pemberitahuan/{told.id}/ulangan", follow_redirects=True)
    assert "tidak menyebut pembayaran" in answer.text
    assert needed() == {Need.NOTICE: 1}
    assert client.post("/admin/pembayaran/pemberitahuan/999999/ulangan").status_code == 404


def test_a_notice_cannot_be_followed_while_the_provider_is_away(
    client: FlaskClient, operator: Person, till: make.Till
) -> None:
    payment = paid(till)
    told = notice(reference=payment.reference)
    till.away = Unavailable("connection refused")
    answer = client.post(f"/admin/pembayaran/pemberitahuan/{told.id}/ulangan")
    assert answer.status_code == 503
    assert "Penyedia tidak menjawab" in answer.text


def test_a_notice_is_set_aside_with_a_reason(client: FlaskClient, operator: Person) -> None:
    told, other = notice(), notice(event_id="evt_2")
    address = f"/admin/pembayaran/pemberitahuan/{told.id}/pengesampingan"
    answer = client.post(address, data={"reason": " "})
    assert answer.status_code == 422
    assert answer.text.count("Tulis alasannya") == 1  # at this one's form, not at the other's
    assert client.post(address, data={"reason": "akun lain di Stripe"}).status_code == 303
    assert handle.session.get_one(ProviderNotice, told.id).state is NoticeState.IGNORED
    entry = handle.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.details["reason"]) == ("payments.notice_set_aside", "akun lain di Stripe")
    assert client.post(address, data={"reason": "sekali lagi"}).status_code == 409
    assert needed() == {Need.NOTICE: 1}
    assert handle.session.get_one(ProviderNotice, other.id).state is NoticeState.UNMATCHED
