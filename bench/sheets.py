"""What it costs to take a sheet of goods in: dry run and rows, on both databases.

python3 -m bench.sheets [--rows 5000] [--only sqlite|postgresql]

No ratios: seconds, statements and the longest transaction of one machine on one day. The CPU is that of the worker
alone, without PostgreSQL's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from bench.market import Place, place
from config import ROOT, load
from marketplace.app import create_app
from marketplace.core.db import db, transaction
from marketplace.imports import handlers, services
from marketplace.imports.events import ImportMoved
from marketplace.imports.models import SheetImport
from marketplace.imports.rules import ImportStatus
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

KINDS = ("sqlite", "postgresql")


def rows_of(number: int) -> list[tuple[object, ...]]:
    """Goods of one form each: half of them begin with the same words, as those of a shop do."""
    names = (f"Tenun Ikat Motif {i}" if i % 2 else f"Bakul Lontar {i}" for i in range(1, number + 1))
    return [(f"K{i}", name, "", 10_000 + i * 100, i % 20, "Anyaman") for i, name in enumerate(names, 1)]


def hand_in(store: Shop, content: bytes) -> int:
    """The import, with the columns that were guessed, waiting for its dry run."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        prepared = services.prepare(file, "daftar.csv", {})
    with transaction():
        import_id = services.keep(store.ina, store.id, prepared).id
    with transaction():
        services.choose_columns(store.ina, import_id, prepared.first.mapping, None)
    return import_id


@contextmanager
def timed(what: str, rows: int) -> Iterator[list[float]]:
    """Print how long something took; the list takes the seconds of its transactions."""
    turns: list[float] = []
    began, worked = time.perf_counter(), time.process_time()
    with statements(db) as seen:
        yield turns
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    longest = f", longest transaction {max(turns) * 1000:.0f} ms" if turns else ""
    print(f"{what:<28}{took:>7.1f} s {cpu:>7.1f} s CPU  {len(seen) / rows:>6.2f} statements a row{longest}")


def apply(import_id: int) -> list[float]:
    """All good rows, chunk by chunk; the seconds of each."""
    turns = []
    is_more = True
    while is_more:
        began = time.perf_counter()
        is_more = handlers.apply_chunk(import_id)
        turns.append(time.perf_counter() - began)
    return turns


def measure(market: Place, rows: int) -> None:
    """New goods, then the same sheet with other prices and stock."""
    app = create_app(load(market.settings))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        store = shop()
        changed = [(sku, name, "", 99_000, 7, category) for sku, name, *_, category in rows_of(rows)]
        for what, lines in (("new goods", rows_of(rows)), ("other prices and stock", changed)):
            import_id = hand_in(store, make.csv_sheet(*lines))
            with timed(f"{what}: dry run", rows):
                handlers.go_on(ImportMoved(import_id))
            with transaction():
                services.confirm(store.ina, import_id)
            with timed(f"{what}: taken in", rows) as turns:
                turns.extend(apply(import_id))
            status = db.session.scalars(sa.select(SheetImport.status).where(SheetImport.id == import_id)).one()
            assert status is ImportStatus.DONE, status
        db.session.remove()
        db.engine.dispose()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--only", choices=KINDS)
    said = parser.parse_args(words)
    for kind in [said.only] if said.only else KINDS:
        print(f"--- {kind}, {said.rows} rows")
        with tempfile.TemporaryDirectory() as folder, place(kind, Path(folder)) as market:
            measure(market, said.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
