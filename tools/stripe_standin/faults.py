"""What can go wrong on the way: faults that a test orders for the next calls of an operation."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What happens to the call."""

    ERROR_BEFORE = "500, and nothing was done or kept: a retry with the same key does the work"
    ERROR_AFTER = "500 after the work is done; the 500 is kept under the key"
    CONFLICT = "409, nothing done"
    RATE_LIMIT = "429, nothing done"
    DROP_AFTER = "the work is done and kept, the connection breaks before the answer"
    SLOW = "the work is done and kept, the answer takes its time; the key is in use meanwhile"


@dataclass(frozen=True)
class Fault:
    kind: Kind
    seconds: float = 0.0


@dataclass
class Faults:
    """Faults by operationId, first ordered first served; "*" is any operation."""

    _waiting: dict[str, deque[Fault]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, operation: str, kind: Kind, *, times: int = 1, seconds: float = 0.0) -> None:
        """The next `times` calls of the operation meet that fault."""
        with self._lock:
            self._waiting.setdefault(operation, deque()).extend([Fault(kind, seconds)] * times)

    def take(self, operation: str) -> Fault | None:
        """The fault for this call, if one is waiting."""
        with self._lock:
            for name in (operation, "*"):
                if self._waiting.get(name):
                    return self._waiting[name].popleft()
        return None
