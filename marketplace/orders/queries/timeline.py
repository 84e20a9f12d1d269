"""The one time line of an order that buyer, shop and operator read: what happened, by which side, and what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.orders.models import Purchase
from marketplace.orders.queries.refunds import RefundNote
from marketplace.orders.queries.views import OrderView, StepView
from marketplace.orders.rules import Cause, OrderStatus, Who, ready_status
from marketplace.payments.rules import RefundSource, RefundState

BY_CAUSE = {
    Cause.TAKEN_BACK: Who.BUYER,
    Cause.DENIED: Who.BUYER,
    Cause.CONFIRMED: Who.BUYER,
    Cause.NOT_FETCHED: Who.SHOP,
    Cause.SAID: Who.SHOP,
    Cause.NOT_MADE: Who.CLOCK,
    Cause.LEFT: Who.CLOCK,
    Cause.NOT_REPORTED: Who.CLOCK,
    Cause.TIME: Who.CLOCK,
}
BY_STATUS = {
    OrderStatus.UNPAID: Who.BUYER,
    OrderStatus.LAPSED: Who.CLOCK,
    OrderStatus.EXPIRED: Who.CLOCK,
    OrderStatus.CANCELLED: Who.BUYER,
}
"""Whose steps these are, where no cause says it; all others are the shop's."""
BY_SOURCE = {
    RefundSource.BUYER: Who.BUYER,
    RefundSource.SHOP: Who.SHOP,
    RefundSource.OPERATOR: Who.OPERATOR,
    RefundSource.EXTERNAL: Who.OPERATOR,
}


TOLD = "told"


@dataclass(frozen=True)
class Moment:
    """Something that happened. `what` is the state reached, or refund_begun, refund_sent, refund_failed (`amount`),
    or TOLD: something that an area above tells in its own words (`title`).

    `who` is a side, never a name; `person_id` is for the shop's own eyes, which know who helped it.
    """

    at: datetime
    what: str
    who: Who
    note: str = ""
    cause: Cause = Cause.NONE
    amount: int = 0
    source: RefundSource | None = None
    person_id: int | None = None
    title: str = ""


@dataclass(frozen=True)
class TimeLine:
    """What happened, oldest first, and the states that lie `ahead` if all goes well. `order` has the clock."""

    order: OrderView
    moments: tuple[Moment, ...]
    ahead: tuple[OrderStatus, ...]

    @property
    def was_paid_before(self) -> bool:
        """Did the order begin with a payment, before the shop heard of it?"""
        return any(moment.what == OrderStatus.UNPAID for moment in self.moments)


def time_line(
    order: OrderView, purchase: Purchase, refunds: Sequence[RefundNote] = (), others: Sequence[Moment] = ()
) -> TimeLine:
    """The time line of an order that was read with its steps; `refunds` are what goes back of it. No statement.

    `others` are moments that an area above tells.
    """
    steps = [_moment(order, step, number, purchase.person_id) for number, step in enumerate(order.steps)]
    moments = sorted([*steps, *_money_back(refunds), *others], key=lambda moment: moment.at)
    return TimeLine(order, tuple(moments), _ahead(order))


def _moment(order: OrderView, step: StepView, number: int, buyer_id: int | None) -> Moment:
    is_runners = order.round_day is not None and step.status is OrderStatus.ON_THE_WAY and not step.cause
    who = Who.RUNNER if is_runners else _who(step, number, buyer_id)
    return Moment(step.at, step.status, who, step.note, step.cause, person_id=step.person_id)


def _who(step: StepView, number: int, buyer_id: int | None) -> Who:
    if step.cause:
        return BY_CAUSE[step.cause]
    if step.status is OrderStatus.WAITING:
        return Who.MONEY if number else Who.BUYER
    if step.status is OrderStatus.CANCELLED and step.person_id not in (None, buyer_id):
        return Who.OPERATOR
    return BY_STATUS.get(step.status, Who.SHOP)


def _money_back(refunds: Sequence[RefundNote]) -> list[Moment]:
    """Each refund twice: when it was promised, with who wanted it and why, and when it was sent or did not arrive.

    One that failed is not told any more once it was asked for again.
    """
    moments = []
    for refund in [each for each in refunds if each.state is not RefundState.FAILED or each is refunds[-1]]:
        reason = refund.reason if refund.source is RefundSource.OPERATOR else ""
        who = BY_SOURCE.get(refund.source, Who.CLOCK)
        begun = Moment(refund.asked_at, "refund_begun", who, reason, amount=refund.amount, source=refund.source)
        moments.append(begun)
        if refund.settled_at is not None:
            what = "refund_sent" if refund.state is RefundState.SUCCEEDED else "refund_failed"
            moments.append(Moment(refund.settled_at, what, Who.MONEY, amount=refund.amount))
    return moments


def _ahead(order: OrderView) -> tuple[OrderStatus, ...]:
    road: list[OrderStatus] = [OrderStatus.WAITING, OrderStatus.PROCESSING, ready_status(order.delivery_method)]
    if order.is_online:
        road.insert(0, OrderStatus.UNPAID)
    if order.round_day:
        road.append(OrderStatus.ON_THE_WAY)
    elif order.is_brought_and_paid:
        road.append(OrderStatus.ARRIVED)
    road.append(OrderStatus.DONE)
    return tuple(road[road.index(order.status) + 1 :]) if order.status in road else ()
