"""Draw the life of an order from the code: `python3 dev.py docs` writes docs/orders.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from marketplace.core import settings
from marketplace.orders.plan import CLOCKS, PLAN, StateClock
from marketplace.orders.rules import MOVES, OrderStatus
from marketplace.orders.services import clocks, steps  # noqa: F401 - define the clocks
from marketplace.payments.services import asking  # noqa: F401

PAGE = Path(__file__).resolve().parents[1] / "docs" / "orders.md"
INTRO = """# The life of an order

Drawn from `marketplace/orders/plan.py` by `python3 dev.py docs`; do not edit. One order is one shop's part of a
purchase. Paid online it begins at `unpaid`, in cash at `waiting`. Every move is made under the order's lock, is
checked against `orders.rules.MOVES`, and writes a step of the time line that buyer and shop both read.
"""


CLOCK_INTRO = """## What happens when nobody does anything

No state ends before its reminder was sent: a market that stood still for two days reminds first. Arrival counts from
the moment the buyer is told. An order that is contested (a bank's dispute, a claim) does not end by itself.

| state | of which orders | ends as | after | counted from | reminded | the other side may end it after |
| --- | --- | --- | --- | --- | --- | --- |"""


def page() -> str:
    """The whole document."""
    ends = [status for status in OrderStatus if not MOVES[status]]
    beginnings = ("unpaid: paid online", "waiting: paid in cash")
    moves = ["## Moves", "", table(PLAN), "", last(ends), ""]
    return "\n".join([INTRO, diagram(beginnings, PLAN, ends), "", *moves, CLOCK_INTRO, *map(_clock_row, CLOCKS), ""])


def diagram(beginnings: Iterable[str], plan: Sequence[Any], ends: Iterable[Any]) -> str:
    """States and moves as Mermaid draws them. A move has start, to, who and what."""
    lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {beginning}" for beginning in beginnings)]
    lines += [f"    {move.start.value} --> {move.to.value}: {move.who.value}, {move.what}" for move in plan]
    lines += [f"    {status.value} --> [*]" for status in ends]
    return "\n".join([*lines, "```"])


def table(plan: Sequence[Any]) -> str:
    """The same as a table, with the clock, what follows, and the service that does it."""
    head = ["| from | to | who | what | by itself after | what follows | service |", "|" + " --- |" * 7]
    return "\n".join(head + [_row(move) for move in plan])


def last(ends: Iterable[Any]) -> str:
    """Where it ends."""
    return f"Nothing leads on from {', '.join(f'`{status.value}`' for status in ends)}."


def _row(move: Any) -> str:
    cells = [f"`{move.start.value}`", f"`{move.to.value}`", move.who.value, move.what, _clock(move.clock), move.then]
    return f"| {' | '.join(cells)} | `{move.service}` |"


def _clock_row(clock: StateClock) -> str:
    cells = [
        f"`{clock.state.value}`",
        clock.where,
        f"`{clock.to.value}`",
        _clock(clock.clock),
        clock.since,
        f"{clock.whom}: {clock.reminder}",
        _clock(clock.second),
    ]
    return f"| {' | '.join(cells)} |"


def _clock(key: str) -> str:
    """The default of a dated setting, in the unit that its name ends with."""
    if not key:
        return "–"
    default = {setting.key: setting.default for setting in settings.defined()}[key]
    return f"{default} {key.rpartition('_')[2]} (`{key}`)"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
