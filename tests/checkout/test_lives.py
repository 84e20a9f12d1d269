"""Random lives of purchases: buyers, shops, banks, the operator, a bad line and the clock, in any order.

After every step the books are asked all that can be asked (`tests.books.faults`); at the end of a life everything that
is under way comes to its end, and then the provider's books and ours say the same. A long run:
`python3 dev.py test tests/checkout/test_lives.py --hypothesis-profile=long --timeout=7200`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.services.stock import OutOfStock
from marketplace.checkout import handlers as checkout_handlers
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import Base, db, transaction
from marketplace.core.errors import Refusal
from marketplace.ledger import queries as ledger
from marketplace.orders import handlers as order_handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.rules import PaymentMethod, RefundState
from marketplace.web.limits import limiter
from tests import books, make
from tests.cardmarket import CardMarket, plugged
from tests.checkout.sales import decide
from tests.databases import Market, rolled_back
from tools.stripe_standin.cards import SUCCESS
from tools.stripe_standin.errors import Refusal as StripeRefusal
from tools.stripe_standin.faults import Kind as Fault
from tools.stripe_standin.payments import NotOpen
from tools.stripe_standin.server import StandIn

FAULTS = [Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.RATE_LIMIT, Fault.DROP_AFTER]
CALLS = ["PostCheckoutSessions", "GetCheckoutSessionsSession", "PostRefunds"]
PICK = st.integers(0, 10_000)
T = TypeVar("T", bound=Base)
COMMISSION = 1_250
"""An eighth, in basis points, so that shares have to be rounded."""
NO_FUNDS = "4000000000009995"


class Lives(RuleBasedStateMachine):
    """One shop floor with few pieces, so that the last one is often fought for."""

    def __init__(self, market: Market) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.standin = StandIn(webhook_waits=(0.05,))
        self.standin.start()
        self.stack.callback(self.standin.stop)
        self.stack.enter_context(rolled_back(market.app))
        limiter.reset()
        self.cards = CardMarket(market.app, market.app.test_client(), self.standin)
        self.stack.enter_context(plugged(market.app, Providers([Cash(), self.cards.provider])))
        decide("orders.commission_basis_points", COMMISSION, today())
        with transaction():
            self.goods = [
                make.product(make.store(name), name, price, on_hand=6)
                for name, price in (("Kain", 50_000), ("Sambal", 33_333), ("Anyaman", 19_999))
            ]
        self.at: datetime = now()

    def teardown(self) -> None:
        try:
            with self._now():
                self._come_to_an_end()
        finally:
            self.stack.close()

    # --- what may happen ---

    @rule(
        first=PICK, both=st.booleans(), quantity=st.integers(1, 3), fee=st.sampled_from([0, 7_000]), card=st.booleans()
    )
    def somebody_buys(self, first: int, both: bool, quantity: int, fee: int, card: bool) -> None:
        wanted = [self._pick(self.goods, first), self._pick(self.goods, first + 1)][: 1 + both]
        method = PaymentMethod.CARD if card else PaymentMethod.CASH
        self._act(lambda: make.place(make.spec(wanted, quantity=quantity, fee=fee, payment_method=method)), OutOfStock)

    @rule(
        which=PICK, card=st.sampled_from([SUCCESS, SUCCESS, NO_FUNDS]), wrong=st.sampled_from([0, 0, 0, -5_000, 5_000])
    )
    def a_buyer_pays(self, which: int, card: str, wrong: int) -> None:
        payment = self._some(Payment, which, Payment.method == PaymentMethod.CARD)
        if payment is None:
            return
        with self._now():
            answer = self.cards.client.post(f"/bayar/{payment.reference}")
            if answer.status_code == 303:
                session, received = self.cards.session_of(answer), (payment.amount + wrong) * 100
                self._at_stripe(lambda: self.standin.pay(session, card=card, received=received))

    @rule(which=PICK)
    def a_page_left_open_is_paid(self, which: int) -> None:
        """Perhaps long after the hold, perhaps a second one."""
        tried = self._some(PaymentAttempt, which, PaymentAttempt.session_ref.is_not(None))
        if tried is not None:
            with self._now():
                self._at_stripe(lambda: self.standin.pay(str(tried.session_ref)))

    @rule(which=PICK)
    def a_buyer_comes_back(self, which: int) -> None:
        payment = self._some(Payment, which, Payment.method == PaymentMethod.CARD)
        if payment is not None:
            with self._now():
                assert self.cards.come_back(payment).status_code < 500

    @rule(order=st.randoms(use_true_random=False), twice=st.booleans())
    def stripe_tells(self, order: Random, twice: bool) -> None:
        """All that happened, in any order, some of it again."""
        events = self.standin.all("event")[-8:] * (1 + twice)
        order.shuffle(events)
        with self._now():
            assert {self.cards.tell(event).status_code for event in events} <= {200}

    @rule()
    def the_worker_works(self) -> None:
        with self._now():
            self.cards.work()

    @rule()
    def the_routines_run(self) -> None:
        with self._now():
            for routine in ROUTINES:
                routine()

    @rule(hours=st.sampled_from([0.1, 0.7, 2, 25]))
    def time_passes(self, hours: float) -> None:
        self.at += timedelta(hours=hours)

    @rule(which=PICK, act=st.sampled_from(["accept", "accept", "decline", "mark_ready", "mark_ready", "hand_over"]))
    def a_shop_acts(self, which: int, act: str) -> None:
        order = self._some(Order, which)
        if order is not None:
            words = {"decline": ("Bahan habis",), "hand_over": (order.handover_code,)}.get(act, ())
            self._act(lambda: getattr(orders, act)(SYSTEM, order.id, *words), Refusal)

    @rule(which=PICK)
    def a_buyer_takes_it_back(self, which: int) -> None:
        purchase = self._some(Purchase, which)
        if purchase is not None:
            self._act(lambda: orders.cancel_purchase(Buyer(SYSTEM), purchase.id), Refusal)

    @rule(which=PICK, share=st.sampled_from([1, 3, 1_000]), delivery=st.booleans())
    def the_operator_refunds(self, which: int, share: int, delivery: bool) -> None:
        order = self._some(Order, which)
        if order is not None:
            goods = -(-order.goods_total // share)
            fee = order.delivery_fee if delivery else 0
            self._act(lambda: orders.refunds.refund_order(SYSTEM, order.id, goods, fee, "Rusak"), Refusal)

    @rule(which=PICK)
    def the_operator_tries_a_failed_refund_again(self, which: int) -> None:
        refund = self._some(Refund, which, Refund.state == RefundState.FAILED)
        if refund is not None:
            self._act(lambda: orders.refunds.retry(SYSTEM, refund.id), Refusal)

    @rule(which=PICK, complete=st.booleans())
    def the_operator_decides_about_a_wrong_sum(self, which: int, complete: bool) -> None:
        payment = self._some(Payment, which, Payment.method == PaymentMethod.CARD)
        if payment is None:
            return
        if complete:
            self._act(lambda: orders.paying.complete(SYSTEM, payment.id), Refusal)
        else:
            self._act(lambda: orders.refunds.refund_mismatch(SYSTEM, payment.id), Refusal)

    @rule(which=PICK, part=st.sampled_from([None, 1_000_000]))
    def somebody_refunds_in_the_dashboard(self, which: int, part: int | None) -> None:
        intent = self._charged(which)
        if intent:
            with self._now():
                self._at_stripe(lambda: self.standin.dashboard_refund(intent, amount=part))

    @rule(which=PICK)
    def a_bank_sends_a_refund_back(self, which: int) -> None:
        sent = [str(one["id"]) for one in self.standin.all("refund")]
        if sent:
            with self._now():
                self._at_stripe(lambda: self.standin.fail_refund(sent[which % len(sent)]))

    @rule(call=st.sampled_from(CALLS), kind=st.sampled_from(FAULTS), times=st.integers(1, 4))
    def stripe_is_unwell(self, call: str, kind: Fault, times: int) -> None:
        self.standin.faults.order(call, kind, times=times)

    # --- what always holds ---

    @invariant()
    def the_books_agree(self) -> None:
        assert books.faults() == []

    @invariant()
    def no_account_is_on_the_wrong_side(self) -> None:
        """What is kept for shops and buyers is never less than nothing."""
        wrong = {
            code: amount
            for code, amount in ledger.balances().items()
            if amount > 0 and code.startswith(("pending:", "disputed:", "credit:", "transit:"))
        }
        assert wrong == {}

    @invariant()
    def no_piece_is_promised_twice(self) -> None:
        left = db.session.scalars(sa.select(Variant.on_hand - Variant.reserved)).all()
        assert all(pieces >= 0 for pieces in left)

    # --- how ---

    @contextmanager
    def _now(self) -> Iterator[None]:
        """The time that has passed in this life."""
        self.at += timedelta(seconds=1)
        limiter.reset()
        with travel(self.at):
            yield

    def _act(self, act: Callable[[], object], *refused: type[Exception]) -> None:
        """Somebody does something, which may be refused; then nothing has changed."""
        with self._now():
            try:
                with transaction():
                    act()
            except refused:
                db.session.rollback()

    @staticmethod
    def _at_stripe(act: Callable[[], object]) -> None:
        """Something at Stripe, which may not be possible there any more."""
        with suppress(NotOpen, StripeRefusal):
            act()

    @staticmethod
    def _pick(things: list[Product], which: int) -> Product:
        return things[which % len(things)]

    @staticmethod
    def _some(model: type[T], which: int, *where: sa.ColumnElement[bool]) -> T | None:
        found = list(db.session.scalars(sa.select(model).where(*where).order_by(sa.text("id"))))
        return found[which % len(found)] if found else None

    def _charged(self, which: int) -> str:
        paid = [str(one["payment_intent"]) for one in self.standin.all("charge") if one["paid"]]
        return paid[which % len(paid)] if paid else ""

    def _come_to_an_end(self) -> None:
        """The line is good again, all is told, and the routines have run for some days."""
        for call in CALLS:
            while self.standin.faults.take(call):
                pass
        self.cards.tell_all()
        for hours in (1, 2, 30, 30):
            self.at += timedelta(hours=hours)
            with travel(self.at):
                for routine in ROUTINES:
                    routine()
                self.cards.tell_all()
        assert books.faults() == []
        assert books.unfinished() == []
        assert books.differences(self.standin) == []


ROUTINES = (
    checkout_handlers.sweep_notices,
    checkout_handlers.sweep_payments,
    checkout_handlers.sweep_fees,
    checkout_handlers.end_holds,
    order_handlers.sweep_refunds,
    order_handlers.lapse_unanswered,
)


@pytest.mark.usefixtures("quick_stripe")
def test_the_books_agree_in_every_life(database: Market) -> None:
    run_state_machine_as_test(lambda: Lives(database), settings=_length())


def _length() -> settings:
    """A short run, or what the profile of the command line says."""
    checks = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    if settings.get_current_profile_name() == "long":
        return settings(max_examples=400, stateful_step_count=60, **checks)
    return settings(max_examples=8, stateful_step_count=40, **checks)
