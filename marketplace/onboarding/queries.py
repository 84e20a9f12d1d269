"""Questions about applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.accounts.queries import PersonContact, contact
from marketplace.catalog.queries import ChecklistItem, GoodsKind, categories, checklist
from marketplace.certificates.queries import types
from marketplace.certificates.rules import About
from marketplace.core import clock, settings
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, Row, fetch
from marketplace.curation.rules import working_day
from marketplace.onboarding.models import Application, ApplicationMove, ApplicationPaper
from marketplace.onboarding.policies import can_change, can_review
from marketplace.onboarding.rules import (
    HOW_TO_ASK,
    OPEN,
    PAPER,
    QUEUED,
    REASONS,
    STATUS_WORDS,
    STEP_WORDS,
    ApplicationStatus,
    PaperState,
    Step,
    items,
    stamp,
    unfinished,
)
from marketplace.places.queries import names

REVIEW_DAYS = settings.define(
    "onboarding.review_days", 5, "Hari kerja untuk memeriksa ajuan toko baru", minimum=1, maximum=60
)
PAGE_SIZE = 24


@dataclass(frozen=True)
class PaperRow:
    """A paper that her goods ask for, with her answer, if there is one."""

    item: ChecklistItem
    answer: ApplicationPaper | None

    @property
    def about(self) -> About:
        return self.item.about

    @property
    def kind(self) -> str:
        return self.about.code

    @property
    def how_to_get(self) -> str:
        return self.about.how_to_get or HOW_TO_ASK


@dataclass(frozen=True)
class ZoneRow:
    """A region she brings goods to, for a fee in rupiah."""

    region_code: str
    name: str
    fee: int
    note: str


@dataclass(frozen=True)
class ApplicationView:
    """An application as pages show it. `day` is the working day of the waiting, from 1, of `days` promised."""

    application: Application
    papers: list[PaperRow]
    zones: list[ZoneRow]
    place: str
    goods: list[str]
    lacking: list[Step]
    day: int
    days: int

    @property
    def parts(self) -> tuple[str, ...]:
        """What a curator looks at."""
        return items(row.kind for row in self.papers if row.answer and row.answer.state is PaperState.HELD)

    @property
    def is_mended(self) -> bool:
        """Is all done that was asked back?"""
        return all(entry["done"] for entry in self.application.todo.values())


@dataclass(frozen=True)
class QueueRow:
    """An application that waits."""

    id: int
    name: str
    person: str
    status: ApplicationStatus
    day: int
    days: int

    @property
    def is_late(self) -> bool:
        return self.day > self.days

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[self.status]


@dataclass(frozen=True)
class LetterFacts:
    """What the letter about a move says, and to whom."""

    status: ApplicationStatus
    person: PersonContact
    store_name: str
    reason_words: str
    note: str
    asked: list[tuple[str, str, str]]


def wanted(application: Application) -> list[ChecklistItem]:
    """The papers that her goods ask for, those that every shop needs among them."""
    chosen = application.answers.get(Step.WHAT.value, {}).get("categories", ())
    return checklist(GoodsKind(category_id) for category_id in chosen)


def wanted_kinds(application: Application) -> tuple[str, ...]:
    """The codes of their types."""
    return tuple(item.about.code for item in wanted(application))


def part_words(item: str) -> str:
    """The name of a part of an application, as people read it."""
    if item.startswith(PAPER):
        return types()[item.removeprefix(PAPER)].label
    return STEP_WORDS[Step(item)]


def latest(person_id: int) -> Application | None:
    """The open application of a person, else the last one there was."""
    is_open = sa.case((Application.status.in_(OPEN), 0), else_=1)
    query = sa.select(Application).where(Application.person_id == person_id)
    return db.session.scalars(query.order_by(is_open, Application.id.desc()).limit(1)).first()


def papers_of(application_id: int) -> dict[str, ApplicationPaper]:
    """What was answered about papers, by the code of their type."""
    query = sa.select(ApplicationPaper).where(ApplicationPaper.application_id == application_id)
    return {paper.kind: paper for paper in db.session.scalars(query)}


def lacking(application: Application) -> list[Step]:
    """The steps that are not answered yet."""
    return unfinished(application.answers, papers_of(application.id), wanted_kinds(application))


def step_stamp(application: Application, step: Step) -> str:
    """The mark of what a step says now, with all that its page asks."""
    said: dict[str, Any] = {"answers": application.answers.get(step.value)}
    if step is Step.WHAT:
        said["support"] = application.support
    elif step is Step.BANK:
        said["number"] = application.bank_number
    return stamp(said)


def view(application: Application) -> ApplicationView:
    """All of an application. The number of statements does not depend on how much is in it."""
    answers = application.answers
    category_ids = answers.get(Step.WHAT.value, {}).get("categories", ())
    tree, given = categories().by_id, papers_of(application.id)
    asked = wanted(application)
    zones = answers.get(Step.ZONES.value, {}).get("zones", ())
    village = answers.get(Step.WHERE.value, {}).get("village_code", "")
    places = names([village, *(zone["region_code"] for zone in zones)])
    return ApplicationView(
        application=application,
        papers=[PaperRow(item, given.get(item.about.code)) for item in asked],
        zones=[
            ZoneRow(zone["region_code"], places.get(zone["region_code"], ""), zone["fee"], zone["note"])
            for zone in zones
        ],
        place=places.get(village, ""),
        goods=[tree[category_id].name for category_id in category_ids if category_id in tree],
        lacking=unfinished(answers, given, [item.about.code for item in asked]),
        day=_day(application.moved_at),
        days=REVIEW_DAYS.today(),
    )


def for_review(actor: Actor, application_id: int) -> Application:
    """An application that was sent, for a curator. Raises NotFound, also for one's own."""
    found = db.session.get(Application, application_id)
    if found is None or found.queued_at is None or not can_review(actor, found):
        raise NotFound
    return found


