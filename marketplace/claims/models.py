"""Claims, what each is about, and every step of them. All sums are whole rupiah."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.claims.rules import ENDED, LONGEST_TEXT, MOST_PICTURES, Act, ClaimState, Party, Reason, Remedy
from marketplace.core.db import Base, Word, one_of

ENDINGS = ", ".join(f"'{state.value}'" for state in ClaimState if state in ENDED)
IS_OPEN = sa.text(f"state NOT IN ({ENDINGS})")


class Claim(Base):
    """What a buyer says is wrong with one order. An order has one open claim at most.

    `wish` is what she wants, `asked` and `asked_delivery` what it is worth: what lies aside meanwhile. `offer` is what
    the shop offers instead, with its sums where it is money. What is `granted` follows from an agreement or a decision.
    `due_at` is when the clock acts; `reminded_at` is of the state at hand. `decided_by` and `concluded_by` are two
    operators.
    """

    __tablename__ = "claims"
    __table_args__ = (
        one_of("state", ClaimState),
        one_of("reason", Reason),
        one_of("wish", Remedy),
        one_of("offer", Remedy),
        one_of("appealed_by", Party),
        sa.CheckConstraint("asked > 0 AND asked_delivery >= 0", name="asked_something"),
        sa.CheckConstraint("offered >= 0 AND offered <= asked", name="offered_of_asked"),
        sa.CheckConstraint(
            "offered_delivery >= 0 AND offered_delivery <= asked_delivery", name="offered_delivery_of_asked"
        ),
        sa.CheckConstraint("granted >= 0 AND granted <= asked", name="granted_of_asked"),
        sa.CheckConstraint(
            "granted_delivery >= 0 AND granted_delivery <= asked_delivery", name="granted_delivery_of_asked"
        ),
        sa.CheckConstraint("concluded_by IS NULL OR concluded_by <> decided_by", name="two_operators"),
        sa.CheckConstraint(f"(due_at IS NULL) = (state IN ({ENDINGS}))", name="open_has_a_clock"),
        sa.CheckConstraint(f"(closed_at IS NULL) = (state NOT IN ({ENDINGS}))", name="closed_has_its_time"),
        sa.UniqueConstraint("order_id", "form_key"),
        sa.Index("ix_claims_open", "order_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        sa.Index("ix_claims_due_at", "due_at"),
        sa.Index("ix_claims_state", "state", "due_at", "id"),
        sa.Index("ix_claims_store_state", "store_id", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    form_key: Mapped[str] = mapped_column(sa.String(43))
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState), default=ClaimState.OPENED)
    reason: Mapped[Reason] = mapped_column(Word(Reason))
    wish: Mapped[Remedy] = mapped_column(Word(Remedy))
    asked: Mapped[int]
    asked_delivery: Mapped[int] = mapped_column(default=0)
    offer: Mapped[Remedy | None] = mapped_column(Word(Remedy))
    offered: Mapped[int] = mapped_column(default=0)
    offered_delivery: Mapped[int] = mapped_column(default=0)
    granted: Mapped[int] = mapped_column(default=0)
    granted_delivery: Mapped[int] = mapped_column(default=0)
    appealed_by: Mapped[Party | None] = mapped_column(Word(Party))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    concluded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    refund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("refunds.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ClaimLine(Base):
    """How many pieces of an order's line a claim is about, and what is asked and granted for them."""

    __tablename__ = "claim_lines"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("asked > 0", name="asked_something"),
        sa.CheckConstraint("granted >= 0 AND granted <= asked", name="granted_of_asked"),
    )

    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claims.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    asked: Mapped[int]
    granted: Mapped[int] = mapped_column(default=0)


class ClaimStep(Base):
    """One step of a claim: who did what, and said what. Append-only.

    `state` is where it led. `amount` is the rupiah that the step names, delivery included. `form_key` is the page's
    that it was sent from: sent twice, it is done once.
    """

    __tablename__ = "claim_steps"
    __table_args__ = (
        one_of("act", Act),
        one_of("party", Party),
        one_of("state", ClaimState),
        one_of("remedy", Remedy),
        sa.CheckConstraint(f"length(text) <= {LONGEST_TEXT}", name="text_length"),
        sa.UniqueConstraint("claim_id", "form_key"),
        sa.Index("ix_claim_steps_claim_id", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claims.id"))
    act: Mapped[Act] = mapped_column(Word(Act))
    party: Mapped[Party] = mapped_column(Word(Party))
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState))
    remedy: Mapped[Remedy | None] = mapped_column(Word(Remedy))
    amount: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    is_helped: Mapped[bool] = mapped_column(default=False)
    form_key: Mapped[str | None] = mapped_column(sa.String(43))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class ClaimPicture(Base):
    """A picture with a step: a private file, for the two sides and, while they mediate, the operators."""

    __tablename__ = "claim_pictures"
    __table_args__ = (sa.CheckConstraint(f"position BETWEEN 1 AND {MOST_PICTURES}", name="position_in_bounds"),)

    step_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_steps.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media_files.id"), unique=True)
