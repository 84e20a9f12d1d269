"""What can go wrong on the way: faults that a test orders for the next calls."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What happens to the call."""

    ERROR_BEFORE = "500, nothing was done"
    ERROR_AFTER = "500 after the work is done"
    RATE_LIMIT = "429, nothing done"
    DROP_AFTER = "the work is done, the answer takes longer than anybody waits"
    MISSING = "404, though it is there: right after a payment began it may not be readable yet (not verified)"
    GARBLED = "the work is done, and the answer is no JSON"


@dataclass
class Faults:
    """Faults by what is called (snap, status, expire, cancel, refund), first ordered first served."""

    seconds: float = 3.0
    """How long an answer that is dropped takes."""
    _waiting: dict[str, deque[Kind]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, call: str, kind: Kind, *, times: int = 1) -> None:
        """The next `times` such calls meet that fault."""
        with self._lock:
            self._waiting.setdefault(call, deque()).extend([kind] * times)

    def take(self, call: str) -> Kind | None:
        """The fault for this call, if one is waiting."""
        with self._lock:
            return self._waiting[call].popleft() if self._waiting.get(call) else None
