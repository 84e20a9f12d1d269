"""What a guest's browser remembers of her purchases, so that she finds them without the link in the letter."""

from __future__ import annotations

from flask import session

CODES = "purchases"
MOST = 10


def remember_purchase(code: str) -> None:
    """Keep the code of what this browser bought, the latest first."""
    session[CODES] = [code, *(old for old in remembered_purchases() if old != code)][:MOST]
    session.permanent = True


def remembered_purchases() -> list[str]:
    """The codes of what this browser bought as a guest, the latest first."""
    found: list[str] = session.get(CODES, [])
    return found
