"""The people whom the project's contract promises, and neighbours who buy. All are invented."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.actor import Role
from marketplace.demo.rules.shops import DOMAIN

PASSWORD = "beli-ntt-demo"  # noqa: S105  (known to everybody: local demo only)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in. `roles` are of the whole market; `works_for` is the slug of a shop."""

    handle: str
    name: str
    about: str
    phone: str
    roles: tuple[Role, ...] = ()
    works_for: str = ""

    @property
    def email(self) -> str:
        return f"{self.handle}@{DOMAIN}"


PEOPLE = (
    DemoPerson("admin", "Pengelola BeliNTT", "operator", "+6281246000101", (Role.OPERATOR,)),
    DemoPerson("ratna", "Ratna Dewi", "kurator Disperindag NTT", "+6281246000102", (Role.CURATOR,)),
    DemoPerson("kris", "Kris Banunaek", "kepala kurator", "+6281246000103", (Role.HEAD_CURATOR,)),
    DemoPerson("budi", "Budi Santoso", "warga, pembeli", "+6281246000104"),
    DemoPerson("dodi", "Dodi Leba", "staf Dapur Mama Ina", "+6281246000105", works_for="dapur-mama-ina"),
    DemoPerson("sari", "Sari Lestari", "warga", "+6281246000106"),
    DemoPerson("anton", "Anton Bria", "warga", "+6281246000107"),
    DemoPerson("rina", "Rina Amalo", "warga", "+6281246000108"),
    DemoPerson("yos", "Yosep Naisoko", "warga", "+6281246000109"),
    DemoPerson("lia", "Lia Saduk", "warga", "+6281246000110"),
    DemoPerson("hendrik", "Hendrik Foeh", "warga", "+6281246000111"),
    DemoPerson("noni", "Noni Riwu", "warga", "+6281246000112"),
    DemoPerson("lurah", "Lurah Fatululi", "pendamping Kelurahan Fatululi", "+6281246000113", (Role.FACILITATOR,)),
    DemoPerson("nus", "Nus Tefa", "pelari Putaran Fatululi", "+6281246000116"),
    DemoPerson("mince", "Mince Tallo", "membuka toko, diminta perbaikan", "+6281246000114"),
    DemoPerson("oris", "Oris Lopo", "membuka toko, menunggu kurator", "+6281246000115"),
)
BUYERS = ("budi", "sari", "anton", "rina", "yos", "lia", "hendrik", "noni")
GUESTS = (
    ("Ibu Marta Fallo", "+6281246000201"),
    ("Pak Thomas Kana", "+6281246000202"),
    ("Gita Ully", "+6281246000203"),
)
# Street, RT/RW, village and landmark of those who have goods brought.
HOMES = (
    ("Jalan Bajawa 33", "008/003", "53.71.04.1011", "Pagar biru, dekat kios Oma"),
    ("Jalan Kejora 14", "012/004", "53.71.04.1011", "Belakang posyandu"),
    ("Jalan Thamrin 71", "003/001", "53.71.04.1009", "Seberang apotek"),
    ("Jalan Liliba Raya 5", "020/007", "53.71.04.1010", "Rumah tingkat, cat kuning"),
)
# What the loader and the README print: sign-in, who.
ACCOUNTS = (
    (f"budi@{DOMAIN}", "warga, pembeli"),
    (f"ina@{DOMAIN}", "pemilik Dapur Mama Ina"),
    (f"yuli@{DOMAIN}", "pemilik Tenun Mama Yuli"),
    (f"dodi@{DOMAIN}", "staf Dapur Mama Ina"),
    (f"lurah@{DOMAIN}", "pendamping Kelurahan Fatululi"),
    (f"nus@{DOMAIN}", "pelari Putaran Fatululi"),
    (f"mince@{DOMAIN}", "membuka toko, diminta perbaikan"),
    (f"oris@{DOMAIN}", "membuka toko, menunggu kurator"),
    (f"ratna@{DOMAIN}", "kurator Disperindag NTT"),
    (f"kris@{DOMAIN}", "kepala kurator Disperindag NTT"),
    (f"admin@{DOMAIN}", "pengelola"),
)
