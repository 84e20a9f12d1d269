"""What the buyer does with her claim, what operators decide, and what happens by itself."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.claims.models import Claim
from marketplace.claims.policies import can_claim, can_mediate
from marketplace.claims.rules import ENDED, Act, ClaimState, Party, Remedy, carried_out
from marketplace.claims.services.clocks import SMALL_AMOUNT
from marketplace.claims.services.opening import check
from marketplace.claims.services.steps import (
    SILENT,
    Said,
    end_state,
    grant,
    grant_as_asked,
    grant_sum,
    is_done,
    lines_of,
    locked,
    move,
    settle,
)
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer

# --- the buyer ---------------------------------------------------------------


def accept(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The buyer takes what the shop offers. Raises NotFound, NotAllowed, Stale."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if not is_done(claim, said):
        _take_offer(buyer.actor, Party.BUYER, claim, order, Act.ACCEPT, said)


def escalate(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The buyer asks the market to decide. Raises NotFound, NotAllowed, Stale; Invalid without a reason."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(buyer.actor, Party.BUYER, claim, order, Act.ESCALATE, ClaimState.MEDIATION, said)


def withdraw(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The buyer takes the claim back: nothing is contested any more. Raises NotFound, NotAllowed, Stale."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if is_done(claim, said):
        return
    grant(claim, {}, 0)
    move(buyer.actor, Party.BUYER, claim, order, Act.WITHDRAW, ClaimState.WITHDRAWN, said)
    settle(buyer.actor, claim, order)


def send_back(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The goods are on their way back, and how. Raises NotFound, NotAllowed, Stale; Invalid (field text)."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(buyer.actor, Party.BUYER, claim, order, Act.SEND_BACK, ClaimState.RETURN_SENT, said)


def confirm(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The replacement has come and is right. Raises NotFound, NotAllowed, Stale."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if is_done(claim, said):
        return
    grant(claim, {}, 0)
    move(buyer.actor, Party.BUYER, claim, order, Act.CONFIRM, ClaimState.SWAPPED, said)
    settle(buyer.actor, claim, order)


def appeal(buyer: Buyer, claim_id: int, said: Said) -> None:
    """The buyer wants another operator to look at the decision. Raises NotFound, NotAllowed, Stale, Invalid."""
    claim, order = _locked_for_buyer(buyer, claim_id)
    if is_done(claim, said):
        return
    check(said)
    move(buyer.actor, Party.BUYER, claim, order, Act.APPEAL, ClaimState.APPEALED, said)
    claim.appealed_by = Party.BUYER
    db.session.flush()


# --- operators ---------------------------------------------------------------


def decide(actor: Actor, claim_id: int, by_line: Mapping[int, int], delivery: int, said: Said) -> None:
    """An operator decides: so many rupiah of each line, and of the delivery fee, with a reason that both sides read.

    The money stays aside until the time to appeal is over. Raises NotFound; NotAllowed for who is no operator or one
    of the sides; Stale; Invalid (fields text, line_<id>, delivery).
    """
    claim, order = _locked_for_operator(actor, claim_id)
    if is_done(claim, said):
        return
    total = _judge(claim, by_line, delivery, said)
    claim.decided_by = actor.person_id
    move(actor, Party.OPERATOR, claim, order, Act.DECIDE, ClaimState.DECIDED, said, Remedy.MONEY, total)


def conclude(actor: Actor, claim_id: int, by_line: Mapping[int, int], delivery: int, said: Said) -> None:
    """Another operator decides for good, after an appeal: the money moves at once.

    Raises as `decide` does; Stale (claims.another_operator) for who decided first.
    """
    claim, order = _locked_for_operator(actor, claim_id)
    if is_done(claim, said):
        return
    if claim.decided_by is not None and claim.decided_by == actor.person_id:
        raise Stale("claims.another_operator")
    total = _judge(claim, by_line, delivery, said)
    if claim.decided_by is not None:
        claim.concluded_by = actor.person_id
    move(actor, Party.OPERATOR, claim, order, Act.CONCLUDE, end_state(claim), said, Remedy.MONEY, total)
    settle(actor, claim, order)


def _judge(claim: Claim, by_line: Mapping[int, int], delivery: int, said: Said) -> int:
    check(said)
    for line in lines_of(claim.id):
        if not 0 <= by_line.get(line.line_id, 0) <= line.asked:
            raise Invalid("claims.amount_unfit", field=f"line_{line.line_id}", most=line.asked)
    if not 0 <= delivery <= claim.asked_delivery:
        raise Invalid("claims.amount_unfit", field="delivery", most=claim.asked_delivery)
    known = {line.line_id for line in lines_of(claim.id)}
    return grant(claim, {line_id: amount for line_id, amount in by_line.items() if line_id in known}, delivery)


# --- by itself ---------------------------------------------------------------


def by_default(claim_id: int) -> Claim:
    """The time of a state is over: what happens when nobody says anything. Raises NotFound; Stale when it is not."""
    claim, order = locked(claim_id)
    if claim.due_at is None or claim.due_at > now():
        raise Stale("claims.moved_on")
    _DEFAULTS[claim.state](claim, order)
    return claim


def overtake(claim_id: int) -> None:
    """The buyer's bank has taken the matter up, or the money went back another way. Safe to repeat."""
    claim, order = locked(claim_id)
    if claim.state in ENDED:
        return
    grant(claim, {}, 0)
    move(SYSTEM, Party.BANK, claim, order, Act.OVERTAKE, ClaimState.OVERTAKEN)
    settle(SYSTEM, claim, order)


