"""A buyer pays by card: there, back, twice, not at all, and with an answer that got lost."""

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
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from marketplace.payments.rules import AttemptState, PaymentState
from tests import make
from tests.books import check_books
from tests.cardmarket import CardMarket, plugged, statuses, the_payment
from tests.checkout.counter import filled, form_of, put, words_of
from tests.checkout.sales import end_holds, is_paid_once, session_of, tries
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
