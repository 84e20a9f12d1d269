"""The life of an order: every move that is drawn works, every other is refused and leaves all as it was."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as pairs

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import settings
from marketplace.core.actor import GUEST, SYSTEM, Actor, Grant, Role
from marketplace.core.clock import today, travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import cash_account, payable_account
from marketplace.orders import queries, services
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import MOVES, OrderStatus
from marketplace.payments.rules import AttemptState, PaymentState, Snapshot
from marketplace.payments.services import attempts
from tests import make
from tests.databases import settle_constraints
from tests.orders.snapshots import snapshot, stock_of

S = OrderStatus


OVERTIME = {
    (S.PROCESSING, S.CANCELLED),
    (S.READY, S.CANCELLED),
    (S.ON_THE_WAY, S.ARRIVED),
    (S.ON_THE_WAY, S.CANCELLED),
    (S.ARRIVED, S.ON_THE_WAY),
}
"""The moves of whoever waits, and of the clock: `test_overtime.py` makes them."""
BY_RUNNER = {(S.READY, S.ON_THE_WAY)}
"""What `tests/rounds` does."""


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of 50,000 rupiah, 10 on hand."""
    with transaction():
        return make.product(price=50_000, on_hand=10)


def ina(store_id: int) -> Actor:
    return Actor(None, "Ina", frozenset({Grant(Role.STORE_OWNER, store_id)}))


def order_at(basket: Product, status: OrderStatus, fee: int = 0) -> Order:
    """An order of two pieces that has come to a state."""
    fee = 7_000 if status is S.ON_THE_WAY else fee
    with transaction():
        made = make.purchase([basket], up_to=S.READY if status is S.ON_THE_WAY else status, fee=fee)
    order = make.orders_of(made)[0]
    assert order.status is status
    return order


def _pay(order: Order) -> object:
    """Money comes in by card, whatever state the order is in. What moves no order is no move here."""
    payment = queries.payment_of_purchase(order.purchase_id)
    if payment.hold_until is None or payment.received:
        raise Stale("orders.moved_on")
    attempt = attempts.adopt(payment.id, Snapshot(AttemptState.PAID, provider_ref=f"pi_{order.id}"))
    return services.paying.apply(attempt.id, make.paid(attempt))


VERBS: dict[str, Callable[[Actor, Order], object]] = {
    "accept": lambda actor, order: services.accept(actor, order.id),
    "decline": lambda actor, order: services.decline(actor, order.id, "Bahan habis"),
    "mark_ready": lambda actor, order: services.mark_ready(actor, order.id),
    "hand_over": lambda actor, order: services.hand_over(actor, order.id, order.handover_code),
    "cancel": lambda actor, order: services.cancel_purchase(Buyer(SYSTEM), order.purchase_id),
    "lapse": lambda actor, order: services.lapse(order.id),
    "expire": lambda actor, order: services.paying.expire(order.purchase_id),
    "pay": lambda actor, order: _pay(order),
}
ALLOWED = {
    ("accept", S.WAITING): S.PROCESSING,
    ("decline", S.WAITING): S.DECLINED,
    ("cancel", S.WAITING): S.CANCELLED,
    ("cancel", S.UNPAID): S.CANCELLED,
    ("pay", S.UNPAID): S.WAITING,
    ("pay", S.EXPIRED): S.WAITING,
    ("expire", S.UNPAID): S.EXPIRED,
    ("lapse", S.WAITING): S.LAPSED,
    ("mark_ready", S.PROCESSING): S.READY,
    ("hand_over", S.READY): S.DONE,
    ("hand_over", S.ON_THE_WAY): S.DONE,
    ("hand_over", S.ARRIVED): S.DONE,
}


@pytest.mark.parametrize(("verb", "status"), list(pairs(VERBS, S)))
def test_each_verb_in_each_state(basket: Product, verb: str, status: OrderStatus) -> None:
    order = order_at(basket, status)
    actor = ina(order.store_id)
    before = snapshot()
    with travel(order.answer_by):
        if (verb, status) in ALLOWED:
            with transaction():
                assert not isinstance(VERBS[verb](actor, order), Exception)
            settle_constraints()
            assert order.status is ALLOWED[verb, status]
            assert len(snapshot()["order_events"]) == len(before["order_events"]) + 1
        else:
            with pytest.raises(Stale), transaction():
                VERBS[verb](actor, order)
            assert snapshot() == before


def test_the_verbs_are_the_moves_that_are_drawn() -> None:
    drawn = {(now, to) for now, targets in MOVES.items() for to in targets}
    verbs = {(status, to) for (_, status), to in ALLOWED.items()} | {(S.PROCESSING, S.ON_THE_WAY)}
    assert verbs | OVERTIME | BY_RUNNER == drawn


