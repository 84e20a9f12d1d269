"""What a process of the market does until it dies at a named step.

The process is a real one with the real application; only there one step is wrapped, so that it kills itself (signal 9)
on reaching it. It is forked from a clean process that has imported everything, which is what makes it cheap.
"""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from itertools import count
from multiprocessing.context import ForkServerProcess
from threading import Event
from typing import Any

from flask import Flask

from config import load
from marketplace.app import create_app
from marketplace.core import clock

COMMIT = "marketplace.core.db:db.session.commit"
PATIENCE = 60
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.child"])

Deed = Callable[[Flask], None]


@dataclass(frozen=True)
class Moment:
    """A moment at which a process dies: just before or just after a `step`, the first (or another one by `number`)
    that follows the call of `since`.

    Steps are named as `package.module:thing.attribute`, and are looked up there by whoever calls them.
    """

    step: str
    is_before: bool
    since: str = ""
    number: int = 1

    def __str__(self) -> str:
        since = f" since {self.since.partition(':')[2]}" if self.since else ""
        return f"{'before' if self.is_before else 'after'} {self.step.partition(':')[2]}{since}"

    def arm(self) -> None:
        """From now on this process dies there."""
        begun, left = Event(), count(self.number, -1)
        if not self.since:
            begun.set()

        def note(real: Callable[..., Any], *args: Any, **more: Any) -> Any:
            begun.set()
            return real(*args, **more)

        def deadly(real: Callable[..., Any], *args: Any, **more: Any) -> Any:
            is_now = begun.is_set() and next(left) == 1
            if is_now and self.is_before:
                die()
            found = real(*args, **more)
            if is_now:
                die()
            return found

        if self.since:
            _wrap(self.since, note)
        _wrap(self.step, deadly)


def before(step: str, since: str = "") -> Moment:
    return Moment(step, is_before=True, since=since)


def after(step: str, since: str = "") -> Moment:
    return Moment(step, is_before=False, since=since)


@dataclass(frozen=True)
class Request:
    """A request to the web process, and the cookie of whoever sends it."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] | bytes = b""

    def __call__(self, app: Flask) -> None:
        app.test_client(use_cookies=False).open(
            self.path, method=self.method, headers=dict(self.headers), data=self.data
        )


@dataclass(frozen=True)
class Job:
    """Something that the worker does, now or at another time."""

    name: str
    at: datetime | None = None

    def __call__(self, app: Flask) -> None:
        with app.app_context(), clock.travel(self.at) if self.at else nullcontext():
            pkgutil.resolve_name(self.name)()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run(environ: dict[str, str], deed: Deed, moment: Moment) -> None:
    """In the child: do it on an application of its own."""
    app = create_app(load(environ))
    app.config["WTF_CSRF_ENABLED"] = False  # the test fills in the form without having seen it
    moment.arm()
    deed(app)


def start(environ: dict[str, str], deed: Deed, moment: Moment) -> ForkServerProcess:
    """Let another process do it and die."""
    process = FORKS.Process(target=run, args=(environ, deed, moment))
    process.start()
    return process


def exit_code(process: ForkServerProcess) -> int:
    """How a process ended: -9 when it was killed. AssertionError when it does not end."""
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError("it did not come to an end")
    return process.exitcode


def killed(environ: dict[str, str], deed: Deed, moment: Moment) -> None:
    """Let another process do it and die. AssertionError when it did not come to that moment."""
    assert exit_code(start(environ, deed, moment)) == -signal.SIGKILL, f"it never came to {moment}"


def _wrap(name: str, around: Callable[..., Any]) -> None:
    """Put `around` in the place of what has that name; it is given the real thing first."""
    module, _, path = name.partition(":")
    *owners, attribute = path.split(".")
    owner: Any = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    real = getattr(owner, attribute)

    def wrapped(*args: Any, **more: Any) -> Any:
        return around(real, *args, **more)

    setattr(owner, attribute, wrapped)
