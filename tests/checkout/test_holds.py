"""Not paid in time, taken back, or not payable by card: nothing is freed that may still be paid."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Product
from marketplace.checkout import handlers
from marketplace.core.clock import travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries import payment_of_purchase, purchase_of_payment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from marketplace.payments.rules import AttemptRef, AttemptState, PaymentState, Snapshot
from tests import make
from tests.books import check_books
from tests.cardmarket import CardMarket, plugged, statuses
from tests.checkout.counter import form_of, put, words_of
from tests.checkout.paid import is_paid_once, session_of, tries
from tools.stripe_standin import payments as stripe_payments
from tools.stripe_standin.faults import Kind as Fault

S = AttemptState


def end_holds(payment: Payment) -> None:
    """The routine, in the minute in which the hold is over."""
    assert payment.hold_until is not None
    with travel(payment.hold_until + timedelta(seconds=5)):
        handlers.end_holds()


# --- the hold is over ---


def test_the_page_is_closed_before_the_goods_are_free(
    card_market: CardMarket, payment: Payment, goods: tuple[Product, Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    close, held = card_market.provider.expire, []

    def watch(attempt: AttemptRef) -> Snapshot | None:
        held.append(make.left(goods[0]))
        return close(attempt)

    monkeypatch.setattr(card_market.provider, "expire", watch)
    session = session_of(payment)
    end_holds(payment)
    assert held == [(9, 1)]
    assert (payment.state, statuses(payment), tries(payment)) == (PaymentState.EXPIRED, ["expired"] * 2, [S.EXPIRED])
    assert [make.left(product) for product in goods] == [(10, 0), (10, 0)]
    with pytest.raises(stripe_payments.NotOpen):
        card_market.standin.pay(session)
    check_books(card_market.standin)
    assert "Waktu bayar sudah habis" in words_of(card_market.client.get(f"/bayar/{payment.reference}"))


def test_nothing_is_freed_while_the_page_cannot_be_closed(
    card_market: CardMarket, payment: Payment, goods: tuple[Product, Product]
) -> None:
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=3)
    end_holds(payment)
    assert (payment.state, statuses(payment)) == (PaymentState.PENDING, ["unpaid", "unpaid"])
    assert make.left(goods[0]) == (9, 1)
    end_holds(payment)
    assert (payment.state, make.left(goods[0])) == (PaymentState.EXPIRED, (10, 0))


def test_one_hold_that_cannot_be_ended_does_not_keep_the_others(
    card_market: CardMarket, payment: Payment, goods: tuple[Product, Product]
) -> None:
    with transaction():
        other = make.purchase(goods, up_to=OrderStatus.UNPAID, quantity=1)
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=3)
    payment.hold_until = handle.session.scalars(sa.select(Payment.hold_until).order_by(Payment.id.desc())).first()
    end_holds(payment)
    assert {payment.state, payment_of_purchase(other.id).state} == {
        PaymentState.PENDING,
        PaymentState.EXPIRED,
    }


def test_what_is_paid_in_the_second_of_the_expiry_counts(
    card_market: CardMarket, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = card_market.provider.expire

    def pay_first(attempt: AttemptRef) -> Snapshot | None:
        card_market.standin.pay(attempt.session_ref)
        return close(attempt)

    monkeypatch.setattr(card_market.provider, "expire", pay_first)
    end_holds(payment)
    assert is_paid_once(card_market, payment)


def test_a_wrong_sum_in_the_second_of_the_expiry_is_kept_for_the_buyer(
    card_market: CardMarket, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = card_market.provider.expire

    def pay_first(attempt: AttemptRef) -> Snapshot | None:
        card_market.standin.pay(attempt.session_ref, received=400_000_00)
        return close(attempt)

    monkeypatch.setattr(card_market.provider, "expire", pay_first)
    end_holds(payment)
    assert (payment.state, statuses(payment)) == (PaymentState.MISMATCH, ["unpaid", "unpaid"])
    check_books(card_market.standin, credit=400_000)


# --- taking it back ---


def cancel(market: CardMarket, payment: Payment) -> str:
    """The buyer presses the button of her purchase's page; what she reads then."""
    code = purchase_of_payment(payment.id).code
    return market.client.post(f"/pembelian/{code}/pembatalan", follow_redirects=True).text


def test_an_unpaid_purchase_is_taken_back_after_its_page_is_closed(card_market: CardMarket, payment: Payment) -> None:
    session = session_of(payment)
    assert "Tidak ada yang perlu Anda bayar" in cancel(card_market, payment)
    assert (payment.state, statuses(payment), tries(payment)) == (
        PaymentState.CANCELLED,
        ["cancelled"] * 2,
        [S.EXPIRED],
    )
    with pytest.raises(stripe_payments.NotOpen):
        card_market.standin.pay(session)
    check_books(card_market.standin)


def test_nothing_is_taken_back_while_the_page_cannot_be_closed(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=3)
    assert "Pembatalan belum berhasil" in cancel(card_market, payment)
    assert (payment.state, statuses(payment)) == (PaymentState.PENDING, ["unpaid", "unpaid"])


@pytest.mark.parametrize("is_known", [True, False])
def test_a_paid_purchase_that_is_taken_back_is_refunded(
    card_market: CardMarket, payment: Payment, is_known: bool
) -> None:
    """Whether the market has heard of the money before or finds it while it closes the page."""
    card_market.standin.pay(session_of(payment))
    if is_known:
        card_market.come_back(payment)
    assert "kami kembalikan ke kartu" in cancel(card_market, payment)
    card_market.tell_all()
    assert statuses(payment) == ["cancelled", "cancelled"]
    assert [refund["amount"] for refund in card_market.standin.all("refund")] in ([28_000_00, 385_000_00],)
    assert (payment.received, payment.refunded, payment.state) == (413_000, 413_000, PaymentState.PAID)
    check_books(card_market.standin)


# --- what cannot be paid by card ---


def test_cards_that_are_switched_off_stop_nothing_that_was_paid(card_market: CardMarket, payment: Payment) -> None:
    session = session_of(payment)
    card_market.standin.pay(session)
    with plugged(card_market.app, Providers([Cash()])):
        assert card_market.client.post(f"/bayar/{payment.reference}").status_code == 303
        assert card_market.come_back(payment).status_code == 409
        end_holds(payment)
        assert (payment.state, statuses(payment)) == (PaymentState.PENDING, ["unpaid", "unpaid"])
        assert card_market.tell(card_market.standin.all("event")[-1]).status_code == 404
    card_market.tell_all()
    assert is_paid_once(card_market, payment)


@pytest.mark.parametrize("price", [9_000, 9_999])
def test_what_is_too_little_for_a_card_is_said_on_the_form(card_market: CardMarket, price: int) -> None:
    with transaction():
        product = make.product(price=price)
    put(card_market.client, product)
    form = {**form_of(card_market.client.get("/checkout")), "name": "Tamu Lestari", "phone": "0812-3456-7890"}
    answer = card_market.client.post("/checkout", data={**form, "payment": "card"})
    assert answer.status_code == 422
    again = form_of(answer)
    assert (again["name"], again["phone"], again["payment"]) == ("Tamu Lestari", "0812-3456-7890", "card")
    assert handle.session.scalars(sa.select(Purchase.id)).all() == []
    assert make.left(product) == (10, 0)
    assert card_market.client.post("/checkout", data={**again, "payment": "cash"}).status_code == 303
    assert handle.session.scalars(sa.select(Order.status)).all() == ["waiting"]
