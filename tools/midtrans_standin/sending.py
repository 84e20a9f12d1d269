"""Notices on their way: posted, and again until they are taken.

docs, "HTTPS notification": Midtrans repeats a notice that was not answered with 2xx, and promises no order.
"""

from __future__ import annotations

import http.client
import json
import queue
import threading
from urllib.parse import urlsplit

from tools.midtrans_standin.store import Json

WAITS = (1, 2, 5, 10, 30, 60, 300)  # seconds before each repetition
TIMEOUT = 15.0


class Sender:
    """One address and its queue. Without an address notices go nowhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._queue: queue.Queue[tuple[Json, int] | None] = queue.Queue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._queue.put(None)
        self._thread.join()

    def send(self, notice: Json) -> None:
        if self.url:
            self._queue.put((notice, 0))

    def _work(self) -> None:
        while (due := self._queue.get()) is not None and not self._over.is_set():
            notice, tries = due
            if not self._post(notice) and tries < len(WAITS):
                timer = threading.Timer(WAITS[tries], self._queue.put, args=((notice, tries + 1),))
                timer.daemon = True
                timer.start()

    def _post(self, notice: Json) -> bool:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
        try:
            connection.request("POST", place.path, json.dumps(notice), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        else:
            return 200 <= answer.status < 300
        finally:
            connection.close()
