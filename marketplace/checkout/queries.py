"""What lies in a cart, with today's prices and stock beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.catalog.queries import Offer, offers
from marketplace.catalog.rules import Supply, Tier, Today
from marketplace.checkout.models import Cart, CartLine
from marketplace.checkout.rules import CartOwner, Problem, SeenLine, problem_of
from marketplace.core.db import db
from marketplace.rounds.queries.offers import Goods
from marketplace.shipping.rules import Parcel


def problem_with(offer: Offer, quantity: int) -> Problem | None:
    """What keeps so many pieces of an offer from being ordered at this instant."""
    none_left = Problem.SOLD_OUT
    if offer.supply is Supply.TO_ORDER:
        none_left = Problem.WORKSHOP_FULL
    elif offer.today is Today.NOT_YET:
        none_left = Problem.NOT_YET_TODAY
    elif offer.today is Today.OVER:
        none_left = Problem.OVER_TODAY
    is_open = offer.store_is_open
    return problem_of(offer.is_buyable, is_open, offer.available, quantity, offer.min_quantity, none_left)


@dataclass(frozen=True)
class Line:
    """A variant in a cart: how many the buyer wants, and what can be had now."""

    quantity: int
    seen_price: int
    offer: Offer

    @property
    def variant_id(self) -> int:
        return self.offer.variant_id

    @property
    def problem(self) -> Problem | None:
        return problem_with(self.offer, self.quantity)

    @property
    def orderable(self) -> int:
        """How many pieces an order placed now would hold."""
        return min(self.quantity, self.offer.available) if self.problem in (None, Problem.TOO_FEW) else 0

    @property
    def ready_on(self) -> date | None:
        """When what can be ordered of it is made; None for what is not made to order."""
        return self.offer.ready_on(self.orderable) if self.orderable else None

    @property
    def price(self) -> int:
        """Rupiah for each piece at the quantity that can be ordered."""
        return self.offer.price_for(self.orderable or self.quantity)

    @property
    def total(self) -> int:
        """Rupiah for what can be ordered."""
        return self.orderable * self.price

    @property
    def old_price(self) -> int | None:
        """The price when the buyer put it there, if it is another one now."""
        return self.seen_price if self.orderable and self.seen_price != self.price else None

    @property
    def next_tier(self) -> Tier | None:
        """The next lower price, when a few pieces more would reach it."""
        return self.offer.next_tier(self.orderable) if self.orderable else None


@dataclass(frozen=True)
class ShopPart:
    """The lines of one shop."""

    store_id: int
    name: str
    slug: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def orderable(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.orderable)


@dataclass(frozen=True)
class CartView:
    """A cart as its owner sees it, shop by shop."""

    shops: tuple[ShopPart, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for shop in self.shops for line in shop.lines)

    @property
    def count(self) -> int:
        """Pieces wanted."""
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        """Rupiah for all goods that can be ordered, delivery apart."""
        return sum(shop.total for shop in self.shops)

    @property
    def orderable(self) -> CartView:
        """Only what an order placed now would hold."""
        parts = (ShopPart(s.store_id, s.name, s.slug, s.orderable) for s in self.shops)
        return CartView(tuple(part for part in parts if part.lines))

    @property
    def seen(self) -> tuple[SeenLine, ...]:
        """What a buyer who looks at this sees, to be compared when the order comes."""
        return tuple(SeenLine(line.variant_id, line.orderable, line.price) for line in self.orderable.lines)


EMPTY = CartView(())


def parcels(pieces: Iterable[tuple[Offer, int]]) -> dict[int, Parcel]:
    """What each shop would send: so many pieces of each offer. One piece of unknown weight makes it unknown (0)."""
    found: dict[int, list[tuple[Offer, int]]] = {}
    for offer, quantity in pieces:
        found.setdefault(offer.store_id, []).append((offer, quantity))
    return {
        store_id: Parcel(
            weight=sum(offer.weight * quantity for offer, quantity in group)
            if all(offer.weight for offer, _ in group)
            else 0,
            is_perishable=any(offer.is_perishable for offer, _ in group),
        )
        for store_id, group in found.items()
    }


def bags(pieces: Iterable[tuple[Offer, date | None]]) -> dict[int, Goods]:
    """What each shop would give a runner: goods, each with the day on which it is made (None: it lies there)."""
    found: dict[int, Goods] = {}
    for offer, ready_on in pieces:
        held = found.get(offer.store_id, Goods())
        days = [day for day in (held.ready_on, ready_on) if day is not None]
        is_of_today = held.only_today or offer.supply is Supply.DAILY
        found[offer.store_id] = Goods(max(days, default=None), is_of_today)
    return found


def owned_by(owner: CartOwner) -> sa.ColumnElement[bool]:
    """The condition that a cart is this owner's. A signed-in person's token says nothing."""
    if owner.person_id is not None:
        return Cart.person_id == owner.person_id
    return Cart.token_hash == owner.token_hash


def cart_view(owner: CartOwner) -> CartView:
    """The cart, the shop of the first thing put there first. Two statements."""
    if not owner.is_known:
        return EMPTY
    query = (
        sa.select(CartLine.variant_id, CartLine.quantity, CartLine.seen_price)
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(owned_by(owner))
        .order_by(CartLine.added_at, CartLine.variant_id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return EMPTY
    found = offers([row.variant_id for row in rows])
    return by_shop(Line(row.quantity, row.seen_price, found[row.variant_id]) for row in rows if row.variant_id in found)


def by_shop(lines: Iterable[Line]) -> CartView:
    """Lines grouped by shop; shops in the order of their first line."""
    shops: dict[int, list[Line]] = {}
    for line in lines:
        shops.setdefault(line.offer.store_id, []).append(line)
    parts = (
        ShopPart(store_id, group[0].offer.store_name, group[0].offer.store_slug, tuple(group))
        for store_id, group in shops.items()
    )
    return CartView(tuple(parts))


def count(owner: CartOwner) -> int:
    """How many pieces lie in the cart."""
    if not owner.is_known:
        return 0
    query = sa.select(sa.func.sum(CartLine.quantity)).join(Cart, Cart.id == CartLine.cart_id).where(owned_by(owner))
    return int(db.session.scalar(query) or 0)
