"""What happened at the curators' desk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SubmissionPassed:
    """A revision has the badge and is live."""

    submission_id: int
    decision_id: int


@dataclass(frozen=True)
class SubmissionReturned:
    """The curator asks for changes."""

    submission_id: int
    decision_id: int


@dataclass(frozen=True)
class SubmissionRejected:
    """The revision does not pass."""

    submission_id: int
    decision_id: int


@dataclass(frozen=True)
class ProductTakenOff:
    """An operator took a product off sale until it is mended."""

    submission_id: int
    decision_id: int
