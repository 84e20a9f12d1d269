"""How region codes are built: dotted Kemendagri codes (Kepmendagri 300.2.2-2138 of 2025)."""

from __future__ import annotations

from pathlib import Path

REGIONS_FILE = Path(__file__).resolve().parent / "data" / "regions.csv"
FATULULI = "53.71.04.1011"
REGENCY_LENGTH = 5
DISTRICT_LENGTH = 8
VILLAGE_LENGTH = 13


def ancestors(code: str) -> list[str]:
    """The code itself and the regions it lies in, the smallest first: village, district, regency."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 1, -1)]


def is_village(code: str) -> bool:
    """Is this the code of a village (kelurahan or desa)?"""
    return len(code) == VILLAGE_LENGTH
