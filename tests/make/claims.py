"""Claims for tests, opened and moved on by the real services."""

from __future__ import annotations

from itertools import count

from marketplace.claims import services
from marketplace.claims.models import Claim, ClaimPicture, ClaimStep
from marketplace.claims.rules import Act, ClaimState, Party, Reason, Remedy
from marketplace.claims.services import NewClaim, Said, Wanted
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.policies import Buyer

_numbers = count(1)
BUYER = Buyer(SYSTEM)


def said(text: str = "Kainnya sobek di tepi.") -> Said:
    """Words, sent from a page of their own."""
    return Said(f"kunci-komplain-{next(_numbers):06d}", text)


def line_ids(order: Order) -> list[int]:
    """The ids of an order's lines."""
    return [row.id for row in db.session.query(OrderLine).filter_by(order_id=order.id).order_by(OrderLine.id)]


def claim(
    order: Order,
    *,
    quantity: int = 1,
    amount: int | None = None,
    wish: Remedy = Remedy.MONEY,
    reason: Reason = Reason.DAMAGED,
    with_delivery: bool = False,
    buyer: Buyer = BUYER,
) -> Claim:
    """A claim on pieces of the order's first line. Call it inside `transaction()` or a rolled-back test."""
    wanted = [Wanted(line_ids(order)[0], quantity, amount)]
    made = services.open_claim(buyer, order.id, NewClaim(reason, wish, wanted, with_delivery), said())
    assert made is not None
    return made


def bare(order: Order, media_id: int) -> ClaimStep:
    """The one step, with a picture, of a claim on any order: written past the services, so nothing lies aside."""
    values = {"reason": Reason.DAMAGED, "wish": Remedy.MONEY, "asked": 1, "opened_at": now(), "due_at": now()}
    made = Claim(order_id=order.id, store_id=order.store_id, form_key=said().form_key, **values)
    db.session.add(made)
    db.session.flush()
    step = ClaimStep(claim_id=made.id, act=Act.OPEN, party=Party.BUYER, state=ClaimState.OPENED, at=now())
    db.session.add(step)
    db.session.flush()
    db.session.add(ClaimPicture(step_id=step.id, position=1, media_id=media_id))
    db.session.flush()
    return step


def lapse(made: Claim) -> None:
    """Let the time of the state at hand pass."""
    assert made.due_at is not None
    with travel(made.due_at):
        services.by_default(made.id)


def bring(made: Claim, to: ClaimState) -> Claim:
    """Bring an opened claim to a state, each side as the market itself."""
    _WAYS[to](made.id)
    return made


def _offered(claim_id: int, remedy: Remedy = Remedy.NOTHING) -> None:
    services.offer(SYSTEM, claim_id, remedy, 1 if remedy is Remedy.MONEY else 0, 0, said())


def _accepted(claim_id: int, remedy: Remedy) -> None:
    _offered(claim_id, remedy)
    services.accept(BUYER, claim_id, said())


def _return_sent(claim_id: int) -> None:
    _accepted(claim_id, Remedy.RETURN)
    services.send_back(BUYER, claim_id, said())


def _swap_sent(claim_id: int) -> None:
    _accepted(claim_id, Remedy.SWAP)
    services.send_swap(SYSTEM, claim_id, said())


def _mediated(claim_id: int) -> None:
    _offered(claim_id)
    services.escalate(BUYER, claim_id, said())


def _decided(claim_id: int) -> None:
    _mediated(claim_id)
    made = db.session.get_one(Claim, claim_id)
    lapse(made)


def _appealed(claim_id: int) -> None:
    _decided(claim_id)
    services.appeal(BUYER, claim_id, said())


_WAYS = {
    ClaimState.OPENED: lambda claim_id: None,
    ClaimState.OFFERED: _offered,
    ClaimState.RETURN_DUE: lambda claim_id: _accepted(claim_id, Remedy.RETURN),
    ClaimState.RETURN_SENT: _return_sent,
    ClaimState.SWAP_DUE: lambda claim_id: _accepted(claim_id, Remedy.SWAP),
    ClaimState.SWAP_SENT: _swap_sent,
    ClaimState.MEDIATION: _mediated,
    ClaimState.DECIDED: _decided,
    ClaimState.APPEALED: _appealed,
    ClaimState.REFUNDED: lambda claim_id: _accepted(claim_id, Remedy.MONEY),
    ClaimState.SWAPPED: lambda claim_id: (_swap_sent(claim_id), services.confirm(BUYER, claim_id, said())),
    ClaimState.REFUSED: lambda claim_id: _accepted(claim_id, Remedy.NOTHING),
    ClaimState.WITHDRAWN: lambda claim_id: services.withdraw(BUYER, claim_id, said()),
    ClaimState.OVERTAKEN: services.overtake,
}
