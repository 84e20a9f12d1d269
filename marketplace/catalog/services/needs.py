"""Disperindag's word on which goods need which papers, from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from marketplace.catalog.models import Category, CertificateNeed
from marketplace.catalog.queries.papers import NEEDS
from marketplace.catalog.rules import Goods, Level
from marketplace.certificates.policies import can_manage_types
from marketplace.certificates.queries import type_of, types
from marketplace.core import audit, clock, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_one, lock_words

MOST_GRACE_DAYS = 1000


@dataclass(frozen=True)
class NeedDraft:
    """A rule to begin; `rules.Need` says what its parts mean."""

    category_id: int | None
    goods: Goods
    level: Level
    from_day: date
    also: tuple[str, ...] = ()
    grace_days: int = 0
    basis: str = ""


def add_need(actor: Actor, kind: str, draft: NeedDraft) -> CertificateNeed:
    """Let goods of a category, or every shop, need a paper from a day on. What holds for the same goods until then
    ends the day before.

    Raises NotAllowed, NotFound for an unknown type; Invalid for a day gone by, an unknown category, or a paper that
    would stand in for itself.
    """
    if not can_manage_types(actor):
        raise NotAllowed("certificates.not_yours")
    lock_words(["certificate_types"])
    about = type_of(kind)
    _check(kind, draft)
    for other in db.session.scalars(_same_goods(kind, draft)):
        if other.from_day >= draft.from_day:
            raise Invalid("catalog.need_follows", field="from_day")
        other.until_day = draft.from_day - timedelta(days=1)
    need = CertificateNeed(kind=kind, **{**vars(draft), "also": list(draft.also), "basis": draft.basis.strip()})
    db.session.add(need)
    db.session.flush()
    _changed(actor, "catalog.need_added", need, label=about.label)
    return need


def end_need(actor: Actor, need_id: int, last_day: date) -> CertificateNeed:
    """Let a rule hold to a day, that one included. One that has not begun can be taken back by the day before it.

    Raises NotFound, NotAllowed; Stale for one that is over; Invalid for a day gone by, or later than the rule holds
    anyway: the next one may begin then.
    """
    if not can_manage_types(actor):
        raise NotAllowed("certificates.not_yours")
    lock_words(["certificate_types"])
    need = lock_one(CertificateNeed, need_id)
    today = clock.today()
    if need.until_day is not None and need.until_day < today:
        raise Stale("catalog.need_is_over")
    if last_day < today - timedelta(days=1):
        raise Invalid("settings.day_gone_by", field="until_day")
    if need.until_day is not None and last_day > need.until_day:
        raise Invalid("catalog.need_ends_before", field="until_day")
    if last_day < need.from_day:
        _changed(actor, "catalog.need_taken_back", need)
        db.session.delete(need)
        db.session.flush()
        return need
    need.until_day = last_day
    _changed(actor, "catalog.need_ended", need, until_day=last_day.isoformat())
    return need


def _check(kind: str, draft: NeedDraft) -> None:
    if draft.from_day < clock.today():
        raise Invalid("settings.day_gone_by", field="from_day")
    if draft.category_id is not None and db.session.get(Category, draft.category_id) is None:
        raise Invalid("catalog.category_unknown", field="category_id")
    if kind in draft.also or not set(draft.also) <= types().keys():
        raise Invalid("catalog.need_also", field="also")
    if not 0 <= draft.grace_days <= MOST_GRACE_DAYS:
        raise Invalid("catalog.need_grace", field="grace_days", most=MOST_GRACE_DAYS)


def _same_goods(kind: str, draft: NeedDraft) -> sa.Select[CertificateNeed]:
    """Rules about the same paper for the same goods that are not over by then."""
    where = CertificateNeed.category_id
    return sa.select(CertificateNeed).where(
        CertificateNeed.kind == kind,
        where.is_(None) if draft.category_id is None else where == draft.category_id,
        CertificateNeed.goods == draft.goods,
        sa.or_(CertificateNeed.until_day.is_(None), CertificateNeed.until_day >= draft.from_day),
    )


def _changed(actor: Actor, action: str, need: CertificateNeed, **more: str) -> None:
    db.session.info.pop(NEEDS, None)
    facts = {
        "category_id": need.category_id,
        "goods": need.goods.value,
        "level": need.level.value,
        "from_day": need.from_day.isoformat(),
        "grace_days": need.grace_days,
    }
    audit.record(actor, action, "certificate_type", need.kind, **facts, **more)
    revision.touch()
