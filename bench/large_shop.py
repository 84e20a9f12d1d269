"""How long each page of a large shop's desk takes beside that of a small one: `python -m bench.large_shop`.

Inside one process, without a server: the median of some answers, in milliseconds, on both databases.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient

from marketplace.core.db import db
from tests import postgres
from tests.databases import PostgresSource, Source, SqliteSource, build
from tests.desks.large_shop import Full, enter, fill, pages_of

TIMES = 7


def main() -> None:
    """Print a table for each database."""
    folder = Path(tempfile.mkdtemp(prefix="belintt-bench-"))
    _table(SqliteSource(folder), folder / "sqlite")
    try:
        server = postgres.start()
    except (ImportError, OSError, RuntimeError) as error:
        print(f"no PostgreSQL: {error}", file=sys.stderr)
        return
    source = PostgresSource(server, folder, "belintt_bench")
    try:
        _table(source, folder / "postgres")
    finally:
        source.close()
        server.close()


def _table(source: Source, folder: Path) -> None:
    market = build(source.kind, source.fresh(), folder, TESTING="1")
    began = time.perf_counter()
    full = fill(market)
    took = time.perf_counter() - began
    print(f"\n| {source.kind} (filled in {took:.1f} s) | 10 goods, ms | 2,000 goods, ms |\n| --- | --- | --- |")
    small, large = _measure(full, is_large=False), _measure(full, is_large=True)
    for name, few in small.items():
        print(f"| {name} | {few:.1f} | {large[name]:.1f} |")
    market.close()


def _measure(full: Full, *, is_large: bool) -> dict[str, float]:
    with full.market.app.app_context():
        shop = full.large if is_large else full.small
        addresses, client = pages_of(shop), enter(full, shop)
        db.session.commit()
    return {name: _median(client, address) for name, address in addresses.items()}


def _median(client: FlaskClient, address: str) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
