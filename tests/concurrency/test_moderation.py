"""Reports and verdicts at the same moment: one report for each reporter, one verdict for each thing.

The control, answers without the lock, stands in test_once.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Product
from marketplace.core.actor import GUEST, Actor, Role
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.curation import services as curation
from marketplace.moderation import services
from marketplace.moderation.models import ListingReport
from marketplace.moderation.rules import Outcome, Reason, Said, Thing, Verdict
from tests import make
from tests.concurrency.crowd import together
from tests.databases import Market

pytestmark = pytest.mark.race
OFF = Verdict(Outcome.TAKEN_OFF, "Ganti fotonya.", "unclear_photo")
FINE = Verdict(Outcome.SET_ASIDE, "Tidak ada yang salah.")


def _report(thing: Thing, browser: str) -> str:
    with transaction():
        services.report(GUEST, browser, thing, Said(Reason.OTHER, "Bau asam"))
    return "reported"


def _decide(operator: Actor, thing: Thing, verdict: Verdict) -> Outcome:
    with transaction():
        services.decide(operator, thing, verdict, 10**9)
    return verdict.outcome


def _reported(market: Market) -> tuple[Thing, Actor, Actor]:
    """A product that two visitors reported, an operator, a curator."""
    with market.app.app_context():
        operator = make.actor_of(make.person("Andreas", roles=[make.OPERATOR]))
        ratna = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
        with transaction():
            goods = make.product(name="Sambal")
            thing = Thing(goods.store_id, goods.id)
        for browser in ("satu", "dua"):
            _report(thing, browser)
        return thing, operator, ratna


def test_a_browser_that_sends_many_times_has_one_report(live_database: Market) -> None:
    thing, _, _ = _reported(live_database)
    done = together(live_database.app, [lambda: _report(thing, "tiga")] * 8)
    assert done == ["reported"] * 8
    with live_database.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ListingReport)) == 3


def test_two_operators_decide_and_one_verdict_holds(live_database: Market) -> None:
    thing, operator, _ = _reported(live_database)
    jobs = [lambda: _decide(operator, thing, OFF), lambda: _decide(operator, thing, FINE)] * 3
    done = together(live_database.app, jobs)
    won = [result for result in done if isinstance(result, Outcome)]
    assert len(won) == 1, done
    assert all(isinstance(result, Stale) for result in done if result not in won)
    with live_database.app.app_context():
        assert set(db.session.scalars(sa.select(ListingReport.outcome))) == set(won)
        held = db.session.get_one(Product, thing.id).held_at is not None
        assert held is (won == [Outcome.TAKEN_OFF])


def test_a_curator_passes_words_while_the_product_is_taken_off(live_database: Market) -> None:
    thing, operator, ratna = _reported(live_database)
    with live_database.app.app_context(), transaction():
        waiting = make.hand_in(db.session.get_one(Product, thing.id)).id

    def pass_it() -> str:
        with transaction():
            curation.pass_submission(ratna, waiting, {})
        return "passed"

    passed, taken = together(live_database.app, [pass_it, lambda: _decide(operator, thing, OFF)])
    assert taken is Outcome.TAKEN_OFF
    assert passed == "passed" or isinstance(passed, Stale)
    with live_database.app.app_context():
        product = db.session.get_one(Product, thing.id)
        assert (product.live_revision_id, product.held_at is not None) == (None, True)
