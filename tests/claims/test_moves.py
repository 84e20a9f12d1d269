"""Every move of a claim, by everybody: what the plan draws can be done, all else is refused."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.claims import services
from marketplace.claims.models import Claim, ClaimStep
from marketplace.claims.rules import CLOCKS, ENDED, OPEN, PLAN, TURN, Act, ClaimState, Party, Remedy
from marketplace.core import settings
from marketplace.core.actor import SYSTEM, Actor, Grant, Right, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from tests import make as market
from tests.books import faults
from tests.claims.conftest import Ordering
from tests.make import claims as make
from tools.draw_claims import PAGE, page

Doing = Callable[[int, Actor, Buyer], None]
ADMIN = Actor(None, "Admin", frozenset({market.OPERATOR}))


def _judge(verb: Callable[..., None]) -> Doing:
    return lambda claim_id, actor, buyer: verb(actor, claim_id, {}, 0, make.said())


def _shops(verb: Callable[..., None]) -> Doing:
    return lambda claim_id, actor, buyer: verb(actor, claim_id, make.said())


def _buyers(verb: Callable[..., None]) -> Doing:
    return lambda claim_id, actor, buyer: verb(buyer, claim_id, make.said())


def _refuse(claim_id: int, actor: Actor, buyer: Buyer) -> None:
    services.offer(actor, claim_id, Remedy.NOTHING, 0, 0, make.said())


DOINGS: dict[tuple[Party, Act], Doing] = {
    (Party.SHOP, Act.AGREE): _shops(services.agree),
    (Party.SHOP, Act.OFFER): _refuse,
    (Party.SHOP, Act.RECEIVE): _shops(services.receive),
    (Party.SHOP, Act.ESCALATE): _shops(services.dispute_return),
    (Party.SHOP, Act.SEND_SWAP): _shops(services.send_swap),
    (Party.SHOP, Act.APPEAL): _shops(services.appeal_for_shop),
    (Party.BUYER, Act.ACCEPT): _buyers(services.accept),
    (Party.BUYER, Act.ESCALATE): _buyers(services.escalate),
    (Party.BUYER, Act.WITHDRAW): _buyers(services.withdraw),
    (Party.BUYER, Act.SEND_BACK): _buyers(services.send_back),
    (Party.BUYER, Act.CONFIRM): _buyers(services.confirm),
    (Party.BUYER, Act.APPEAL): _buyers(services.appeal),
    (Party.OPERATOR, Act.DECIDE): _judge(services.decide),
    (Party.OPERATOR, Act.CONCLUDE): _judge(services.conclude),
}
DRAWN = {(move.start, move.who, move.act) for move in PLAN}


def brought(ordered: Ordering, state: ClaimState) -> Claim:
    order = ordered()
    with transaction():
        return make.bring(make.claim(order), state)


@pytest.mark.parametrize("state", list(ClaimState))
def test_what_is_drawn_can_be_done_and_nothing_else(db: SQLAlchemy, ordered: Ordering, state: ClaimState) -> None:
    """In each state each side tries each of its acts."""
    claim = brought(ordered, state)
    for (party, act), do in DOINGS.items():
        nested = db.session.begin_nested()
        actor = ADMIN if party is Party.OPERATOR else SYSTEM
        try:
            do(claim.id, actor, make.BUYER)
            done = True
        except Stale:
            done = False
        nested.rollback()
        db.session.expire_all()
        assert done == ((state, party, act) in DRAWN), (state, party, act)


@pytest.mark.parametrize("state", list(ClaimState))
def test_the_clock_acts_in_every_open_state_and_in_no_other(
    db: SQLAlchemy, ordered: Ordering, state: ClaimState
) -> None:
    claim = brought(ordered, state)
    if state in ENDED:
        with pytest.raises(Stale), transaction():
            services.by_default(claim.id)
        return
    with pytest.raises(Stale), transaction():
        services.by_default(claim.id)
    with transaction():
        make.lapse(claim)
    assert any(move.start is state and move.to is claim.state and move.who is Party.CLOCK for move in PLAN)
    while claim.state in OPEN:
        with transaction():
            make.lapse(claim)
    assert faults() == []


@pytest.mark.parametrize("way", DOINGS, ids=lambda way: f"{way[0]}-{way[1]}")
def test_nobody_acts_for_another_side(
    db: SQLAlchemy, ordered: Ordering, way: tuple[Party, Act], yuli: Person, budi: Person, admin: Person
) -> None:
    """The act is offered to everybody but the side whose it is: nothing happens, and nothing is told."""
    party, _act = way
    start = next(move.start for move in PLAN if (move.who, move.act) == way)
    claim = brought(ordered, start)
    other = market.person("Siti")
    people = {Party.BUYER: budi, Party.SHOP: yuli, Party.OPERATOR: admin, None: other}
    for side, someone in people.items():
        if side is party:
            continue
        actor = market.actor_of(someone)
        with pytest.raises(NotAllowed), transaction():
            DOINGS[way](claim.id, actor, Buyer(actor))
    assert claim.state is start


@pytest.mark.parametrize(
    ("rights", "may_answer", "may_pay"),
    [({Right.ORDERS}, True, False), ({Right.ORDERS, Right.MONEY}, True, True), ({Right.MONEY}, False, False)],
)
def test_paying_back_takes_the_right_to_the_shops_money(
    db: SQLAlchemy, ordered: Ordering, rights: set[Right], may_answer: bool, may_pay: bool
) -> None:
    order = ordered()
    dodi = market.person("Dodi", roles=[Grant(Role.STORE_STAFF, order.store_id, frozenset(rights))])
    actor = market.actor_of(dodi)

    def may(do: Callable[[int], None]) -> bool:
        nested = db.session.begin_nested()
        try:
            do(make.claim(order).id)
        except NotAllowed:
            return False
        finally:
            nested.rollback()
            db.session.expire_all()
        return True

    assert may(lambda claim_id: services.agree(actor, claim_id, make.said())) is may_pay
    assert may(lambda claim_id: services.offer(actor, claim_id, Remedy.MONEY, 1, 0, make.said())) is may_pay
    assert may(lambda claim_id: services.offer(actor, claim_id, Remedy.RETURN, 0, 0, make.said())) is may_pay
    assert may(lambda claim_id: services.offer(actor, claim_id, Remedy.SWAP, 0, 0, make.said())) is may_answer
    assert may(lambda claim_id: services.offer(actor, claim_id, Remedy.NOTHING, 0, 0, make.said())) is may_answer


def test_another_operator_decides_an_appeal(db: SQLAlchemy, ordered: Ordering, admin: Person, second: Person) -> None:
    claim = brought(ordered, ClaimState.MEDIATION)
    first, other = market.actor_of(admin), market.actor_of(second)
    line = make.line_ids(db.session.get_one(Order, claim.order_id))[0]
    with transaction():
        services.decide(first, claim.id, {line: 10_000}, 0, make.said("Setengahnya."))
    assert (claim.state, claim.granted, claim.decided_by) == (ClaimState.DECIDED, 10_000, admin.id)
    with transaction():
        services.appeal(make.BUYER, claim.id, make.said("Kurang."))
    with pytest.raises(Stale), transaction():
        services.conclude(first, claim.id, {line: 50_000}, 0, make.said("Tetap."))
    with transaction():
        services.conclude(other, claim.id, {line: 50_000}, 0, make.said("Seluruhnya."))
    assert (claim.state, claim.granted, claim.concluded_by) == (ClaimState.REFUNDED, 50_000, second.id)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(Claim).values(concluded_by=admin.id))
    assert faults() == []


def test_an_operator_who_is_a_side_does_not_decide(db: SQLAlchemy, ordered: Ordering) -> None:
    claim = brought(ordered, ClaimState.MEDIATION)
    owner = market.person("Yuli", roles=[market.OPERATOR, Grant(Role.STORE_OWNER, claim.store_id)])
    with pytest.raises(NotAllowed), transaction():
        services.decide(market.actor_of(owner), claim.id, {}, 0, make.said())


def test_nobody_grants_more_than_was_asked(db: SQLAlchemy, ordered: Ordering, admin: Person) -> None:
    claim = brought(ordered, ClaimState.MEDIATION)
    line = make.line_ids(db.session.get_one(Order, claim.order_id))[0]
    for by_line, delivery in (({line: 50_001}, 0), ({line: -1}, 0), ({line: 0}, 1)):
        with pytest.raises(Invalid), transaction():
            services.decide(market.actor_of(admin), claim.id, by_line, delivery, make.said())


def test_steps_are_only_ever_added(db: SQLAlchemy, ordered: Ordering) -> None:
    brought(ordered, ClaimState.OFFERED)
    with pytest.raises(sa.exc.DatabaseError), transaction():
        db.session.execute(sa.update(ClaimStep).values(text="Tidak pernah saya tulis"))


def test_a_page_sent_twice_does_it_once(db: SQLAlchemy, ordered: Ordering) -> None:
    claim = brought(ordered, ClaimState.OPENED)
    said = make.said()
    for _ in range(2):
        with transaction():
            services.offer(SYSTEM, claim.id, Remedy.SWAP, 0, 0, said)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ClaimStep)) == 2


def test_each_open_state_has_a_clock_a_default_and_somebody_to_remind() -> None:
    known = {setting.key for setting in settings.defined()}
    assert set(CLOCKS) == set(TURN) == set(OPEN)
    assert set(CLOCKS.values()) <= known
    assert {move.start for move in PLAN if move.who is Party.CLOCK} == set(OPEN)
    assert all(callable(attrgetter(move.service)(services)) for move in PLAN)


def test_no_state_is_entered_twice() -> None:
    """The plan has no circle, so that a claim ends."""
    ahead: dict[ClaimState, set[ClaimState]] = {state: set() for state in ClaimState}
    for move in PLAN:
        ahead[move.start].add(move.to)

    def reach(state: ClaimState, seen: frozenset[ClaimState]) -> None:
        assert state not in seen, (state, seen)
        for to in ahead[state]:
            reach(to, seen | {state})

    reach(ClaimState.OPENED, frozenset())


def test_the_document_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python3 dev.py docs"


def test_what_the_bank_takes_up_is_over(db: SQLAlchemy, ordered: Ordering) -> None:
    claim = brought(ordered, ClaimState.MEDIATION)
    for _ in range(2):
        with transaction():
            services.overtake(claim.id)
    assert claim.state is ClaimState.OVERTAKEN
    assert faults() == []
