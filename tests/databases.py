"""Migrated databases for the tests: one migration for each kind in a session, cheap copies afterwards."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine.interfaces import DBAPIConnection

from config import load
from marketplace.app import create_app
from marketplace.core.db import bind_session, db
from tests.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = str(ROOT / "migrations")


@dataclass(frozen=True)
class Market:
    """An application on a database of its own; `flask` and `start` run other processes on the same one."""

    kind: str
    app: Flask
    environ: dict[str, str]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command of the application, e.g. start("jobs", "work"); the test ends it."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        env = {**os.environ, **self.environ}
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def flask(self, *words: str) -> str:
        """Run a command to its end, e.g. flask("demo", "load"); what it said. AssertionError when it fails."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.engine.dispose()


class Source(Protocol):
    """Where databases of one kind come from."""

    kind: str

    def blank(self) -> str:
        """The address of a new, empty database."""

    def fresh(self) -> str:
        """The address of a new database with every migration applied and no demo data."""


def environ(url: str, folder: Path, **more: str) -> dict[str, str]:
    """The settings of an application under test. Files go to `folder`; nothing of a local `.env` gets through."""
    folder.mkdir(parents=True, exist_ok=True)
    base = {
        "SECRET_KEY": "known to everybody, good for tests only",
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(folder),
        "JOBS_URL": f"sqlite:///{folder / 'jobs.db'}",
        "MEDIA_URL": str(folder / "media"),
        "SMTP_URL": "",
        "STRIPE_SECRET_KEY": "",
        "STRIPE_WEBHOOK_SECRET": "",
        "STRIPE_API_BASE": "",
        "BANK_NAME": "",
        "BANK_ACCOUNT": "",
        "BANK_HOLDER": "",
        "QRIS_PAYLOAD": "",
        "SITE_URL": "http://localhost",
    }
    return {**base, **more}


def build(kind: str, url: str, folder: Path, **more: str) -> Market:
    """An application on that database."""
    settings = environ(url, folder, **more)
    market = Market(kind, create_app(load(settings)), settings)
    with market.app.app_context():
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _reverse_unordered)
    return market


def _reverse_unordered(connection: DBAPIConnection, record: object) -> None:
    """Give rows that nobody put in order from the last to the first: who relies on luck fails here, each time."""
    connection.cursor().execute("PRAGMA reverse_unordered_selects=ON")


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database up to date, the way it is done for real."""
    market = build("any", url, folder)
    with market.app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS)
    market.close()


class SqliteSource:
    """Files in one folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    @cached_property
    def _template(self) -> Path:
        file = self.folder / "template.db"
        migrate(f"sqlite:///{file}", self.folder / "template")
        return file

    def _next(self) -> Path:
        return self.folder / f"{next(self._numbers)}.db"

    def blank(self) -> str:
        return f"sqlite:///{self._next()}"

    def fresh(self) -> str:
        file = self._next()
        closing = contextlib.closing
        with closing(sqlite3.connect(self._template)) as template, closing(sqlite3.connect(file)) as copy:
            template.backup(copy)
        return f"sqlite:///{file}"


class PostgresSource:
    """Databases of one server; names begin with `prefix`, so that several sessions can share the server."""

    kind = "postgres"

    def __init__(self, server: Server, folder: Path, prefix: str) -> None:
        self.server = server
        self.folder = folder
        self.prefix = prefix
        self._numbers = count(1)
        self._made: list[str] = []

    @cached_property
    def _template(self) -> str:
        name = f"{self.prefix}_template"
        migrate(self._create(name, "template0"), self.folder / "template")
        return name

    def _create(self, name: str, template: str) -> str:
        url = self.server.create(name, template)
        self._made.append(name)
        return url

    def blank(self) -> str:
        return self._create(f"{self.prefix}_{next(self._numbers)}", "template0")

    def fresh(self) -> str:
        return self._create(f"{self.prefix}_{next(self._numbers)}", self._template)

    def close(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self.server.drop(name)


@contextlib.contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """An app context in which every commit lands in a savepoint of one connection, undone at the end."""
    with app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        bind_session(connection)
        try:
            yield
        finally:
            db.session.remove()
            bind_session(None)
            if outer.is_active:
                outer.rollback()
            connection.close()


def settle_constraints() -> None:
    """Check now what PostgreSQL would check at the commit, which never comes in a rolled-back test.

    Raises what the commit would have raised. SQLite has no deferred checks of ours: they run before each commit.
    """
    db.session.flush()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        db.session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
