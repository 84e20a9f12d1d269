"""Guessing many times at once gets no more tries than guessing in turn."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.accounts import services
from marketplace.accounts.models import SignInTry
from marketplace.accounts.rules import TRIES_PER_ACCOUNT
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import TooMany
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race


def test_forty_guesses_at_once_are_ten_tries(live_database: Market) -> None:
    with live_database.app.app_context():
        make.person(email="budi@example.id")

    def guess() -> int:
        with transaction():
            return services.begin_try("budi@example.id", "127.0.0.1")

    done = together(live_database.app, [guess] * 40)
    assert len([result for result in done if isinstance(result, int)]) == TRIES_PER_ACCOUNT
    assert len([result for result in done if isinstance(result, TooMany)]) == 40 - TRIES_PER_ACCOUNT


def test_counting_first_and_writing_later_lets_more_through(live_database: Market) -> None:
    """The control: without the lock, all who counted in time have their guess."""
    meeting = Meeting(12)  # one connection each

    def guess() -> bool:
        count = db.session.scalar(sa.select(sa.func.count(SignInTry.id))) or 0
        db.session.rollback()
        meeting.wait()
        if count >= TRIES_PER_ACCOUNT:
            return False
        with transaction():
            db.session.add(SignInTry(account_hash="a", address_hash="b", at=now(), succeeded=False))
        return True

    done = together(live_database.app, [guess] * 12)
    assert done.count(True) == 12 > TRIES_PER_ACCOUNT
