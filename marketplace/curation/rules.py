"""The life of a submission to the curators."""

from __future__ import annotations

from enum import StrEnum


class SubmissionStatus(StrEnum):
    """A newer revision of the same product replaces a waiting submission."""

    WAITING = "waiting"
    PASSED = "passed"
    RETURNED = "returned"
    REJECTED = "rejected"
    REPLACED = "replaced"


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    ASK_CHANGES = "ask_changes"
    REJECT = "reject"
