"""A market whose cards are paid at a stand-in, with real commits, for processes that die.

Only processes of the market are killed in most of these tests, and the database server lives on: what a server keeps
when it is killed itself is another question, asked in `test_many.py` of one with durable settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.web.limits import limiter
from tests.crash.scene import Scene
from tests.databases import Source, build
from tests.standin import KEY
from tools.stripe_standin.server import StandIn


@pytest.fixture
def scene(source: Source, stripe_standin: StandIn, tmp_path: Path) -> Iterator[Scene]:
    """Two shops, a buyer on her way to them, and the stand-in."""
    more = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": stripe_standin.webhooks.secret,
        "STRIPE_API_BASE": stripe_standin.url,
    }
    market = build(source.kind, source.fresh(), tmp_path / "instance", **more)
    limiter.reset()
    yield Scene(market, stripe_standin)
    market.close()
