"""The market with cards that are paid at the stand-in: the test is buyer, bank, Dashboard and network in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.core import outbox
from marketplace.core.clock import now, travel
from marketplace.core.db import db
from marketplace.core.ports import Ports
from marketplace.orders.models import Purchase
from marketplace.orders.queries import payment_of_purchase, purchase_of_payment
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.adapters.stripe_checkout import StripeCheckout, stripe_provider
from marketplace.payments.models import Payment
from tests import make
from tests.standin import KEY
from tools.stripe_standin.cards import SUCCESS
from tools.stripe_standin.server import StandIn
from tools.stripe_standin.store import Json


@contextmanager
def plugged(app: Flask, providers: Providers) -> Iterator[None]:
    """Those ways to pay in that application, for a while."""
    parts: Ports = app.extensions["ports"]
    before = parts.get(Providers)
    parts.provide(Providers, providers)
    try:
        yield
    finally:
        parts.provide(Providers, before)


def provider_at(standin: StandIn) -> StripeCheckout:
    """The real adapter, set up to talk to the stand-in; it does not wait long for an answer."""
    return stripe_provider(KEY, standin.webhooks.secret, standin.url, timeout=(1, 2))


class CardMarket:
    """What buyers do at the market and at Stripe, and what Stripe tells the market of it."""

    def __init__(self, app: Flask, client: FlaskClient, standin: StandIn) -> None:
        self.app, self.client, self.standin = app, client, standin
        self.provider = provider_at(standin)
        self._told = 0

    # --- the buyer ---

    def open_page(self, payment: Payment) -> str:
        """Press the button that pays; the session whose page opens."""
        return self.session_of(self.client.post(f"/bayar/{payment.reference}"))

    def session_of(self, answer: TestResponse) -> str:
        """The session to whose page an answer sends the buyer."""
        assert answer.status_code == 303, answer.text[-3000:]
        target = urlsplit(answer.location)
        assert f"{target.scheme}://{target.netloc}" == self.standin.url
        return target.path.rpartition("/")[2]

    def come_back(self, payment: Payment) -> TestResponse:
        """Go where Stripe sends the buyer."""
        return self.client.get(f"/bayar/{payment.reference}/kembali")

    def buy(self, payment: Payment, *, card: str = SUCCESS, received: int | None = None) -> str:
        """Pay and come back; what Stripe calls the payment. `received` is in rupiah."""
        session = self.open_page(payment)
        hundredths = None if received is None else received * 100
        intent = self.standin.pay(session, card=card, received=hundredths)
        assert self.come_back(payment).status_code == 303
        return str(intent["id"])

    # --- Stripe ---

    def tell(self, event: Json) -> TestResponse:
        """Hand one event to the market."""
        body, headers = self.standin.webhooks.letter(event)
        return self.client.post("/webhooks/stripe", data=body, headers=headers)

    def tell_all(self) -> None:
        """Hand every event to the market that it was not handed yet, and let the worker do all that follows.

        AssertionError when the market refuses one, or the worker cannot do something.
        """
        events = self.standin.all("event")[self._told :]
        self._told += len(events)
        assert {self.tell(event).status_code for event in events} <= {200}
        self.work()
        assert self._left_to_do() == 0

    def lose_notices(self) -> None:
        """What happened so far is never told."""
        self._told = len(self.standin.all("event"))

    # --- the worker ---

    def work(self) -> None:
        """Everything that is due or will be; what failed is tried again as late as that takes."""
        for hours in (0, 1, 2, 3, 50):
            with travel(now() + timedelta(hours=hours)):
                outbox.deliver_all()

    def _left_to_do(self) -> int:
        """How much the worker could not do."""
        left = sa.select(sa.func.count()).where(outbox.OutboxRow.done_at.is_(None))
        return db.session.scalar(left) or 0

    # --- what there is ---

    def count(self, kind: str, is_wanted: Callable[[Json], bool] = bool) -> int:
        """How many objects of a kind Stripe has."""
        return sum(is_wanted(one) for one in self.standin.all(kind))


@pytest.fixture
def card_market(app: Flask, client: FlaskClient, stripe_standin: StandIn, quick_stripe: None) -> Iterator[CardMarket]:
    market = CardMarket(app, client, stripe_standin)
    with plugged(app, Providers([Cash(), market.provider])):
        yield market


def payment_for(purchase: Purchase) -> Payment:
    return payment_of_purchase(purchase.id)


def the_payment() -> Payment:
    """The only payment there is."""
    return db.session.scalars(sa.select(Payment)).one()


def statuses(payment: Payment) -> list[str]:
    """Where the orders stand that a payment is for, by id."""
    return [order.status.value for order in make.orders_of(purchase_of_payment(payment.id))]
