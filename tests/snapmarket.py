"""The market with Midtrans's page at the stand-in: the test is buyer, bank, dashboard and network in one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.core import outbox
from marketplace.core.clock import now, travel
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.midtrans_snap import MidtransSnap, midtrans_provider
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from tests.cardmarket import plugged
from tools.midtrans_standin.server import KEY, StandIn
from tools.midtrans_standin.store import Json


def snap_provider_at(standin: StandIn) -> MidtransSnap:
    """The real adapter, set up to talk to the stand-in; it does not wait long for an answer."""
    return midtrans_provider(KEY, "", standin.url, standin.url, timeout=(1, 2))


class SnapMarket:
    """What buyers do at the market and at Midtrans, and what Midtrans tells the market of it."""

    def __init__(self, app: Flask, client: FlaskClient, standin: StandIn) -> None:
        self.app, self.client, self.standin = app, client, standin
        self.provider = snap_provider_at(standin)
        self._told = 0

    # --- the buyer ---

    def open_page(self, payment: Payment) -> str:
        """Press the button that pays; the token of the page that opens."""
        return self.token_of(self.client.post(f"/bayar/{payment.reference}"))

    def token_of(self, answer: TestResponse) -> str:
        """The page to which an answer sends the buyer."""
        assert answer.status_code == 303, answer.text[-3000:]
        target = urlsplit(answer.location)
        assert f"{target.scheme}://{target.netloc}" == self.standin.url
        return target.path.rpartition("/")[2]

    def come_back(self, payment: Payment) -> TestResponse:
        """Go where Midtrans sends the buyer, with what it adds to the address."""
        return self.client.get(f"/bayar/{payment.reference}/kembali?order_id=x&status_code=200")

    def buy(self, payment: Payment, *, way: str = "qris", received: int | None = None) -> str:
        """Pay and come back; what Midtrans calls the payment."""
        paid = self.standin.pay(self.open_page(payment), way=way, received=received)
        assert self.come_back(payment).status_code == 303
        return str(paid["order_id"])

    # --- Midtrans ---

    def tell(self, notice: Json) -> TestResponse:
        """Hand one notice to the market."""
        return self.client.post("/webhooks/midtrans", json=notice)

    def tell_all(self) -> None:
        """Hand every notice to the market that it was not handed yet, and let the worker do all that follows."""
        fresh = self.standin.notices[self._told :]
        self._told += len(fresh)
        assert {self.tell(notice).status_code for notice in fresh} <= {200}
        self.work()

    # --- the worker ---

    def work(self) -> None:
        """Everything that is due or will be; what failed is tried again as late as that takes."""
        for hours in (0, 1, 2, 3, 50):
            with travel(now() + timedelta(hours=hours)):
                outbox.deliver_all()


@pytest.fixture
def midtrans_standin() -> Iterator[StandIn]:
    """A fresh stand-in in memory. Its notices go nowhere until a test hands them on."""
    server = StandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def snap_market(app: Flask, client: FlaskClient, midtrans_standin: StandIn) -> Iterator[SnapMarket]:
    market = SnapMarket(app, client, midtrans_standin)
    with plugged(app, Providers([Cash(), market.provider])):
        yield market
