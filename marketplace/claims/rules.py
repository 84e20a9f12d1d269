"""The life of a claim. Every move is a row of `PLAN`: who makes it, what it does, which clock makes it by itself.

A claim is settled within days by the two sides; where they do not agree an operator decides, and once another one
looks again. The states have no circle: each is entered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketplace.core.money import split

LONGEST_TEXT = 1000
MOST_PICTURES = 4


class Reason(StrEnum):
    """What is wrong."""

    WRONG = "wrong"
    DAMAGED = "damaged"
    MISSING = "missing"
    NOT_AS_DESCRIBED = "not_as_described"
    SPOILED = "spoiled"
    NEVER_CAME = "never_came"


class Remedy(StrEnum):
    """How it is made good. RETURN: the goods go back first, then the money. NOTHING: the shop refuses."""

    MONEY = "money"
    RETURN = "return"
    SWAP = "swap"
    NOTHING = "nothing"


class Party(StrEnum):
    """Who makes a move. BANK: the money went back another way."""

    BUYER = "buyer"
    SHOP = "shop"
    OPERATOR = "operator"
    CLOCK = "clock"
    BANK = "bank"


class ClaimState(StrEnum):
    """Where a claim stands. OPENED waits for the shop's answer, OFFERED for the buyer's."""

    OPENED = "opened"
    OFFERED = "offered"
    RETURN_DUE = "return_due"
    RETURN_SENT = "return_sent"
    SWAP_DUE = "swap_due"
    SWAP_SENT = "swap_sent"
    MEDIATION = "mediation"
    DECIDED = "decided"
    APPEALED = "appealed"
    REFUNDED = "refunded"
    SWAPPED = "swapped"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Act(StrEnum):
    """What is done. The claim keeps each as a step that both sides read."""

    OPEN = "open"
    AGREE = "agree"
    OFFER = "offer"
    ACCEPT = "accept"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    SEND_SWAP = "send_swap"
    CONFIRM = "confirm"
    DECIDE = "decide"
    APPEAL = "appeal"
    CONCLUDE = "conclude"
    LAPSE = "lapse"
    OVERTAKE = "overtake"


S, P, A = ClaimState, Party, Act
ENDED = frozenset({S.REFUNDED, S.SWAPPED, S.REFUSED, S.WITHDRAWN, S.OVERTAKEN})
OPEN = frozenset(S) - ENDED
WITH_OPERATOR = frozenset({S.MEDIATION, S.APPEALED})
MEDIATED = frozenset({S.MEDIATION, S.DECIDED, S.APPEALED})
"""While a claim stands here, operators may read what the two sides wrote to each other."""

TURN: dict[ClaimState, tuple[Party, ...]] = {
    S.OPENED: (P.SHOP,),
    S.OFFERED: (P.BUYER,),
    S.RETURN_DUE: (P.BUYER,),
    S.RETURN_SENT: (P.SHOP,),
    S.SWAP_DUE: (P.SHOP,),
    S.SWAP_SENT: (P.BUYER,),
    S.MEDIATION: (P.OPERATOR,),
    S.DECIDED: (P.BUYER, P.SHOP),
    S.APPEALED: (P.OPERATOR,),
}
"""Who is to act next, and is reminded before the clock does it."""
FOR_SHOP = frozenset(state for state, parties in TURN.items() if P.SHOP in parties and state is not S.DECIDED)

CLOCKS: dict[ClaimState, str] = {
    S.OPENED: "claims.answer_hours",
    S.OFFERED: "claims.offer_days",
    S.RETURN_DUE: "claims.return_days",
    S.RETURN_SENT: "claims.receive_days",
    S.SWAP_DUE: "claims.swap_days",
    S.SWAP_SENT: "claims.swapped_days",
    S.MEDIATION: "claims.mediation_days",
    S.DECIDED: "claims.appeal_days",
    S.APPEALED: "claims.second_days",
}
"""The dated setting that says how long a state lasts."""


@dataclass(frozen=True)
class Move:
    """One way a claim moves. `service` is the function that makes it, below `marketplace.claims.services`."""

    start: ClaimState
    to: ClaimState
    who: Party
    act: Act
    what: str
    service: str
    then: str

    @property
    def clock(self) -> str:
        """The setting that says when it happens by itself; '' where somebody makes it."""
        return CLOCKS[self.start] if self.who is Party.CLOCK else ""


_PAID = "money freed, refund promised"
_KEPT = "money freed, it is the shop's"
_STAYS = "money stays aside"
PLAN = (
    Move(S.OPENED, S.REFUNDED, P.SHOP, A.AGREE, "agrees, money was asked", "agree", _PAID),
    Move(S.OPENED, S.RETURN_DUE, P.SHOP, A.AGREE, "agrees, a return was asked", "agree", _STAYS),
    Move(S.OPENED, S.SWAP_DUE, P.SHOP, A.AGREE, "agrees, a replacement was asked", "agree", _STAYS),
    Move(S.OPENED, S.OFFERED, P.SHOP, A.OFFER, "offers something else, or refuses with a reason", "offer", _STAYS),
    Move(S.OPENED, S.REFUNDED, P.CLOCK, A.LAPSE, "the shop is silent, a small amount of money", "by_default", _PAID),
    Move(S.OPENED, S.MEDIATION, P.CLOCK, A.LAPSE, "the shop is silent", "by_default", _STAYS),
    Move(S.OFFERED, S.REFUNDED, P.BUYER, A.ACCEPT, "takes the money offered", "accept", _PAID),
    Move(S.OFFERED, S.RETURN_DUE, P.BUYER, A.ACCEPT, "will send the goods back", "accept", _STAYS),
    Move(S.OFFERED, S.SWAP_DUE, P.BUYER, A.ACCEPT, "takes a replacement", "accept", _STAYS),
    Move(S.OFFERED, S.REFUSED, P.BUYER, A.ACCEPT, "leaves it at the refusal", "accept", _KEPT),
    Move(S.OFFERED, S.MEDIATION, P.BUYER, A.ESCALATE, "asks the market to decide", "escalate", _STAYS),
    Move(S.OFFERED, S.REFUNDED, P.CLOCK, A.LAPSE, "money was offered: it stands", "by_default", _PAID),
    Move(S.OFFERED, S.RETURN_DUE, P.CLOCK, A.LAPSE, "a return was offered: it stands", "by_default", _STAYS),
    Move(S.OFFERED, S.SWAP_DUE, P.CLOCK, A.LAPSE, "a replacement was offered: it stands", "by_default", _STAYS),
    Move(S.OFFERED, S.REFUSED, P.CLOCK, A.LAPSE, "the refusal stands", "by_default", _KEPT),
    Move(S.RETURN_DUE, S.RETURN_SENT, P.BUYER, A.SEND_BACK, "has sent the goods, and how", "send_back", _STAYS),
    Move(S.RETURN_DUE, S.REFUSED, P.CLOCK, A.LAPSE, "the goods were not sent", "by_default", _KEPT),
    Move(S.RETURN_SENT, S.REFUNDED, P.SHOP, A.RECEIVE, "has the goods back", "receive", _PAID),
    Move(S.RETURN_SENT, S.MEDIATION, P.SHOP, A.ESCALATE, "has them not, or not as agreed", "dispute_return", _STAYS),
    Move(S.RETURN_SENT, S.REFUNDED, P.CLOCK, A.LAPSE, "the shop is silent", "by_default", _PAID),
    Move(S.SWAP_DUE, S.SWAP_SENT, P.SHOP, A.SEND_SWAP, "has sent the replacement, and how", "send_swap", _STAYS),
    Move(S.SWAP_DUE, S.REFUNDED, P.CLOCK, A.LAPSE, "nothing was sent", "by_default", _PAID),
    Move(S.SWAP_SENT, S.SWAPPED, P.BUYER, A.CONFIRM, "has the replacement", "confirm", _KEPT),
    Move(S.SWAP_SENT, S.MEDIATION, P.BUYER, A.ESCALATE, "has it not, or it is wrong as well", "escalate", _STAYS),
    Move(S.SWAP_SENT, S.SWAPPED, P.CLOCK, A.LAPSE, "the buyer is silent", "by_default", _KEPT),
    Move(S.MEDIATION, S.DECIDED, P.OPERATOR, A.DECIDE, "decides, line by line, with a reason", "decide", _STAYS),
    Move(S.MEDIATION, S.DECIDED, P.CLOCK, A.LAPSE, "the shop's offer, or half where none was", "by_default", _STAYS),
    Move(S.DECIDED, S.APPEALED, P.BUYER, A.APPEAL, "appeals, with a reason", "appeal", _STAYS),
    Move(S.DECIDED, S.APPEALED, P.SHOP, A.APPEAL, "appeals, with a reason", "appeal_for_shop", _STAYS),
    Move(S.DECIDED, S.REFUNDED, P.CLOCK, A.LAPSE, "nobody appealed", "by_default", _PAID),
    Move(S.DECIDED, S.REFUSED, P.CLOCK, A.LAPSE, "nobody appealed, nothing was granted", "by_default", _KEPT),
    Move(S.APPEALED, S.REFUNDED, P.OPERATOR, A.CONCLUDE, "another operator decides for good", "conclude", _PAID),
    Move(S.APPEALED, S.REFUSED, P.OPERATOR, A.CONCLUDE, "another operator grants nothing", "conclude", _KEPT),
    Move(S.APPEALED, S.REFUNDED, P.CLOCK, A.LAPSE, "the first decision stands", "by_default", _PAID),
    Move(S.APPEALED, S.REFUSED, P.CLOCK, A.LAPSE, "the first decision granted nothing", "by_default", _KEPT),
    *(
        Move(start, S.WITHDRAWN, P.BUYER, A.WITHDRAW, "takes the claim back", "withdraw", "money and pieces freed")
        for start in ClaimState
        if start in OPEN - {S.DECIDED, S.APPEALED}
    ),
    *(
        Move(start, S.OVERTAKEN, P.BANK, A.OVERTAKE, "her bank took it up", "overtake", "the bank decides")
        for start in ClaimState
        if start in OPEN
    ),
)
_MAY = {(move.start, move.who, move.act, move.to) for move in PLAN}


def may_move(start: ClaimState, who: Party, act: Act, to: ClaimState) -> bool:
    """Is this move drawn in the plan?"""
    return (start, who, act, to) in _MAY


def acts_of(state: ClaimState, who: Party) -> frozenset[Act]:
    """What somebody may do with a claim that stands there."""
    return frozenset(move.act for move in PLAN if move.start is state and move.who is who)


def carried_out(remedy: Remedy) -> ClaimState:
    """Where a claim goes when both sides agree on a remedy."""
    return {
        Remedy.MONEY: ClaimState.REFUNDED,
        Remedy.RETURN: ClaimState.RETURN_DUE,
        Remedy.SWAP: ClaimState.SWAP_DUE,
        Remedy.NOTHING: ClaimState.REFUSED,
    }[remedy]


def part_of(total: int, asked: Sequence[int]) -> list[int]:
    """Rupiah that are granted as one sum, shared over the lines by what was asked for each."""
    return split(total, list(asked)) if sum(asked) else [0 for _ in asked]
