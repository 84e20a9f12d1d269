"""A storm of notices: each fifty times, in any order, some late, some forged or at the wrong door, while buyers come
back and the routines run. Every payment, refund and dispute is booked once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.checkout import handlers
from marketplace.core import outbox
from marketplace.core.clock import now, travel
from marketplace.core.db import db
from marketplace.ledger.rules import Kind
from marketplace.payments.models import Payment, ProviderNotice
from marketplace.payments.rules import PaymentState
from tests import books
from tests.concurrency.crowd import together
from tests.concurrency.test_payments import Scene, scene
from tools.stripe_standin.store import Json
from tools.stripe_standin.webhooks import Treatment

__all__ = ["scene"]
pytestmark = pytest.mark.race
TIMES, AT_ONCE, SALES = 50, 12, 3
WRONG_SECRET = "whsec_somebody_elses"
Job = Callable[[], int]


def test_a_storm_of_notices_books_everything_once(scene: Scene) -> None:
    sales = [scene.sale() for _ in range(SALES)]
    intents = [scene.pay(scene.click(reference)) for reference, _, _ in sales]
    scene.standin.dashboard_refund(intents[1], amount=25_000_00)
    scene.standin.open_dispute(intents[2])
    events = scene.standin.all("event")
    late, punctual = events[-1], events[:-1]
    jobs = [*_told(scene, punctual, TIMES), *_forged(scene, events), *_visitors(scene, sales)]
    random.Random(7).shuffle(jobs)
    answers = together(scene.app, jobs, at_once=AT_ONCE)
    answers += together(scene.app, _told(scene, [late], TIMES), at_once=AT_ONCE)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with scene.app.app_context():
        with travel(now() + timedelta(hours=1)):
            outbox.deliver_all()
            handlers.sweep_payments()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ProviderNotice)) == len(events)
        states = db.session.scalars(sa.select(Payment.state).order_by(Payment.id)).all()
        assert states == [PaymentState.PAID] * SALES
        once = {kind: books.bookings(kind) for kind in (Kind.ONLINE_SALE, Kind.REFUND, Kind.REFUND_SENT, Kind.DISPUTE)}
        assert once == {Kind.ONLINE_SALE: SALES, Kind.REFUND: 1, Kind.REFUND_SENT: 1, Kind.DISPUTE: 1}
        books.check_books(scene.standin)
        assert books.differences(scene.standin) == []


def _told(scene: Scene, events: list[Json], times: int) -> list[Job]:
    return [partial(_post, scene, *scene.standin.webhooks.letter(event)) for event in events] * times


def _forged(scene: Scene, events: list[Json]) -> list[Job]:
    """The right words with the wrong signature, changed words with the right one, and a door that is not there."""
    jobs: list[Job] = []
    for event in events:
        body, headers = scene.standin.webhooks.letter(event)
        _, wrong = scene.standin.webhooks.letter(event, Treatment(secret=WRONG_SECRET))
        jobs += [
            partial(_refused, scene, body, wrong, 400),
            partial(_refused, scene, body + b" ", headers, 400),
            partial(_refused, scene, body, headers, 404, "/webhooks/bank"),
        ]
    return jobs


def _visitors(scene: Scene, sales: list[tuple[str, int, int]]) -> list[Job]:
    def sweep() -> int:
        with travel(now() + timedelta(minutes=4)):
            handlers.sweep_payments()
            handlers.sweep_notices()
        return 0

    returns = [partial(_visit, scene, f"/bayar/{reference}/kembali") for reference, _, _ in sales]
    return [*returns * 10, *[sweep] * 5, *[_work] * 5]


def _work() -> int:
    outbox.deliver_all()
    return 0


def _visit(scene: Scene, path: str) -> int:
    status = scene.ask("GET", path).status_code
    assert status in (200, 303)
    return status


def _post(scene: Scene, body: bytes, headers: dict[str, str]) -> int:
    status = scene.ask("POST", "/webhooks/stripe", data=body, headers=headers).status_code
    assert status == 200
    return status


def _refused(scene: Scene, body: bytes, headers: dict[str, str], status: int, door: str = "/webhooks/stripe") -> int:
    answer = scene.ask("POST", door, data=body, headers=headers).status_code
    assert answer == status
    return answer
