"""Random lives of purchases: buyers, shops, banks, operators, a bad line and the clock, in any order.

After every step all is asked that can be asked (`lives.oracles`); at the end of a life everything that is under way
comes to its end, and then the provider's books and ours say the same. A long run, with chance of its own each time:
`python3 dev.py test tests/checkout/test_lives.py --hypothesis-profile=long --timeout=7200`.
"""

from __future__ import annotations

import time
from random import Random, randrange

import pytest
from hypothesis import settings

from tests.checkout.lives.endings import Lives
from tests.databases import Market

SEEDS = range(6)
STEPS = 60
LONG = 15 * 60
"""For how many seconds a long run goes on."""


@pytest.mark.usefixtures("quick_stripe")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_books_agree_in_every_life(database: Market, seed: int) -> None:
    _live(database, seed, STEPS)


@pytest.mark.usefixtures("quick_stripe")
@pytest.mark.skipif(settings.get_current_profile_name() != "long", reason="only with --hypothesis-profile=long")
def test_the_books_agree_for_long(database: Market) -> None:
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        _live(database, randrange(10**9), 3 * STEPS)


def _live(market: Market, seed: int, steps: int) -> None:
    """One life to its end. What happened in one that fails is told, to be done again."""
    life = Lives(market)
    try:
        life.live(Random(seed), steps)
        life.come_to_an_end()
    except BaseException as trouble:
        trouble.add_note(f"seed {seed}, after:\n" + "\n".join(f"{name} {what}" for name, what in life.told))
        raise
    finally:
        life.close()
