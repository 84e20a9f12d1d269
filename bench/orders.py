"""Placing orders over HTTP: guests fill carts, open the checkout and order, each step measured apart.

All guests of a round are through with a step before the next one begins, so each rate is that of one kind of request.
Afterwards the books are checked, and whatever does not agree ends the run.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from bench.books import disagreements
from bench.load import Script, Tally, Yardstick, run
from bench.market import Market
from bench.visitor import Visitor, fields_of
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import ProductStatus, Supply
from marketplace.core.db import db, transaction
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus

PLENTY = 100_000
PLACED, TOO_LATE = 303, 409
STEPS = ("add to cart", "open the checkout", "place the order")
HOT_BUYERS, HOT_PIECES = 200, 50


class Disagreement(Exception):
    """The books do not agree: the market lost something or sold it twice."""


@dataclass
class Guest:
    """A buyer without an account, and what she wants: one piece of each variant."""

    wanted: Sequence[int]
    visitor: Visitor = field(default_factory=Visitor)
    page: bytes = b""
    form: dict[str, str] = field(default_factory=dict)

    def read_form(self, method: str) -> None:
        """Fill in the checkout form; shop, fee and prices stay as they stand there."""
        form = fields_of(self.page, "/checkout")
        self.form = {**form, "name": "Tamu Lestari", "phone": "0812-3456-7890", "payment": method}


@dataclass(frozen=True)
class StepResult:
    """One step over all rounds: ratio to the bare page (median), and what was counted in all."""

    name: str
    ratio: float
    tally: Tally


def adding(guests: Iterator[Guest]) -> Script:
    """Put all that each guest wants into her cart."""
    for guest in guests:
        for variant_id in guest.wanted:
            reply = yield guest.visitor.post("/keranjang", {"variant_id": str(variant_id), "quantity": "1"})
            guest.visitor.keep_cookies(reply.expect(303))


def opening(guests: Iterator[Guest]) -> Script:
    """Open the checkout page of each guest."""
    for guest in guests:
        reply = yield guest.visitor.get("/checkout")
        guest.visitor.keep_cookies(reply.expect(200))
        guest.page = reply.body


def ordering(guests: Iterator[Guest], placed: set[str], *may_answer: int) -> Script:
    """Place each guest's order; the keys of the forms that were accepted go to `placed`."""
    for guest in guests:
        reply = yield guest.visitor.post("/checkout", guest.form)
        if reply.expect(*may_answer).status == PLACED:
            placed.add(guest.form["form_key"])


def measure(market: Market, yardstick: Yardstick, rounds: int, guests: int, method: str) -> list[StepResult]:
    """Orders of three lines from two shops, by so many guests a round. Raises Refused and Disagreement."""
    shelves = _stocked_shelves(market)
    chance = random.Random(1)
    placed: set[str] = set()
    ratios: dict[str, list[float]] = {name: [] for name in STEPS}
    tallies = {name: Tally() for name in STEPS}
    for _ in range(rounds):
        crowd = [Guest(_choice(shelves, chance)) for _ in range(guests)]
        for name, work in _steps(market, crowd, yardstick.clients, placed, method).items():
            tally, ratio = yardstick.compare(work)
            tallies[name].add(tally)
            ratios[name].append(ratio)
    check(market.app, placed, rounds * guests)
    return [StepResult(name, statistics.median(ratios[name]), tallies[name]) for name in STEPS]


def measure_hot(market: Market, yardstick: Yardstick, method: str) -> StepResult:
    """200 buyers at once, 50 pieces of one variant: exactly 50 are sold. Raises Refused and Disagreement."""
    variant_id = _hot_variant(market)
    crowd = [Guest([variant_id]) for _ in range(HOT_BUYERS)]
    run(market.port, [adding(iter([guest])) for guest in crowd])
    run(market.port, [opening(iter([guest])) for guest in crowd])
    _read_forms(crowd, method)
    placed: set[str] = set()
    tally, ratio = yardstick.compare(
        lambda: run(market.port, [ordering(iter([guest]), placed, PLACED, TOO_LATE) for guest in crowd])
    )
    check(market.app, placed, HOT_PIECES)
    return StepResult(f"{HOT_BUYERS} buyers, {HOT_PIECES} pieces", ratio, tally)


def check(app: Flask, placed: set[str], expected: int) -> None:
    """Insist that so many orders were accepted and that the books agree. Raises Disagreement."""
    with app.app_context():
        found = disagreements(placed)
        db.session.remove()
    if len(placed) != expected:
        found.insert(0, f"{len(placed)} orders were accepted instead of {expected}")
    if found:
        raise Disagreement("\n".join(found))


def _steps(
    market: Market, crowd: list[Guest], clients: int, placed: set[str], method: str
) -> dict[str, Callable[[], Tally]]:
    """The steps by name; the guests of a step are shared out among the clients."""

    def place() -> Tally:
        queue = iter(crowd)
        return run(market.port, [ordering(queue, placed, PLACED) for _ in range(clients)])

    def fill() -> Tally:
        queue = iter(crowd)
        return run(market.port, [adding(queue) for _ in range(clients)])

    def open_forms() -> Tally:
        queue = iter(crowd)
        tally = run(market.port, [opening(queue) for _ in range(clients)])
        _read_forms(crowd, method)
        return tally

    return dict(zip(STEPS, (fill, open_forms, place), strict=True))


def _read_forms(crowd: list[Guest], method: str) -> None:
    """Between the steps, so that no server waits for it."""
    for guest in crowd:
        guest.read_form(method)


def _for_sale() -> sa.Select[int, int]:
    """Variants (id, shop) that a guest can buy and fetch today: none that a full workshop or kitchen would refuse."""
    return (
        sa.select(Variant.id, Product.store_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Store, Store.id == Product.store_id)
        .where(Variant.is_active, Product.live_revision_id.is_not(None), Product.published_at.is_not(None))
        .where(Product.supply == Supply.READY, Product.held_at.is_(None))
        .where(Product.status == ProductStatus.ACTIVE, Store.status == StoreStatus.OPEN, Store.has_pickup)
        .order_by(Variant.id)
    )


def _stocked_shelves(market: Market) -> list[list[int]]:
    """What can be bought, shop by shop, with plenty of each; shops with one variant only are left out."""
    shelves: dict[int, list[int]] = {}
    with market.app.app_context():
        for variant_id, store_id in db.session.execute(_for_sale()):
            shelves.setdefault(store_id, []).append(variant_id)
        found = [shelf for shelf in shelves.values() if len(shelf) > 1]
        ids = [variant_id for shelf in found for variant_id in shelf]
        with transaction():
            plenty = sa.update(Variant).where(Variant.id.in_(ids)).values(on_hand=Variant.reserved + PLENTY)
            db.session.execute(plenty)
    return found


def _hot_variant(market: Market) -> int:
    """One variant of which exactly 50 pieces are to be had."""
    with market.app.app_context():
        variant_id: int = db.session.scalars(_for_sale().with_only_columns(Variant.id).limit(1)).one()
        with transaction():
            scarce = sa.update(Variant).where(Variant.id == variant_id)
            db.session.execute(scarce.values(on_hand=Variant.reserved + HOT_PIECES))
        return variant_id


def _choice(shelves: list[list[int]], chance: random.Random) -> list[int]:
    """Two variants of one shop and one of another."""
    here, there = chance.sample(shelves, 2)
    return [*chance.sample(here, 2), chance.choice(there)]
