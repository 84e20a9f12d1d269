"""Changes that one side asks for and the other answers, and goods that go out in parts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from marketplace.changes import queries, services
from marketplace.changes.models import OrderChange, Parcel
from marketplace.changes.rules import MAY_ASK, ChangeState, LineNow, Side, Wish
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.checkout.lives.world import BUYER, MAYBE, World, any_of_them, deed, one_of, own_chance

ANSWERS = {
    Side.SHOP: {
        "yes": lambda change: services.agree_as_buyer(BUYER, change.order_id, change.id),
        "no": lambda change: services.refuse_as_buyer(BUYER, change.order_id, change.id),
        "back": lambda change: services.withdraw_as_shop(SYSTEM, change.order_id, change.id),
    },
    Side.BUYER: {
        "yes": lambda change: services.agree_as_shop(SYSTEM, change.order_id, change.id),
        "no": lambda change: services.refuse_as_shop(SYSTEM, change.order_id, change.id),
        "back": lambda change: services.withdraw_as_buyer(BUYER, change.order_id, change.id),
    },
}


class Changing(World):
    """What was ordered is not what comes."""

    @deed(4, which=any_of_them, chance=own_chance, by_shop=MAYBE)
    def a_change_is_agreed_on(self, which: int, chance: Random, by_shop: bool) -> None:
        self.somebody_asks_for_a_change(which, chance, by_shop)
        change = self._some(OrderChange, 0, OrderChange.state == ChangeState.OPEN)
        if change is not None:
            self._act(lambda: ANSWERS[change.side]["yes"](change))

    @deed(3, which=any_of_them, chance=own_chance, by_shop=MAYBE)
    def somebody_asks_for_a_change(self, which: int, chance: Random, by_shop: bool) -> None:
        side = Side.SHOP if by_shop else Side.BUYER
        order = self._some_order(which, Order.status.in_(sorted(MAY_ASK[side])))
        if order is None:
            return
        wishes = [self._wish(line, chance, side) for line in queries.lines_now(order.id) if line.quantity]
        if by_shop:
            day = today() + timedelta(days=chance.randint(1, 9)) if chance.random() < 0.2 else None
            self._act(lambda: make.proposal(order, *wishes, ready_by=day))
        else:
            self._act(lambda: make.request(order, *wishes))

    @deed(3, which=any_of_them, answer=one_of("yes", "yes", "yes", "no", "back"), late=MAYBE)
    def somebody_answers_a_change(self, which: int, answer: str, late: bool) -> None:
        """Also one that is settled: that is refused."""
        is_open = [] if late else [OrderChange.state == ChangeState.OPEN]
        change = self._some(OrderChange, which, *is_open)
        if change is not None:
            self._act(lambda: ANSWERS[change.side][answer](change))

    @deed(2, which=any_of_them, chance=own_chance)
    def a_part_goes_out(self, which: int, chance: Random) -> None:
        order = self._some_order(which, Order.status == OrderStatus.PROCESSING)
        if order is None:
            return
        lines = queries.lines_now(order.id)
        pieces = {line.line_id: chance.randint(0, line.quantity - line.sent) for line in lines}
        seen, number = queries.stamp_of(order.id), "JP1234567890"
        self._act(lambda: services.send_part(SYSTEM, order.id, pieces, number, seen))

    @deed(which=any_of_them)
    def a_part_arrives(self, which: int) -> None:
        parcel = self._some(Parcel, which)
        if parcel is not None:
            self._act(lambda: services.confirm_parcel(BUYER, parcel.order_id, parcel.number))

    def _wish(self, line: LineNow, chance: Random, side: Side) -> Wish:
        """Fewer pieces, a lower price, something else of the same or another shop; perhaps all as it is."""
        kept = chance.choice((line.quantity, chance.randint(min(line.sent, line.quantity), line.quantity)))
        if side is Side.BUYER:
            return Wish(kept)
        price = chance.choice((None, None, max(1, line.unit_price - chance.randint(0, 5_000))))
        if kept < line.quantity and chance.random() < 0.5:
            instead = make.variant(chance.choice(self.goods)).id
            return Wish(kept, price, instead, chance.randint(1, line.quantity - kept))
        return Wish(kept, price)
