"""The bank's lines and sums are scarce: a line pays once, a sum is one payment's, a file is kept once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from marketplace.bank import handlers, queries, services
from marketplace.bank.models import BankLine
from marketplace.bank.rules import AsideKind, LineState
from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import BANK
from marketplace.orders import services as orders
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.rules import AttemptState, Outcome, Snapshot
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.make.byhand import bank_line, by_hand, csv_statement, stored, transfer

pytestmark = pytest.mark.race


@dataclass(frozen=True)
class Money:
    """Two payments that wait, and a line that is exactly what the first asks for."""

    first: int
    second: int
    line: int
    amount: int


def _money(market: Market) -> Money:
    with market.app.app_context(), by_hand(market.app):
        with transaction():
            product = make.live(make.product(price=50_000, on_hand=10))
        payments = [transfer([product]), transfer([product])]
        line = bank_line(payments[0].to_pay)
        return Money(payments[0].id, payments[1].id, line.id, line.amount)


def _assign(line_id: int, payment_id: int) -> Outcome:
    with transaction():
        return services.lines.assign(SYSTEM, line_id, payment_id)


def _received() -> list[int]:
    return sorted(db.session.scalars(sa.select(Payment.received)))


def test_two_operators_and_the_worker_book_a_line_once(live_database: Market) -> None:
    money = _money(live_database)

    def aside() -> None:
        with transaction():
            services.lines.set_aside(SYSTEM, money.line, AsideKind.NOT_OURS, "Bukan")

    jobs = [
        lambda: _assign(money.line, money.first),
        lambda: _assign(money.line, money.second),
        handlers.match_lines,
        aside,
    ] * 2
    done = together(live_database.app, jobs)
    wrong = [each for each in done if isinstance(each, Exception) and not isinstance(each, Stale)]
    assert wrong == []
    with live_database.app.app_context():
        line = db.session.get_one(BankLine, money.line)
        tries = db.session.scalars(sa.select(PaymentAttempt.provider_ref)).all()
        if line.state is LineState.BOOKED:
            assert tries == [f"bank:{money.line}"]
            assert _received() == [0, money.amount]
            assert ledger.balance(BANK) == money.amount
        else:
            assert line.state is LineState.ASIDE
            assert tries == []
        assert queries.crooked_lines() + queries.unlined_money() == []


def test_without_the_lock_on_the_line_it_pays_two(live_database: Market) -> None:
    """The control: who looks first and books afterwards, each under a name of its own, books the money twice."""
    money = _money(live_database)
    meeting = Meeting(2)

    def naive(payment_id: int) -> None:
        line = db.session.get_one(BankLine, money.line)
        assert line.state is LineState.OPEN
        amount = line.amount
        db.session.rollback()
        meeting.wait()
        with transaction():
            snapshot = Snapshot(AttemptState.PAID, provider_ref=f"naive:{payment_id}", received=amount)
            orders.paying.take_in(payment_id, snapshot)

    done = together(live_database.app, [lambda: naive(money.first), lambda: naive(money.second)])
    assert done == [None, None]
    with live_database.app.app_context():
        assert _received() == [money.amount, money.amount]


def test_the_same_file_twice_at_once_is_kept_once_and_pays_once(live_database: Market) -> None:
    with live_database.app.app_context(), by_hand(live_database.app):
        with transaction():
            product = make.live(make.product(price=50_000, on_hand=10))
        sums = [transfer([product]).to_pay for _ in range(3)]
    content = csv_statement(*((today(), f"TRF {number}", amount) for number, amount in enumerate(sums)))

    def take_in() -> None:
        stored(content)
        handlers.match_lines()

    done = together(live_database.app, [take_in] * 4)
    assert [each for each in done if each is not None] == []
    with live_database.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(BankLine)) == 3
        assert _received() == sorted(sums)
        assert ledger.balance(BANK) == sum(sums)
        assert queries.crooked_lines() + queries.unlined_money() == []


def test_many_who_order_at_once_are_asked_for_different_sums(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        product_id = make.live(make.product(price=50_000, on_hand=100)).id

    def order() -> int:
        return transfer([db.session.get_one(Product, product_id)]).to_pay

    with by_hand(live_database.app):
        sums = together(live_database.app, [order] * 12)
    assert all(isinstance(each, int) for each in sums), sums
    assert len(set(sums)) == 12
