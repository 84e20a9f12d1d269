"""Is a number well-formed, and how does a certificate stand? Looking it up in its register is a person's step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.certificates.rules import masks, pirt
from marketplace.certificates.rules.masks import LONGEST_NUMBER, normalise
from marketplace.certificates.rules.pirt import Facts
from marketplace.certificates.rules.types import HALAL, PIRT, About
from marketplace.core.errors import Invalid

DAYS_A_YEAR = 366


class Standing(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    ILL_FORMED = "ill_formed"

    @property
    def is_good(self) -> bool:
        """Well-formed and not expired."""
        return self in (Standing.VALID, Standing.ENDING)


@dataclass(frozen=True)
class CheckResult:
    """Is the number well-formed and not past its year? `problem` is a message id with its `values`, None when it is."""

    normalised: str
    problem: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)

    @property
    def ok(self) -> bool:
        return self.problem is None


def check(about: About, text: str, today: date) -> CheckResult:
    """Judge a number as typed, or as kept."""
    number = _stripped(about, normalise(text))
    short = number[:LONGEST_NUMBER]
    if not number:
        return CheckResult("", "certificates.number_missing")
    if about.code == HALAL and number.startswith("KH"):
        return CheckResult(short, "certificates.halal_fatwa")
    if not masks.fits(about.pattern, number):
        return CheckResult(short, *_misfit(about))
    if about.code == PIRT and pirt.is_pirt(number):
        return CheckResult(number, pirt.problem_of(number, today), facts=pirt.facts_of(number))
    return CheckResult(number)


def expiry_from_number(about: About, number: str) -> date | None:
    """The last day a number allows: a P-IRT carries its year in the last two digits. None: the number tells none."""
    return pirt.last_day(number) if about.code == PIRT and pirt.is_pirt(number) else None


def last_day_of(about: About, number: str, until: date | None, today: date) -> date | None:
    """The last day of a paper with this normalised number, of which `until` was said.

    Raises Invalid (field valid_until) for a day gone by, later than the number or the type allows, or none where one
    is needed.
    """
    in_number = expiry_from_number(about, number)
    if until is None:
        if about.needs_day:
            raise Invalid("certificates.until_needed", field="valid_until", label=about.label)
        return in_number
    if until < today:
        raise Invalid("certificates.expired", field="valid_until")
    if in_number is not None and until > in_number:
        raise Invalid("certificates.later_than_number", field="valid_until", year=in_number.year)
    if about.years is not None and about.needs_day and (until - today).days > about.years * DAYS_A_YEAR:
        raise Invalid("certificates.until_too_late", field="valid_until", label=about.label, years=about.years)
    return until


def standing(about: About, number: str, valid_until: date | None, today: date) -> Standing:
    """How a kept certificate stands today; the day `valid_until` still counts."""
    result = check(about, number, today)
    if (valid_until is not None and valid_until < today) or result.problem == "certificates.expired":
        return Standing.EXPIRED
    if not result.ok:
        return Standing.ILL_FORMED
    if valid_until is not None and (valid_until - today).days <= about.warn_days:
        return Standing.ENDING
    return Standing.VALID


def _misfit(about: About) -> tuple[str, dict[str, Any]]:
    if not about.pattern:
        return "certificates.free_format", {}
    return "certificates.format", {"label": about.label, "form": about.form_words, "example": about.example}


def _stripped(about: About, number: str) -> str:
    """Without the words that people copy along with the number, as long as something is left of it."""
    words = {*masks.first_words(about.pattern), *(normalise(word) for word in about.prefixes)} - {""}
    while found := max((word for word in words if number.startswith(word)), key=len, default=""):
        number = number.removeprefix(found)
    return number
