"""The life of an order."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where one shop's order stands. Cash begins at WAITING: the shop has yet to say yes."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.WAITING: frozenset(
        {OrderStatus.PROCESSING, OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED}
    ),
    OrderStatus.PROCESSING: frozenset({OrderStatus.READY, OrderStatus.ON_THE_WAY}),
    OrderStatus.READY: frozenset({OrderStatus.DONE}),
    OrderStatus.ON_THE_WAY: frozenset({OrderStatus.DONE}),
    OrderStatus.DONE: frozenset(),
    OrderStatus.DECLINED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.LAPSED: frozenset(),
}


def may_move(now: OrderStatus, to: OrderStatus) -> bool:
    """Is this move drawn in the plan?"""
    return to in MOVES[now]
