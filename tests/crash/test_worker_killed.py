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


def test_a_worker_killed_while_it_waits_for_a_reading_settles_once(scene: Scene) -> None:
    scene.buy_and_pay()
    scene.work()
    scene.tell("checkout.session.completed")
    _killed_during(scene, "GetCheckoutSessionsSession")
    scene.check_paid()


def test_a_worker_killed_while_it_waits_for_a_refund_sends_it_once(scene: Scene) -> None:
    scene.buy_and_settle()
    scene.decline_first()
    _killed_during(scene, "PostRefunds")
    assert [call.operation for call in scene.standin.calls].count("PostRefunds") == 1
    scene.check_refunded()


def _killed_during(scene: Scene, operation: str) -> None:
    """A worker dies in the middle of that call; another one then does what is left."""
    scene.standin.faults.order(operation, Kind.SLOW, seconds=SLOW)
    asked = len(scene.standin.calls)
    with _worker(scene) as first:
        _wait_until(lambda: operation in {call.operation for call in scene.standin.calls[asked:]})
        first.kill()
        first.wait(10)
    with scene.market.app.app_context():
        assert books.faults() == []
        assert books.unfinished() != []
    scene.forget_leases()
    with _worker(scene), scene.market.app.app_context():
        _wait_until(lambda: books.unfinished() == [])


@contextmanager
def _worker(scene: Scene) -> Iterator[subprocess.Popen[str]]:
    process = scene.market.start("jobs", "work")
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
