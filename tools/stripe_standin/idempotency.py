"""Idempotency keys (docs.stripe.com/api/idempotent_requests).

The first request of a key has its status and body kept, whether it succeeded or failed, 500s included. Another one with
the same parameters gets them again; with other parameters it is refused. Nothing is kept of a request that failed
validation or met one of its own key that was still at work.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from tools.stripe_standin.errors import Refusal
from tools.stripe_standin.store import Json, Store

LONGEST = 255


@dataclass(frozen=True)
class Kept:
    """An answer that was given before."""

    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, params: Json) -> str:
    """What makes two requests the same."""
    told = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


class Keys:
    """Which keys are known and which are at work."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at_work: set[str] = set()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def hold(self, key: str, request: str) -> Iterator[Kept | None]:
        """Have the key to oneself; gives the answer that is kept under it. Raises Refusal."""
        if len(key) > LONGEST:
            raise Refusal(f"Idempotency keys must be at most {LONGEST} characters.", kind="idempotency_error")
        with self._lock:
            if key in self._at_work:
                words = (
                    "There is currently another in-progress request using this Idempotent Key. Please try again later."
                )
                raise Refusal(words, status=409, kind="idempotency_error", code="idempotency_key_in_use")
            self._at_work.add(key)
        try:
            yield self._kept(key, request)
        finally:
            with self._lock:
                self._at_work.discard(key)

    def _kept(self, key: str, request: str) -> Kept | None:
        known = self._store.answer(key)
        if known is None:
            return None
        if known[0] != request:
            words = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            raise Refusal(f"{words} Try using a key other than '{key}'.", kind="idempotency_error")
        return Kept(*known[1:])

    def keep(self, key: str, request: str, answer: Kept) -> None:
        self._store.keep_answer(key, request, answer.status, answer.body, answer.request_id)
