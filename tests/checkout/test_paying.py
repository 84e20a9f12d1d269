"""A buyer pays by card: there, back, twice, not at all, and with an answer that got lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.checkout import handlers
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.ledger.rules import Kind
from marketplace.notifications.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import payment_of_purchase, purchase_of_payment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import AttemptRef, AttemptState, PaymentState, Snapshot
from tests import make
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket, plugged, statuses, the_payment
from tests.checkout.counter import filled, form_of, put, words_of
from tools.stripe_standin import payments as stripe_payments
from tools.stripe_standin.cards import CARDS
from tools.stripe_standin.faults import Kind as Fault

CREATE = "PostCheckoutSessions"
S = AttemptState


@pytest.fixture
def goods(db: SQLAlchemy) -> tuple[Product, Product]:
    """Goods of two shops, ten pieces each."""
    with transaction():
        return make.product(make.store(), "Sambal", price=28_000), make.product(make.store(), "Kain", price=385_000)


@pytest.fixture
def payment(card_market: CardMarket, goods: tuple[Product, Product]) -> Payment:
    """A guest's order of both, for Rp413.000, whose page at Stripe is open."""
    answer = card_market.client.post("/checkout", data=filled(card_market.client, goods, payment="card"))
    card_market.session_of(answer)
    return the_payment()


def session_of(payment: Payment, number: int = 1) -> str:
    """The session of one of its tries."""
    return attempts_of(payment.id)[number - 1].session_ref or ""


def tries(payment: Payment) -> list[AttemptState]:
    return [attempt.state for attempt in attempts_of(payment.id)]


def is_paid_once(market: CardMarket, payment: Payment) -> bool:
    """One session was paid by one charge, and booked once; the shops may begin."""
    check_books(market.standin)
    charges = market.count("charge", lambda charge: charge["status"] == "succeeded")
    assert (charges, bookings(Kind.ONLINE_SALE), payment.state) == (1, 1, PaymentState.PAID)
    assert (payment.received, statuses(payment)) == (413_000, ["waiting", "waiting"])
    return True


def end_holds(payment: Payment) -> None:
    """The routine, in the minute in which the hold is over."""
    assert payment.hold_until is not None
    with travel(payment.hold_until + timedelta(seconds=5)):
        handlers.end_holds()


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
    assert (late.status_code, "Pembayaran diterima" in late.text) == (409, True)
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
