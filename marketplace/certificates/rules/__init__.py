"""Types of certificates, and how their numbers are judged."""

from marketplace.certificates.rules.masks import LONGEST_NUMBER, LONGEST_PATTERN, fits, normalise, parse
from marketplace.certificates.rules.numbers import (
    CheckResult,
    Standing,
    check,
    expiry_from_number,
    last_day_of,
    standing,
)
from marketplace.certificates.rules.pirt import REGIONS, Facts
from marketplace.certificates.rules.types import (
    HALAL,
    NIB,
    PIRT,
    SCOPES,
    VALIDITIES,
    About,
    Scope,
    Validity,
)

__all__ = [
    "HALAL",
    "LONGEST_NUMBER",
    "LONGEST_PATTERN",
    "NIB",
    "PIRT",
    "REGIONS",
    "SCOPES",
    "VALIDITIES",
    "About",
    "CheckResult",
    "Facts",
    "Scope",
    "Standing",
    "Validity",
    "check",
    "expiry_from_number",
    "fits",
    "last_day_of",
    "normalise",
    "parse",
    "standing",
]
