"""Two people open a shop: one waits for a curator, one was asked to mend something."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.demo.rules.openings import OPENINGS, Opening
from marketplace.demo.services.world import World
from marketplace.onboarding import queries, services
from marketplace.onboarding.rules import PaperState, Step
from marketplace.onboarding.services import PaperAnswer


def plan(world: World) -> None:
    """Put the applications, and what a curator asked back, on the time line."""
    for opening in OPENINGS:
        world.timeline.add(world.ago(opening.days), partial(_apply, world, opening))


def _apply(world: World, opening: Opening) -> None:
    actor = world.people[opening.handle]
    category_id = db.session.scalars(sa.select(Category.id).where(Category.slug == opening.category)).one()
    made = services.begin(actor)
    services.save_step(actor, made.id, Step.WHO, {"name": actor.name, "phone": opening.phone})
    services.save_what(actor, made.id, opening.name, opening.story, [category_id], list(opening.wants))
    services.save_step(actor, made.id, Step.WHERE, opening.place)
    services.save_step(actor, made.id, Step.PICKUP, {"has_pickup": True, "where": "", "when": opening.hours})
    services.add_zone(actor, made.id, opening.zone, opening.fee, "")
    services.save_bank(actor, made.id, "bank-ntt", opening.bank_number, opening.bank_holder)
    for kind in queries.wanted_kinds(made):
        is_nib = kind == "nib"
        answer = PaperAnswer(PaperState.HELD, opening.nib) if is_nib else PaperAnswer(PaperState.NOT_YET)
        services.save_paper(actor, made.id, kind, answer)
    services.submit(actor, made.id)
    if opening.asked:
        world.timeline.add(world.ago(opening.days - 1), partial(_ask, world, opening, made.id))


def _ask(world: World, opening: Opening, application_id: int) -> None:
    curator = world.people["ratna"]
    application = queries.for_review(curator, application_id)
    marks = {
        part: {"ok": part not in opening.asked, "reason": "", "note": ""} for part in queries.view(application).parts
    }
    for part, (reason, note) in opening.asked.items():
        marks[part] |= {"reason": reason, "note": note}
    services.ask_changes(curator, application_id, application.version, marks)
