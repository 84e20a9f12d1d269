"""What happens to accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PasswordResetAsked:
    """Somebody who says to be this person asked for a way back in. `ask` tells one asking from the next."""

    person_id: int
    ask: str


@dataclass(frozen=True)
class CodeAsked:
    """A one-time code is to be sent; the code itself is made when the letter is written."""

    code_id: int


@dataclass(frozen=True)
class ResetHandedOver:
    """An operator handed the person a way back in. `occasion` tells one from the next."""

    person_id: int
    occasion: str


@dataclass(frozen=True)
class PasswordChanged:
    """The person has a new password. `change` tells one change from the next."""

    person_id: int
    change: str
