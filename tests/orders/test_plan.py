"""The drawn life of an order is the one that the services obey."""

from __future__ import annotations

from operator import attrgetter

from marketplace.core import settings
from marketplace.orders import services
from marketplace.orders.plan import CLOCKS, PLAN, Who
from marketplace.orders.rules import MOVES, OPEN
from tools.draw_orders import PAGE, page


def test_the_plan_draws_exactly_the_moves_that_are_allowed() -> None:
    drawn = {(move.start, move.to) for move in PLAN}
    assert drawn == {(start, to) for start, ends in MOVES.items() for to in ends}


def test_each_move_names_a_service_and_each_clock_a_setting() -> None:
    known = {setting.key for setting in settings.defined()}
    for move in PLAN:
        assert callable(attrgetter(move.service)(services)), move
        assert (move.who is Who.CLOCK) == bool(move.clock), move
        assert not move.clock or move.clock in known, move


def test_every_open_state_has_a_clock_with_a_default_and_a_reminder() -> None:
    known = {setting.key for setting in settings.defined()}
    assert {clock.state for clock in CLOCKS} == OPEN
    by_itself = {(move.start, move.to, move.clock) for move in PLAN if move.who is Who.CLOCK}
    assert {(clock.state, clock.to, clock.clock) for clock in CLOCKS} == by_itself
    for clock in CLOCKS:
        assert clock.reminder, clock
        assert clock.whom, clock
        assert not clock.second or clock.second in known, clock


def test_the_document_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python3 dev.py docs"
