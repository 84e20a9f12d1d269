"""A worker dies at each step of a refund: the buyer's money goes back once, and is booked once."""

from __future__ import annotations

import pytest

from tests.crash.child import COMMIT, Moment, after, before
from tests.crash.scene import Scene

SUBMIT = "marketplace.payments.services.refunds:submit"
REFUND = "marketplace.payments.adapters.stripe_checkout:StripeCheckout.refund"
APPLY = "marketplace.orders.services.refunds:apply"
CLOSE_ROW = "marketplace.core.outbox:run_now"
DELIVER = "marketplace.core.outbox:deliver_all"

MOMENTS = [
    before(COMMIT, since=SUBMIT),
    after(COMMIT, since=SUBMIT),
    before(REFUND),
    after(REFUND),
    after(APPLY),
    before(COMMIT, since=APPLY),
    after(COMMIT, since=APPLY),
    before(CLOSE_ROW, since=APPLY),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_refund_that_was_cut_short_is_sent_once(scene: Scene, moment: Moment) -> None:
    scene.buy_and_settle()
    scene.decline_first()
    scene.job_dies(moment, DELIVER)
    scene.recover()
    scene.check_refunded()


def test_a_refund_whose_worker_died_is_sent_once_though_the_provider_tells_of_it_first(scene: Scene) -> None:
    scene.buy_and_settle()
    scene.decline_first()
    scene.job_dies(after(REFUND), DELIVER)
    scene.tell("refund.created")
    scene.recover()
    scene.check_refunded()


def test_two_workers_that_die_one_after_the_other_send_it_once(scene: Scene) -> None:
    scene.buy_and_settle()
    scene.decline_first()
    scene.job_dies(after(REFUND), DELIVER)
    scene.forget_leases()
    scene.job_dies(before(COMMIT, since=APPLY), DELIVER)
    scene.recover()
    scene.check_refunded()
