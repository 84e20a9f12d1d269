"""What goes into a cart and out of it. A cart promises nothing, so nothing here touches stock."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from marketplace.accounts.services.closing import Leaving
from marketplace.catalog.queries import Offer, offers
from marketplace.checkout.models import Cart, CartLine
from marketplace.checkout.queries import owned_by, problem_with
from marketplace.checkout.rules import GUEST_CART_DAYS, MOST_LINES, MOST_OF_ONE, CartOwner, Problem
from marketplace.core.clock import now
from marketplace.core.db import Base, db
from marketplace.core.errors import Invalid, NotFound, Stale


def add(owner: CartOwner, variant_id: int, quantity: int | None = None) -> int:
    """Put pieces of a variant into the cart, the fewest that are sold when no quantity is given, never more than there
    are. Returns how many of it lie there now.

    Raises Invalid for a quantity that is none, a cart that is full, and fewer pieces together than are sold
    (checkout.below_minimum); NotFound for an unknown variant, Stale when it cannot be bought now.
    """
    offer, cap = _most(variant_id, quantity)
    wanted = offer.min_quantity if quantity is None else quantity
    cart_id = _open(owner)
    line = _insert(CartLine).values(
        cart_id=cart_id, variant_id=variant_id, quantity=min(wanted, cap), seen_price=offer.price, added_at=now()
    )
    together = CartLine.quantity + wanted
    line = line.on_conflict_do_update(
        index_elements=[CartLine.cart_id, CartLine.variant_id],
        set_={"quantity": sa.case((together > cap, cap), else_=together), "seen_price": offer.price},
    )
    held = int(db.session.execute(line.returning(CartLine.quantity)).scalar_one())
    _check_minimum(offer, held)
    _see_price(cart_id, offer, held)
    _check_room(cart_id)
    return held


def set_quantity(owner: CartOwner, variant_id: int, quantity: int) -> int:
    """Let so many pieces lie in the cart (0 takes the line away), never more than there are. Returns how many do.

    Raises as `add` does; NotFound when the variant is not in this cart.
    """
    if quantity == 0:
        remove(owner, variant_id)
        return 0
    offer, cap = _most(variant_id, quantity)
    held = min(quantity, cap)
    _check_minimum(offer, held)
    done = db.session.execute(
        sa.update(CartLine)
        .where(CartLine.cart_id == _cart_id(owner), CartLine.variant_id == variant_id)
        .values(quantity=held, seen_price=offer.price_for(held))
        .returning(CartLine.variant_id)
    ).scalar_one_or_none()
    if done is None:
        raise NotFound
    return held


def remove(owner: CartOwner, variant_id: int) -> None:
    """Take a variant out of the cart. Doing it twice does no harm."""
    take_out(_cart_id(owner), [variant_id])


def lock_cart(owner: CartOwner) -> int | None:
    """The owner's cart, locked until the transaction ends: a second click of the same buyer waits here."""
    if not owner.is_known:
        return None
    return db.session.execute(sa.select(Cart.id).where(owned_by(owner)).with_for_update()).scalar_one_or_none()


def take_out(cart_id: int | sa.ScalarSelect[int], variant_ids: list[int]) -> None:
    """Take variants out of a cart."""
    db.session.execute(sa.delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.variant_id.in_(variant_ids)))


def merge(person_id: int, token: str) -> None:
    """Move what a guest chose into the cart of the person she turned out to be; of two quantities the larger stays."""
    guest = lock_cart(CartOwner(token=token))
    if guest is None:
        return
    columns = (CartLine.variant_id, CartLine.quantity, CartLine.seen_price, CartLine.added_at)
    lines = db.session.execute(sa.select(*columns).where(CartLine.cart_id == guest).order_by(CartLine.variant_id)).all()
    if lines:
        cart_id = _open(CartOwner(person_id=person_id))
        moved = _insert(CartLine).values([{**line._mapping, "cart_id": cart_id} for line in lines])
        new = moved.excluded.quantity
        larger = sa.case((CartLine.quantity > new, CartLine.quantity), else_=new)
        seen = sa.case((CartLine.quantity > new, CartLine.seen_price), else_=moved.excluded.seen_price)
        db.session.execute(
            moved.on_conflict_do_update(
                index_elements=[CartLine.cart_id, CartLine.variant_id], set_={"quantity": larger, "seen_price": seen}
            )
        )
    db.session.execute(sa.delete(Cart).where(Cart.id == guest))


def delete_forgotten() -> int:
    """Delete carts of guests that nobody touched for 30 days. Returns how many."""
    limit = now() - timedelta(days=GUEST_CART_DAYS)
    gone = db.session.execute(
        sa.delete(Cart).where(Cart.token_hash.is_not(None), Cart.updated_at < limit).returning(Cart.id)
    )
    return len(gone.all())


def _most(variant_id: int, quantity: int | None) -> tuple[Offer, int]:
    """The offer, and how many pieces of it a cart may hold."""
    if quantity is not None and not 1 <= quantity <= MOST_OF_ONE:
        raise Invalid("checkout.quantity", field="quantity", most=MOST_OF_ONE)
    offer = offers([variant_id]).get(variant_id)
    if offer is None:
        raise NotFound
    problem = problem_with(offer, max(quantity or 0, offer.min_quantity))
    if problem not in (None, Problem.TOO_FEW):
        raise Stale(f"checkout.{problem}", name=offer.product_name, store=offer.store_name)
    return offer, min(offer.available, MOST_OF_ONE)


def _check_minimum(offer: Offer, held: int) -> None:
    """Is it as many pieces as the shop sells at least?"""
    if held < offer.min_quantity:
        raise Invalid(
            "checkout.below_minimum", field="quantity", name=offer.product_name, least=offer.min_quantity, url=offer.url
        )


def _see_price(cart_id: int, offer: Offer, held: int) -> None:
    """Keep what a piece costs at the quantity that lies in the cart now: the price the buyer is shown."""
    price = offer.price_for(held)
    if price != offer.price:
        line = sa.and_(CartLine.cart_id == cart_id, CartLine.variant_id == offer.variant_id)
        db.session.execute(sa.update(CartLine).where(line).values(seen_price=price))


def _cart_id(owner: CartOwner) -> sa.ScalarSelect[int]:
    return sa.select(Cart.id).where(owned_by(owner)).scalar_subquery()


def _open(owner: CartOwner) -> int:
    """The owner's cart, made when there is none, and locked: two tabs at once cannot make two of it."""
    at = now()
    whose = {"person_id": owner.person_id} if owner.person_id else {"token_hash": owner.token_hash}
    cart = _insert(Cart).values(**whose, updated_at=at)
    cart = cart.on_conflict_do_update(index_elements=list(whose), set_={"updated_at": at})
    return int(db.session.execute(cart.returning(Cart.id)).scalar_one())


def _check_room(cart_id: int) -> None:
    lines = db.session.scalar(sa.select(sa.func.count()).where(CartLine.cart_id == cart_id)) or 0
    if lines > MOST_LINES:
        raise Invalid("checkout.cart_full", most=MOST_LINES)


def _insert(model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows what to do on a conflict, in the words of the database at work."""
    return postgresql.insert(model) if db.engine.dialect.name == "postgresql" else sqlite.insert(model)


def forget(leaving: Leaving) -> None:
    """Drop the cart of somebody whose account is closed."""
    db.session.execute(sa.delete(Cart).where(Cart.person_id == leaving.person_id))
