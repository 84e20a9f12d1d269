"""A process dies at each step of a payout run: shops get their money once, and the books say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from marketplace.core.db import db
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import BANK
from marketplace.payouts.models import PayoutBatch, PayoutLine
from marketplace.payouts.rules import BatchState, LineState
from tests import make
from tests.crash.child import COMMIT, Moment, Request, after, before, killed
from tests.databases import Market, Source, build
from tests.make import payouts as pay
from tests.payouts.books import faults

BATCHES, LINES = "marketplace.payouts.services.batches", "marketplace.payouts.services.lines"
MAKING = [
    moment(COMMIT, since=f"{BATCHES}:{step}")
    for step in ("begin", "add_payout", "finish")
    for moment in (before, after)
]
FETCHING = [before(COMMIT, since=f"{BATCHES}:fetch"), after(COMMIT, since=f"{BATCHES}:fetch")]
SETTLING = [before(COMMIT, since=f"{LINES}:confirm"), after(COMMIT, since=f"{LINES}:confirm")]
AMOUNT = 100_000
CARDS = {"STRIPE_SECRET_KEY": "sk_test_nobody", "STRIPE_API_BASE": "http://127.0.0.1:9"}
"""What was sold was paid by card; nobody is asked any more."""


class Desk:
    """An operator at his desk, and two shops that are owed money."""

    def __init__(self, market: Market) -> None:
        self.market = market
        market.app.config["WTF_CSRF_ENABLED"] = False
        self.client: FlaskClient = market.app.test_client()
        with market.app.app_context():
            for _ in range(2):
                pay.sold(pay.paid_shop(), AMOUNT)
            make.sign_in_client(self.client, make.person("Admin", roles=[make.OPERATOR]))

    def dies(self, moment: Moment, path: str, data: dict[str, str] | None = None) -> None:
        """Nobody answers his request."""
        name = self.market.app.config["SESSION_COOKIE_NAME"]
        cookie = self.client.get_cookie(name)
        assert cookie is not None
        killed(self.market.environ, Request("POST", path, {"Cookie": f"{name}={cookie.value}"}, data or {}), moment)

    def press(self, path: str, data: dict[str, str] | None = None) -> str:
        """He presses again, and is answered."""
        answer = self.client.post(path, data=data or {})
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def check(self, state: BatchState, line: LineState) -> None:
        with self.market.app.app_context():
            assert list(db.session.scalars(sa.select(PayoutBatch.state))) == [state]
            assert list(db.session.scalars(sa.select(PayoutLine.state))) == [line] * 2
            sent = -2 * AMOUNT if line is LineState.PAID else 0
            assert ledger.balance(BANK) == sent
            assert faults() == []


@pytest.fixture
def desk(source: Source, tmp_path: Path) -> Iterator[Desk]:
    market = build(source.kind, source.fresh(), tmp_path / "instance", **CARDS)
    yield Desk(market)
    market.close()


FORM = {"form_key": "kunci"}


@pytest.mark.parametrize("moment", MAKING, ids=str)
def test_a_batch_whose_making_was_cut_short_is_gone_on_with_by_the_same_page(desk: Desk, moment: Moment) -> None:
    desk.dies(moment, "/admin/pencairan", FORM)
    desk.press("/admin/pencairan", FORM)
    desk.check(BatchState.MADE, LineState.RESERVED)


@pytest.mark.parametrize("moment", FETCHING, ids=str)
def test_a_file_whose_fetching_was_cut_short_is_written_once(desk: Desk, moment: Moment) -> None:
    place = desk.press("/admin/pencairan", FORM)
    desk.dies(moment, f"{place}/berkas")
    desk.press(f"{place}/berkas")
    once, again = (desk.client.get(f"{place}/berkas/bank-ntt").data for _ in range(2))
    assert once == again
    assert once.count(b"\r\n") == 3
    desk.check(BatchState.FETCHED, LineState.RESERVED)


@pytest.mark.parametrize("moment", SETTLING, ids=str)
def test_lines_whose_settling_was_cut_short_are_booked_once(desk: Desk, moment: Moment) -> None:
    place = desk.press("/admin/pencairan", FORM)
    desk.press(f"{place}/berkas")
    desk.dies(moment, f"{place}/konfirmasi")
    desk.press(f"{place}/konfirmasi")
    desk.check(BatchState.CLOSED, LineState.PAID)
