"""The dated settings of payouts: when, from how much on, how long something waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from marketplace.core import clock, settings
from marketplace.payouts.rules import next_payday

WEEKDAY = settings.define(
    "payouts.weekday", 2, "Hari pencairan pertama dalam seminggu (1 Senin sampai 7 Minggu)", minimum=1, maximum=7
)
OTHER_WEEKDAY = settings.define(
    "payouts.weekday_other", 5, "Hari pencairan kedua dalam seminggu (0 tidak ada)", minimum=0, maximum=7
)
MINIMUM = settings.define(
    "payouts.minimum", 50_000, "Jumlah terkecil yang dicairkan, dalam rupiah", minimum=0, maximum=10_000_000
)
WAITING_DAYS = settings.define(
    "payouts.waiting_days", 2, "Hari uang menunggu sesudah barang diserahkan", minimum=0, maximum=60
)
ACCOUNT_HOURS = settings.define(
    "payouts.account_hours", 48, "Jam pencairan ditahan sesudah rekening toko diganti", minimum=0, maximum=336
)
LONGEST_HOLD_DAYS = settings.define(
    "payouts.longest_hold_days", 14, "Hari penahanan uang toko sekali putus, paling lama", minimum=1, maximum=90
)
REMIND_DAYS = settings.define(
    "payouts.remind_days", 3, "Hari sampai pembeli diingatkan menulis rekening pengembalian", minimum=1, maximum=30
)
OVERDUE_DAYS = settings.define(
    "payouts.overdue_days", 7, "Hari sampai rekening pengembalian yang kosong naik ke pengelola", minimum=1, maximum=60
)
FREE_TURNOVER = settings.define(
    "payouts.free_turnover",
    500_000_000,
    "Omzet setahun orang pribadi yang bebas PPh final, dalam rupiah (PP 55/2022)",
    minimum=0,
    maximum=10_000_000_000,
)
TAX_RATE = settings.define(
    "payouts.tax_rate",
    50,
    "Tarif PPh final UMKM, per sepuluh ribu (50 berarti setengah persen)",
    minimum=0,
    maximum=1000,
)


def payday(day: date | None = None) -> date:
    """The first payout day from a day on (today, if none is given), WITA."""
    day = day or clock.today()
    return next_payday(day, (WEEKDAY.on(day), OTHER_WEEKDAY.on(day)))


def free_from(day: date) -> datetime:
    """What was handed over before this instant may be paid out on a day."""
    return clock.midnight(day - timedelta(days=WAITING_DAYS.today() - 1))
