"""What shops and buyers do with an order until the goods have changed hands, and what the clock does."""

from __future__ import annotations

from datetime import timedelta

from marketplace.bank import handlers as bank_handlers
from marketplace.changes import handlers as change_handlers
from marketplace.checkout import handlers as checkout_handlers
from marketplace.claims import handlers as claim_handlers
from marketplace.core.actor import SYSTEM
from marketplace.orders import handlers as order_handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OPEN, OrderStatus
from marketplace.payouts import handlers as payout_handlers
from marketplace.shipping.rules import DeliveryMethod
from tests.checkout.lives.world import BUYER, World, any_of_them, deed, one_of

S = OrderStatus
ROUTINES = (
    checkout_handlers.sweep_notices,
    checkout_handlers.sweep_payments,
    checkout_handlers.sweep_fees,
    checkout_handlers.end_holds,
    bank_handlers.free_sums,
    change_handlers.end_overdue,
    order_handlers.sweep_refunds,
    order_handlers.lapse_unanswered,
    order_handlers.remind_shops,
    order_handlers.remind_of_clocks,
    order_handlers.run_out_clocks,
    claim_handlers.remind,
    claim_handlers.run_clocks,
    payout_handlers.remind_buyers,
)
"""What the worker does by its timetable with purchases and their money."""
NEXT = {S.WAITING: "accept", S.PROCESSING: "mark_ready", S.READY: "hand_over", S.ON_THE_WAY: "arrive"}
"""What a shop does that does its work."""
ACTS = ("accept", "decline", "mark_ready", "hand_over", "arrive", "end_unfetched", "hand_over_without_code")
WORDS = {"send": ("JP1234567890",), "decline": ("Bahan habis",), "hand_over_without_code": ("Tidak membawa telepon",)}
DAY = 24


class Shops(World):
    """The counter and the clock."""

    @deed(4, which=any_of_them)
    def a_shop_does_its_work(self, which: int) -> None:
        order = self._some_order(which, Order.status.in_(sorted(NEXT)))
        if order is not None:
            self._shop(order, NEXT[order.status])

    @deed(4, which=any_of_them)
    def an_order_goes_well(self, which: int) -> None:
        """From the yes to the hand-over within the hour."""
        order = self._some_order(which, Order.status.in_(sorted(NEXT)))
        for act in ("accept", "mark_ready", "hand_over"):
            if order is not None:
                self._shop(order, act)

    @deed(which=any_of_them, act=one_of(*ACTS))
    def a_shop_does_anything(self, which: int, act: str) -> None:
        order = self._some_order(which)
        if order is not None:
            self._shop(order, act)

    @deed(which=any_of_them)
    def a_buyer_takes_it_back(self, which: int) -> None:
        purchase = self._some(Purchase, which)
        if purchase is not None:
            self._act(lambda: orders.cancel_purchase(BUYER, purchase.id))

    @deed(which=any_of_them, act=one_of("take_back", "confirm_arrival", "deny_arrival"))
    def a_buyer_speaks(self, which: int, act: str) -> None:
        order = self._some_order(which, Order.status.in_(sorted(OPEN)))
        if order is not None:
            self._act(lambda: getattr(orders, act)(BUYER, order.id))

    @deed(3)
    def the_worker_works(self) -> None:
        with self._now():
            self.cards.work()

    @deed(2)
    def the_routines_run(self) -> None:
        self._run_routines()

    @deed(2, hours=one_of(0.1, 0.7, 2, DAY + 1, 3 * DAY, 8 * DAY))
    def time_passes(self, hours: float) -> None:
        self._wait(hours)

    @deed(1, days=one_of(1, 3, 8, 15))
    def days_pass_and_the_worker_keeps_up(self, days: int) -> None:
        for _ in range(days):
            self._wait(DAY)
            self._run_routines()
        with self._now():
            self.cards.work()

    def _shop(self, order: Order, act: str) -> None:
        """What goes by post is sent with its number."""
        if act == "mark_ready" and order.delivery_method is DeliveryMethod.POST:
            act = "send"
        words = (order.handover_code,) if act == "hand_over" else WORDS.get(act, ())
        self._act(lambda: getattr(orders, act)(SYSTEM, order.id, *words))

    def _wait(self, hours: float) -> None:
        self.at += timedelta(hours=hours)

    def _run_routines(self) -> None:
        with self._now():
            for routine in ROUTINES:
                routine()
