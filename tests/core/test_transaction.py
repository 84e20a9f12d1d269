"""transaction(): all of it or nothing, decided on fresh rows, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.db import after_commit, before_commit, transaction
from marketplace.core.db import db as handle
from tests.databases import Market, SqliteSource, build


def entries() -> int:
    return handle.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0


def test_a_failure_leaves_nothing_behind(db: SQLAlchemy) -> None:
    with pytest.raises(RuntimeError), transaction():
        audit.record(SYSTEM, "test.done", "thing", 1)
        raise RuntimeError
    assert entries() == 0


def test_it_is_never_nested(db: SQLAlchemy) -> None:
    with pytest.raises(RuntimeError, match="once"), transaction(), transaction():
        pass


def test_a_check_before_the_commit_can_refuse_it(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.core.db._before_commit", [])

    @before_commit
    def refuse() -> None:
        raise ValueError

    with pytest.raises(ValueError), transaction():  # noqa: PT011 - the check's own
        audit.record(SYSTEM, "test.done", "thing", 1)
    assert entries() == 0


def test_work_after_the_commit_waits_for_it_and_is_dropped_with_it(db: SQLAlchemy) -> None:
    seen: list[int] = []
    with pytest.raises(RuntimeError), transaction():
        after_commit(lambda: seen.append(-1))
        raise RuntimeError
    with transaction():
        audit.record(SYSTEM, "test.done", "thing", 1)
        after_commit(lambda: seen.append(entries()))
        assert seen == []
    assert seen == [1]


def test_what_was_read_before_is_read_again(live_database: Market) -> None:
    """A row that somebody else changed in between is seen as it is now."""
    with live_database.app.app_context():
        with transaction():
            handle.session.execute(sa.text("UPDATE public_revision SET number = 10"))
        number = sa.text("SELECT number FROM public_revision")
        assert handle.session.scalar(number) == 10
        elsewhere(live_database, "UPDATE public_revision SET number = 11")
        with transaction():
            assert handle.session.scalar(number) == 11


def elsewhere(market: Market, statement: str) -> None:
    """Run a statement in a thread of its own: another request."""

    def run() -> None:
        with market.app.app_context(), transaction():
            handle.session.execute(sa.text(statement))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def count_up_together(market: Market, step: Callable[[], None], times: int = 20, threads: int = 8) -> list[Exception]:
    """Run `step` in many threads at once; what went wrong."""
    wrong: list[Exception] = []
    start = threading.Barrier(threads)

    def run() -> None:
        with market.app.app_context():
            start.wait()
            for _ in range(times):
                try:
                    step()
                except Exception as error:
                    wrong.append(error)

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return wrong


@pytest.fixture
def live_sqlite(sqlite_source: SqliteSource, tmp_path: Path) -> Iterator[Market]:
    market = build("sqlite", sqlite_source.fresh(), tmp_path / "instance")
    yield market
    market.close()


READ = sa.text("SELECT number FROM public_revision")
WRITE = sa.text("UPDATE public_revision SET number = :number")


@pytest.mark.race
def test_writers_wait_for_their_turn_on_sqlite(live_sqlite: Market) -> None:
    """Reading and then writing in transaction() loses nothing: SQLite lets one writer in at a time."""

    def step() -> None:
        with transaction():
            handle.session.execute(WRITE, {"number": (handle.session.scalar(READ) or 0) + 1})

    assert count_up_together(live_sqlite, step) == []
    with live_sqlite.app.app_context():
        assert handle.session.scalar(READ) == 1 + 8 * 20


@pytest.mark.race
def test_without_it_writers_trip_over_each_other(live_sqlite: Market) -> None:
    """The control: SQLAlchemy's own transaction on a plain BEGIN is refused a stale upgrade ('database is locked')."""

    def step() -> None:
        try:
            handle.session.execute(WRITE, {"number": (handle.session.scalar(READ) or 0) + 1})
            handle.session.connection().commit()
        finally:
            handle.session.rollback()

    wrong = count_up_together(live_sqlite, step)
    assert any("locked" in str(error) for error in wrong)
