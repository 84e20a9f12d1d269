"""A load generator: keep-alive connections to a server on loopback, all in one thread, each kept busy by a script.

A script is a generator that yields the bytes of a request and is given the reply. It decides which answers may be
counted: `Reply.expect` raises Refused, which ends the whole run, since figures of refused requests are worth nothing.
"""

from __future__ import annotations

import math
import re
import selectors
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 30  # seconds that an answer may take
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
WITHOUT_BODY = {204, 304}
CHUNK = 262_144
FRESH = 0.5  # seconds after which the bare page is measured anew


class Refused(Exception):
    """A server gave another answer than the one that was to be measured, or none."""


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    head: bytes
    body: bytes

    def expect(self, *statuses: int) -> Reply:
        """Insist on one of these statuses. Raises Refused."""
        if self.status not in statuses:
            raise Refused(f"{self.status} instead of {' or '.join(map(str, statuses))}:\n{self.head.decode()[:500]}")
        return self

    def header(self, name: str) -> list[str]:
        """The values of a header, one for each time it was sent."""
        lines = (line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:])
        return [value.strip() for key, _, value in lines if key.lower() == name.lower()]


Script = Generator[bytes, Reply, None]


@dataclass
class Tally:
    """What was counted in one go: seconds of each request, statuses, the wall clock, and the CPU of the generator."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0
    own_cpu: float = 0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.took) / self.seconds

    @property
    def share(self) -> float:
        """How much of one core the generator itself needed: near 1 it would be the bottleneck."""
        return self.own_cpu / self.seconds

    def add(self, other: Tally) -> None:
        """Count another run in."""
        self.took += other.took
        self.statuses += other.statuses
        self.seconds += other.seconds
        self.own_cpu += other.own_cpu


def percentile(values: Iterable[float], part: float) -> float:
    """The smallest value that `part` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def request(
    method: str, path: str, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> bytes:
    """A request as it goes over the line."""
    body = urlencode(form).encode() if form is not None else b""
    fields = {"Host": HOST, **(headers or {})}
    if form is not None:
        fields |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def again_and_again(requests: Iterator[bytes], status: int, seconds: float) -> Script:
    """One request after the other for so long, all answered with this status."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        reply = yield next(requests)
        reply.expect(status)


class _Connection:
    """One connection and the script that keeps it busy."""

    def __init__(self, port: int, script: Script, tally: Tally) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._script, self._tally, self._received = script, tally, b""

    def begin(self) -> bool:
        """Send the first request; False when the script has none."""
        try:
            self._send(next(self._script))
        except StopIteration:
            return False
        return True

    def go_on(self) -> bool:
        """Take in what has arrived, and go on when it is a whole answer; False when the script is at its end."""
        part = self.socket.recv(CHUNK)
        if not part:
            raise Refused("the server closed the connection")
        self._received += part
        reply = _parse(self._received)
        if reply is None:
            return True
        took, self._received = time.perf_counter() - self._sent, b""
        following = self._next(reply)
        self._tally.took.append(took)
        self._tally.statuses[reply.status] += 1
        if following is not None:
            self._send(following)
        return following is not None

    def _next(self, reply: Reply) -> bytes | None:
        """What the script asks for after this answer, None at its end; what it refuses goes through uncounted."""
        try:
            return self._script.send(reply)
        except StopIteration:
            return None

    def _send(self, raw: bytes) -> None:
        self._sent = time.perf_counter()
        self.socket.sendall(raw)


def _parse(received: bytes) -> Reply | None:
    """The answer, once all of it is there. Raises Refused for one that does not say how long it is."""
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return None
    status = int(head[9:12])
    length = LENGTH.search(head)
    if length is None and status not in WITHOUT_BODY:
        raise Refused(f"an answer without a length:\n{head.decode()[:500]}")
    expected = 0 if status in WITHOUT_BODY or length is None else int(length[1])
    return Reply(status, head, body) if len(body) >= expected else None


def run(port: int, scripts: Sequence[Script]) -> Tally:
    """Run all scripts at once, each on a connection of its own, to their ends. Raises Refused as soon as one does."""
    tally = Tally()
    connections = [_Connection(port, script, tally) for script in scripts]
    try:
        with selectors.DefaultSelector() as selector:
            start, cpu = time.perf_counter(), time.process_time()
            for connection in connections:
                if connection.begin():
                    selector.register(connection.socket, selectors.EVENT_READ, connection)
            while selector.get_map():
                _turn(selector)
            tally.seconds, tally.own_cpu = time.perf_counter() - start, time.process_time() - cpu
    finally:
        for connection in connections:
            connection.socket.close()
    return tally


def _turn(selector: selectors.BaseSelector) -> None:
    """Let every connection go on that has something to read."""
    ready = selector.select(PATIENCE)
    if not ready:
        raise Refused(f"no answer in {PATIENCE} s")
    for key, _ in ready:
        if not key.data.go_on():
            selector.unregister(key.fileobj)


@dataclass
class Yardstick:
    """The bare page, measured before and after everything else, so that a noisy machine disturbs both alike."""

    port: int
    seconds: float
    clients: int
    rates: list[float] = field(default_factory=list)
    _measured_at: float = -math.inf

    def compare(self, measure: Callable[[], Tally]) -> tuple[Tally, float]:
        """What `measure` counted, and its rate as a ratio to the bare page's around it."""
        is_fresh = time.perf_counter() - self._measured_at < FRESH
        before = self.rates[-1] if is_fresh else self._rate()
        tally = measure()
        return tally, tally.rate / statistics.mean((before, self._rate()))

    def _rate(self) -> float:
        bare = repeat(request("GET", "/"))
        rate = run(self.port, [again_and_again(bare, 200, self.seconds) for _ in range(self.clients)]).rate
        self.rates.append(rate)
        self._measured_at = time.perf_counter()
        return rate
