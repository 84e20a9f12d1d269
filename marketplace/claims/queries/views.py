"""A claim, whole, for both sides and for operators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.claims import rules
from marketplace.claims.models import Claim, ClaimLine, ClaimPicture, ClaimStep
from marketplace.claims.rules import MEDIATED, OPEN, Act, ClaimState, Party, Reason, Remedy
from marketplace.core.db import db
from marketplace.orders.models import OrderLine
from marketplace.talks.rules import mask_phones


@dataclass(frozen=True)
class LineView:
    """What of one line is claimed: pieces, rupiah asked and granted."""

    line_id: int
    name: str
    variant_name: str
    quantity: int
    bought: int
    asked: int
    granted: int


@dataclass(frozen=True)
class StepView:
    """A step as it is shown. `author` is '' for a guest, the clock, and an account that was closed."""

    id: int
    act: Act
    party: Party
    state: ClaimState
    remedy: Remedy | None
    amount: int
    text: str
    author: str
    is_helped: bool
    at: datetime
    pictures: tuple[int, ...]


@dataclass(frozen=True)
class ClaimView:
    """A claim with its lines and steps, the first first."""

    id: int
    order_id: int
    store_id: int
    state: ClaimState
    reason: Reason
    wish: Remedy
    asked: int
    asked_delivery: int
    offer: Remedy | None
    offered: int
    offered_delivery: int
    granted: int
    granted_delivery: int
    appealed_by: Party | None
    decided_by: int | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def total_asked(self) -> int:
        """Rupiah of goods and delivery that lie aside while it is open."""
        return self.asked + self.asked_delivery

    @property
    def total_offered(self) -> int:
        return self.offered + self.offered_delivery

    @property
    def total_granted(self) -> int:
        return self.granted + self.granted_delivery

    def acts_of(self, party: Party) -> frozenset[Act]:
        """What a side may do with it now."""
        return rules.acts_of(self.state, party)


@dataclass(frozen=True)
class TimelineStep:
    """A step of a claim as the order's time line tells it."""

    act: Act
    party: Party
    state: ClaimState
    remedy: Remedy | None
    amount: int
    at: datetime


def claims_of(order_id: int) -> list[ClaimView]:
    """All claims on an order, the newest first. Four statements."""
    return _views(Claim.order_id == order_id)


def claim_view(claim_id: int) -> ClaimView | None:
    """One claim. Four statements."""
    found = _views(Claim.id == claim_id)
    return found[0] if found else None


def step_view(step_id: int) -> tuple[ClaimView, StepView] | None:
    """The claim that a step belongs to, and the step. Five statements."""
    claim_id = db.session.scalar(sa.select(ClaimStep.claim_id).where(ClaimStep.id == step_id))
    claim = claim_view(claim_id) if claim_id is not None else None
    if claim is None:
        return None
    return claim, next(step for step in claim.steps if step.id == step_id)


def timeline(order_ids: Iterable[int]) -> dict[int, list[TimelineStep]]:
    """The steps of all claims on these orders, by order, the first first. One statement."""
    query = (
        sa.select(
            Claim.order_id,
            ClaimStep.act,
            ClaimStep.party,
            ClaimStep.state,
            ClaimStep.remedy,
            ClaimStep.amount,
            ClaimStep.at,
        )
        .join(Claim, Claim.id == ClaimStep.claim_id)
        .where(Claim.order_id.in_(list(order_ids)))
        .order_by(ClaimStep.id)
    )
    found: dict[int, list[TimelineStep]] = {}
    for order_id, act, party, state, remedy, amount, at in db.session.execute(query):
        found.setdefault(order_id, []).append(TimelineStep(act, party, state, remedy, amount, at))
    return found


def is_mediated(order_id: int) -> bool:
    """Is an operator asked to decide between the two sides of this order?"""
    query = sa.select(Claim.id).where(Claim.order_id == order_id, Claim.state.in_(MEDIATED))
    return db.session.scalar(query) is not None


def picture_file(order_id: int, step_id: int, position: int) -> int | None:
    """The private file of a picture in a claim on this order."""
    query = (
        sa.select(ClaimPicture.media_id)
        .join(ClaimStep, ClaimStep.id == ClaimPicture.step_id)
        .join(Claim, Claim.id == ClaimStep.claim_id)
        .where(Claim.order_id == order_id, ClaimStep.id == step_id, ClaimPicture.position == position)
    )
    return db.session.scalar(query)


def _views(which: sa.ColumnElement[bool]) -> list[ClaimView]:
    claims = list(db.session.scalars(sa.select(Claim).where(which).order_by(Claim.id.desc())))
    ids = [claim.id for claim in claims]
    lines, steps = _lines(ids), _steps(ids)
    return [
        ClaimView(
            **{name: getattr(claim, name) for name in _PLAIN},
            lines=tuple(lines.get(claim.id, ())),
            steps=tuple(steps.get(claim.id, ())),
        )
        for claim in claims
    ]


_PLAIN = tuple(name for name in ClaimView.__dataclass_fields__ if name not in ("lines", "steps"))


def _lines(claim_ids: list[int]) -> dict[int, list[LineView]]:
    query = (
        sa.select(ClaimLine, OrderLine.product_name, OrderLine.variant_name, OrderLine.quantity)
        .join(OrderLine, OrderLine.id == ClaimLine.line_id)
        .where(ClaimLine.claim_id.in_(claim_ids))
        .order_by(ClaimLine.line_id)
    )
    found: dict[int, list[LineView]] = {}
    for line, name, variant, bought in db.session.execute(query):
        view = LineView(line.line_id, name, variant, line.quantity, bought, line.asked, line.granted)
        found.setdefault(line.claim_id, []).append(view)
    return found


def _steps(claim_ids: list[int]) -> dict[int, list[StepView]]:
    pictures: dict[int, list[int]] = {}
    places = (
        sa.select(ClaimPicture.step_id, ClaimPicture.position)
        .join(ClaimStep, ClaimStep.id == ClaimPicture.step_id)
        .where(ClaimStep.claim_id.in_(claim_ids))
        .order_by(ClaimPicture.position)
    )
    for step_id, position in db.session.execute(places):
        pictures.setdefault(step_id, []).append(position)
    query = (
        sa.select(ClaimStep, Person.name, Person.closed_at)
        .outerjoin(Person, Person.id == ClaimStep.person_id)
        .where(ClaimStep.claim_id.in_(claim_ids))
        .order_by(ClaimStep.id)
    )
    found: dict[int, list[StepView]] = {}
    for step, name, closed_at in db.session.execute(query):
        view = StepView(
            step.id,
            step.act,
            step.party,
            step.state,
            step.remedy,
            step.amount,
            mask_phones(step.text) if closed_at is not None else step.text,
            str(name or ""),
            step.is_helped,
            step.at,
            tuple(pictures.get(step.id, ())),
        )
        found.setdefault(step.claim_id, []).append(view)
    return found
