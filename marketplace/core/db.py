"""The database handle, and the only place that commits.

SQLite runs in WAL mode with foreign keys on; a writing transaction begins IMMEDIATE behind a file lock, because
SQLite's own busy handler starves some writers. PostgreSQL needs neither.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import orm
from sqlalchemy.engine.interfaces import DBAPIConnection

WRITE = "belintt_write"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware instant in UTC, on both databases. A naive value is a mistake and is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(sa.TypeDecorator[StrEnum]):
    """A StrEnum kept as its value; which values are allowed is a CHECK of the table (see `one_of`)."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def one_of(column: str, kind: type[StrEnum]) -> sa.CheckConstraint:
    """CHECK that a column holds one of the enum's values."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Base(orm.DeclarativeBase):
    """All tables. Integers are 64 bit (rupiah, grams, ids); instants are aware UTC."""

    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={int: BigId, datetime: UtcDateTime(), dict[str, Any]: sa.JSON(), list[str]: sa.JSON()},
    )


_test_connection: sa.Connection | None = None


class Session(FlaskSession):
    """Flask-SQLAlchemy's session, which the tests can hold inside one connection (see `bind_session`)."""

    def __init__(self, db: SQLAlchemy, **kwargs: Any) -> None:
        if _test_connection is not None:
            kwargs["join_transaction_mode"] = "create_savepoint"
        super().__init__(db, **kwargs)

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine | sa.Connection:
        if _test_connection is not None:
            return _test_connection
        return super().get_bind(*args, **kwargs)


db = SQLAlchemy(session_options={"class_": Session}, disable_autonaming=True)


def bind_session(connection: sa.Connection | None) -> None:
    """Hold every session of this process inside one connection, for tests that roll back at the end."""
    global _test_connection  # noqa: PLW0603
    _test_connection = connection


def prepare_engine(engine: sa.Engine) -> None:
    """Give an engine the settings that the market's promises rest on."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _on_sqlite_connect)
        sa.event.listen(engine, "begin", _on_sqlite_begin)
    else:
        sa.event.listen(engine, "connect", _on_postgres_connect)


def _on_postgres_connect(connection: DBAPIConnection, record: object) -> None:
    """Who waits for a lock fails after a while, as on SQLite (busy_timeout), and holds nobody else up for ever."""
    cursor = connection.cursor()
    cursor.execute("SET lock_timeout = '30s'")
    cursor.close()
    connection.commit()


def _on_sqlite_connect(connection: DBAPIConnection, record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _on_sqlite_begin alone
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        "busy_timeout=15000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN")


BeforeCommit = Callable[[], None]
AfterCommit = Callable[[], None]
_before_commit: list[BeforeCommit] = []


def before_commit(check: BeforeCommit) -> BeforeCommit:
    """Register a check that every writing transaction must pass. Raising refuses the commit."""
    if check not in _before_commit:
        _before_commit.append(check)
    return check


def after_commit(work: AfterCommit) -> None:
    """Run `work` once the transaction at hand is committed; nothing if it is rolled back."""
    db.session.info.setdefault("after_commit", []).append(work)


@contextlib.contextmanager
def transaction() -> Iterator[None]:
    """One writing transaction: everything in it is true together, or nothing is.

    What was read before is forgotten, so nothing is decided on a stale row. Never nested; never around network calls.
    """
    session = db.session
    if session.info.get("in_transaction"):
        raise RuntimeError("transaction() is opened at the edge, once")
    session.rollback()
    session.info["in_transaction"] = True
    session.info["after_commit"] = []
    session.info.pop("touched", None)
    try:
        with _writers_turn():
            session.connection(execution_options={WRITE: True})
            yield
            session.flush()
            for check in _before_commit:
                check()
            session.commit()
    except BaseException:
        session.rollback()
        session.info["after_commit"] = []
        raise
    finally:
        session.info["in_transaction"] = False
    for work in session.info.pop("after_commit"):
        work()


def run_now(statement: sa.Executable) -> None:
    """Execute and commit one statement on its own, outside any transaction."""
    db.session.rollback()
    with _writers_turn():
        db.session.connection(execution_options={WRITE: True})
        db.session.execute(statement)
        db.session.commit()


@contextlib.contextmanager
def _writers_turn() -> Iterator[None]:
    """On SQLite, queue in front of the database: one writer of all processes at a time, first come first served."""
    engine = db.engine
    if engine.dialect.name != "sqlite" or _test_connection is not None or engine.url.database in (None, ":memory:"):
        yield
        return
    handle = os.open(f"{engine.url.database}-writers", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