def test_delivery_goes_on_its_way_instead_of_being_ready(basket: Product) -> None:
    order = order_at(basket, S.PROCESSING, fee=7_000)
    with transaction():
        services.mark_ready(ina(order.store_id), order.id)
    assert order.status is S.ON_THE_WAY


@pytest.mark.parametrize("status", [S.DECLINED, S.CANCELLED, S.LAPSED])
def test_an_order_that_ends_unsold_frees_its_goods_and_owes_nothing(basket: Product, status: OrderStatus) -> None:
    order = order_at(basket, status)
    assert stock_of(make.variant(basket).id) == (10, 0)
    view = queries.purchase_view(order.purchase_id)
    assert view is not None
    assert (view.payment.state, view.payment.received, view.due) == (PaymentState.CANCELLED, 0, 0)
    assert balance(cash_account(order.store_id)) == 0


def test_hand_over_moves_goods_money_and_ledger_together(basket: Product) -> None:
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 250, today())
    order = order_at(basket, S.READY, fee=0)
    assert stock_of(make.variant(basket).id) == (10, 2)
    with transaction():
        assert services.hand_over(ina(order.store_id), order.id, order.handover_code) is None
    settle_constraints()
    assert stock_of(make.variant(basket).id) == (8, 0)
    view = queries.purchase_view(order.purchase_id)
    assert view is not None
    assert (view.payment.state, view.payment.received, view.due) == (PaymentState.PAID, 100_000, 0)
    assert balance(cash_account(order.store_id)) == 100_000
    assert balance(payable_account(order.store_id)) == -97_500
    assert balance("fee:commission") == -2_500


def test_commission_is_taken_from_the_goods_not_from_the_delivery(basket: Product) -> None:
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 1000, today())
    order = order_at(basket, S.ON_THE_WAY)
    with transaction():
        services.hand_over(ina(order.store_id), order.id, order.handover_code)
    assert balance(cash_account(order.store_id)) == 107_000
    assert balance("fee:commission") == -10_000


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_declining_needs_a_reason(basket: Product, reason: str) -> None:
    order = order_at(basket, S.WAITING)
    before = snapshot()
    with pytest.raises(Invalid) as refused, transaction():
        services.decline(ina(order.store_id), order.id, reason)
    assert refused.value.field == "reason"
    assert snapshot() == before


def test_the_reason_stands_on_the_order_and_on_its_time_line(basket: Product) -> None:
    order = order_at(basket, S.WAITING)
    with transaction():
        services.decline(ina(order.store_id), order.id, "  Oven rusak  ")
    found = queries.order_view(order.id)
    assert found is not None
    assert found[0].reason == "Oven rusak"
    assert [(step.status, step.note) for step in found[0].steps] == [(S.WAITING, ""), (S.DECLINED, "Oven rusak")]


@pytest.mark.parametrize("verb", ["accept", "decline", "mark_ready", "hand_over"])
@pytest.mark.parametrize("status", [S.WAITING, S.PROCESSING, S.READY])
def test_a_stranger_moves_nothing(basket: Product, verb: str, status: OrderStatus) -> None:
    order = order_at(basket, status)
    with transaction():
        other = make.store()
    before = snapshot()
    for stranger in (ina(other.id), GUEST, Actor(9, "Ratna", frozenset({Grant(Role.CURATOR), Grant(Role.OPERATOR)}))):
        with pytest.raises(NotAllowed), transaction():
            VERBS[verb](stranger, order)
    assert snapshot() == before


def test_an_order_that_does_not_exist_is_not_found(db: SQLAlchemy) -> None:
    with pytest.raises(NotFound), transaction():
        services.accept(SYSTEM, 999_999)


def test_an_order_lapses_only_when_its_time_is_over(basket: Product) -> None:
    order = order_at(basket, S.WAITING)
    before = snapshot()
    with pytest.raises(Stale), transaction():
        services.lapse(order.id)
    assert snapshot() == before


def test_who_moved_it_is_on_the_time_line(basket: Product) -> None:
    seller = make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)])
    order = order_at(basket, S.WAITING)
    with transaction():
        services.accept(make.actor_of(seller), order.id)
    steps = [(step.status, step.person_id) for step in _events(order)]
    assert steps == [(S.WAITING, None), (S.PROCESSING, seller.id)]


def _events(order: Order) -> list[OrderEvent]:
    query = sa.select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    return list(handle.session.scalars(query))
