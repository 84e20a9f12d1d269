"""A shop with 2,000 products and 20,000 orders, among 50 others, asks the database no more than one with ten.

Each page of the desk sends as many statements for the large shop as for the small one, and no statement reads a whole
table of orders, lines, movements, forms or products.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace.core.db import db
from tests.databases import Source, build
from tests.desks.large_shop import Full, enter, fill, pages_of
from tests.make.bulk import Crowd

LARGE = {
    "ledger_entries",
    "ledger_transactions",
    "order_events",
    "order_lines",
    "orders",
    "product_revisions",
    "products",
    "purchases",
    "stock_movements",
    "variants",
}
BY_NATURE = {
    "overview of 90 days": {"order_lines", "variants"},  # a quarter's sales, added up
    "goods by stok": {"product_revisions"},  # the whole shelf, put in order by a sum
    "balance": {"ledger_transactions"},  # all that was not paid out yet, added up
    "balance, a late page": {"ledger_transactions"},
    "shop": {"product_revisions"},  # of which kinds all its goods are, for the papers they need
}
"""Where PostgreSQL may prefer the whole table for what is a good part of it. It reads no more than that once."""


@pytest.fixture(scope="module")
def full(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    market = build(source.kind, source.fresh(), tmp_path_factory.mktemp("full"), TESTING="1")
    yield fill(market)
    market.close()


Sent = list[tuple[str, Any]]


@contextmanager
def sent() -> Iterator[Sent]:
    """The questions that are asked meanwhile, each with its values."""
    seen: Sent = []

    def note(_conn: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def whole_tables(statement: str, values: Any) -> set[str]:
    """The large tables that the database would read from one end to the other."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            scanned = (re.match(r"SCAN (\w+?)(_\d+)?\b", row[3]) for row in rows)
            return {found[1] for found in scanned if found and found[1] in LARGE}
        connection.exec_driver_sql("SET random_page_cost = 1.1")  # as for a disk without moving parts
        (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    return {node["Relation Name"] for node in nodes(plan["Plan"]) if reads_all(node)}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A step of a plan and all steps below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def reads_all(node: dict[str, Any]) -> bool:
    return node["Node Type"] in ("Seq Scan", "Parallel Seq Scan") and node["Relation Name"] in LARGE


def ask(full: Full, shop: Crowd) -> dict[str, Sent]:
    """What each page asks."""
    found = {}
    with full.market.app.app_context():
        addresses, client = pages_of(shop), enter(full, shop)
        db.session.commit()
        for name, address in addresses.items():
            with sent() as seen:
                answer = client.get(address)
            assert answer.status_code == 200, f"{name}: {answer.status_code}"
            found[name] = seen
    return found


def test_a_large_shop_is_as_quick_as_a_small_one(full: Full) -> None:
    few, many = ask(full, full.small), ask(full, full.large)
    counts = {name: (len(few[name]), len(many[name])) for name in few if len(few[name]) != len(many[name])}
    assert counts == {}, "more rows, more statements"
    with full.market.app.app_context():
        read = {
            f"{name}: {', '.join(found)}": statement
            for name, seen in many.items()
            for statement, values in seen
            if (found := whole_tables(statement, values) - BY_NATURE.get(name, set()))
        }
    assert list(read) == [], "\n\n".join(f"{name}\n{statement}" for name, statement in read.items())


def test_a_whole_table_is_noticed(full: Full) -> None:
    """The check itself: it finds what it looks for."""
    with full.market.app.app_context():
        assert whole_tables("SELECT note FROM orders WHERE note = 'x'", ()) == {"orders"}
        assert whole_tables("SELECT note FROM orders WHERE id = 5", ()) == set()
