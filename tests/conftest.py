"""What every test can ask for. Whoever asks for `app`, `db` or `client` runs on SQLite and on PostgreSQL.

db             one rolled-back transaction around the test; commits in it are savepoints
client         a test client inside the same transaction, CSRF switched off (strict_client: on)
live_database  a database of its own with real commits, for races, crashes and workers
live_server    the real server on loopback, SQLite, no demo data
mail_server    a mail server on loopback that keeps what arrives
stripe_standin a stand-in for Stripe on loopback; stripe_client is the real client that talks to it
card_market    the shared application with cards that are paid at the stand-in
"""

from __future__ import annotations

import contextvars
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from hypothesis import settings
from werkzeug.test import TestResponse

from marketplace.core import clock
from marketplace.core.db import db as handle
from marketplace.web.limits import limiter
from tests import postgres
from tests.cardmarket import card_market
from tests.databases import Market, PostgresSource, Source, SqliteSource, build, rolled_back
from tests.serving import LiveServer, serve
from tests.smtp import MailServer, free_port
from tests.snapmarket import midtrans_standin, snap_market
from tests.standin import quick_stripe, stripe_client, stripe_standin

__all__ = [
    "card_market",
    "midtrans_standin",
    "quick_stripe",
    "snap_market",
    "stripe_client",
    "stripe_standin",
]  # fixtures that live elsewhere


settings.register_profile("long", max_examples=1_000)


def pytest_configure() -> None:
    """No test may ever move real money: with a live key anywhere in the environment nothing runs."""
    live = [name for name, value in os.environ.items() if name.startswith("STRIPE_") and "k_live_" in value]
    if live:
        pytest.exit(f"{', '.join(live)}: a live key of Stripe's. No test runs with it.", returncode=4)


def _elsewhere() -> contextvars.Context:
    """A context that knows nothing of the test but the time it has travelled to."""
    context = contextvars.Context()
    context.run(clock._travelled.set, clock._travelled.get())
    return context


class Visitor(FlaskClient):
    """A client whose requests know nothing of the test's own app context, as real requests would not.

    Do not use it as a context manager: a request's context ends with the request.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if not has_app_context():  # a redirect that is followed, inside the first request's own context
            return super().open(*args, **kwargs)
        handle.session.commit()  # what the test arranged lies outside of what the request does and may undo
        response = _elsewhere().run(super().open, *args, **kwargs)
        handle.session.expire_all()  # what the test holds may have changed
        return response


# --- databases -------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_source(tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    return SqliteSource(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_source(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresSource]:
    try:
        server = postgres.start()
    except (ImportError, OSError, RuntimeError) as error:
        if os.environ.get("REQUIRE_POSTGRES"):
            raise
        pytest.skip(f"no PostgreSQL: {error}")
    source = PostgresSource(server, tmp_path_factory.mktemp("postgres"), f"belintt_test_{os.getpid()}_{worker_id}")
    yield source
    source.close()
    server.close()


@pytest.fixture(scope="session")
def sqlite_market(sqlite_source: SqliteSource) -> Iterator[Market]:
    yield from _shared(sqlite_source, sqlite_source.folder)


@pytest.fixture(scope="session")
def postgres_market(postgres_source: PostgresSource) -> Iterator[Market]:
    yield from _shared(postgres_source, postgres_source.folder)


CARDS_AT_NOBODY = {
    "STRIPE_SECRET_KEY": "sk_test_nobody",
    "STRIPE_WEBHOOK_SECRET": "whsec_known_to_every_test",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
}
"""Cards are offered, and nobody answers: a test that pays says who does."""


def _shared(source: Source, folder: Path) -> Iterator[Market]:
    """The application that all rolled-back tests of a kind share."""
    market = build(source.kind, source.fresh(), folder / "shared", TESTING="1", **CARDS_AT_NOBODY)
    market.app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    market.app.test_client_class = Visitor
    yield market
    market.close()


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: the test runs once for each."""
    return str(request.param)


@pytest.fixture(scope="session")
def source(kind: str, request: pytest.FixtureRequest) -> Source:
    """Where databases of that kind come from; for tests that migrate one themselves."""
    found: Source = request.getfixturevalue(f"{kind}_source")
    return found


@pytest.fixture(scope="session")
def database(kind: str, request: pytest.FixtureRequest) -> Market:
    """The shared application of that kind."""
    market: Market = request.getfixturevalue(f"{kind}_market")
    return market


@pytest.fixture
def app(database: Market) -> Flask:
    return database.app


@pytest.fixture
def db(app: Flask) -> Iterator[SQLAlchemy]:
    with rolled_back(app):
        yield handle


@pytest.fixture
def client(app: Flask, db: SQLAlchemy) -> FlaskClient:
    limiter.reset()
    app.extensions.pop("pagecache", None)  # what a test undid must not be served to the next
    return app.test_client()


@pytest.fixture
def strict_client(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client that is asked for its CSRF token."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return client


@pytest.fixture
def live_database(source: Source, tmp_path: Path) -> Iterator[Market]:
    """An application on a database of its own, without an app context; its commits are real."""
    market = build(source.kind, source.fresh(), tmp_path / "instance")
    yield market
    market.close()


# --- the world outside -----------------------------------------------------


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live_server(sqlite_source: SqliteSource, mail_server: MailServer, tmp_path: Path) -> Iterator[LiveServer]:
    """The real server on a fresh SQLite database; its mail goes to `mail_server`."""
    port = free_port()
    more = {"SITE_URL": f"http://127.0.0.1:{port}", "SMTP_URL": mail_server.url}
    market = build("sqlite", sqlite_source.fresh(), tmp_path / "instance", **more)
    with serve(market, port) as server:
        yield server
    market.close()