def _shop_is_silent(claim: Claim, order: Order) -> None:
    """Small sums of money go back; all else is for an operator."""
    asked = claim.asked + claim.asked_delivery
    if claim.wish is Remedy.MONEY and asked <= SMALL_AMOUNT.today():
        _pay_back(claim, order, grant_as_asked(claim))
    else:
        _lapse(claim, order, ClaimState.MEDIATION)


def _offer_stands(claim: Claim, order: Order) -> None:
    _take_offer(SYSTEM, Party.CLOCK, claim, order, Act.LAPSE, SILENT)


def _nothing_sent_back(claim: Claim, order: Order) -> None:
    grant(claim, {}, 0)
    _lapse(claim, order, ClaimState.REFUSED)


def _return_stands(claim: Claim, order: Order) -> None:
    _pay_back(claim, order, claim.granted + claim.granted_delivery)


def _no_swap_sent(claim: Claim, order: Order) -> None:
    _pay_back(claim, order, grant_as_asked(claim))


def _swap_is_right(claim: Claim, order: Order) -> None:
    grant(claim, {}, 0)
    _lapse(claim, order, ClaimState.SWAPPED)


def _nobody_decided(claim: Claim, order: Order) -> None:
    """As the shop offered in money; where it did not, half of what was asked. Each side may still appeal."""
    if claim.offer is Remedy.MONEY:
        total = grant_sum(claim, claim.offered, claim.offered_delivery)
    else:
        total = grant_sum(claim, claim.asked // 2, claim.asked_delivery // 2)
    move(SYSTEM, Party.CLOCK, claim, order, Act.LAPSE, ClaimState.DECIDED, SILENT, Remedy.MONEY, total)


def _decision_stands(claim: Claim, order: Order) -> None:
    total = claim.granted + claim.granted_delivery
    move(SYSTEM, Party.CLOCK, claim, order, Act.LAPSE, end_state(claim), SILENT, Remedy.MONEY, total)
    settle(SYSTEM, claim, order)


_DEFAULTS = {
    ClaimState.OPENED: _shop_is_silent,
    ClaimState.OFFERED: _offer_stands,
    ClaimState.RETURN_DUE: _nothing_sent_back,
    ClaimState.RETURN_SENT: _return_stands,
    ClaimState.SWAP_DUE: _no_swap_sent,
    ClaimState.SWAP_SENT: _swap_is_right,
    ClaimState.MEDIATION: _nobody_decided,
    ClaimState.DECIDED: _decision_stands,
    ClaimState.APPEALED: _decision_stands,
}


def _lapse(claim: Claim, order: Order, to: ClaimState) -> None:
    move(SYSTEM, Party.CLOCK, claim, order, Act.LAPSE, to)
    if to in ENDED:
        settle(SYSTEM, claim, order)


def _pay_back(claim: Claim, order: Order, total: int) -> None:
    move(SYSTEM, Party.CLOCK, claim, order, Act.LAPSE, ClaimState.REFUNDED, SILENT, Remedy.MONEY, total)
    settle(SYSTEM, claim, order)


def _take_offer(actor: Actor, party: Party, claim: Claim, order: Order, act: Act, said: Said) -> None:
    """What the shop offers is agreed on."""
    if claim.offer is None:
        raise Stale("claims.moved_on")
    total = 0
    if claim.offer is Remedy.MONEY:
        total = grant_sum(claim, claim.offered, claim.offered_delivery)
    elif claim.offer is not Remedy.NOTHING:
        total = grant_as_asked(claim)
    to = carried_out(claim.offer)
    move(actor, party, claim, order, act, to, said, claim.offer, total)
    if to in ENDED:
        settle(actor, claim, order)


def _locked_for_buyer(buyer: Buyer, claim_id: int) -> tuple[Claim, Order]:
    claim, order = locked(claim_id)
    if not can_claim(buyer, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("claims.not_yours")
    return claim, order


def _locked_for_operator(actor: Actor, claim_id: int) -> tuple[Claim, Order]:
    claim, order = locked(claim_id)
    if not can_mediate(actor, order, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("claims.not_yours")
    return claim, order
