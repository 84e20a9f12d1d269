"""How long each state of a claim lasts, and when a claim may be opened: dated settings."""

from __future__ import annotations

from datetime import datetime

from marketplace.claims.queries.times import due_after
from marketplace.claims.rules import CLOCKS, ClaimState
from marketplace.core import settings

SETTINGS = {
    setting.key: setting
    for setting in (
        settings.define(
            "claims.answer_hours", 48, "Jam yang dimiliki toko untuk menjawab komplain", minimum=12, maximum=240
        ),
        settings.define(
            "claims.offer_days", 3, "Hari yang dimiliki pembeli untuk menjawab tawaran toko", minimum=1, maximum=30
        ),
        settings.define(
            "claims.return_days", 5, "Hari yang dimiliki pembeli untuk mengirim barang kembali", minimum=1, maximum=30
        ),
        settings.define(
            "claims.receive_days", 7, "Hari yang dimiliki toko untuk menerima barang kembali", minimum=1, maximum=30
        ),
        settings.define(
            "claims.swap_days", 5, "Hari yang dimiliki toko untuk mengirim barang pengganti", minimum=1, maximum=60
        ),
        settings.define(
            "claims.swapped_days",
            7,
            "Hari yang dimiliki pembeli untuk memeriksa barang pengganti",
            minimum=1,
            maximum=30,
        ),
        settings.define(
            "claims.mediation_days", 5, "Hari yang dimiliki pengelola untuk memutuskan komplain", minimum=1, maximum=30
        ),
        settings.define("claims.appeal_days", 3, "Hari untuk keberatan atas putusan komplain", minimum=1, maximum=30),
        settings.define(
            "claims.second_days", 5, "Hari yang dimiliki pengelola kedua untuk memutuskan", minimum=1, maximum=30
        ),
    )
}
SMALL_AMOUNT = settings.define(
    "claims.small_amount",
    50_000,
    "Rupiah sampai mana komplain yang tidak dijawab toko dikembalikan dengan sendirinya",
    minimum=0,
    maximum=10_000_000,
)


def due_at(state: ClaimState, at: datetime) -> datetime:
    """When the time of a state is over that begins at an instant."""
    key = CLOCKS[state]
    return due_after(at, SETTINGS[key].today(), key.rpartition("_")[2])
