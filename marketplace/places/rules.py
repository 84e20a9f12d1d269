"""How region codes are built: dotted Kemendagri codes (Kepmendagri 300.2.2-2138 of 2025); points on the map."""

from __future__ import annotations

import re
from pathlib import Path

REGIONS_FILE = Path(__file__).resolve().parent / "data" / "regions.csv"
FATULULI = "53.71.04.1011"
REGENCY_LENGTH = 5
DISTRICT_LENGTH = 8
VILLAGE_LENGTH = 13
Pin = tuple[float, float]
"""A point on the map: latitude and longitude in degrees."""
PIN = re.compile(r"\s*(-?[0-9]{1,2}\.[0-9]{1,12})\s*[,;\s]\s*([0-9]{2,3}\.[0-9]{1,12})\s*")
SOUTH, NORTH, WEST, EAST = -12.0, -7.0, 118.0, 126.0
"""The box around Nusa Tenggara Timur, in degrees: a pin outside of it is a slip of the finger."""


def ancestors(code: str) -> list[str]:
    """The code itself and the regions it lies in, the smallest first: village, district, regency."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 1, -1)]


def is_village(code: str) -> bool:
    """Is this the code of a village (kelurahan or desa)?"""
    return len(code) == VILLAGE_LENGTH


def pin(text: str) -> Pin | None:
    """A point as typed or pasted ('-10.1577, 123.6070'), or None when it is no place here."""
    found = PIN.fullmatch(text)
    if found is None:
        return None
    latitude, longitude = float(found.group(1)), float(found.group(2))
    return (latitude, longitude) if is_around_here(latitude, longitude) else None


def is_around_here(latitude: float, longitude: float) -> bool:
    """Does the point lie in the box around Nusa Tenggara Timur?"""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def pin_text(point: Pin) -> str:
    """A point as it is typed."""
    return f"{point[0]}, {point[1]}"


def map_url(point: Pin) -> str:
    """Where the point is seen on OpenStreetMap: a page to open, nothing that is built in."""
    latitude, longitude = point
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
