"""A buyer does not pay by card: declined, given up, too late, taken back. Nothing is sold, and nothing is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.orders import services as orders
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import payment_of_purchase, purchase_of_payment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.payments.rules import AttemptRef, AttemptState, PaymentState, Snapshot
from tests import make
from tests.books import check_books
from tests.cardmarket import CardMarket, statuses
from tests.checkout.counter import words_of
from tests.checkout.sales import end_holds, is_paid_once, session_of, tries
from tools.stripe_standin import payments as stripe_payments
from tools.stripe_standin.cards import CARDS
from tools.stripe_standin.faults import Kind as Fault

CREATE = "PostCheckoutSessions"
S = AttemptState


# --- declined, or given up ---


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("4000000000000002", "Bank menolak kartu itu"),
        ("4000000000009995", "Saldo atau limit kartu itu tidak cukup"),
        ("4000000000000069", "Masa berlaku kartu itu sudah lewat"),
    ],
)
def test_a_declined_buyer_reads_why_and_pays_with_another_card(
    card_market: CardMarket, payment: Payment, card: str, words: str
) -> None:
    card_market.standin.pay(session_of(payment), card=card)
    card_market.come_back(payment)
    assert words in words_of(card_market.client.get(f"/bayar/{payment.reference}"))
    assert (payment.state, statuses(payment)) == (PaymentState.PENDING, ["unpaid", "unpaid"])
    card_market.standin.pay(card_market.open_page(payment))
    card_market.tell_all()
    assert is_paid_once(card_market, payment)


def test_a_refused_3d_secure_is_named_and_an_accepted_one_pays(card_market: CardMarket, payment: Payment) -> None:
    session, card = session_of(payment), CARDS["4000000000003220"]
    card_market.standin.begin_payment(session, card=card.number)
    stripe_payments.answer_challenge(card_market.standin.world, session, card, agreed=False)
    card_market.come_back(payment)
    assert "3-D Secure" in words_of(card_market.client.get(f"/bayar/{payment.reference}"))
    card_market.standin.pay(session, card=card.number)
    card_market.come_back(payment)
    assert is_paid_once(card_market, payment)


def test_who_gives_up_has_her_goods_back_in_the_cart(
    card_market: CardMarket, payment: Payment, goods: tuple[Product, Product]
) -> None:
    session = session_of(payment)
    card_market.come_back(payment)
    answer = card_market.client.post(f"/bayar/{payment.reference}/keranjang")
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    page = card_market.client.get("/keranjang").text
    assert "Sambal" in page
    assert "Kain" in page
    assert (payment.state, statuses(payment)) == (PaymentState.CANCELLED, ["cancelled", "cancelled"])
    with pytest.raises(stripe_payments.NotOpen):
        card_market.standin.pay(session)
    assert [make.left(product) for product in goods] == [(10, 0), (10, 0)]
    check_books(card_market.standin)


def test_who_paid_in_another_tab_does_not_get_a_second_cart(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.pay(session_of(payment))
    answer = card_market.client.post(f"/bayar/{payment.reference}/keranjang")
    assert answer.status_code == 409
    assert is_paid_once(card_market, payment)


def test_a_session_that_ended_at_stripe_is_followed_by_another(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.expire_now(session_of(payment))
    card_market.tell_all()
    assert tries(payment) == [S.EXPIRED]
    again = card_market.open_page(payment)
    assert (tries(payment), session_of(payment, 2)) == ([S.EXPIRED, S.OPEN], again)
    keys = [call.key for call in card_market.standin.calls if call.operation == CREATE]
    assert keys == [f"mp:pay:{payment.reference}:1", f"mp:pay:{payment.reference}:2"]
    card_market.standin.pay(again)
    card_market.come_back(payment)
    assert is_paid_once(card_market, payment)


def test_in_the_last_minutes_an_open_page_is_still_good_and_no_new_one_opens(
    card_market: CardMarket, payment: Payment
) -> None:
    with time_machine.travel(now() + timedelta(minutes=35)):
        assert card_market.open_page(payment) == session_of(payment)
        card_market.standin.expire_now(session_of(payment))
        card_market.come_back(payment)
        answer = card_market.client.post(f"/bayar/{payment.reference}")
    assert answer.status_code == 409
    assert "Waktu yang tersisa tidak cukup" in words_of(answer)
    assert (tries(payment), card_market.count("checkout.session")) == ([S.EXPIRED], 1)


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


def test_nothing_is_taken_back_under_somebody_who_may_be_paying(card_market: CardMarket, payment: Payment) -> None:
    with pytest.raises(Stale), transaction():
        orders.cancel_purchase(Buyer(SYSTEM), purchase_of_payment(payment.id).id)
    assert statuses(payment) == ["unpaid", "unpaid"]


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
    assert "kami kembalikan lewat cara bayar" in cancel(card_market, payment)
    card_market.tell_all()
    assert statuses(payment) == ["cancelled", "cancelled"]
    assert [refund["amount"] for refund in card_market.standin.all("refund")] in ([28_000_00, 385_000_00],)
    assert (payment.received, payment.refunded, payment.state) == (413_000, 413_000, PaymentState.PAID)
    check_books(card_market.standin)
