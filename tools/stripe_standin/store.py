"""Where the stand-in keeps its objects: JSON in SQLite, in memory or in a file."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

LETTERS = string.ascii_letters + string.digits
# What an id begins with tells what it is (docs.stripe.com/api, the examples beside this file).
PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "refund": "re_",
    "event": "evt_",
    "dispute": "dp_",
    "balance_transaction": "txn_",
}
TABLES = """
create table if not exists object (
  seq integer primary key, id text not null unique, kind text not null, body text not null, private text not null
);
create index if not exists object_kind on object (kind, seq);
create table if not exists answer (
  key text primary key, request text not null, status integer not null, body text not null, request_id text not null
);
"""


def now() -> int:
    """Unix seconds."""
    return int(time.time())


def random_text(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def new_id(kind: str) -> str:
    """An id as Stripe's look; a session's is longer than the others'."""
    return PREFIXES[kind] + random_text(58 if kind == "checkout.session" else 24)


def kind_of(object_id: str) -> str | None:
    """What an id names, by its beginning."""
    return next((kind for kind, prefix in PREFIXES.items() if object_id.startswith(prefix)), None)


class Store:
    """All objects. A change is made inside `work()`: one at a time, whole or not at all."""

    def __init__(self, file: str | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._afterwards: list[Callable[[], None]] = []
        self._base = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
        self._base.execute("pragma journal_mode=wal")
        self._base.execute("pragma synchronous=normal")
        self._base.executescript(TABLES)

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """A transaction; an exception undoes it. Inside another one it is a part of that."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._base.execute("begin")
                yield
                if self._depth == 1:
                    self._base.execute("commit")
                    for call in self._afterwards:
                        call()
            except BaseException:
                if self._depth == 1 and self._base.in_transaction:
                    self._base.execute("rollback")
                raise
            finally:
                self._depth -= 1
                if not self._depth:
                    self._afterwards.clear()

    def afterwards(self, call: Callable[[], None]) -> None:
        """Call that once the work at hand is safe."""
        self._afterwards.append(call)

    def put(self, body: Json, private: Json | None = None) -> Json:
        """Keep an object as it now is; `private` is what Stripe would know but not show."""
        with self.work():
            self._base.execute(
                "insert into object (id, kind, body, private) values (?, ?, ?, ?) on conflict (id) do update set"
                " body = excluded.body, private = case excluded.private when '' then private else excluded.private end",
                (body["id"], body["object"], json.dumps(body), json.dumps(private) if private is not None else ""),
            )
        return body

    def get(self, kind: str, object_id: str) -> Json | None:
        rows = self._rows("select body from object where kind = ? and id = ?", kind, object_id)
        return rows[0] if rows else None

    def private(self, object_id: str) -> Json:
        """What was put beside an object."""
        with self._lock:
            row = self._base.execute("select private from object where id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row and row[0] else {}

    def newest_first(self, kind: str, **equal: str) -> list[Json]:
        """All objects of a kind, newest first, those with these field values only."""
        where = "".join(f" and json_extract(body, '$.{field}') = ?" for field in equal)
        return self._rows(f"select body from object where kind = ?{where} order by seq desc", kind, *equal.values())  # noqa: S608 - field names are ours

    def _rows(self, query: str, *values: str) -> list[Json]:
        with self._lock:
            return [json.loads(body) for (body,) in self._base.execute(query, values)]

    def answer(self, key: str) -> tuple[str, int, str, str] | None:
        """What was asked under an idempotency key, and the status, body and id of what was answered."""
        with self._lock:
            row: tuple[str, int, str, str] | None = self._base.execute(
                "select request, status, body, request_id from answer where key = ?", (key,)
            ).fetchone()
        return row

    def keep_answer(self, key: str, request: str, status: int, body: str, request_id: str) -> None:
        with self.work():
            self._base.execute("insert into answer values (?, ?, ?, ?, ?)", (key, request, status, body, request_id))

    def close(self) -> None:
        with self._lock:
            self._base.close()
