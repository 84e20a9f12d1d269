"""Days as they are written on Indonesian papers. Pure."""

from __future__ import annotations

from datetime import date, timedelta, timezone

WITA = timezone(timedelta(hours=8), "WITA")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def day_words(day: date) -> str:
    """2026-11-24 -> '24 November 2026'."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
