"""Random lives of purchases: buyers, shops, banks, operators, a bad line and the clock, in any order.

After every step all is asked that can be asked (`lives.oracles`); at the end of a life everything that is under way
comes to its end, and then the provider's books and ours say the same. A long run:
`python3 dev.py test tests/checkout/test_lives.py --hypothesis-profile=long --timeout=7200`.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.checkout.lives.endings import Lives
from tests.databases import Market


class Life(RuleBasedStateMachine):
    """One life. All deeds are one rule: of many, Hypothesis would leave out some in each life, and few would come to a
    claim or a payout.
    """

    def __init__(self, market: Market) -> None:
        super().__init__()
        self.lives = Lives(market)
        self.has_failed = False

    @rule(deed=st.sampled_from(Lives.deeds()), chance=st.randoms(use_true_random=False))
    def happen(self, deed: str, chance: Random) -> None:
        """Something happens, and all that is kept agrees."""
        what = self.lives.draw(deed, chance)
        note(f"{deed} {what}")
        self.has_failed = True
        self.lives.step(deed, what)
        self.has_failed = False

    def teardown(self) -> None:
        """The end of a life in which nothing was wrong."""
        try:
            if not self.has_failed:
                self.lives.come_to_an_end()
        finally:
            self.lives.close()


@pytest.mark.usefixtures("quick_stripe")
def test_the_books_agree_in_every_life(database: Market) -> None:
    run_state_machine_as_test(lambda: Life(database), settings=_length())


def _length() -> settings:
    """A short run, or what the profile of the command line says."""
    checks = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    if settings.get_current_profile_name() == "long":
        return settings(max_examples=400, stateful_step_count=150, **checks)
    return settings(max_examples=8, stateful_step_count=60, **checks)