def queue(actor: Actor, cursor: str | None = None) -> Page[QueueRow]:
    """What waits, the oldest place first; a curator's own is left out. One statement and one for the setting."""
    days = REVIEW_DAYS.today()
    statement = (
        sa.select(Application.id, Application.answers, Application.status, Application.moved_at, Person.name)
        .join(Person, Person.id == Application.person_id)
        .where(Application.status.in_(QUEUED), Application.person_id != (actor.person_id or 0))
        .where(sa.or_(Application.store_id.is_(None), Application.store_id.not_in(actor.store_ids)))
    )
    table = Application.__table__.c
    return fetch(statement, [table.queued_at, table.id], cursor=cursor, limit=PAGE_SIZE).map(
        lambda row: _queue_row(row, days)
    )


def moves(application_id: int) -> list[ApplicationMove]:
    """What happened to an application, the oldest first."""
    query = sa.select(ApplicationMove).where(ApplicationMove.application_id == application_id)
    return list(db.session.scalars(query.order_by(ApplicationMove.id)))


def paper_file(actor: Actor, paper_id: int) -> int:
    """The id of the private file of a paper, for its owner and for the curators. Raises NotFound."""
    paper = db.session.get(ApplicationPaper, paper_id)
    application = db.session.get(Application, paper.application_id) if paper else None
    if paper is None or application is None or paper.file_id is None:
        raise NotFound
    is_sent = application.queued_at is not None and can_review(actor, application)
    if not (can_change(actor, application) or is_sent):
        raise NotFound
    return paper.file_id


def letter_facts(move_id: int) -> LetterFacts | None:
    """What the letter about a move says; None when the account is closed."""
    move = db.session.get_one(ApplicationMove, move_id)
    application = db.session.get_one(Application, move.application_id)
    person = contact(application.person_id)
    if person is None:
        return None
    asked = [
        (part_words(part), REASONS[said["reason"]], said["note"])
        for part, said in move.items.items()
        if move.status is ApplicationStatus.CHANGES and not said["ok"]
    ]
    name = application.answers.get(Step.WHAT.value, {}).get("name", "")
    return LetterFacts(move.status, person, name, REASONS.get(move.reason, ""), move.note, asked)


def _queue_row(row: Row, days: int) -> QueueRow:
    what: dict[str, Any] = row.answers.get(Step.WHAT.value, {})
    return QueueRow(row.id, what.get("name", ""), row.name, row.status, _day(row.moved_at), days)


def _day(since: datetime) -> int:
    return working_day(since.astimezone(clock.WITA).date(), clock.today())
