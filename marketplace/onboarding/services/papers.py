"""What the applicant says about each paper her goods ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.certificates import rules as certificates
from marketplace.certificates.queries import type_of
from marketplace.certificates.rules import HALAL
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application, ApplicationPaper
from marketplace.onboarding.rules import ApplicationStatus, PaperState, paper_item
from marketplace.onboarding.services.moving import mended, own


@dataclass(frozen=True)
class PaperAnswer:
    """What is said about a paper. `number` is as typed; `file_id` a document of the actor's own, None keeps the old."""

    state: PaperState
    number: str = ""
    valid_until: date | None = None
    file_id: int | None = None


def save_paper(actor: Actor, application_id: int, kind: str, answer: PaperAnswer) -> None:
    """Keep the answer about one paper. Having none never blocks a shop.

    Raises NotFound (also for a kind that her goods do not ask for), Stale; Invalid for a number that cannot be, a day
    gone by, or TIDAK HALAL said of another paper.
    """
    application = own(actor, application_id)
    if kind not in queries.wanted_kinds(application):
        raise NotFound
    if not _may_mend(application, kind):
        raise Stale("onboarding.not_now")
    number = check_answer(kind, answer)
    _check_file(actor, answer.file_id)
    paper = queries.papers_of(application_id).get(kind)
    if paper is None:
        paper = ApplicationPaper(application_id=application_id, kind=kind)
        db.session.add(paper)
    is_held = answer.state is PaperState.HELD
    paper.state, paper.number = answer.state, number
    paper.valid_until = answer.valid_until if is_held else None
    paper.file_id = (answer.file_id or paper.file_id) if is_held else None
    db.session.flush()
    mended(actor, application, paper_item(kind))


def have_no_more(actor: Actor, application_id: int) -> None:
    """Say of every paper that was not answered yet that she has not got it. Raises NotFound, Stale."""
    application = own(actor, application_id)
    answered = queries.papers_of(application_id)
    for kind in queries.wanted_kinds(application):
        if kind not in answered:
            save_paper(actor, application_id, kind, PaperAnswer(PaperState.NOT_YET))


def check_answer(kind: str, answer: PaperAnswer) -> str:
    """The number as it is kept. Raises Invalid like `save_paper`."""
    if answer.state is PaperState.NOT_HALAL and kind != HALAL:
        raise Invalid("onboarding.state_needed", field="state")
    if answer.state is not PaperState.HELD:
        return ""
    about, today = type_of(kind), clock.today()
    result = certificates.check(about, answer.number, today)
    if result.problem:
        raise Invalid(result.problem, field="number", **result.values)
    certificates.last_day_of(about, result.normalised, answer.valid_until, today)
    return result.normalised


def _may_mend(application: Application, kind: str) -> bool:
    """In a draft; when it was asked back; or when goods asked back brought a new paper along."""
    if application.status is ApplicationStatus.DRAFT:
        return True
    if application.status is not ApplicationStatus.CHANGES:
        return False
    return paper_item(kind) in application.todo or kind not in queries.papers_of(application.id)


def _check_file(actor: Actor, file_id: int | None) -> None:
    """The paper must be a private document that the actor brought: no guessing at the files of others."""
    if file_id is None:
        return
    file = db.session.get(MediaFile, file_id)
    if file is None or file.kind is not FileKind.DOCUMENT or file.owner_id != actor.person_id:
        raise Invalid("certificates.unknown_file", field="file")
