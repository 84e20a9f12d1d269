"""Money that several operators send, settle and take back at the same moment goes out once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as books
from marketplace.ledger.rules import BANK, PAYOUTS_ON_THE_WAY, Kind, payable_account
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payouts import services
from marketplace.payouts.models import PayoutBatch, PayoutLine
from marketplace.payouts.rules import BatchState, LineState
from tests import make
from tests.cardmarket import plugged
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.make import payouts as pay
from tests.payouts.books import faults

pytestmark = pytest.mark.race
NET, CROWD = 100_000, 4


@pytest.fixture
def shop_id(live_database: Market) -> int:
    """A shop that is owed Rp100.000."""
    with plugged(live_database.app, Providers([Cash(), make.Till()])), live_database.app.app_context():
        shop = pay.paid_shop()
        pay.sold(shop, NET)
        return shop.id


def _states() -> list[LineState]:
    return sorted(db.session.scalars(sa.select(PayoutLine.state)))


def test_operators_who_make_batches_at_once_pay_a_shop_once(live_database: Market, shop_id: int) -> None:
    jobs = [lambda key=f"kunci {number}": pay.batch(key=key) for number in range(CROWD)]
    done = together(live_database.app, jobs)
    assert [result for result in done if isinstance(result, Exception)] == []
    with live_database.app.app_context():
        assert _states() == [LineState.RESERVED]
        assert ledger.balance(payable_account(shop_id)) == 0
        assert faults() == []


def test_control_who_looks_first_and_books_then_pays_twice(live_database: Market, shop_id: int) -> None:
    meeting = Meeting(2)

    def naive(number: int) -> None:
        found = services.batches.payable_stores()
        db.session.rollback()
        meeting.wait()
        with transaction():
            for store_id in found:
                books.post(f"naive:{number}", Kind.PAYOUT, ledger_rules.payout(store_id, NET))

    together(live_database.app, [lambda: naive(1), lambda: naive(2)])
    with live_database.app.app_context():
        assert ledger.balance(payable_account(shop_id)) == NET, "the shop was paid twice, and owes the market now"


def test_one_page_that_is_sent_many_times_at_once_makes_one_batch(live_database: Market, shop_id: int) -> None:
    def press() -> int:
        with transaction():
            batch_id = services.batches.begin(SYSTEM, "sama")
        try:
            with transaction():
                services.batches.add_payout(SYSTEM, batch_id, shop_id)
        except Stale:
            pass
        with transaction():
            services.batches.finish(SYSTEM, batch_id)
        return batch_id

    assert len(set(together(live_database.app, [press] * CROWD))) == 1
    with live_database.app.app_context():
        assert _states() == [LineState.RESERVED]
        assert faults() == []


def test_a_batch_is_fetched_or_cancelled_never_both(live_database: Market, shop_id: int) -> None:
    with live_database.app.app_context():
        batch_id = pay.batch()

    def fetch() -> None:
        with transaction():
            services.batches.fetch(SYSTEM, batch_id)

    def cancel() -> None:
        with transaction():
            services.batches.cancel(SYSTEM, batch_id)

    done = together(live_database.app, [fetch, cancel] * 2)
    assert sum(isinstance(result, Stale) for result in done) == 2
    with live_database.app.app_context():
        state = db.session.get_one(PayoutBatch, batch_id).state
        assert (state, _states()) in [
            (BatchState.FETCHED, [LineState.RESERVED]),
            (BatchState.CANCELLED, [LineState.CANCELLED]),
        ]
        assert faults() == []


def test_a_line_that_is_confirmed_and_failed_at_once_is_booked_once(live_database: Market, shop_id: int) -> None:
    with live_database.app.app_context():
        line_id = pay.lines(pay.fetched())[0].id

    def confirm() -> None:
        with transaction():
            services.lines.confirm(SYSTEM, line_id)

    def fail() -> None:
        with transaction():
            services.lines.fail(SYSTEM, line_id, "Nomor tidak ada", False)

    together(live_database.app, [confirm, fail, confirm, fail])
    with live_database.app.app_context():
        assert _states() == [LineState.FAILED], "what was sent may come back, and what came back is not sent again"
        assert ledger.balance(payable_account(shop_id)) == -NET
        assert (ledger.balance(PAYOUTS_ON_THE_WAY), ledger.balance(BANK)) == (0, 0)
        assert faults() == []
