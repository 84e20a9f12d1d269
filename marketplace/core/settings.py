"""Dated settings: rates, clocks and limits that a rule or an office may change, each valid from a day (WITA).

An area declares a setting where it uses it (`ACCEPT_HOURS = settings.define(...)`) and asks `ACCEPT_HOURS.today()`.
The operator adds a new value with the day from which it holds; the past keeps the value that was true then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import Base, db
from marketplace.core.errors import Invalid


class SettingValue(Base):
    """A value of one setting from a day on."""

    __tablename__ = "setting_values"
    __table_args__ = (sa.UniqueConstraint("key", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80))
    valid_from: Mapped[date]
    value: Mapped[int]
    set_by: Mapped[int | None]
    set_at: Mapped[datetime]


@dataclass(frozen=True)
class Setting:
    """A whole number that may change by the day; `label` is the message id of its description for the operator."""

    key: str
    default: int
    label: str
    minimum: int
    maximum: int

    def today(self) -> int:
        """The value that holds today in Kupang."""
        return self.on(clock.today())

    def on(self, day: date) -> int:
        """The value that held, or will hold, on a day."""
        held = [value for valid_from, value in _all_values().get(self.key, ()) if valid_from <= day]
        return held[-1] if held else self.default


_defined: dict[str, Setting] = {}


def define(key: str, default: int, label: str, *, minimum: int = 0, maximum: int) -> Setting:
    """Declare a setting. Called once a key, when the area that uses it is imported."""
    setting = Setting(key, default, label, minimum, maximum)
    _defined[key] = setting
    return setting


def defined() -> list[Setting]:
    """All settings, by key."""
    return [_defined[key] for key in sorted(_defined)]


def values_of(key: str) -> list[SettingValue]:
    """The history of one setting, the newest day first."""
    query = sa.select(SettingValue).where(SettingValue.key == key).order_by(SettingValue.valid_from.desc())
    return list(db.session.scalars(query))


def change(actor: Actor, key: str, value: int, valid_from: date) -> None:
    """Let a value hold from a day on. Raises Invalid for an unknown key, a value out of bounds, or a day gone by."""
    setting = _defined.get(key)
    if setting is None:
        raise Invalid("settings.unknown", field="key")
    if not setting.minimum <= value <= setting.maximum:
        raise Invalid("settings.out_of_bounds", field="value", minimum=setting.minimum, maximum=setting.maximum)
    if valid_from < clock.today():
        raise Invalid("settings.day_gone_by", field="valid_from")
    db.session.execute(sa.delete(SettingValue).where(SettingValue.key == key, SettingValue.valid_from == valid_from))
    db.session.add(
        SettingValue(key=key, valid_from=valid_from, value=value, set_by=actor.person_id, set_at=clock.now())
    )
    db.session.info.pop("settings", None)
    audit.record(actor, "settings.changed", "setting", key, value=value, valid_from=valid_from.isoformat())


def _all_values() -> dict[str, list[tuple[date, int]]]:
    """All values by key in order of their day: one statement a session, however many settings are asked."""
    info = db.session.info
    if "settings" not in info:
        found: dict[str, list[tuple[date, int]]] = {}
        query = sa.select(SettingValue.key, SettingValue.valid_from, SettingValue.value)
        for key, valid_from, value in db.session.execute(query.order_by(SettingValue.valid_from)):
            found.setdefault(key, []).append((valid_from, value))
        info["settings"] = found
    return info["settings"]  # type: ignore[no-any-return]
