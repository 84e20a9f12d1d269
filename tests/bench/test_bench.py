"""The benchmark counts what it does, and notices what it must not count."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from bench.books import disagreements
from bench.load import Refused, Script, again_and_again, percentile, request, run
from bench.orders import Disagreement, check
from bench.visitor import Visitor, fields_of
from marketplace.catalog.models import Variant
from marketplace.core.outbox import OutboxRow
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from tests import make

OK = [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"]


class Counter(socketserver.ThreadingTCPServer):
    """A server on loopback that counts: to its n-th request it sends the pieces of `answer(n)`; none: it hangs up."""

    daemon_threads = True

    def __init__(self, answer: Callable[[int], list[bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer = answer
        self.requests = 0
        self.busy_connections = 0
        self.turn = threading.Lock()


class Conversation(socketserver.StreamRequestHandler):
    server: Counter

    def handle(self) -> None:
        is_new = True
        while self.rfile.readline().startswith(b"GET"):
            while self.rfile.readline().strip():
                pass
            with self.server.turn:
                self.server.busy_connections += is_new
                self.server.requests += 1
                pieces = self.server.answer(self.server.requests)
            is_new = False
            if not pieces:
                return
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(0.01 if len(pieces) > 1 else 0)  # so that pieces arrive one by one


Start = Callable[[Callable[[int], list[bytes]]], Counter]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a counting server."""
    servers = []

    def one(answer: Callable[[int], list[bytes]]) -> Counter:
        server = Counter(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    yield one
    for server in servers:
        server.shutdown()
        server.server_close()


def asking(times: int) -> Script:
    for _ in range(times):
        reply = yield request("GET", "/")
        reply.expect(200)


def test_every_request_is_counted_once_and_each_client_keeps_its_connection(start: Start) -> None:
    server = start(lambda number: OK)
    tally = run(server.server_address[1], [asking(5), asking(3), asking(0)])
    assert (server.requests, server.busy_connections) == (8, 2)
    assert (len(tally.took), dict(tally.statuses)) == (8, {200: 8})
    assert tally.rate == pytest.approx(8 / tally.seconds)


def test_a_client_asks_again_until_the_time_is_over(start: Start) -> None:
    server = start(lambda number: OK)
    tally = run(server.server_address[1], [again_and_again(repeat(request("GET", "/")), 200, 0.1)])
    assert tally.seconds >= 0.1
    assert len(tally.took) == server.requests > 1


def test_an_answer_in_pieces_is_waited_for(start: Start) -> None:
    server = start(lambda number: [b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"])
    bodies = []

    def reading() -> Script:
        reply = yield request("GET", "/")
        bodies.append(reply.body)

    run(server.server_address[1], [reading()])
    assert bodies == [b"hello"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([b"HTTP/1.1 429 TOO MANY REQUESTS\r\ncontent-length: 0\r\n\r\n"], "429 instead of 200"),
        ([b"HTTP/1.1 500 INTERNAL SERVER ERROR\r\ncontent-length: 0\r\n\r\n"], "500 instead of 200"),
        ([b"HTTP/1.1 200 OK\r\n\r\nhello"], "without a length"),
        ([], "closed the connection"),
    ],
    ids=["too many", "error", "no length", "hung up"],
)
def test_a_refused_request_ends_the_run(start: Start, answer: list[bytes], words: str) -> None:
    server = start(lambda number: answer if number == 3 else OK)
    with pytest.raises(Refused, match=words):
        run(server.server_address[1], [asking(5)])
    assert server.requests == 3


def test_a_server_that_says_nothing_is_not_waited_for_without_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.load.PATIENCE", 0.1)
    server = start(lambda number: [b"HTTP/1.1 200 OK\r\n"])
    with pytest.raises(Refused, match="no answer"):
        run(server.server_address[1], [asking(1)])


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(200, 0, -1)]
    assert [percentile(values, part) for part in (0, 0.5, 0.99, 1)] == [1, 100, 198, 200]


def test_visitors_come_from_different_addresses() -> None:
    assert Visitor().headers["X-Forwarded-For"] != Visitor().headers["X-Forwarded-For"]


def test_a_form_is_sent_as_a_browser_would_send_it() -> None:
    page = b"""<form action="/cari"><input name="q" value="kopi"></form><form action="/checkout">
    <input type="radio" name="way" value="a"><input type="radio" name="way" value="b" checked>
    <select name="village"><option value="1">A</option><option value="2" selected>B</option></select>
    <input name="key" value="&amp;1"><input type="submit" value="go"></form>"""
    assert fields_of(page, "/checkout") == {"way": "b", "village": "2", "key": "&1"}
    with pytest.raises(Refused):
        fields_of(page, "/masuk")


# --- the books -----------------------------------------------------------------------------------------------


@pytest.fixture
def sale(db: SQLAlchemy) -> tuple[Purchase, Purchase]:
    """A purchase that waits for its shops, and one that was handed over and paid."""
    goods = [make.product(make.store(), on_hand=10), make.product(make.store(), on_hand=10)]
    return make.purchase(goods), make.purchase(goods, up_to=OrderStatus.DONE)


def test_books_that_agree_are_not_complained_about(sale: tuple[Purchase, Purchase]) -> None:
    assert disagreements(purchase.form_key for purchase in sale) == []


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (sa.update(Variant).values(reserved=Variant.reserved + 1), "in open orders"),
        (sa.update(OrderLine).values(quantity=1, total=OrderLine.unit_price), "is not the sum of its parts"),
        (sa.update(Order).values(delivery_fee=1, total=Order.total + 1), "is not the sum of its parts"),
        (sa.update(Payment).values(amount=Payment.amount + 1), "asks for another sum"),
        (sa.update(Order).values(status=OrderStatus.DONE, done_at=Order.placed_at), "in the ledger"),
        (sa.update(Order).values(status=OrderStatus.WAITING), "in the ledger"),
        (sa.update(OutboxRow).values(event="Other"), "nobody will be told"),
    ],
    ids=["stock", "lines", "orders", "payment", "unbooked", "booked early", "outbox"],
)
def test_books_that_disagree_are_noticed(
    db: SQLAlchemy, sale: tuple[Purchase, Purchase], harm: sa.Update, words: str
) -> None:
    keys = [purchase.form_key for purchase in sale]
    db.session.execute(harm.execution_options(synchronize_session=False))
    assert words in "\n".join(disagreements(keys))


def test_a_crooked_ledger_transaction_is_noticed(db: SQLAlchemy, sale: tuple[Purchase, Purchase]) -> None:
    entry = db.session.scalars(sa.select(LedgerEntry).limit(1)).one()
    values = {"transaction_id": entry.transaction_id, "account_id": entry.account_id, "amount": 1}
    db.session.execute(sa.insert(LedgerEntry).values(values))  # never committed: the database would not let it through
    assert f"ledger transaction {entry.transaction_id} does not sum to zero" in disagreements([])


def test_an_answered_purchase_that_is_not_there_is_noticed(sale: tuple[Purchase, Purchase]) -> None:
    assert disagreements([sale[0].form_key, "promised"]) == ["the purchase of form promised is lost"]


def test_orders_that_were_accepted_too_often_or_too_seldom_are_noticed(
    app: Flask, sale: tuple[Purchase, Purchase]
) -> None:
    keys = {purchase.form_key for purchase in sale}
    check(app, keys, 2)
    with pytest.raises(Disagreement, match="2 orders were accepted instead of 3"):
        check(app, keys, 3)
