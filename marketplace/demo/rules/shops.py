"""The shops, as data/shops.toml writes them down."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.catalog.rules import fold
from marketplace.stores.rules import Profile, StoreStatus

DATA = Path(__file__).resolve().parent.parent / "data"
DOMAIN = "demo.belintt.id"
INNER_FEE = 10_000


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


def _shop(number: int, row: dict[str, Any]) -> Shop:
    email = f"{row['email']}@{DOMAIN}"
    profile = Profile(
        name=row["name"],
        phone=row["phone"],
        street=row["street"],
        village_code=row["village"],
        story=row["story"].strip(),
        email=email,
        hours=row["hours"],
        nib=f"{9120200000000 + number * 7_919_353}",
        landmark=row.get("landmark", ""),
    )
    own_regency = [[profile.village_code[:5], INNER_FEE, ""]]
    return Shop(
        profile=profile,
        owner=row["owner"],
        email=email,
        since_days=row["since_days"],
        zones=tuple(Zone(*zone) for zone in row.get("zones", own_regency)),
        status=StoreStatus(row.get("status", StoreStatus.OPEN.value)),
    )
