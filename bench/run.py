"""What pages and orders cost, as ratios to a bare Flask page of 24 cards measured in the same run.

python3 dev.py bench [--quick] [--only sqlite|postgresql] [--pay cash]

Both databases in one call; how it is measured and what it should come to: docs/performance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import orders, pages  # noqa: E402
from bench.load import Refused, Yardstick, percentile  # noqa: E402
from bench.market import Market, Place, bare_page, fill, place, served  # noqa: E402
from bench.pages import Effort, Target  # noqa: E402

CLIENTS = 16
BUSY = 0.5  # load average from which on somebody else needs the machine too
KINDS = ("sqlite", "postgresql")
ORDER_TARGETS = {
    "add to cart": Target(1.0, 1.0),
    "open the checkout": None,
    "place the order": Target(0.35, 0.30),
}
HOT_TARGET = Target(0.10, 0.10)


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    effort: Effort
    order_rounds: int
    guests: int


FULL = Scale(Effort(rounds=3, seconds=0.4, clients=CLIENTS, cpu_rounds=7), order_rounds=3, guests=192)
QUICK = Scale(
    Effort(rounds=1, seconds=0.2, clients=CLIENTS, cpu_rounds=3, cpu_block=4, is_brief=True), order_rounds=1, guests=64
)


@contextlib.contextmanager
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


def target_of(target: Target | None, kind: str) -> str:
    return f"≥ {getattr(target, kind):.2f}" if target else ""


def show_pages(market: Market, kind: str, reference: int, effort: Effort) -> None:
    """The table of pages."""
    yardstick = Yardstick(reference, effort.seconds, effort.clients)
    print(f"{'page':<24}{'req/s':>8}{'× ref':>8}{'target':>9}{'p99 ms':>9}{'CPU × ref':>11}{'generator':>11}")
    for page in pages.pages(market, is_brief=effort.is_brief):
        found = pages.measure(page, market, yardstick, effort)
        print(
            f"{page.name:<24}{found.rate:>8.0f}{found.ratio:>8.2f}{target_of(page.target, kind):>9}{found.p99:>9.1f}"
            f"{found.cpu_ratio:>11.2f}{found.share:>11.0%}",
            flush=True,
        )
    print(f"{'bare page':<24}{statistics.median(yardstick.rates):>8.0f}{1:>8.2f}\n")


def show_orders(market: Market, kind: str, reference: int, scale: Scale, method: str) -> None:
    """The table of orders; it is only printed when the books agree."""
    yardstick = Yardstick(reference, scale.effort.seconds, CLIENTS)
    steps = orders.measure(market, yardstick, scale.order_rounds, scale.guests, method)
    hot = orders.measure_hot(market, yardstick, method)
    print(
        f"{f'orders, paid: {method}':<24}{'req/s':>8}{'× ref':>8}{'target':>9}{'p50 ms':>9}{'p99 ms':>9}{'target':>9}"
    )
    for step, target in [*((step, ORDER_TARGETS[step.name]) for step in steps), (hot, HOT_TARGET)]:
        took = [seconds * 1000 for seconds in step.tally.took]
        print(
            f"{step.name:<24}{step.tally.rate:>8.0f}{step.ratio:>8.2f}{target_of(target, kind):>9}"
            f"{percentile(took, 0.5):>9.1f}{percentile(took, 0.99):>9.1f}"
            f"{'≤ 100' if step.name == 'place the order' else '':>9}{step.tally.share:>11.0%}",
            flush=True,
        )
    placed, sold = scale.order_rounds * scale.guests, hot.tally.statuses[orders.PLACED]
    print(f"{placed} orders of 3 lines from 2 shops, then {sold} of {orders.HOT_PIECES} hot pieces: the books agree.\n")


def places(kinds: Sequence[str], folder: Path, stack: contextlib.ExitStack) -> list[Place]:
    """An empty database of each kind; without a PostgreSQL one line that says so."""
    found = []
    for kind in kinds:
        try:
            (folder / kind).mkdir()
            found.append(stack.enter_context(place(kind, folder / kind)))
        except (ImportError, OSError, RuntimeError) as error:
            print(f"{kind} is left out, it could not be started: {error}\n", flush=True)
    return found


def show(kinds: Sequence[str], scale: Scale, method: str) -> None:
    """Everything, database by database."""
    with tempfile.TemporaryDirectory() as name, quiet(), contextlib.ExitStack() as stack:
        found = places(kinds, Path(name), stack)
        if not found:
            return
        fill(found)
        reference = stack.enter_context(bare_page(Path(name)))
        for each in found:
            with served(each) as market:
                print(f"{each.kind}: the demo market, {market.products} products; {CLIENTS} clients\n", flush=True)
                show_pages(market, each.kind, reference, scale.effort)
                show_orders(market, each.kind, reference, scale, method)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="under a minute; the figures are rough")
    parser.add_argument("--only", choices=KINDS, help="one database instead of both")
    parser.add_argument("--pay", default="cash", metavar="METHOD", help="how the orders are paid (default: cash)")
    words = parser.parse_args()
    start = time.monotonic()
    if os.getloadavg()[0] > BUSY:
        print(f"The machine is busy already (load {os.getloadavg()[0]:.1f}): the figures will be rough.\n", flush=True)
    try:
        show([words.only] if words.only else KINDS, QUICK if words.quick else FULL, words.pay)
    except (Refused, orders.Disagreement) as error:
        sys.exit(f"bench: FAILED: {error}")
    print(f"× ref: requests per second against the bare page in the same seconds. {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
