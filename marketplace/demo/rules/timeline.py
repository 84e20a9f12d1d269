"""When things happened: a list of deeds, done in the order of their instants."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TypeAlias

Deed: TypeAlias = Callable[[], object]


@dataclass
class Timeline:
    """Deeds may add later deeds while they are done."""

    _waiting: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), deed))

    def take(self) -> tuple[datetime, Deed] | None:
        """The earliest deed, taken off the list; None when all is done."""
        if not self._waiting:
            return None
        at, _, deed = heapq.heappop(self._waiting)
        return at, deed
