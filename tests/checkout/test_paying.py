"""A buyer pays by card: there, back, twice, and with an answer that got lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from marketplace.catalog.models import Product
from marketplace.checkout import handlers
from marketplace.core.clock import now, travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.models import Payment
from marketplace.payments.rules import AttemptState, PaymentState
from tests import make
from tests.books import check_books
from tests.cardmarket import CardMarket, statuses, the_payment
from tests.checkout.counter import filled, words_of
from tests.checkout.paid import is_paid_once, session_of, tries
from tools.stripe_standin import payments as stripe_payments
from tools.stripe_standin.cards import CARDS
from tools.stripe_standin.faults import Kind as Fault

CREATE = "PostCheckoutSessions"
S = AttemptState


# --- there and back ---


def test_coming_back_settles_one_payment_for_two_shops(
    card_market: CardMarket, payment: Payment, goods: tuple[Product, Product]
) -> None:
    assert statuses(payment) == ["unpaid", "unpaid"]
    assert [make.left(product) for product in goods] == [(9, 1), (9, 1)]
    card_market.standin.pay(session_of(payment))
    answer = card_market.come_back(payment)
    assert answer.status_code == 303
    assert answer.location.startswith(f"/pembelian/{purchase_of_payment(payment.id).code}?kunci=")
    assert is_paid_once(card_market, payment)


def test_coming_back_pays_nothing_by_itself(card_market: CardMarket, payment: Payment) -> None:
    answer = card_market.come_back(payment)
    assert answer.location == f"/bayar/{payment.reference}"
    assert (payment.state, statuses(payment)) == (PaymentState.PENDING, ["unpaid", "unpaid"])
    check_books(card_market.standin)


def test_a_notice_settles_it_though_nobody_comes_back(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.pay(session_of(payment))
    card_market.tell_all()
    assert is_paid_once(card_market, payment)


@pytest.mark.parametrize("comes_back_first", [True, False])
def test_the_notice_and_the_return_book_once_in_either_order(
    card_market: CardMarket, payment: Payment, comes_back_first: bool
) -> None:
    card_market.standin.pay(session_of(payment))
    steps = [lambda: card_market.come_back(payment), card_market.tell_all]
    for step in steps if comes_back_first else steps[::-1]:
        step()
    assert is_paid_once(card_market, payment)


def test_what_nobody_tells_is_found_by_the_sweep(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.pay(session_of(payment))
    with travel(now() + handlers.SWEEP_AFTER):
        handlers.sweep_payments()
    assert is_paid_once(card_market, payment)


def test_the_shops_hear_of_it_when_it_is_paid_and_not_before(
    card_market: CardMarket, goods: tuple[Product, Product]
) -> None:
    owner = make.person()
    with transaction():
        product = make.product(make.store(owner=owner), "Madu", price=40_000)
    answer = card_market.client.post("/checkout", data=filled(card_market.client, (product, goods[0]), payment="card"))
    session = card_market.session_of(answer)
    card_market.work()
    assert owner.email not in _told()
    card_market.standin.pay(session)
    card_market.tell_all()
    assert owner.email in _told()


def _told() -> set[str]:
    """Who has got a letter."""
    return set(handle.session.scalars(sa.select(Message.recipient)))


# --- twice ---


def test_a_second_click_on_the_form_opens_the_same_page(
    card_market: CardMarket, goods: tuple[Product, Product]
) -> None:
    form = filled(card_market.client, goods, payment="card")
    sessions = {card_market.session_of(card_market.client.post("/checkout", data=form)) for _ in range(3)}
    assert len(sessions) == card_market.count("checkout.session") == 1
    card_market.standin.pay(sessions.pop())
    card_market.tell_all()
    assert is_paid_once(card_market, the_payment())
    paid = card_market.client.post("/checkout", data=form)
    assert (paid.status_code, card_market.count("checkout.session")) == (303, 1)


def test_a_second_click_and_a_second_tab_open_the_same_page(card_market: CardMarket, payment: Payment) -> None:
    first, again = session_of(payment), [card_market.open_page(payment) for _ in range(2)]
    card_market.client = card_market.app.test_client()  # another browser, which knows the address
    assert {first, *again, card_market.open_page(payment)} == {first}
    assert card_market.count("checkout.session") == 1
    card_market.standin.pay(first)
    card_market.come_back(payment)
    late = card_market.client.post(f"/bayar/{payment.reference}")
    assert (late.status_code, "sudah kami terima" in late.text) == (409, True)
    assert is_paid_once(card_market, payment)


# --- an answer that got lost ---


@pytest.mark.parametrize(
    ("fault", "times", "seconds"),
    [
        (Fault.ERROR_BEFORE, 3, 0.0),
        (Fault.ERROR_AFTER, 1, 0.0),
        (Fault.DROP_AFTER, 1, 0.0),
        (Fault.DROP_AFTER, 3, 0.0),
        (Fault.SLOW, 1, 3.0),
        (Fault.CONFLICT, 3, 0.0),
        (Fault.RATE_LIMIT, 1, 0.0),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else str(value),
)
@pytest.mark.parametrize("minutes_later", [0, 5])
def test_a_lost_answer_costs_no_second_payment(
    card_market: CardMarket,
    goods: tuple[Product, Product],
    fault: Fault,
    times: int,
    seconds: float,
    minutes_later: int,
) -> None:
    card_market.standin.faults.order(CREATE, fault, times=times, seconds=seconds)
    answer = card_market.client.post("/checkout", data=filled(card_market.client, goods, payment="card"))
    payment = the_payment()
    assert answer.status_code in (303, 503)
    assert statuses(payment) == ["unpaid", "unpaid"]
    with time_machine.travel(now() + timedelta(minutes=minutes_later)):
        session = card_market.open_page(payment)
    assert card_market.count("checkout.session") == 1
    card_market.standin.pay(session)
    card_market.tell_all()
    assert is_paid_once(card_market, payment)


def test_a_buyer_who_gets_no_page_is_told_and_loses_nothing(
    card_market: CardMarket, goods: tuple[Product, Product]
) -> None:
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=20)
    answer = card_market.client.post("/checkout", data=filled(card_market.client, goods, payment="card"))
    assert answer.status_code == 503
    assert "Halaman bayar sedang tidak dapat dibuka" in words_of(answer)
    assert tries(the_payment()) == [S.CREATED]
    assert card_market.client.post(f"/bayar/{the_payment().reference}").status_code == 503
    assert [make.left(product) for product in goods] == [(9, 1), (9, 1)]


def test_a_page_that_cannot_be_read_does_not_hide_the_payment(card_market: CardMarket, payment: Payment) -> None:
    card_market.standin.pay(session_of(payment))
    card_market.standin.faults.order("*", Fault.ERROR_BEFORE, times=3)
    answer = card_market.come_back(payment)
    assert (answer.status_code, payment.state) == (200, PaymentState.PENDING)
    assert "sedang kami periksa" in words_of(answer)
    card_market.come_back(payment)
    assert is_paid_once(card_market, payment)


# --- not paid ---


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
