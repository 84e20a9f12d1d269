"""Reporting a product or a shop, and what operators do about it.

Whoever decides locks the reports of the thing first, by id, and the product or the shop after them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.catalog.models import Product
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_many
from marketplace.core.once import insert_once
from marketplace.core.vault import keyed_hash
from marketplace.curation import services as curation
from marketplace.moderation import queries, rules
from marketplace.moderation.events import ReportClosed, StoreReopened, ThingJudged
from marketplace.moderation.models import ListingReport
from marketplace.moderation.policies import can_moderate
from marketplace.moderation.rules import Outcome, Reason, Said, Thing, Verdict
from marketplace.stores import services as stores
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus

KEEP_DAYS = settings.define(
    "moderation.keep_days",
    90,
    "Hari sesudah laporan produk atau toko ditutup sampai kata dan kontak pelapor dihapus",
    minimum=1,
    maximum=365,
)


def report(actor: Actor, browser: str, thing: Thing, said: Said) -> None:
    """Report a thing. `browser` is the key that a guest's browser keeps.

    Who has an open report of the same thing says it anew: the later words count, and it stays one report.
    Raises Invalid (words, contact).
    """
    if said.reason is Reason.OTHER and not said.words:
        raise Invalid("moderation.words_missing", field="words")
    if len(said.words) > rules.LONGEST_WORDS:
        raise Invalid("moderation.words_long", field="words", most=rules.LONGEST_WORDS)
    if len(said.contact) > rules.LONGEST_CONTACT:
        raise Invalid("moderation.contact_long", field="contact", most=rules.LONGEST_CONTACT)
    key = _open_key(actor, browser, thing)
    values = {"reason": said.reason, "words": said.words, "contact": said.contact or None}
    made = insert_once(
        ListingReport,
        "open_key",
        open_key=key,
        store_id=thing.store_id,
        product_id=thing.product_id,
        person_id=actor.person_id,
        made_at=now(),
        note="",
        **values,
    )
    if made is None:
        db.session.execute(sa.update(ListingReport).where(ListingReport.open_key == key).values(**values))
        return
    audit.record(actor, "moderation.reported", *_named(thing), reason=said.reason.value)


def decide(actor: Actor, thing: Thing, verdict: Verdict, seen: int) -> None:
    """Do what the verdict says and close all open reports of the thing. `seen` is the last report that was read.

    Raises NotFound, NotAllowed, Invalid (note, reason); Stale when somebody else was quicker, when reports have come
    that were not read, and when the product is not on sale any more.
    """
    if not can_moderate(actor, thing.store_id):
        raise NotAllowed("moderation.not_yours")
    if verdict.outcome not in rules.OUTCOMES[thing.kind]:
        raise NotFound
    if not rules.SHORTEST_NOTE <= len(verdict.note) <= rules.LONGEST_NOTE:
        bounds = {"minimum": rules.SHORTEST_NOTE, "maximum": rules.LONGEST_NOTE}
        raise Invalid("moderation.note_needed", field="note", **bounds)
    closed = _close_all(actor, thing, verdict, seen)
    if verdict.outcome is Outcome.TAKEN_OFF:
        curation.take_off(actor, thing.id, verdict.reason, verdict.note)
    elif verdict.outcome is Outcome.SUSPENDED:
        stores.set_status(actor, thing.store_id, StoreStatus.SUSPENDED, verdict.note)
    audit.record(actor, f"moderation.{verdict.outcome.value}", *_named(thing), reports=len(closed))
    for each in closed:
        outbox.emit(ReportClosed(each.id))
    outbox.emit(ThingJudged(closed[0].id))


def reopen(actor: Actor, store_id: int) -> None:
    """Let a suspended shop sell again. Raises NotFound, NotAllowed; Stale when it is not suspended any more."""
    found = lock_many(Store, [store_id])
    if not found:
        raise NotFound
    if not can_moderate(actor, store_id):
        raise NotAllowed("moderation.not_yours")
    if found[0].status is not StoreStatus.SUSPENDED:
        raise Stale("moderation.not_suspended")
    stores.set_status(actor, store_id, StoreStatus.OPEN)
    outbox.emit(StoreReopened(store_id, queries.last_suspension(store_id)))


def _close_all(actor: Actor, thing: Thing, verdict: Verdict, seen: int) -> list[ListingReport]:
    """The reports of a thing that were open, by id, each closed now."""
    ids = db.session.scalars(sa.select(ListingReport.id).where(queries.is_about(thing), queries.IS_OPEN))
    rows = [row for row in lock_many(ListingReport, ids) if row.closed_at is None]
    if not rows:
        raise Stale("moderation.closed")
    if rows[-1].id > seen:
        raise Stale("moderation.more_came")
    at = now()
    for row in rows:
        row.open_key, row.closed_at, row.closed_by = None, at, actor.person_id
        row.outcome, row.note = verdict.outcome, verdict.note
    db.session.flush()
    return rows


def forget_old() -> int:
    """Forget who reported, what she wrote and how to reach her, some days after closing. How many there were."""
    before = now() - timedelta(days=KEEP_DAYS.today())
    tells = sa.or_(ListingReport.words != "", ListingReport.contact.is_not(None), ListingReport.person_id.is_not(None))
    old = sa.update(ListingReport).where(ListingReport.closed_at <= before, tells)
    return len(list(db.session.scalars(old.values(words="", contact=None, person_id=None).returning(ListingReport.id))))


def export(person_id: int) -> list[dict[str, Any]]:
    """What somebody reported, for the copy of their own data. One statement."""
    query = (
        sa.select(ListingReport, Store.slug, Product.slug)
        .join(Store, Store.id == ListingReport.store_id)
        .outerjoin(Product, Product.id == ListingReport.product_id)
        .where(ListingReport.person_id == person_id)
        .order_by(ListingReport.id)
    )
    return [
        {
            "store": store,
            "product": product,
            "reason": row.reason.value,
            "words": row.words,
            "contact": row.contact,
            "made_at": row.made_at.isoformat(),
            "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        }
        for row, store, product in db.session.execute(query)
    ]


def forget(leaving: Leaving) -> None:
    """Take who she was out of the reports of somebody who goes. What is wrong with the thing is still looked at."""
    hers = sa.update(ListingReport).where(ListingReport.person_id == leaving.person_id)
    db.session.execute(hers.values(person_id=None, contact=None))


def _open_key(actor: Actor, browser: str, thing: Thing) -> str:
    who = f"person:{actor.person_id}" if actor.is_signed_in else f"browser:{browser}"
    return keyed_hash(f"moderation:{thing.kind}:{thing.id}:{who}")


def _named(thing: Thing) -> tuple[str, int]:
    """How the trail calls it."""
    return ("store" if thing.product_id is None else "product"), thing.id
