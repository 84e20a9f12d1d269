"""How numbers, weights and times are written on a screen: rupiah without decimals, times in WITA."""

from __future__ import annotations

import math
from datetime import date, datetime

from flask import Flask
from flask_babel import get_locale, gettext

from marketplace.core.clock import WITA, now

MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def rupiah(amount: int) -> str:
    """1500000 -> Rp1.500.000; -5000 -> -Rp5.000."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{number(abs(amount))}"


def number(value: int) -> str:
    """12500 -> 12.500."""
    return f"{value:,}".replace(",", ".")


def grams(weight: int) -> str:
    """250 -> 250 g; 1400 -> 1,4 kg."""
    if weight < 1000:
        return f"{weight} g"
    kilograms = f"{weight / 1000:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{kilograms} kg"


def wita_date(day: datetime | date) -> str:
    """24 Nov 2026."""
    if isinstance(day, datetime):
        day = day.astimezone(WITA).date()
    locale = get_locale()
    language = locale.language if locale and locale.language in MONTHS else "id"
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def wita_day(day: date) -> str:
    """Jumat, 27 Nov 2026."""
    locale = get_locale()
    language = locale.language if locale and locale.language in WEEKDAYS else "id"
    return f"{WEEKDAYS[language][day.weekday()]}, {wita_date(day)}"


def weekdays(digits: str) -> str:
    """ISO digits as names: 15 -> Senin, Jumat."""
    locale = get_locale()
    language = locale.language if locale and locale.language in WEEKDAYS else "id"
    return ", ".join(WEEKDAYS[language][int(digit) - 1] for digit in sorted(digits))


def travel_days(days: str) -> str:
    """How long a courier takes: 2–4 -> 2–4 hari; 0 -> hari yang sama."""
    return gettext("hari yang sama") if days == "0" else gettext("%(days)s hari", days=days)


def wita(at: datetime) -> str:
    """24 Nov 2026, 10.42 WITA."""
    local = at.astimezone(WITA)
    return f"{wita_date(at)}, {local:%H.%M} WITA"


def clock(minutes: int) -> str:
    """Minutes after midnight as a time of the day: 480 -> 08.00; 1440 -> 24.00."""
    return f"{minutes // 60:02d}.{minutes % 60:02d}"


def wita_time(at: datetime) -> str:
    """The time of day in NTT: 10.42."""
    return f"{at.astimezone(WITA):%H.%M}"


def seconds_left(until: datetime) -> int:
    """Seconds until then, a started one counting as whole; 0 when it is over."""
    return max(0, math.ceil((until - now()).total_seconds()))


def register(app: Flask) -> None:
    for name, say in {
        "rupiah": rupiah,
        "number": number,
        "grams": grams,
        "clock": clock,
        "wita": wita,
        "wita_date": wita_date,
        "wita_day": wita_day,
        "travel_days": travel_days,
        "weekdays": weekdays,
        "wita_time": wita_time,
        "seconds_left": seconds_left,
    }.items():
        app.jinja_env.filters[name] = say
