"""Many at once, each in a thread of its own with a session of its own; commits are real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

Result = TypeVar("Result")
Job = Callable[[], Result]
PATIENCE = 60


def together(app: Flask, jobs: Sequence[Job[Result]], at_once: int = 0) -> list[Result | Exception]:
    """Start all jobs at the same moment (or `at_once` of them at a time); what each returned or raised, in order."""
    number = at_once or len(jobs)
    gate = threading.Barrier(number)

    def run(index: int) -> Result | Exception:
        if index < number:
            gate.wait(PATIENCE)
        with app.app_context():
            try:
                return jobs[index]()
            except Exception as error:  # told to the test, which says which ones may be
                return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(len(jobs))))


class Meeting:
    """A point in time that so many threads reach together: between the look and the deed of a naive way."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)

    def wait(self) -> None:
        self._barrier.wait(PATIENCE)
