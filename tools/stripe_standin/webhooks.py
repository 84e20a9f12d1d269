"""Webhooks: signed events, posted in order and again until they are taken.

Signature: docs.stripe.com/webhooks/signature, HMAC-SHA256 of "<time>.<body>" in the header Stripe-Signature. Stripe
repeats for up to three days with growing waits and promises no order (docs.stripe.com/webhooks).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tools.stripe_standin.store import Json

WAITS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)  # seconds before each repetition
TIMEOUT = 30.0


@dataclass(frozen=True)
class Treatment:
    """What becomes of one event on its way."""

    copies: int = 1  # 0: lost for good
    delay: float = 0.0  # seconds
    secret: str | None = None  # signed with this one instead
    age: int = 0  # seconds that its time stamp lies in the past; below 0 in the future


@dataclass(frozen=True)
class Attempt:
    """A post that was made; status 0: nobody answered."""

    event: str
    kind: str
    status: int


@dataclass(order=True)
class _Due:
    at: float
    number: int
    event: Json = field(compare=False)
    treatment: Treatment = field(compare=False)
    tries: int = field(default=0, compare=False)


def signature(body: str, secret: str, stamp: int) -> str:
    """The value of the header Stripe-Signature."""
    code = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={stamp},v1={code}"


class Webhooks:
    """One endpoint and its queue. Without an address events go nowhere."""

    def __init__(self, url: str, secret: str, *, waits: tuple[float, ...] = WAITS) -> None:
        self.url, self.secret, self.waits = url, secret, waits
        self.attempts: list[Attempt] = []
        self.taken: Callable[[str], None] = lambda event_id: None  # told when an event has arrived
        self._queue: queue.PriorityQueue[_Due] = queue.PriorityQueue()
        self._treatments: deque[Treatment] = deque()
        self._held: list[Json] | None = None
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._number = 0
        self._open = 0  # posts that are waiting or under way
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    # --- for whoever tests ---------------------------------------------------

    def treat_next(self, treatment: Treatment, *, times: int = 1) -> None:
        """The next `times` events are treated so."""
        with self._lock:
            self._treatments.extend([treatment] * times)

    def hold(self) -> None:
        """Keep all events back until `release`."""
        with self._lock:
            if self._held is None:
                self._held = []

    def release(self, *, reverse: bool = False) -> None:
        """Send what was held, newest first if `reverse`."""
        with self._lock:
            held, self._held = self._held or [], None
        for event in reversed(held) if reverse else held:
            self.send(event)

    def wait(self, seconds: float = 10) -> None:
        """Until nothing is waiting or under way; raises TimeoutError."""
        with self._wake:
            if not self._wake.wait_for(lambda: not self._open, seconds):
                raise TimeoutError(f"{self._open} webhooks were not taken in {seconds} s")

    # --- sending ---------------------------------------------------------------

    def send(self, event: Json) -> None:
        """Put an event into the queue, as the next treatment says."""
        if not self.url:
            return
        with self._lock:
            if self._held is not None:
                self._held.append(event)
                return
            treatment = self._treatments.popleft() if self._treatments else Treatment()
            for _ in range(treatment.copies):
                self._put(_Due(time.monotonic() + treatment.delay, self._next_number(), event, treatment))

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _put(self, due: _Due) -> None:
        self._open += 1
        self._queue.put(due)
        self._wake.notify_all()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join(TIMEOUT)

    def _run(self) -> None:
        while (due := self._take()) is not None:
            status = self._post(due.event, due.treatment)
            self.attempts.append(Attempt(due.event["id"], due.event["type"], status))
            if 200 <= status < 300:
                self.taken(due.event["id"])
            with self._wake:
                self._open -= 1
                if not 200 <= status < 300 and due.tries < len(self.waits):
                    again = time.monotonic() + self.waits[due.tries]
                    self._put(_Due(again, self._next_number(), due.event, due.treatment, due.tries + 1))
                self._wake.notify_all()

    def _take(self) -> _Due | None:
        """The next one whose time has come; None at the end."""
        with self._wake:
            while not self._stopping:
                wait = None
                if not self._queue.empty():
                    wait = self._queue.queue[0].at - time.monotonic()
                    if wait <= 0:
                        return self._queue.get()
                self._wake.wait(wait)
        return None

    def letter(self, event: Json, treatment: Treatment = Treatment()) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the post that tells an event."""
        body = json.dumps(event, indent=2)  # with line breaks, as Stripe's: whoever parses and dumps it again loses
        header = signature(body, treatment.secret or self.secret, int(time.time()) - treatment.age)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0"}
        return body.encode(), {**headers, "Stripe-Signature": header}

    def _post(self, event: Json, treatment: Treatment) -> int:
        """The status that the endpoint answers; 0 when nobody does."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
        body, headers = self.letter(event, treatment)
        try:
            connection.request("POST", place.path or "/", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
