"""Where the stand-in keeps its pages, payments and notices: in memory, and in a file of JSON after each change."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
WIB = 7 * 3600  # seconds: Midtrans says times in Jakarta's, without naming the zone (docs, the examples)


def now() -> float:
    """Unix seconds."""
    return time.time()


def stamp(at: float) -> str:
    """A time as Midtrans writes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at + WIB))


class Store:
    """Changes are made inside `work()`: one at a time. What is told of them is sent after it."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._file = file
        self._depth = 0
        self._afterwards: list[Callable[[], None]] = []
        kept: Json = json.loads(file.read_text()) if file and file.exists() else {}
        self.pages: dict[str, Json] = kept.get("pages", {})
        """By token: what was asked, and until when (Unix seconds) the page is open."""
        self.payments: dict[str, Json] = kept.get("payments", {})
        """By order_id: what the buyer chose, and what became of it."""
        self.notices: list[Json] = kept.get("notices", [])
        """All that were ever told, oldest first, each as it was signed."""

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Alone with the payments. Inside another one it is a part of that."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._keep()
                    calls, self._afterwards = self._afterwards, []
                    for call in calls:
                        call()

    def afterwards(self, call: Callable[[], None]) -> None:
        """Call that once the work at hand is safe."""
        self._afterwards.append(call)

    def _keep(self) -> None:
        if self._file:
            body = json.dumps({"pages": self.pages, "payments": self.payments, "notices": self.notices})
            fresh = self._file.with_suffix(".new")
            fresh.write_text(body)
            fresh.replace(self._file)
