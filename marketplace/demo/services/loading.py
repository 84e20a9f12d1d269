"""Loads the whole demo market: pictures first, then everything else in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.core.clock import now, travel
from marketplace.core.db import db, run_now, transaction
from marketplace.core.outbox import OutboxRow
from marketplace.demo.adapters.pictures import Drawing, Files, draw_all
from marketplace.demo.rules.goods import goods
from marketplace.demo.rules.people import PEOPLE
from marketplace.demo.rules.shops import shops
from marketplace.demo.services import (
    buying,
    by_hand,
    cards,
    changing,
    claiming,
    giving,
    opening,
    paying_out,
    reporting,
    rounds,
    sending,
    settling,
    stocking,
)
from marketplace.demo.services.world import World
from marketplace.media import services as media
from marketplace.media.services import Prepared

DEEDS_AT_ONCE = 250
Say = Callable[[str], None]
DrawAll = Callable[[Iterable[Drawing]], Iterable[tuple[Drawing, Files]]]


def is_loaded() -> bool:
    """Are the demo people here already?"""
    emails = [person.email for person in PEOPLE]
    return db.session.scalar(sa.select(Person.id).where(Person.email.in_(emails)).limit(1)) is not None


def is_empty() -> bool:
    """Is nobody here at all?"""
    return db.session.scalar(sa.select(Person.id).limit(1)) is None


def load(say: Say, draw: DrawAll = draw_all) -> None:
    """Make the market. It says how far it is. The caller has looked whether it is there already."""
    say("Drawing the pictures …")
    world = World(began=now(), pictures=_pictures(draw))
    settling.plan(world)
    stocking.plan(world)
    giving.plan(world)
    buying.plan(world)
    changing.plan(world)
    claiming.plan(world)
    opening.plan(world)
    paying_out.plan(world)
    rounds.plan(world)
    reporting.plan(world)
    sending.plan(world)
    say("People come, shops open, goods are judged and bought …")
    first = db.session.scalar(sa.select(sa.func.max(OutboxRow.id))) or 0
    _live_through(world)
    cards.shop(world, say)
    by_hand.shop(world)
    paying_out.pay_out(world)
    giving.settle()
    _close_letters(first)
    say(f"{len(world.stores)} shops, {len(world.products)} products, {len(world.pictures)} pictures.")


def _pictures(draw: DrawAll) -> dict[Drawing, Prepared]:
    wanted = [settling.logo_of(shop) for shop in shops()]
    wanted += [drawing for item in goods() for drawing in stocking.drawings_of(item)]
    return {drawing: media.store_widths(drawing.key, files) for drawing, files in draw(wanted)}


def _live_through(world: World) -> None:
    """Do all deeds in order, each at its own instant, some hundreds in a transaction. Nothing happens after now."""
    deed = world.timeline.take()
    while deed is not None:
        with transaction():
            for _ in range(DEEDS_AT_ONCE):
                at, do = deed
                with travel(min(at, world.began)):
                    do()
                    db.session.flush()
                deed = world.timeline.take()
                if deed is None:
                    break


def _close_letters(first: int) -> None:
    """Nobody is written to about the past: what was emitted meanwhile counts as told."""
    emitted = sa.update(OutboxRow).where(OutboxRow.id > first, OutboxRow.done_at.is_(None))
    run_now(emitted.values(done_at=now()))
