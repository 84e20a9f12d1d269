"""The shop answers a claim. Whoever agrees to pay back has the right to the shop's money besides."""

from __future__ import annotations

from marketplace.claims.models import Claim
from marketplace.claims.policies import can_answer_claim, can_give_money
from marketplace.claims.rules import Act, ClaimState, Party, Remedy, carried_out
from marketplace.claims.services.opening import check
from marketplace.claims.services.steps import (
    Said,
    end_state,
    grant_as_asked,
    is_done,
    locked,
    move,
    settle,
)
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.orders.models import Order

OFFERS = (Remedy.MONEY, Remedy.RETURN, Remedy.SWAP, Remedy.NOTHING)


def agree(actor: Actor, claim_id: int, said: Said) -> None:
    """As the buyer asked: the money goes back, or the goods do first, or others are sent.

    Sent twice from one page, it is done once, as is every act here. Raises NotFound, NotAllowed (also without the right
    to the shop's money, where money is asked), Stale when the claim has moved on.
    """
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    if claim.wish is not Remedy.SWAP:
        _need_money_right(actor, claim)
    total = grant_as_asked(claim)
    move(actor, Party.SHOP, claim, order, Act.AGREE, carried_out(claim.wish), said, claim.wish, total)
    if claim.wish is Remedy.MONEY:
        settle(actor, claim, order)


def offer(actor: Actor, claim_id: int, remedy: Remedy, goods: int, delivery: int, said: Said) -> None:
    """Something else than was asked: other money (rupiah of goods and delivery), a return, a replacement, or nothing.

    Raises NotFound, NotAllowed, Stale; Invalid (fields text, pictures, goods, delivery) without a reason, or for sums
    that are nothing or more than was asked.
    """
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    check(said)
    if remedy in (Remedy.MONEY, Remedy.RETURN):
        _need_money_right(actor, claim)
    if remedy is Remedy.MONEY:
        _check_sums(claim, goods, delivery)
        claim.offered, claim.offered_delivery = goods, delivery
    claim.offer = remedy
    total = goods + delivery if remedy is Remedy.MONEY else 0
    move(actor, Party.SHOP, claim, order, Act.OFFER, ClaimState.OFFERED, said, remedy, total)


def receive(actor: Actor, claim_id: int, said: Said) -> None:
    """The goods are back: what was agreed on goes to the buyer. Raises NotFound, NotAllowed, Stale."""
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    move(actor, Party.SHOP, claim, order, Act.RECEIVE, end_state(claim), said, None, _granted(claim))
    settle(actor, claim, order)


def dispute_return(actor: Actor, claim_id: int, said: Said) -> None:
    """The goods did not come back, or not as agreed: an operator decides.

    Raises NotFound, NotAllowed, Stale; Invalid (fields text, pictures) without a reason.
    """
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(actor, Party.SHOP, claim, order, Act.ESCALATE, ClaimState.MEDIATION, said)


def send_swap(actor: Actor, claim_id: int, said: Said) -> None:
    """The replacement is on its way, and how. Raises NotFound, NotAllowed, Stale; Invalid (field text)."""
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(actor, Party.SHOP, claim, order, Act.SEND_SWAP, ClaimState.SWAP_SENT, said)


def appeal_for_shop(actor: Actor, claim_id: int, said: Said) -> None:
    """The shop wants another operator to look at the decision.

    Raises NotFound, NotAllowed, Stale; Invalid (fields text, pictures) without a reason.
    """
    claim, order = _locked(actor, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(actor, Party.SHOP, claim, order, Act.APPEAL, ClaimState.APPEALED, said)
    claim.appealed_by = Party.SHOP
    db.session.flush()


def _locked(actor: Actor, claim_id: int) -> tuple[Claim, Order]:
    claim, order = locked(claim_id)
    if not can_answer_claim(actor, order):
        raise NotAllowed("claims.not_yours")
    return claim, order


def _need_money_right(actor: Actor, claim: Claim) -> None:
    if not can_give_money(actor, claim.store_id):
        raise NotAllowed("claims.money_right")


def _check_sums(claim: Claim, goods: int, delivery: int) -> None:
    if not 0 <= goods <= claim.asked:
        raise Invalid("claims.amount_unfit", field="goods", most=claim.asked)
    if not 0 <= delivery <= claim.asked_delivery:
        raise Invalid("claims.amount_unfit", field="delivery", most=claim.asked_delivery)
    if not goods and not delivery:
        raise Invalid("claims.amount_unfit", field="goods", most=claim.asked)


def _granted(claim: Claim) -> int:
    return claim.granted + claim.granted_delivery
