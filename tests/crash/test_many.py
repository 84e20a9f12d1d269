"""Money under kill -9 (R3): hundreds of things by chance, processes that die at any commit and any call, and on
PostgreSQL a server that dies too. At every death the books agree; at the end all is done, nothing lost, nothing twice.

The server that is killed has durable settings: one that does not wait for the disk may lose what it has committed.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.core.outbox import OutboxRow
from marketplace.core.settings import change
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment, PaymentAttempt, ProviderNotice, Refund
from marketplace.web.limits import limiter
from tests import books, make
from tests.crash.child import COMMIT, Moment, exit_code, start
from tests.crash.life import ROUTINES, Letter, Life
from tests.databases import Market, PostgresSource, Source, build
from tests.postgres import Cluster
from tests.standin import KEY
from tools.stripe_standin.cards import SUCCESS
from tools.stripe_standin.server import StandIn

SEED = int(os.environ.get("CRASH_SEED", "20261124"))
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "12"))
DEEDS = 24  # at most, in a round
SERVER_DIES_EVERY = 4  # rounds
PASSES = timedelta(minutes=25)  # between rounds
ON_HAND = 60
GOODS = 6
STRIPE = "marketplace.payments.adapters.stripe_checkout:StripeCheckout"
CALLS = [f"{STRIPE}.{name}" for name in ("start", "read", "expire", "refund")]
DECLINED = "4000000000000002"
PASSING = (
    Payment.hold_until,
    PaymentAttempt.created_at,
    Order.answer_by,
    Refund.created_at,
    OutboxRow.due_at,
)


@dataclass
class World:
    """The market's database, and all who are outside: buyers at the provider's page, banks, and the provider's post."""

    market: Market
    standin: StandIn
    server: Cluster | None
    diary: Path
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    deaths: int = 0

    def one_round(self, number: int) -> None:
        """A process lives and perhaps dies, others take note, and time passes."""
        life = Life(SEED * 1000 + number, DEEDS, self.letters(), self.diary)
        process = start(self.market.environ, life, self._moment())
        is_servers_turn = self.server is not None and number % SERVER_DIES_EVERY == SERVER_DIES_EVERY - 1
        if is_servers_turn:
            self._kill_server(process)
        code = exit_code(process)
        assert is_servers_turn or code in (0, -signal.SIGKILL), f"round {number} failed by itself"
        self.deaths += code != 0
        with self.market.app.app_context():
            assert books.faults() == []
        self._pay()
        self._quarrel()
        self.standin.bring_fees()
        self.let_pass()

    def _kill_server(self, process: ForkServerProcess) -> None:
        """The database's server dies in the middle of it, and the process with it if it lives on without."""
        assert self.server is not None
        time.sleep(self.chance.uniform(0.3, 0.9))
        self.server.kill()
        process.kill()
        self.server.start()

    def _moment(self) -> Moment:
        is_before = self.chance.random() < 0.5
        if self.chance.random() < 0.4:
            return Moment(self.chance.choice(CALLS), is_before, number=self.chance.randint(1, 4))
        return Moment(COMMIT, is_before, number=self.chance.randint(8, 50))

    def letters(self) -> tuple[Letter, ...]:
        """What the provider has not been thanked for, and one that it tells again."""
        told = {line.split()[1] for line in self.done() if line.startswith("told")}
        events = self.standin.all("event")
        fresh = [event for event in events if event["id"] not in told]
        again = [self.chance.choice(events)] if events else []
        return tuple((event["id"], *self.standin.webhooks.letter(event)) for event in [*fresh[:20], *again])

    def done(self) -> list[str]:
        """All that was noted as committed."""
        return self.diary.read_text().splitlines() if self.diary.exists() else []

    def _pay(self) -> None:
        """Buyers on the provider's pages pay, are declined, or go away."""
        for session in self.standin.all("checkout.session"):
            if session["status"] == "open" and (luck := self.chance.random()) < 0.8:
                self.standin.pay(session["id"], card=SUCCESS if luck < 0.65 else DECLINED)

    def _quarrel(self) -> None:
        """Now and then somebody pays twice, gives money back by hand, or goes to the bank; banks decide."""
        paid = [s for s in self.standin.all("checkout.session") if s["payment_status"] == "paid"]
        whole = [c for c in self.standin.all("charge") if c["paid"] and not c["disputed"] and not c["amount_refunded"]]
        luck = self.chance.random()
        if luck < 0.1 and paid:
            self.standin.pay_again(self.chance.choice(paid)["id"])
        elif luck < 0.3 and whole:
            charge = self.chance.choice(whole)
            self.standin.dashboard_refund(charge["payment_intent"], amount=charge["amount"] // 300 * 100)
        elif luck < 0.5 and whole:
            self.standin.open_dispute(self.chance.choice(whole)["payment_intent"])
        for dispute in self.standin.all("dispute"):
            if dispute["status"] == "needs_response" and self.chance.random() < 0.3:
                self.standin.close_dispute(dispute["id"], won=self.chance.random() < 0.5)

    def let_pass(self) -> None:
        """Time passes: all that is to come comes nearer.

        Notices age by seconds only, for after ten the market leaves those that it could not place to the operator.
        """
        with self.market.app.app_context(), transaction():
            for column in PASSING:
                self._age(column, PASSES)
            self._age(ProviderNotice.received_at, timedelta(seconds=20))

    @staticmethod
    def _age(column: sa.orm.InstrumentedAttribute[datetime], by: timedelta) -> None:
        for row in db.session.scalars(sa.select(column.class_).where(column.is_not(None))):
            setattr(row, column.key, getattr(row, column.key) - by)

    def finish(self) -> None:
        """Nobody dies any more: the provider tells all again, workers work, and holds come to their end."""
        client = self.market.app.test_client()
        for _ in range(5):
            self.standin.bring_fees()
            limiter.reset()
            for event in self.standin.all("event"):
                body, headers = self.standin.webhooks.letter(event)
                assert client.post("/webhooks/stripe", data=body, headers=headers).status_code == 200
            with self.market.app.app_context():
                for routine in ROUTINES:
                    routine()
                outbox.deliver_all()
            self.let_pass()

    def lost(self) -> list[str]:
        """What was noted as committed and is not there."""
        notices = db.session.scalars(sa.select(ProviderNotice.event_id))
        steps = db.session.execute(sa.select(OrderEvent.order_id, OrderEvent.status))
        there = {
            *(f"placed {code}" for code in db.session.scalars(sa.select(Purchase.code))),
            *(f"told {event_id}" for event_id in notices),
            *(f"refunded {refund_id}" for refund_id in db.session.scalars(sa.select(Refund.id))),
            *(f"moved {row.order_id} {row.status}" for row in steps),
        }
        return sorted(set(self.done()) - there)


def twice() -> list[tuple[int, OrderStatus]]:
    """Steps that an order took more than once."""
    step = (OrderEvent.order_id, OrderEvent.status)
    rows = db.session.execute(sa.select(*step).group_by(*step).having(sa.func.count() > 1))
    return [(row.order_id, row.status) for row in rows]


def sold() -> tuple[int, int]:
    """Pieces that left the shelves, and pieces in orders that were handed over."""
    left = db.session.scalar(sa.select(sa.func.sum(Variant.on_hand)))
    query = sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0)).join(Order, Order.id == OrderLine.order_id)
    return ON_HAND * GOODS - int(left or 0), int(db.session.scalar(query.where(Order.status == OrderStatus.DONE)) or 0)


