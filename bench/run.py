"""What a page costs, as a ratio to a bare Flask page of 24 cards, measured in the same run.

python3 dev.py bench [--postgres]

Each request runs through the whole application in this process; what counts is its CPU time, so a busy machine
disturbs little. Page and reference are measured in turns and the medians are compared: a ratio of 2 means half the
CPU of the bare page. Targets: docs/performance.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask, render_template_string  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402

from bench.market import Market, demo_market  # noqa: E402

ROUNDS = 15
BLOCK = 20
PASSWORD = "beli-ntt-demo"  # noqa: S105  (the demo market's)

REFERENCE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<header><a href="/">BeliNTT</a><form action="/cari"><input name="q"></form></header><main>
{% for card in cards %}<article class="card"><a href="{{ card.url }}"><img src="{{ card.picture }}" width="320"
height="320" alt="{{ card.name }}" srcset="{{ card.picture }} 320w, {{ card.picture }} 640w"><h3>{{ card.name }}</h3>
<p class="price">{{ card.price }}</p><p class="store">{{ card.store }} · {{ card.place }}</p>
<p class="badge">Terkurasi</p><p class="lead">{{ card.lead }}</p></a></article>{% endfor %}
</main><footer>{{ title }}</footer></body></html>"""


def reference() -> FlaskClient:
    """Flask, Jinja with autoescape, 24 cards of fake rows, about 25 KB: no database, no session."""
    app = Flask("reference")
    cards = [
        {
            "url": f"/produk/kain-tenun-ikat-{number}",
            "picture": f"/media/{number:032x}-320.webp",
            "name": f"Kain tenun ikat motif Kaif, pewarna alami, nomor {number}",
            "price": f"Rp{number + 1}.385.000",
            "store": "Tenun Mama Yuli",
            "place": "Fatululi, Kota Kupang",
            "lead": "Ditenun tangan dari benang kapas dan dicelup akar mengkudu. " * 6,
        }
        for number in range(24)
    ]

    @app.get("/")
    def page() -> str:
        return render_template_string(REFERENCE, title="BeliNTT", cards=cards)

    return app.test_client()


def cost(call: Callable[[], object], times: int = BLOCK) -> float:
    """CPU microseconds of one call, over a block of them."""
    start = time.process_time_ns()
    for _ in range(times):
        call()
    return (time.process_time_ns() - start) / times / 1000


def compare(call: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """The median cost of a call, and how many of it one bare page is worth."""
    call()
    mine, ratios = [], []
    for _ in range(ROUNDS):
        reference_cost, own_cost = cost(bare), cost(call)
        mine.append(own_cost)
        ratios.append(reference_cost / own_cost)
    return statistics.median(mine), statistics.median(ratios)


def fetch(client: FlaskClient, path: str, **headers: str) -> Callable[[], object]:
    """A call that gets the page and insists that it is there."""

    def call() -> None:
        response = client.get(path, headers=headers)
        if response.status_code not in (200, 304):
            raise SystemExit(f"{path} answered {response.status_code}")

    return call


@contextmanager
def quiet() -> Iterator[None]:
    """The log of a thousand requests would be measured too, and read by nobody."""
    sink = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(2)
    os.dup2(sink, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(sink)
        os.close(kept)


def measurements(market: Market) -> Iterator[tuple[str, Callable[[], object]]]:
    """The pages, by how they are read."""
    pages = {
        "home": "/",
        "category": f"/kategori/{market.category}",
        "search": "/cari?q=tenun",
        "product": f"/produk/{market.product}",
        "shop": f"/toko/{market.store}",
    }
    guest = market.app.test_client()
    for name, path in pages.items():
        yield f"{name}, guest", fetch(guest, path)
        etag = guest.get(path).headers.get("ETag", "")
        yield f"{name}, 304", fetch(guest, path, **{"If-None-Match": etag})
        yield f"{name}, uncached", without_cache(market.app, fetch(guest, path))
    for who, paths in {
        "budi": {"category": pages["category"], "product": pages["product"], "cart": "/keranjang"},
        "ina": {"seller's orders": "/penjual/pesanan", "seller's stock": "/penjual/stok"},
        "ratna": {"curator's queue": "/kurasi"},
    }.items():
        client = market.signed_in(f"{who}@demo.belintt.id", PASSWORD)
        for name, path in paths.items():
            yield f"{name}, signed in", fetch(client, path)


def without_cache(app: Flask, call: Callable[[], object]) -> Callable[[], object]:
    def cold() -> None:
        app.extensions.pop("pagecache", None)
        call()

    return cold


def main() -> None:
    bare = fetch(reference(), "/")
    with (
        tempfile.TemporaryDirectory() as folder,
        quiet(),
        demo_market(Path(folder), "--postgres" in sys.argv) as market,
    ):
        print(f"{market.products} products on {market.kind}; 1.00 is a bare Flask page of 24 cards\n")
        print(f"{'page':<28}{'CPU µs':>10}{'ratio':>8}")
        for name, call in measurements(market):
            microseconds, ratio = compare(call, bare)
            print(f"{name:<28}{microseconds:>10.0f}{ratio:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
