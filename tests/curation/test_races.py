"""Two curators at the same moment: one decides, the other is told."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from marketplace.core.actor import Role
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.curation import services
from marketplace.curation.models import Decision
from tests import make
from tests.databases import Market


@pytest.mark.race
def test_two_curators_decide_and_only_one_counts(live_database: Market) -> None:
    with live_database.app.app_context():
        curators = [make.actor_of(make.person(name, roles=[Role.CURATOR])) for name in ("Ratna", "Kris")]
        with transaction():
            submission_id = make.submission().id
        db.session.remove()
    start, ends = threading.Barrier(2), []

    def decide(number: int) -> None:
        with live_database.app.app_context():
            start.wait()
            try:
                with transaction():
                    if number:
                        services.pass_submission(curators[number], submission_id, {})
                    else:
                        services.reject(curators[number], submission_id, "other", "Tidak bisa diluluskan.")
                ends.append("decided")
            except Stale as refusal:
                ends.append(refusal.message_id)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ends) == ["curation.already_decided", "decided"]
    with live_database.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 1
