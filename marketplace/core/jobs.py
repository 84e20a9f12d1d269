"""The worker: Huey runs the jobs and keeps the timetable; a relay hands it the outbox.

Jobs live in a SQLite file by default, in PostgreSQL or Redis by JOBS_URL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab

from marketplace.core import outbox

RELAY_SECONDS = 0.5
InApp = Callable[[], AbstractContextManager[object]]
log = structlog.get_logger()


@dataclass(frozen=True)
class Routine:
    """Something done again and again: every so many minutes, or once a day at an hour of the WITA day."""

    run: Callable[[], None]
    every_minutes: int = 0
    daily_hour_wita: int = 0

    @property
    def name(self) -> str:
        return f"{self.run.__module__.removeprefix('marketplace.')}.{self.run.__name__}"


_timetable: list[Routine] = []


def schedule(routine: Routine) -> None:
    """Put a routine on the timetable. Only the composition root calls this."""
    if routine not in _timetable:
        _timetable.append(routine)


def open_queue(url: str) -> Huey:
    """The job queue at an address: sqlite:///file, postgresql://…, redis://…"""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteHuey("belintt", filename=url.removeprefix("sqlite:///"), results=False, fsync=True)
    if scheme in ("postgres", "postgresql"):
        return PostgresHuey("belintt", dsn=url, results=False)
    if scheme in ("redis", "rediss"):
        return RedisHuey("belintt", url=url, results=False)
    raise ValueError(f"JOBS_URL has an unknown scheme: {scheme}")


def work(queue: Huey, in_app: InApp, threads: int = 2) -> None:
    """Run jobs, timetable and relay until SIGTERM or SIGINT."""

    @queue.task(name="deliver")
    def deliver(row_id: int) -> None:
        with in_app():
            outbox.deliver(row_id)

    for routine in _timetable:
        _enter(queue, routine, in_app)
    stop = threading.Event()
    relay = threading.Thread(target=_relay, args=(deliver, in_app, stop), name="relay", daemon=True)
    relay.start()
    try:
        queue.create_consumer(workers=threads, worker_type="thread", max_delay=0.5, graceful_signal="TERM").run()
    finally:
        stop.set()
        relay.join(5)


def _enter(queue: Huey, routine: Routine, in_app: InApp) -> None:
    def run() -> None:
        with in_app():
            log.info("routine.run", routine=routine.name)
            routine.run()

    hour_utc = str((routine.daily_hour_wita - 8) % 24)
    when = crontab(minute=f"*/{routine.every_minutes}") if routine.every_minutes else crontab(minute="0", hour=hour_utc)
    queue.periodic_task(when, name=routine.name)(run)


def _relay(deliver: Callable[[int], object], in_app: InApp, stop: threading.Event) -> None:
    while not stop.wait(RELAY_SECONDS):
        try:
            with in_app():
                for row_id in outbox.take_due():
                    deliver(row_id)
        except Exception:  # the database may be away for a moment; the relay must outlive it
            log.exception("relay.failed")
