"""Web and worker processes die at each step of a payment by card: one charge, booked once, and nothing is stuck."""

from __future__ import annotations

import pytest

from tests.crash.child import COMMIT, Moment, after, before
from tests.crash.scene import Scene

PLACE = "marketplace.checkout.services:place"
START = "marketplace.payments.adapters.stripe_checkout:StripeCheckout.start"
NOTE_STARTED = "marketplace.payments.services.attempts:note_started"
BEGIN = "marketplace.payments.services.attempts:begin"
KEEP = "marketplace.payments.services.notices:keep"
READ = "marketplace.checkout.services.settling:read"
CLOSE = "marketplace.checkout.services.settling:close"
APPLY = "marketplace.checkout.services.settling:apply"
PAYING = "marketplace.orders.services.paying:apply"
POST = "marketplace.ledger.services:post"
EXPIRE = "marketplace.orders.services.paying:expire"
CLOSE_ROW = "marketplace.core.outbox:run_now"
DELIVER = "marketplace.core.outbox:deliver_all"
END_HOLDS = "marketplace.checkout.handlers:end_holds"
PAID_NOTICE = "checkout.session.completed"


@pytest.mark.parametrize(
    "moment",
    [
        before(COMMIT, since=PLACE),
        after(COMMIT, since=PLACE),
        before(COMMIT, since=BEGIN),
        before(START),
        after(START),
        before(COMMIT, since=NOTE_STARTED),
        after(COMMIT, since=NOTE_STARTED),
    ],
    ids=str,
)
def test_a_buyer_whose_order_was_not_answered_clicks_again_and_pays_once(scene: Scene, moment: Moment) -> None:
    scene.request_dies(moment, "POST", "/checkout", scene.form)
    scene.standin.pay(scene.press_buy())
    assert len(scene.standin.all("checkout.session")) == 1
    scene.tell(PAID_NOTICE)
    scene.recover()
    scene.check_paid()


@pytest.mark.parametrize("moment", [after(COMMIT, since=PLACE), before(START), after(START)], ids=str)
def test_a_purchase_whose_buyer_never_comes_again_ends(scene: Scene, moment: Moment) -> None:
    scene.request_dies(moment, "POST", "/checkout", scene.form)
    scene.recover()
    scene.work_after_hold()
    scene.check_expired()


@pytest.mark.parametrize("moment", [before(COMMIT, since=KEEP), after(COMMIT, since=KEEP)], ids=str)
def test_a_notice_that_was_not_answered_comes_again_and_counts_once(scene: Scene, moment: Moment) -> None:
    scene.buy_and_pay()
    scene.notice_dies(moment, PAID_NOTICE)
    scene.tell(PAID_NOTICE)
    scene.recover()
    scene.check_paid()


@pytest.mark.parametrize(
    "moment",
    [before(READ), after(READ), after(POST), before(COMMIT, since=APPLY), after(COMMIT, since=APPLY)],
    ids=str,
)
def test_a_buyer_who_comes_back_to_a_dead_page_is_seen_by_the_sweep(scene: Scene, moment: Moment) -> None:
    scene.buy_and_pay()
    scene.request_dies(moment, "GET", scene.path_back())
    scene.recover()
    scene.check_paid()
    scene.come_back()
    scene.check_paid()


@pytest.mark.parametrize(
    "moment",
    [
        before(READ),
        after(READ),
        after(PAYING),
        before(COMMIT, since=APPLY),
        after(COMMIT, since=APPLY),
        before(CLOSE_ROW, since=APPLY),
    ],
    ids=str,
)
def test_a_worker_that_dies_over_a_notice_takes_it_up_again(scene: Scene, moment: Moment) -> None:
    scene.buy_and_pay()
    scene.work()
    scene.tell(PAID_NOTICE)
    scene.job_dies(moment, DELIVER)
    scene.recover()
    scene.check_paid()


ENDINGS = [
    after(CLOSE),
    after(PAYING),
    before(COMMIT, since=APPLY),
    after(COMMIT, since=APPLY),
    before(COMMIT, since=EXPIRE),
    after(COMMIT, since=EXPIRE),
]


@pytest.mark.parametrize("moment", ENDINGS, ids=str)
def test_a_hold_whose_end_was_cut_short_is_ended_by_the_next_turn(scene: Scene, moment: Moment) -> None:
    scene.press_buy()
    scene.work()
    scene.job_dies(moment, END_HOLDS, scene.hold_is_over())
    scene.work_after_hold()
    scene.check_expired()


@pytest.mark.parametrize("moment", ENDINGS[:4], ids=str)
def test_what_was_paid_at_the_last_moment_counts_though_the_end_of_the_hold_was_cut_short(
    scene: Scene, moment: Moment
) -> None:
    scene.buy_and_pay()
    scene.work()
    scene.job_dies(moment, END_HOLDS, scene.hold_is_over())
    scene.work_after_hold()
    scene.check_paid()
