"""What came of reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportClosed:
    """An operator has decided about what was reported: one event for each report."""

    report_id: int


@dataclass(frozen=True)
class ThingJudged:
    """The same, once for all reports of a thing; the report named is the oldest of them."""

    report_id: int


@dataclass(frozen=True)
class StoreReopened:
    """A shop may sell again that was suspended for this report."""

    store_id: int
    report_id: int
