"""Draw the life of a claim from the code: `python3 dev.py docs` writes docs/claims.md."""

from __future__ import annotations

from pathlib import Path

from marketplace.claims.rules import ENDED, PLAN, ClaimState, Party
from marketplace.claims.services import clocks  # noqa: F401 - defines the clocks
from tools.draw_orders import diagram, last, table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "claims.md"
INTRO = """# The life of a claim

Drawn from `marketplace/claims/rules.py` by `python3 dev.py docs`; do not edit. A claim is what a buyer says is wrong
with one order. Every move is made under the locks of the order and the claim, is checked against `claims.rules.PLAN`,
and writes a step that both sides read. While it is open, what is asked lies aside in the ledger. No state is entered
twice. The buyer may take a claim back (`withdrawn`) until it is decided, and her bank may take it up (`overtaken`) at
any time; the drawing leaves these two out.
"""


def page() -> str:
    """The whole document."""
    ends = [state for state in ClaimState if state in ENDED]
    left_out = (ClaimState.WITHDRAWN, ClaimState.OVERTAKEN)
    drawn = [move for move in PLAN if move.to not in left_out]
    drawn_ends = [state for state in ends if state not in left_out]
    picture = diagram([f"opened: {Party.BUYER.value}, says what is wrong"], drawn, drawn_ends)
    return "\n".join([INTRO, picture, "", "## Moves", "", table(PLAN), "", last(ends), ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
