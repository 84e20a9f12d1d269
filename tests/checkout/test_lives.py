"""Random lives of purchases: buyers, shops, banks, operators, a bad line and the clock, in any order.

After every step all is asked that can be asked (`lives.oracles`); at the end of a life everything that is under way
comes to its end, and then the provider's books and ours say the same. A long run:
`python3 dev.py test tests/checkout/test_lives.py --hypothesis-profile=long --timeout=7200`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.checkout.lives.endings import Lives
from tests.databases import Market


@pytest.mark.usefixtures("quick_stripe")
def test_the_books_agree_in_every_life(database: Market) -> None:
    run_state_machine_as_test(lambda: Lives(database), settings=_length())


def _length() -> settings:
    """A short run, or what the profile of the command line says."""
    checks = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    if settings.get_current_profile_name() == "long":
        return settings(max_examples=400, stateful_step_count=60, **checks)
    return settings(max_examples=8, stateful_step_count=40, **checks)
