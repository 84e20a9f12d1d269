"""The reading pages: requests per second over HTTP, and CPU of one request in this process, both as ratios.

The same headers go both ways. A ratio of 2 means twice as many requests, or half the CPU, of the bare page.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from flask import Flask

from bench import reference
from bench.load import Refused, Tally, Yardstick, again_and_again, percentile, request, run
from bench.market import Market
from bench.visitor import Visitor, signing_in

PASSWORD = "beli-ntt-demo"  # noqa: S105  (the demo market's)
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
BRIEF = {"home, guest", "category, uncached", "category, signed in", "cart, signed in", "seller's orders"}
Call = Callable[[], object]
_numbers = count(1)


@dataclass(frozen=True)
class Target:
    """What the ratio should be at least, on SQLite and on PostgreSQL."""

    sqlite: float
    postgresql: float


GUEST, SIGNED_IN = Target(8, 8), Target(1.3, 1.0)
COLD, DESK = Target(0.6, 0.35), Target(0.5, 0.5)


@dataclass(frozen=True)
class Page:
    """One way to read a page. Uncached: each time under another address, which the page cache has not seen."""

    name: str
    path: str
    target: Target | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    is_uncached: bool = False

    def address(self) -> str:
        if not self.is_uncached:
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}bench={next(_numbers)}"

    def requests(self) -> Iterator[bytes]:
        """Its requests without end."""
        fixed = request("GET", self.path, self.headers)
        while True:
            yield request("GET", self.address(), self.headers) if self.is_uncached else fixed


@dataclass(frozen=True)
class Effort:
    """How long and how often is measured."""

    rounds: int
    seconds: float
    clients: int
    cpu_rounds: int
    cpu_block: int = 10
    is_brief: bool = False


@dataclass(frozen=True)
class Reading:
    """What came out: requests per second and their ratio, p99 (ms), the ratio of CPU, the generator's share."""

    rate: float
    ratio: float
    p99: float
    cpu_ratio: float
    share: float


def pages(market: Market, *, is_brief: bool) -> list[Page]:
    """What is measured, in the order in which it is told; in brief, one page of each kind."""
    paths = {
        "home": "/",
        "category": f"/kategori/{market.category}",
        "search": "/cari?q=tenun",
        "product": f"/produk/{market.product}",
        "shop": f"/toko/{market.store}",
    }
    guest = [Page(f"{name}, guest", path, GUEST, BROWSER) for name, path in paths.items() if name != "search"]
    guest.insert(2, Page("search, guest", paths["search"], None, BROWSER))
    known = {**BROWSER, "If-None-Match": _etag(market, paths["category"])}
    cold = [
        Page(f"{name}, uncached", paths[name], COLD, BROWSER, is_uncached=True)
        for name in ("category", "search", "product")
    ]
    budi, ina, ratna = (_signed_in(market, name) for name in ("budi", "ina", "ratna"))
    found = [
        *guest,
        Page("category, 304", paths["category"], None, known, 304),
        *cold,
        Page("category, signed in", paths["category"], SIGNED_IN, budi),
        Page("product, signed in", paths["product"], SIGNED_IN, budi),
        Page("cart, signed in", "/keranjang", None, budi),
        Page("seller's orders", "/penjual/pesanan", DESK, ina),
        Page("curator's queue", "/kurasi", DESK, ratna),
    ]
    return [page for page in found if not is_brief or page.name in BRIEF]


def _signed_in(market: Market, name: str) -> dict[str, str]:
    visitor = Visitor()
    run(market.port, [signing_in(visitor, f"{name}@demo.belintt.id", PASSWORD)])
    return {**BROWSER, **visitor.headers}


def _etag(market: Market, path: str) -> str:
    response = market.app.test_client().get(path, headers=BROWSER)
    return response.headers["ETag"]


def measure(page: Page, market: Market, yardstick: Yardstick, effort: Effort) -> Reading:
    """A page and the bare page in turns; of the ratios the median. Raises Refused."""
    whole, ratios = Tally(), []
    _once(page, market.port, effort.clients, effort.seconds / 4)
    for _ in range(effort.rounds):
        tally, ratio = yardstick.compare(lambda: _once(page, market.port, effort.clients, effort.seconds))
        whole.add(tally)
        ratios.append(ratio)
    return Reading(
        rate=whole.rate,
        ratio=statistics.median(ratios),
        p99=percentile(whole.took, 0.99) * 1000,
        cpu_ratio=_cpu_ratio(page, market.app, effort),
        share=whole.share,
    )


def _once(page: Page, port: int, clients: int, seconds: float) -> Tally:
    return run(port, [again_and_again(page.requests(), page.status, seconds) for _ in range(clients)])


def _cpu_ratio(page: Page, app: Flask, effort: Effort) -> float:
    """How many of it one bare page is worth, by the CPU of this process: a busy machine disturbs little."""
    own = _fetch(app, page)
    bare = _fetch(reference.app, Page("reference", "/"))
    own()
    ratios = [_cpu(bare, effort.cpu_block) / _cpu(own, effort.cpu_block) for _ in range(effort.cpu_rounds)]
    return statistics.median(ratios)


def _fetch(app: Flask, page: Page) -> Call:
    """A call that gets the page inside this process and insists that it is there."""
    client = app.test_client(use_cookies=False)

    def call() -> None:
        response = client.get(page.address(), headers=page.headers)
        if response.status_code != page.status:
            raise Refused(f"{page.name}: {response.status_code} instead of {page.status}")

    return call


def _cpu(call: Call, times: int) -> int:
    """CPU nanoseconds of a block of calls."""
    start = time.process_time_ns()
    for _ in range(times):
        call()
    return time.process_time_ns() - start
