"""The shops, as data/shops.toml writes them down."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.catalog.rules import fold
from marketplace.stores.rules import Profile, StoreStatus, Week

DATA = Path(__file__).resolve().parent.parent / "data"
DOMAIN = "demo.belintt.id"
INNER_FEE = 10_000
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
HOURS = re.compile(r"(?:Tiap hari|(\w+)–(\w+)), (\d\d\.\d\d)–(\d\d\.\d\d)")


@dataclass(frozen=True)
class Zone:
    """Where a shop brings goods, for a flat fee in rupiah."""

    region_code: str
    fee: int
    note: str


@dataclass(frozen=True)
class Shop:
    """An invented shop and its owner. It has been there for `since_days` days."""

    profile: Profile
    week: Week
    hours: str
    owner: str
    email: str
    since_days: int
    zones: tuple[Zone, ...]
    status: StoreStatus

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def slug(self) -> str:
        """What products.csv calls the shop; its address on the site."""
        return fold(self.profile.name).replace(" ", "-")

    @property
    def regency_code(self) -> str:
        return self.profile.village_code[:5]


@cache
def shops() -> tuple[Shop, ...]:
    """All shops, the oldest first."""
    with (DATA / "shops.toml").open("rb") as file:
        rows = tomllib.load(file)["shop"]
    return tuple(sorted((_shop(number, row) for number, row in enumerate(rows, 1)), key=lambda shop: -shop.since_days))


@cache
def shops_by_slug() -> dict[str, Shop]:
    return {shop.slug: shop for shop in shops()}


def week_in(text: str) -> Week:
    """The week that words such as 'Senin–Sabtu, 08.00–17.00 WITA' tell; nothing when they tell no hours."""
    found = HOURS.match(text)
    if found is None:
        return ()
    first, last, *edges = found.groups()
    opens, closes = (int(edge[:2]) * 60 + int(edge[3:]) for edge in edges)
    open_days = range(DAYS.index(first), DAYS.index(last) + 1) if first else range(7)
    return tuple(((opens, closes),) if day in open_days else () for day in range(7))


def _shop(number: int, row: dict[str, Any]) -> Shop:
    email = f"{row['email']}@{DOMAIN}"
    latitude, longitude = row.get("pin", (None, None))
    profile = Profile(
        name=row["name"],
        phone=row["phone"],
        street=row["street"],
        village_code=row["village"],
        story=row["story"].strip(),
        email=email,
        nib=f"{9120200000000 + number * 7_919_353}",
        landmark=row.get("landmark", ""),
        pickup_place=row.get("pickup_place", ""),
        pickup_hours=row.get("pickup_hours", ""),
        latitude=latitude,
        longitude=longitude,
        shows_pin=latitude is not None,
    )
    own_regency = [[profile.village_code[:5], INNER_FEE, ""]]
    week = week_in(row["hours"])
    return Shop(
        profile=profile,
        week=week,
        hours="" if week else row["hours"],
        owner=row["owner"],
        email=email,
        since_days=row["since_days"],
        zones=tuple(Zone(*zone) for zone in row.get("zones", own_regency)),
        status=StoreStatus(row.get("status", StoreStatus.OPEN.value)),
    )
