"""Buying, paying by card, and all that Stripe, its Dashboard, a bank and a bad line do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from marketplace.checkout.services import settling
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Purchase
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.rules import PaymentMethod, ProviderTrouble, RefundState
from marketplace.shipping.rules import DeliveryMethod
from tests import make
from tests.checkout.lives.world import MAYBE, World, any_of_them, deed, one_of, own_chance
from tools.stripe_standin.cards import SUCCESS
from tools.stripe_standin.faults import Kind as Fault

FAULTS = [Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.RATE_LIMIT, Fault.DROP_AFTER]
CALLS = ["PostCheckoutSessions", "GetCheckoutSessionsSession", "PostRefunds"]
POST = {
    "delivery_method": DeliveryMethod.POST,
    "delivery_name": "Pos Indonesia",
    "delivery_days": "3-5",
    "delivery_weight": 500,
    "tracking_url": "https://lacak.example/{nomor}",
}
NO_FUNDS = "4000000000009995"
SLIPS = (0, 0, 0, -5_000, 5_000)
ONLINE = Payment.method != PaymentMethod.CASH
BY_CARD = Payment.method == PaymentMethod.CARD


BUYS = {
    "first": any_of_them,
    "both": MAYBE,
    "quantity": one_of(*range(1, 4)),
    "fee": one_of(0, 7_000),
    "method": one_of(*PaymentMethod, PaymentMethod.TRANSFER),
    "by_post": MAYBE,
}


class Cards(World):
    """Buyers with cards, and Stripe."""

    @deed(4, **BUYS)
    def somebody_buys(self, **cart: Any) -> None:
        self._buy(**cart)

    @deed(5, which=any_of_them, card=one_of(SUCCESS, SUCCESS, NO_FUNDS), wrong=one_of(*SLIPS))
    def a_buyer_pays(self, which: int, card: str, wrong: int) -> None:
        payment = self._some(Payment, which, BY_CARD)
        if payment is not None:
            self._pay_by_card(payment, card, wrong)

    @deed(which=any_of_them)
    def a_page_left_open_is_paid(self, which: int) -> None:
        """Perhaps long after the hold, perhaps a second one."""
        tried = self._some(PaymentAttempt, which, PaymentAttempt.session_ref.is_not(None))
        if tried is not None:
            with self._now():
                self._at_stripe(lambda: self.standin.pay(str(tried.session_ref)))

    @deed(which=any_of_them)
    def a_buyer_comes_back(self, which: int) -> None:
        payment = self._some(Payment, which, BY_CARD)
        if payment is not None:
            with self._now():
                assert self.cards.come_back(payment).status_code < 500

    @deed(2, order=own_chance, twice=MAYBE)
    def stripe_tells(self, order: Random, twice: bool) -> None:
        """All that happened, in any order, some of it again."""
        events = self.standin.all("event")[-8:] * (1 + twice)
        order.shuffle(events)
        with self._now():
            assert {self.cards.tell(event).status_code for event in events} <= {200}

    @deed(2, which=any_of_them, share=one_of(1, 3, 1_000), delivery=MAYBE)
    def the_operator_refunds(self, which: int, share: int, delivery: bool) -> None:
        order = self._some_order(which)
        if order is not None:
            goods = -(-order.goods_total // share)
            fee = order.delivery_fee if delivery else 0
            self._act(lambda: orders.refunds.refund_order(SYSTEM, order.id, goods, fee, "Rusak"))

    @deed(which=any_of_them, by_bank=MAYBE)
    def the_operator_tries_a_failed_refund_again(self, which: int, by_bank: bool) -> None:
        refund = self._some(Refund, which, Refund.state == RefundState.FAILED)
        if refund is not None:
            self._retry(refund, by_bank)

    @deed(2, which=any_of_them, complete=MAYBE)
    def the_operator_decides_about_a_wrong_sum(self, which: int, complete: bool) -> None:
        payment = self._some(Payment, which, ONLINE)
        if payment is None:
            return
        if complete:
            self._act(lambda: orders.paying.complete(SYSTEM, payment.id))
        else:
            self._act(lambda: orders.refunds.refund_mismatch(SYSTEM, payment.id))

    @deed(which=any_of_them, part=one_of(None, 1_000_000))
    def somebody_refunds_in_the_dashboard(self, which: int, part: int | None) -> None:
        intent = self._charged(which)
        if intent:
            with self._now():
                self._at_stripe(lambda: self.standin.dashboard_refund(intent, amount=part))

    @deed(which=any_of_them)
    def a_bank_sends_a_refund_back(self, which: int) -> None:
        sent = [str(one["id"]) for one in self.standin.all("refund")]
        if sent:
            with self._now():
                self._at_stripe(lambda: self.standin.fail_refund(sent[which % len(sent)]))

    @deed(call=one_of(*CALLS), kind=one_of(*FAULTS), times=one_of(*range(1, 4 + 1)))
    def stripe_is_unwell(self, call: str, kind: Fault, times: int) -> None:
        self.standin.faults.order(call, kind, times=times)

    def _buy(
        self, first: int, both: bool, quantity: int, fee: int, method: PaymentMethod, by_post: bool
    ) -> Purchase | None:
        wanted = [self.goods[number % len(self.goods)] for number in (first, first + 1)][: 1 + both]
        asked = make.spec(wanted, quantity=quantity, fee=fee, payment_method=method)
        if by_post and fee and method is not PaymentMethod.CASH:  # the post is always paid before
            asked = replace(asked, orders=tuple(replace(order, **POST) for order in asked.orders))
        return self._act(lambda: make.place(asked))

    def _pay_by_card(self, payment: Payment, card: str = SUCCESS, wrong: int = 0) -> None:
        """On the page that the market opens; `wrong`: by how many rupiah Stripe takes another sum."""
        with self._now():
            answer = self.cards.client.post(f"/bayar/{payment.reference}")
            if answer.status_code == 303:
                session, received = self.cards.session_of(answer), (payment.amount + wrong) * 100
                self._at_stripe(lambda: self.standin.pay(session, card=card, received=received))

    def _retry(self, refund: Refund, by_bank: bool) -> None:
        """As the operator's page does: before something is sent by bank, the provider is read."""

        def retry() -> None:
            readings = settling.read(refund.payment_id) if by_bank else []
            with transaction():
                settling.apply(readings)
            with transaction():
                orders.refunds.retry(SYSTEM, refund.id, by_bank)

        with suppress(ProviderTrouble):
            self._do(retry)

    def _charged(self, which: int) -> str:
        paid = [str(one["payment_intent"]) for one in self.standin.all("charge") if one["paid"]]
        return paid[which % len(paid)] if paid else ""
