"""Collection rounds for tests. Call them inside `transaction()` or a rolled-back test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.checkout import queries, services
from marketplace.checkout.services import CheckoutSpec, Delivery
from marketplace.core.actor import SYSTEM, Actor, Grant, Role
from marketplace.core.clock import today
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.payments.rules import PaymentMethod
from marketplace.places.rules import FATULULI
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Round
from marketplace.rounds.rules import run_ref
from marketplace.rounds.services import RegionDraft, RoundDraft
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.models import Store
from tests.make.accounts import actor_of, person
from tests.make.checkout import HOME, filled_cart, form_key, order_form
from tests.make.orders import orders_of
from tests.make.payments import pay

FEE = 10_000


def collection_round(stores: Iterable[Store] = (), round_id: int | None = None, fee: int = FEE, **more: Any) -> Round:
    """A round of Fatululi, daily from 15.00 to 18.00, closed three hours before, in which these shops take part."""
    base: dict[str, Any] = {
        "name": "Putaran Fatululi",
        "weekdays": "1234567",
        "starts": 15 * 60,
        "ends": 18 * 60,
        "closes_before": 180,
        "capacity": 20,
        "is_open": True,
    }
    made = rounds.save_round(SYSTEM, RoundDraft(**{**base, **more}), round_id)
    if round_id is None:
        rounds.set_fee(SYSTEM, made.id, fee, today())
        rounds.set_region(SYSTEM, made.id, RegionDraft(FATULULI, visits=True, brings=True))
    for store in stores:
        rounds.choose_rounds(SYSTEM, store.id, [made.id])
    return made


def runner(found: Round, name: str = "Pelari Nus") -> Actor:
    """Somebody who runs a round, as she acts when she is signed in."""
    return actor_of(runner_person(found, name))


def runner_person(found: Round, name: str = "Pelari Nus") -> Person:
    """Somebody with an account who runs a round."""
    return person(name, roles=[Grant(Role.RUNNER, found.id)])


def round_form(
    owner: Person | str, products: Sequence[Product], found: Round, day: date, fee: int = FEE, **more: Any
) -> tuple[Any, CheckoutSpec]:
    """A cart with these goods, and what somebody orders who saw them all with the run of a day for a fee."""
    cart = filled_cart(owner, products)
    way = Delivery(DeliveryMethod.ROUND, fee, ref=run_ref(found.id, day))
    shops = queries.cart_view(cart).shops
    return cart, order_form(cart, deliveries={shop.store_id: way for shop in shops}, destination=HOME, **more)


def by_round(
    owner: Person | str,
    products: Sequence[Product],
    found: Round,
    day: date,
    *,
    card: bool = False,
    is_ready: bool = True,
    fee: int = FEE,
) -> tuple[Purchase, list[Order]]:
    """A purchase whose orders all go with one run, paid if by card, packed unless told otherwise."""
    cart, spec = round_form(owner, products, found, day, fee)
    spec = replace(spec, payment_method=PaymentMethod.CARD if card else PaymentMethod.CASH, email="budi@example.id")
    buyer = actor_of(owner) if isinstance(owner, Person) else Actor()
    made = services.place(buyer, cart, form_key(), spec)
    if card:
        pay(made)
    for order in orders_of(made):
        orders.accept(SYSTEM, order.id)
        if is_ready:
            orders.mark_ready(SYSTEM, order.id)
    return made, orders_of(made)
