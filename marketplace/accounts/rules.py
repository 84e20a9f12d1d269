"""What an account may be: passwords, limits on trying, how long a sign-in lasts."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

COMMON_FILE = Path(__file__).resolve().parent / "data" / "common-passwords.txt"
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
FEWEST_SIGNS = 4  # different characters
FEWEST_OWN_LETTERS = 4  # letters beside one's own name

TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50

IDLE = timedelta(days=30)
LONGEST_SIGN_IN = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=10)

RESET_LINK_SECONDS = 3600
RESETS_PER_HOUR = 3
HANDED_OVER_SECONDS = 1800
PROOFS = ("ktp", "known", "call")
SHORTEST_PROOF = 10
MOST_ADDRESSES = 20

CODE_MINUTES = 10
CODE_TRIES = 5
CODES_PER_HOUR = 6
RECOVERY_CODES = 8


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that everybody tries first, in lower case."""
    return frozenset(COMMON_FILE.read_text(encoding="utf-8").split())


def weakness(password: str, known: list[str]) -> str | None:
    """The message id of what makes a password too easy to guess, or None (NIST SP 800-63B: length, no common ones).

    `known` is what others know about the person: name, e-mail address, phone number.
    """
    if len(password) < SHORTEST_PASSWORD:
        return "accounts.password_short"
    if len(password) > LONGEST_PASSWORD:
        return "accounts.password_long"
    plain = password.casefold()
    if plain in common_passwords() or len(set(plain)) < FEWEST_SIGNS:
        return "accounts.password_common"
    return "accounts.password_own" if _is_own(plain, known) else None


def _is_own(plain: str, known: list[str]) -> bool:
    """Is it little more than the person's own name, address or number?"""
    words = {word for text in known for word in re.split(r"[^\w]+", text.casefold()) if len(word) >= 3}
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != plain and sum(char.isalpha() for char in rest) < FEWEST_OWN_LETTERS
