"""A buyer says that something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.claims.models import Claim, ClaimLine
from marketplace.claims.policies import can_claim
from marketplace.claims.queries import windows
from marketplace.claims.queries.windows import LineWindow, Window
from marketplace.claims.rules import MOST_PICTURES, Act, ClaimState, Party, Reason, Remedy
from marketplace.claims.services.clocks import due_at
from marketplace.claims.services.steps import Said, write
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.policies import Buyer
from marketplace.talks import services as talks


@dataclass(frozen=True)
class Wanted:
    """Pieces of one line, and the rupiah asked for them; None: their whole price."""

    line_id: int
    quantity: int
    amount: int | None = None


@dataclass(frozen=True)
class NewClaim:
    """What is wrong with what, and what the buyer wants."""

    reason: Reason
    wish: Remedy
    lines: Sequence[Wanted]
    with_delivery: bool = False


def check(said: Said) -> None:
    """Raises Invalid (fields text, pictures) for words that are missing or not passed on, and for too many pictures."""
    if not said.text:
        raise Invalid("claims.text_missing", field="text")
    talks.check(said.text, bool(said.pictures))
    if len(said.pictures) > MOST_PICTURES:
        raise Invalid("claims.too_many_pictures", field="pictures", most=MOST_PICTURES)


def open_claim(buyer: Buyer, order_id: int, new: NewClaim, said: Said) -> Claim | None:
    """Open a claim on an order; None when this form was sent before. What is asked lies aside from now on.

    Raises NotFound, NotAllowed; Stale when the order can no longer (or not yet) be claimed; Invalid (field reason,
    wish, lines, line_<id>, text, pictures).
    """
    check(said)
    order = lock_one(Order, order_id)
    if not can_claim(buyer, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("claims.not_yours")
    if _is_known(order_id, said.form_key):
        return None
    window = windows.window(order_id)
    if not window.is_open:
        raise Stale(window.refusal)
    asked = _asked(window, new)
    delivery = window.delivery if new.with_delivery else 0
    claim = _write(buyer, order, new, said, sum(asked.values()), delivery)
    for wanted in new.lines:
        db.session.add(
            ClaimLine(claim_id=claim.id, line_id=wanted.line_id, quantity=wanted.quantity, asked=asked[wanted.line_id])
        )
        _take_pieces(wanted)
    orders.contesting.set_aside(order, claim.id, claim.asked, delivery)
    total = claim.asked + delivery
    write(buyer.actor, Party.BUYER, claim, order, Act.OPEN, said, new.wish, total)
    return claim


def _write(buyer: Buyer, order: Order, new: NewClaim, said: Said, asked: int, delivery: int) -> Claim:
    at = now()
    claim_id = insert_once(
        Claim,
        ("order_id", "form_key"),
        order_id=order.id,
        store_id=order.store_id,
        person_id=buyer.actor.person_id,
        form_key=said.form_key,
        state=ClaimState.OPENED,
        reason=new.reason,
        wish=new.wish,
        asked=asked,
        asked_delivery=delivery,
        offered=0,
        offered_delivery=0,
        granted=0,
        granted_delivery=0,
        opened_at=at,
        due_at=due_at(ClaimState.OPENED, at),
    )
    if claim_id is None:
        raise Stale("claims.one_at_a_time")
    return db.session.get_one(Claim, claim_id)


def _is_known(order_id: int, form_key: str) -> bool:
    query = sa.select(Claim.id).where(Claim.order_id == order_id, Claim.form_key == form_key)
    return db.session.scalar(query) is not None


def _asked(window: Window, new: NewClaim) -> dict[int, int]:
    """The rupiah asked for each line. Raises NotFound for a line of another order, Invalid for what cannot be asked."""
    if new.reason not in window.reasons:
        raise Invalid("claims.reason_unfit", field="reason")
    if new.wish is Remedy.NOTHING or (new.wish is Remedy.RETURN and window.is_late):
        raise Invalid("claims.wish_unfit", field="wish")
    if not new.lines:
        raise Invalid("claims.lines_missing", field="lines")
    by_id = {line.line_id: line for line in window.lines}
    asked: dict[int, int] = {}
    for wanted in new.lines:
        line = by_id.get(wanted.line_id)
        if line is None or wanted.line_id in asked:
            raise NotFound
        asked[wanted.line_id] = _asked_of(line, wanted, new.wish)
    if sum(asked.values()) > window.goods:
        raise Invalid("claims.too_much", field="lines", most=window.goods)
    return asked


def _asked_of(line: LineWindow, wanted: Wanted, wish: Remedy) -> int:
    field = f"line_{line.line_id}"
    if not line.is_open:
        raise Invalid("claims.line_closed", field=field)
    if not 1 <= wanted.quantity <= line.pieces:
        raise Invalid("claims.too_many_pieces", field=field, most=line.pieces)
    price = min(line.price_of(wanted.quantity), line.left)
    if wanted.amount is None or wish is not Remedy.MONEY:
        return price
    if not 1 <= wanted.amount <= price:
        raise Invalid("claims.amount_unfit", field=f"amount_{line.line_id}", most=price)
    return wanted.amount


def _take_pieces(wanted: Wanted) -> None:
    """Count pieces as claimed: a guarded update, so that nobody claims more than was bought."""
    line = OrderLine.id == wanted.line_id
    fits = OrderLine.claimed + wanted.quantity <= OrderLine.quantity
    taken = sa.update(OrderLine).where(line, fits).values(claimed=OrderLine.claimed + wanted.quantity)
    if db.session.execute(taken.returning(OrderLine.id)).scalar_one_or_none() is None:
        raise Stale("claims.moved_on")
