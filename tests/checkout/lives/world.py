"""The stage of random lives: three shops with few pieces, two operators, a bank, and a clock that only goes forward."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask

from config import Config
from marketplace.catalog.services.stock import OutOfStock
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import Base, db, transaction
from marketplace.core.errors import Refusal
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.payments.adapters.by_hand import ByHand
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.rules import PaymentMethod
from marketplace.web.limits import limiter
from tests import make
from tests.cardmarket import CardMarket, plugged
from tests.checkout.lives import oracles
from tests.checkout.sales import decide
from tests.databases import Market, rolled_back
from tests.make.byhand import ACCOUNT, QRIS, Row
from tests.make.payouts import write_shop_account
from tools.stripe_standin.errors import Refusal as StripeRefusal
from tools.stripe_standin.payments import NotOpen
from tools.stripe_standin.server import StandIn

How = Callable[[Random], Any]
"""Draws something by chance."""
BUYER = Buyer(SYSTEM)


def one_of(*things: object) -> How:
    """One of some things; what stands there twice comes twice as often."""
    return lambda chance: chance.choice(things)


def any_of_them(chance: Random) -> int:
    """A number that chooses among what there is."""
    return chance.randrange(10_000)


def own_chance(chance: Random) -> Random:
    """Chance of one's own, so that a deed can be done again as it was."""
    return Random(chance.random())


MAYBE = one_of(False, True)
T = TypeVar("T", bound=Base)
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])
COMMISSION = 1_250
"""An eighth, in basis points, so that shares have to be rounded."""
SHELVES = (
    (("Kain", 50_000), ("Selendang", 20_001)),
    (("Sambal", 33_333), ("Keripik", 12_501)),
    (("Anyaman", 19_999),),
)
"""What each shop sells, and for how many rupiah."""


def deed(weight: int = 1, **how: How) -> Callable[[F], F]:
    """Mark what may happen in a life: how often beside the rest, and with what."""

    def mark(does: F) -> F:
        does.deed = weight, how  # type: ignore[attr-defined]
        return does

    return mark


class World:
    """One shop floor with few pieces, so that the last one is often fought for."""

    def __init__(self, market: Market) -> None:
        self.stack = ExitStack()
        try:
            self._set_up(market)
        except BaseException:
            self.stack.close()
            raise

    def _set_up(self, market: Market) -> None:
        self.standin = StandIn(webhook_waits=(0.05,))
        self.standin.start()
        self.stack.callback(self.standin.stop)
        self.stack.enter_context(rolled_back(market.app))
        limiter.reset()
        self.cards = CardMarket(market.app, market.app.test_client(), self.standin)
        ways = [Cash(), self.cards.provider, ByHand(PaymentMethod.TRANSFER), ByHand(PaymentMethod.QRIS)]
        self.stack.enter_context(plugged(market.app, Providers(ways)))
        self.stack.enter_context(_with_account(market.app))
        decide("orders.commission_basis_points", COMMISSION, today())
        decide("payouts.minimum", 5_000, today())
        self._furnish()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.statement: list[Row] = []
        self.meant: dict[str, int] = {}
        self.numbers = 0
        self.is_new = False
        self.at: datetime = now()

    def _furnish(self) -> None:
        with transaction():
            self.stores = [make.store(f"Toko {number}") for number, _ in enumerate(SHELVES, 1)]
            self.goods = [
                make.product(store, name, price, on_hand=12)
                for store, shelf in zip(self.stores, SHELVES, strict=True)
                for name, price in shelf
            ]
        people = [make.person(name, roles=[make.OPERATOR]) for name in ("Admin Satu", "Admin Dua")]
        self.operators = [make.actor_of(someone) for someone in people]
        for store in self.stores:
            write_shop_account(store.id, f"01234567{store.id:02d}")

    def live(self, chance: Random, steps: int) -> None:
        """So many things happen, and after each of them all that is kept agrees."""
        deeds = self._deeds()
        for _ in range(steps):
            name = chance.choice(deeds)
            what = {key: how(chance) for key, how in getattr(self, name).deed[1].items()}
            self.told.append((name, what))
            self.step(name, what)

    def step(self, name: str, what: dict[str, Any]) -> None:
        """One thing happens. What was refused, or had nothing to be done with, has changed nothing."""
        self.is_new = False
        getattr(self, name)(**copy.deepcopy(what))
        if self.is_new:
            oracles.nothing(oracles.faults())

    @classmethod
    def _deeds(cls) -> list[str]:
        """What may happen, by name, as many times as it weighs."""
        found = {name: getattr(cls, name).deed[0] for name in dir(cls) if hasattr(getattr(cls, name), "deed")}
        return [name for name, weight in found.items() for _ in range(weight)]

    def close(self) -> None:
        """All is as before."""
        self.stack.close()

    # --- how ---

    @contextmanager
    def _now(self) -> Iterator[None]:
        """The time that has passed in this life."""
        self.at += timedelta(seconds=1)
        limiter.reset()
        self.is_new = True
        with travel(self.at):
            yield

    def _act(self, act: Callable[[], R]) -> R | None:
        """Somebody does something, which may be refused; then nothing has changed."""

        def at_once() -> R:
            with transaction():
                return act()

        return self._do(at_once)

    def _do(self, act: Callable[[], R]) -> R | None:
        """The same of what opens its own transactions."""
        was_new = self.is_new
        with self._now():
            try:
                return act()
            except (Refusal, OutOfStock):
                db.session.rollback()
        self.is_new = was_new
        return None

    @staticmethod
    def _at_stripe(act: Callable[[], object]) -> None:
        """Something at Stripe, which may not be possible there any more."""
        with suppress(NotOpen, StripeRefusal):
            act()

    @staticmethod
    def _some(model: type[T], which: int, *where: sa.ColumnElement[bool]) -> T | None:
        found = list(db.session.scalars(sa.select(model).where(*where).order_by(sa.text("id"))))
        return _pick(found, which)

    def _some_order(self, which: int, *where: sa.ColumnElement[bool]) -> Order | None:
        return self._some(Order, which, *where)

    def _number(self) -> int:
        """One that was not used before in this life."""
        self.numbers += 1
        return self.numbers


def _pick(found: Sequence[T], which: int) -> T | None:
    return found[which % len(found)] if found else None


@contextmanager
def _with_account(app: Flask) -> Iterator[None]:
    """The market has a bank account and a QRIS code."""
    ports = app.extensions["ports"]
    before = ports.get(Config)
    ports.provide(Config, replace(before, **ACCOUNT, qris_payload=QRIS))
    yield
    ports.provide(Config, before)
