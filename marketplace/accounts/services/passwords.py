"""Passwords are kept as argon2id hashes only. Parameters: OWASP's minimum, so that two small workers can bear them."""

from __future__ import annotations

import unicodedata

import argon2

from marketplace.accounts.rules import weakness
from marketplace.core.errors import Invalid

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when there is no such account, so that the answer takes as long. Its password is known to nobody.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$DnEHDEU/WSqL6WFY3twfpw$K57f8e6KJttoow7DIOJSFz1En94osKVzV1nfS44JqMA"


def hash_password(password: str, *known: str | None, field: str = "password") -> str:
    """The hash to keep. `known` is what others know of the person. Raises Invalid for a password easy to guess."""
    problem = weakness(password, [text for text in known if text])
    if problem:
        raise Invalid(problem, field=field)
    return HASHER.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Is this the password? None for the hash takes the same time and is never true."""
    try:
        return HASHER.verify(password_hash or NOBODY, _normal(password)) and password_hash is not None
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False


def _normal(password: str) -> str:
    """One form for what two keyboards write differently."""
    return unicodedata.normalize("NFKC", password)