@pytest.fixture
def world(source: Source, stripe_standin: StandIn, tmp_path: Path) -> Iterator[World]:
    """A market of three shops; on PostgreSQL with a durable server of its own."""
    server = None
    if isinstance(source, PostgresSource) and isinstance(source.server, Cluster):
        server = Cluster(fast=False)
        source = PostgresSource(server, tmp_path, "belintt_crash")
    more = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": stripe_standin.webhooks.secret,
        "STRIPE_API_BASE": stripe_standin.url,
    }
    market = build(source.kind, source.fresh(), tmp_path / "instance", **more)
    with market.app.app_context(), transaction():
        change(SYSTEM, "orders.answer_hours", 1, today())
        stores = [make.store() for _ in range(GOODS // 2)]
        for number in range(GOODS):
            make.product(stores[number // 2], f"Barang {number}", price=10_000 + 7_350 * number, on_hand=ON_HAND)
    stripe_standin.switches.late_fee = True  # so that payments past our sessions are told of, by charge.updated
    yield World(market, stripe_standin, server, tmp_path / "diary")
    market.close()
    if server is not None:
        server.close()


def test_nothing_is_lost_and_nothing_is_booked_twice_whoever_dies(world: World) -> None:
    for number in range(ROUNDS):
        world.one_round(number)
    world.finish()
    assert world.deaths >= ROUNDS // 3
    with world.market.app.app_context():
        assert books.faults() == []
        assert books.unfinished() == []
        assert books.differences(world.standin) == []
        assert world.lost() == []
        assert twice() == []
        away, handed_over = sold()
        assert away == handed_over
