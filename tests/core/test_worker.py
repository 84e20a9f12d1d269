"""A real worker process, killed at the worst moment: between taking an event and closing it. Nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.outbox import OutboxRow
from marketplace.notifications.models import Message
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.databases import ROOT, Market
from tests.smtp import MailServer

PATIENCE = 30


@contextmanager
def worker(market: Market, smtp_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """`flask jobs work` on the market's database, sending its mails there."""
    env = {**os.environ, **market.environ, "SMTP_URL": smtp_url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def deaf_mail_server() -> Iterator[tuple[str, Callable[[], bool]]]:
    """Takes calls and never says a word: whoever sends a mail there hangs. Also: has somebody called?"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        calls: list[socket.socket] = []

        def was_called() -> bool:
            with suppress(TimeoutError):
                calls.append(server.accept()[0])
            return bool(calls)

        yield f"smtp://127.0.0.1:{server.getsockname()[1]}", was_called
        for call in calls:
            call.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def open_rows() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None))) or 0


def a_minute_passes() -> None:
    """The lease of what the dead worker had taken runs out."""
    with transaction():
        db.session.execute(sa.update(OutboxRow).where(OutboxRow.done_at.is_(None)).values(due_at=now()))


def test_a_worker_killed_in_the_middle_loses_nothing(live_database: Market, mail_server: MailServer) -> None:
    with live_database.app.app_context():
        with transaction():
            made = make.purchase([make.product()], up_to=OrderStatus.PROCESSING, email="budi@example.id")
            code = make.orders_of(made)[0].code
        with deaf_mail_server() as (url, was_called), worker(live_database, url) as first:
            wait_until(was_called)
            os.kill(first.pid, signal.SIGKILL)
            first.wait(10)
        assert open_rows() > 0
        assert mail_server.messages == []
        a_minute_passes()
        with worker(live_database, mail_server.url) as second:
            wait_until(lambda: open_rows() == 0)
            second.send_signal(signal.SIGTERM)
            assert second.wait(PATIENCE) == 0
        subjects = [str(mail["Subject"]) for mail in mail_server.messages]
        assert len(subjects) == 2
        assert sum(code in subject for subject in subjects) == 1
        assert len({str(mail["Message-ID"]) for mail in mail_server.messages}) == 2
        unsent = sa.select(sa.func.count()).select_from(Message).where(Message.sent_at.is_(None))
        assert db.session.scalar(unsent) == 0
        assert db.session.scalars(sa.select(Order.status)).all() == [OrderStatus.PROCESSING]
