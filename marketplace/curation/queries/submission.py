"""One submission as the curator reads it, beside what the public reads now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person
from marketplace.catalog.models import (
    Category,
    Product,
    ProductRevision,
    RevisionPicture,
)
from marketplace.catalog.queries import all_attributes_of, needs_for, papers_of
from marketplace.catalog.rules import Attribute, Level, Need, allergen_names, facts_of
from marketplace.certificates.queries import CertificateRow, type_of, types
from marketplace.certificates.rules import NIB, standing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.curation import rules
from marketplace.curation.models import Decision, Submission
from marketplace.curation.queries.desk import DAYS
from marketplace.curation.rules import Change, Lack, Outcome, SubmissionStatus, Words
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.stores.models import Store
from marketplace.stores.queries import StoreCard, stores_by_ids
from marketplace.stores.rules import StoreStatus


@dataclass(frozen=True)
class PastDecision:
    """What was decided before on the product: `checks` are the names that were ticked."""

    number: int
    outcome: Outcome
    reason: str
    note: str
    checks: tuple[str, ...]
    curator: str
    decided_at: datetime

    @property
    def words(self) -> str:
        return rules.OUTCOME_WORDS[self.outcome]

    @property
    def reason_words(self) -> str:
        return rules.REASONS.get(self.reason, "")


@dataclass(frozen=True)
class SubmissionView:
    """All that a curator decides on. `lacks` keep it from passing, of `advice` the shop is only told.

    `changes` is empty for a first revision.
    """

    id: int
    product_id: int
    slug: str
    store_id: int
    status: SubmissionStatus
    submitted_at: datetime
    number: int
    day: int
    days: int
    category: str
    words: Words
    pictures: tuple[Picture, ...]
    certificates: tuple[CertificateRow, ...]
    lacks: tuple[Lack, ...]
    advice: tuple[Lack, ...]
    live_number: int | None
    changes: tuple[Change, ...]
    store: StoreCard
    store_since: datetime
    nib_standing: str
    history: tuple[PastDecision, ...]

    @property
    def is_waiting(self) -> bool:
        return self.status is SubmissionStatus.WAITING

    @property
    def is_late(self) -> bool:
        return self.is_waiting and self.day > self.days

    @property
    def status_words(self) -> str:
        return rules.STATUS_WORDS[self.status]


def submission(submission_id: int) -> Submission:
    """The bare row. Raises NotFound."""
    found = db.session.get(Submission, submission_id)
    if found is None:
        raise NotFound
    return found


def on_desk(submission_id: int) -> Submission:
    """The bare row, for curators. Raises NotFound, also while the shop is not opened."""
    statement = sa.select(Submission).join(Store, Store.id == Submission.store_id).where(Submission.id == submission_id)
    found = db.session.scalar(statement.where(Store.status != StoreStatus.PENDING))
    if found is None:
        raise NotFound
    return found


def submission_view(submission_id: int) -> SubmissionView:
    """One submission, in seven statements, and what papers goods need; one more when the category changes.

    Raises NotFound like `on_desk`.
    """
    head = _head(submission_id)
    wanted = [head.revision_id, *([head.live_revision_id] if head.live_revision_id else [])]
    revisions = _revisions(wanted)
    pictures, papers = _pictures(wanted), papers_of(wanted)
    asked = {category_id: all_attributes_of(category_id) for category_id in {r.category_id for r in revisions.values()}}
    words = {
        key: _words(row, pictures[key], papers[key].claimed, asked[row.category_id]) for key, row in revisions.items()
    }
    this, live = revisions[head.revision_id], revisions.get(head.live_revision_id)
    is_same = live is None or live.id == this.id
    needs, held = _needs(head, this), papers[this.id].standings(head.nib)
    today = clock.today()
    return SubmissionView(
        id=head.id,
        product_id=head.product_id,
        slug=head.slug,
        store_id=head.store_id,
        status=head.status,
        submitted_at=head.submitted_at,
        number=this.number,
        day=rules.working_day(head.submitted_at.astimezone(clock.WITA).date(), today),
        days=DAYS.today(),
        category=head.category,
        words=words[this.id],
        pictures=tuple(pictures[this.id]),
        certificates=(*papers[this.id].claimed, *papers[this.id].of_shop),
        lacks=tuple(rules.lacks(needs, held, types())),
        advice=tuple(rules.lacks(needs, held, types(), Level.WARN)),
        live_number=None if live is None else live.number,
        changes=() if is_same or live is None else tuple(rules.difference(words[live.id], words[this.id])),
        store=stores_by_ids([head.store_id])[head.store_id],
        store_since=head.store_since,
        nib_standing=standing(type_of(NIB), head.nib, None, today).value,
        history=tuple(_history(head.product_id)),
    )


def lacking(submission: Submission) -> list[Lack]:
    """What keeps the submission from passing. Two statements, and what papers goods need."""
    columns: tuple[Any, ...] = (
        ProductRevision.category_id,
        Category.parent_id,
        Store.nib,
        Store.created_at.label("store_since"),
        ProductRevision.is_not_halal,
        ProductRevision.is_perishable,
    )
    facts = (
        sa.select(*columns)
        .select_from(ProductRevision)
        .join(Product, Product.id == ProductRevision.product_id)
        .join(Category, Category.id == ProductRevision.category_id)
        .join(Store, Store.id == Product.store_id)
        .where(ProductRevision.id == submission.revision_id)
    )
    row = db.session.execute(facts).one()
    papers = papers_of([submission.revision_id])[submission.revision_id]
    return rules.lacks(_needs(row, row), papers.standings(row.nib), types())


@dataclass(frozen=True)
class LetterFacts:
    """What a letter to the shop tells about a decision."""

    product_name: str
    product_slug: str
    store_id: int
    store_name: str
    outcome: Outcome
    reason_words: str
    note: str
    decided_at: datetime


def letter_facts(decision_id: int) -> LetterFacts:
    """A decision with the names around it. Raises NotFound. One statement."""
    statement = (
        sa.select(
            ProductRevision.name,
            Product.slug,
            Submission.store_id,
            Store.name.label("store_name"),
            Decision.outcome,
            Decision.reason,
            Decision.note,
            Decision.decided_at,
        )
        .join(Submission, Submission.id == Decision.submission_id)
        .join(ProductRevision, ProductRevision.id == Submission.revision_id)
        .join(Product, Product.id == Submission.product_id)
        .join(Store, Store.id == Submission.store_id)
        .where(Decision.id == decision_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    reason = rules.REASONS.get(row.reason, "")
    return LetterFacts(row.name, row.slug, row.store_id, row.store_name, row.outcome, reason, row.note, row.decided_at)


def _head(submission_id: int) -> sa.Row[Any]:
    columns: tuple[Any, ...] = (
        Submission.id,
        Submission.product_id,
        Submission.revision_id,
        Submission.store_id,
        Submission.status,
        Submission.submitted_at,
        Product.slug,
        Product.live_revision_id,
        Category.name.label("category"),
        Category.parent_id,
        Store.nib,
        Store.created_at.label("store_since"),
    )
    statement = (
        sa.select(*columns)
        .join(Product, Product.id == Submission.product_id)
        .join(ProductRevision, ProductRevision.id == Submission.revision_id)
        .join(Category, Category.id == ProductRevision.category_id)
        .join(Store, Store.id == Submission.store_id)
        .where(Submission.id == submission_id, Store.status != StoreStatus.PENDING)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def _revisions(revision_ids: list[int]) -> dict[int, sa.Row[Any]]:
    origin = aliased(Region)
    columns: tuple[Any, ...] = (
        ProductRevision.id,
        ProductRevision.number,
        ProductRevision.name,
        ProductRevision.description,
        ProductRevision.composition,
        ProductRevision.unit,
        ProductRevision.is_not_halal,
        ProductRevision.is_perishable,
        ProductRevision.attributes.label("answers"),
        ProductRevision.allergens,
        ProductRevision.category_id,
        Category.name.label("category"),
        origin.name.label("origin"),
    )
    statement = sa.select(*columns).join(origin, origin.code == ProductRevision.origin_code)
    statement = statement.join(Category, Category.id == ProductRevision.category_id)
    return {row.id: row for row in db.session.execute(statement.where(ProductRevision.id.in_(revision_ids)))}


def _pictures(revision_ids: list[int]) -> dict[int, list[Picture]]:
    found: dict[int, list[Picture]] = {revision_id: [] for revision_id in revision_ids}
    statement = (
        sa.select(RevisionPicture.revision_id, MediaFile.key, MediaFile.width, MediaFile.height, RevisionPicture.alt)
        .join(MediaFile, MediaFile.id == RevisionPicture.media_id)
        .where(RevisionPicture.revision_id.in_(revision_ids))
        .order_by(RevisionPicture.position)
    )
    for row in db.session.execute(statement):
        found[row.revision_id].append(Picture(row.key, row.width, row.height, row.alt))
    return found


def _words(
    row: sa.Row[Any], pictures: list[Picture], certificates: Sequence[CertificateRow], asked: Sequence[Attribute]
) -> Words:
    return Words(
        name=row.name,
        description=row.description,
        composition=row.composition,
        unit=row.unit,
        origin=row.origin,
        is_not_halal=row.is_not_halal,
        is_perishable=row.is_perishable,
        pictures=tuple(picture.key for picture in pictures),
        certificates=tuple(f"{claim.label} {claim.number}" for claim in certificates),
        facts=facts_of(asked, row.answers),
        allergens=allergen_names(row.allergens),
        category=row.category,
    )


def _needs(head: sa.Row[Any], words: sa.Row[Any]) -> tuple[Need, ...]:
    """The papers that goods of the category with such words need today."""
    return needs_for(
        (words.category_id, head.parent_id),
        is_perishable=words.is_perishable,
        is_not_halal=words.is_not_halal,
        shop_since=head.store_since,
    )


def _history(product_id: int) -> list[PastDecision]:
    statement = (
        sa.select(
            ProductRevision.number,
            Decision.outcome,
            Decision.reason,
            Decision.note,
            Decision.checks,
            Person.name,
            Decision.decided_at,
        )
        .join(Submission, Submission.id == Decision.submission_id)
        .join(ProductRevision, ProductRevision.id == Submission.revision_id)
        .join(Person, Person.id == Decision.curator_id)
        .where(Submission.product_id == product_id)
        .order_by(Decision.decided_at, Decision.id)
    )
    return [
        PastDecision(
            row.number,
            row.outcome,
            row.reason,
            row.note,
            tuple(name for name in rules.CHECKS if row.checks.get(name)),
            row.name,
            row.decided_at,
        )
        for row in db.session.execute(statement)
    ]
