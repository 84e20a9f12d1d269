"""What happens at the curators' desk.

Rows are locked in one order everywhere, the product before its submissions, so that an edit and a decision at the
same moment wait for each other and never lock each other out.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision
from marketplace.catalog.rules import ProductStatus
from marketplace.catalog.services import products
from marketplace.core import audit, outbox, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_one
from marketplace.curation import queries, rules
from marketplace.curation.events import ProductTakenOff, SubmissionPassed, SubmissionRejected, SubmissionReturned
from marketplace.curation.models import Decision, Submission
from marketplace.curation.policies import can_decide, can_submit
from marketplace.curation.rules import Outcome, SubmissionStatus

Told = type[SubmissionPassed] | type[SubmissionReturned] | type[SubmissionRejected] | type[ProductTakenOff]
EVENTS: dict[Outcome, Told] = {
    Outcome.PASS: SubmissionPassed,
    Outcome.ASK_CHANGES: SubmissionReturned,
    Outcome.REJECT: SubmissionRejected,
}


def submit(actor: Actor, product_id: int, revision_id: int) -> Submission:
    """Ask the curators for the badge. An older waiting submission of the product is replaced; asking twice is once.

    A revision that was returned may be handed in again as it is, say when only the shop's NIB was missing.
    Raises NotFound, NotAllowed, and Stale when the revision is not the newest or its decision is final.
    """
    product = lock_one(Product, product_id)
    if not can_submit(actor, product.store_id):
        raise NotAllowed("curation.not_yours")
    if product.status is ProductStatus.ARCHIVED or _newest_revision(product_id) != revision_id:
        raise Stale("curation.not_newest")
    held = db.session.scalar(sa.select(Submission).where(Submission.revision_id == revision_id))
    if held is not None:
        return _hand_in_again(actor, held)
    _replace_waiting(product_id)
    submission = Submission(
        product_id=product_id,
        revision_id=revision_id,
        store_id=product.store_id,
        status=SubmissionStatus.WAITING,
        submitted_at=now(),
    )
    db.session.add(submission)
    db.session.flush()
    _note_submitted(actor, submission)
    return submission


def enter_queue(store_id: int) -> None:
    """The shop opens: what its people prepared while it waited comes to the curators now, and their clock begins."""
    db.session.execute(
        sa.update(Submission)
        .where(Submission.store_id == store_id, Submission.status == SubmissionStatus.WAITING)
        .values(submitted_at=now())
    )


def pass_submission(actor: Actor, submission_id: int, checks: Mapping[str, bool]) -> Submission:
    """Put the judged revision live with the badge: exactly the words and pictures the curator saw.

    `checks` are names of `rules.CHECKS`, kept with the decision. Raises NotFound, NotAllowed, Stale, and Invalid
    while a mandatory certificate is missing, ill-formed or expired.
    """
    submission = _open_for(actor, submission_id)
    lacking = queries.lacking(submission)
    if lacking:
        kinds = ", ".join(lack.about.label for lack in lacking)
        raise Invalid("curation.certificates_lacking", kinds=kinds)
    products.put_live(submission.product_id, submission.revision_id, curated=True)
    revision.touch()
    return _decide(actor, submission, Outcome.PASS, checks=checks)


def ask_changes(actor: Actor, submission_id: int, reason: str, note: str) -> Submission:
    """Send the revision back; what is live stays live. Raises NotFound, NotAllowed, Stale, Invalid (reason, note)."""
    _check_reason(reason, note)
    return _decide(actor, _open_for(actor, submission_id), Outcome.ASK_CHANGES, reason, note.strip())


def reject(actor: Actor, submission_id: int, reason: str, note: str) -> Submission:
    """The revision does not pass, for good. Raises NotFound, NotAllowed, Stale, Invalid (reason, note)."""
    _check_reason(reason, note)
    return _decide(actor, _open_for(actor, submission_id), Outcome.REJECT, reason, note.strip())


def take_off(actor: Actor, product_id: int, reason: str, note: str) -> None:
    """An operator takes a product off sale; its newest words come back to its seller to be mended, with the reason.

    Words that were rejected stay rejected. Raises NotFound, NotAllowed, Invalid (reason, note), and Stale when it is
    not on sale any more.
    """
    _check_reason(reason, note)
    products.take_off(actor, product_id)
    submission = _submission_of_newest(product_id)
    is_rejected = submission.status is SubmissionStatus.REJECTED
    outcome = Outcome.REJECT if is_rejected else Outcome.ASK_CHANGES
    _decide(actor, submission, outcome, reason, note.strip(), event=ProductTakenOff)


def _submission_of_newest(product_id: int) -> Submission:
    """The submission of a product's newest words, as handed in now where they never were. The product is locked."""
    revision_id = _newest_revision(product_id)
    held = db.session.scalar(sa.select(Submission).where(Submission.revision_id == revision_id))
    if held is not None:
        return held
    _replace_waiting(product_id)
    made = Submission(
        product_id=product_id,
        revision_id=revision_id,
        store_id=db.session.get_one(Product, product_id).store_id,
        status=SubmissionStatus.WAITING,
        submitted_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _open_for(actor: Actor, submission_id: int) -> Submission:
    """The submission, locked, if the actor may decide on it now."""
    product = lock_one(Product, queries.on_desk(submission_id).product_id)
    submission = lock_one(Submission, submission_id)
    if not can_decide(actor, submission):
        raise NotAllowed("curation.not_yours")
    if submission.status is SubmissionStatus.REPLACED:
        raise Stale("curation.replaced")
    if submission.status is not SubmissionStatus.WAITING:
        raise Stale("curation.already_decided")
    if product.status is ProductStatus.ARCHIVED:
        raise Stale("curation.product_gone")
    return submission


def _decide(
    actor: Actor,
    submission: Submission,
    outcome: Outcome,
    reason: str = "",
    note: str = "",
    checks: Mapping[str, bool] | None = None,
    event: Told | None = None,
) -> Submission:
    submission.status = rules.STATUS_AFTER[outcome]
    ticked = {name: bool(value) for name, value in (checks or {}).items() if name in rules.CHECKS}
    decision = Decision(
        submission_id=submission.id,
        curator_id=actor.person_id,
        outcome=outcome,
        reason=reason,
        note=note,
        checks=ticked,
        decided_at=now(),
    )
    db.session.add(decision)
    db.session.flush()
    audit.record(
        actor,
        f"curation.{submission.status.value}",
        "submission",
        submission.id,
        product=submission.product_id,
        revision=submission.revision_id,
        reason=reason,
    )
    outbox.emit((event or EVENTS[outcome])(submission.id, decision.id))
    return submission


def _hand_in_again(actor: Actor, submission: Submission) -> Submission:
    if submission.status is SubmissionStatus.WAITING:
        return submission
    if submission.status is not SubmissionStatus.RETURNED:
        raise Stale("curation.already_decided")
    submission.status = SubmissionStatus.WAITING
    submission.submitted_at = now()
    db.session.flush()
    _note_submitted(actor, submission)
    return submission


def _replace_waiting(product_id: int) -> None:
    db.session.execute(
        sa.update(Submission)
        .where(Submission.product_id == product_id, Submission.status == SubmissionStatus.WAITING)
        .values(status=SubmissionStatus.REPLACED)
    )


def _newest_revision(product_id: int) -> int | None:
    newest = (
        sa.select(ProductRevision.id)
        .where(ProductRevision.product_id == product_id)
        .order_by(ProductRevision.number.desc())
        .limit(1)
    )
    return db.session.scalar(newest)


def _note_submitted(actor: Actor, submission: Submission) -> None:
    audit.record(
        actor,
        "curation.submitted",
        "submission",
        submission.id,
        product=submission.product_id,
        revision=submission.revision_id,
    )


def _check_reason(reason: str, note: str) -> None:
    if reason not in rules.REASONS:
        raise Invalid("curation.reason_needed", field="reason")
    if not rules.SHORTEST_NOTE <= len(note.strip()) <= rules.LONGEST_NOTE:
        raise Invalid("curation.note_needed", field="note", minimum=rules.SHORTEST_NOTE, maximum=rules.LONGEST_NOTE)
