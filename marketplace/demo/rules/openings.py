"""Those who open a shop in the demo market. All are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Opening:
    """An application sent so many `days` ago. `asked`: what a curator asked back, reason and note by part."""

    handle: str
    phone: str
    name: str
    story: str
    category: str
    place: dict[str, Any]
    hours: str
    zone: str
    fee: int
    bank_number: str
    bank_holder: str
    nib: str
    days: float
    wants: tuple[str, ...] = ()
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)


OPENINGS = (
    Opening(
        handle="mince",
        phone="+6281246000114",
        name="Kue Rambut Mama Mince",
        story="Kue rambut dan keripik pisang dari dapur rumah, resep keluarga dari Rote.",
        category="camilan",
        place={
            "street": "Jalan Kejora 21",
            "village_code": "53.71.04.1011",
            "landmark": "Belakang posyandu, pagar hijau",
            "pin": [-10.1622, 123.6109],
        },
        hours="Senin–Sabtu, 15.00–19.00",
        zone="53.71.04",
        fee=8_000,
        bank_number="0210098871234",
        bank_holder="Yohanis Tallo",
        nib="1209220034567",
        days=4.2,
        wants=("packaging", "permits"),
        asked={
            "rekening": ("name_mismatch", "Nama pemilik rekening berbeda. Pakai rekening atas nama Ibu sendiri."),
            "surat:nib": ("unreadable", "Mohon unggah foto atau PDF NIB supaya nomornya bisa dicocokkan."),
        },
    ),
    Opening(
        handle="oris",
        phone="+6281246000115",
        name="Anyaman Oris",
        story="Bakul dan tikar lontar, dianyam bersama tetangga setiap sore.",
        category="anyaman",
        place={
            "street": "Jalan Bajawa 47",
            "village_code": "53.71.04.1011",
            "landmark": "Seberang lapangan voli",
            "pin": None,
        },
        hours="Setiap hari, 16.00–20.00",
        zone="53.71",
        fee=15_000,
        bank_number="0210055512345",
        bank_holder="Oris Lopo",
        nib="1209220076543",
        days=1.3,
        wants=("marketing",),
    ),
)
