"""The drawn life of an order is the one that the services obey."""

from __future__ import annotations

from operator import attrgetter

from marketplace.core import settings
from marketplace.orders import services
from marketplace.orders.plan import PLAN, Who
from marketplace.orders.rules import MOVES
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


def test_the_document_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python3 dev.py docs"
