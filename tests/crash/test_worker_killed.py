"""The real worker is killed while the provider lets it wait, and started again: once is once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import books
from tests.crash.scene import Scene
from tools.stripe_standin.faults import Kind

PATIENCE = 60
SLOW = 5.0  # seconds: the worker is dead long before


def test_workers_killed_while_they_wait_for_the_provider_settle_once_and_refund_once(scene: Scene) -> None:
    scene.buy_and_pay()
    scene.work()
    scene.tell("checkout.session.completed")
    slow(scene, "GetCheckoutSessionsSession")
    with worker(scene):
        wait_until_asked(scene, "GetCheckoutSessionsSession")
    look_at_what_was_left(scene)
    with worker(scene):
        wait_until_all_is_done(scene)
        scene.check_paid()
        slow(scene, "PostRefunds")
        scene.decline_first()
        wait_until_asked(scene, "PostRefunds")
    look_at_what_was_left(scene)
    with worker(scene):
        wait_until_all_is_done(scene)
    assert [call.operation for call in scene.standin.calls].count("PostRefunds") == 1
    scene.check_refunded()


def slow(scene: Scene, operation: str) -> None:
    """The provider does it at once, and lets who asked wait for the answer."""
    scene.standin.calls.clear()
    scene.standin.faults.order(operation, Kind.SLOW, seconds=SLOW)


def wait_until_asked(scene: Scene, operation: str) -> None:
    wait_until(lambda: operation in {call.operation for call in scene.standin.calls})


def look_at_what_was_left(scene: Scene) -> None:
    """The books agree after a death, and something is still to do: it may be taken up a minute later."""
    with scene.market.app.app_context():
        assert books.faults() == []
        assert books.unfinished() != []
    scene.forget_leases()


@contextmanager
def worker(scene: Scene) -> Iterator[subprocess.Popen[str]]:
    """`flask jobs work`, which ends by signal 9 and no other way."""
    process = scene.market.start("jobs", "work")
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def wait_until_all_is_done(scene: Scene) -> None:
    with scene.market.app.app_context():
        wait_until(lambda: books.unfinished() == [])


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
