"""Applications for a shop, for tests."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.onboarding import queries, services
from marketplace.onboarding.models import Application
from marketplace.onboarding.rules import PaperState, Step
from marketplace.onboarding.services import Marks, PaperAnswer
from marketplace.places.rules import FATULULI
from tests.make.accounts import actor_of


def application(someone: Person, name: str = "Kue Mama Yuli", category: str = "anyaman") -> Application:
    """An application with all steps answered, not sent yet. Call it inside `transaction()` or a rolled-back test."""
    actor = actor_of(someone)
    made = services.begin(actor)
    category_id = db.session.scalars(sa.select(Category.id).where(Category.slug == category)).one()
    services.save_step(actor, made.id, Step.WHO, {"name": someone.name, "phone": "+6281234567890"})
    services.save_what(actor, made.id, name, "Sejak 2010.", [category_id], ["packaging"])
    place = {"street": "Jalan Kejora 3", "village_code": FATULULI, "landmark": "samping gereja", "pin": [-10.15, 123.6]}
    services.save_step(actor, made.id, Step.WHERE, place)
    services.save_step(actor, made.id, Step.PICKUP, {"has_pickup": True, "where": "", "when": "Sore"})
    services.add_zone(actor, made.id, "53.71", 10_000, "")
    services.save_bank(actor, made.id, "bank-ntt", "0123456789", someone.name)
    for kind in queries.wanted_kinds(made):
        services.save_paper(actor, made.id, kind, PaperAnswer(PaperState.NOT_YET))
    nib = PaperAnswer(PaperState.HELD, "1234567890123")
    services.save_paper(actor, made.id, "nib", nib)
    return made


def sent(someone: Person, name: str = "Kue Mama Yuli", category: str = "anyaman") -> Application:
    """The same, in the curators' queue."""
    made = application(someone, name, category)
    return services.submit(actor_of(someone), made.id)


def marks(made: Application, **asked: tuple[str, str]) -> Marks:
    """All parts right, but those given (dashes as underscores) with a reason and a note."""
    found: Marks = {}
    for part in queries.view(made).parts:
        refused = asked.get(part.replace("-", "_").replace(":", "_"))
        reason, note = refused or ("", "")
        found[part] = {"ok": refused is None, "reason": reason, "note": note}
    return found
