"""Sales that go as they should, in one go: without them few lives would come to claims and payouts."""

from __future__ import annotations

from typing import Any

from marketplace.orders.queries import payment_of_purchase
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, PaymentMethod
from tests import make
from tests.checkout.lives.by_hand import ByHand
from tests.checkout.lives.cards import BUYS, Cards
from tests.checkout.lives.shops import Shops
from tests.checkout.lives.world import deed, one_of
from tests.make import byhand

HOW_FAR = ("paid", "accept", "mark_ready", "arrive", "hand_over", "hand_over", "hand_over")


class Selling(Cards, ByHand, Shops):
    """Goods against money."""

    @deed(12, how_far=one_of(*HOW_FAR), **BUYS)
    def a_sale_goes_well(self, how_far: str, **cart: Any) -> None:
        purchase = self._buy(**cart)
        if purchase is None:
            return
        self._is_paid(payment_of_purchase(purchase.id))
        for order in make.orders_of(purchase):
            for act in ("accept", "mark_ready", "arrive", "hand_over"):
                if HOW_FAR.index(act) <= HOW_FAR.index(how_far):
                    self._shop(order, act)

    def _is_paid(self, payment: Payment) -> None:
        """As it should be, and the market hears of it; unless the line is bad just now."""
        if payment.method in BY_HAND:
            self._note(payment.to_pay, payment.id)
            with self._now():
                byhand.stored(byhand.csv_statement(*self.statement))
        elif payment.method is PaymentMethod.CARD:
            self._pay_by_card(payment)
            for event in self.standin.all("event"):
                self.cards.tell(event)
        with self._now():
            self.cards.work()
