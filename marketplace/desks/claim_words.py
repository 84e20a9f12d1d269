"""What pages and letters say about claims, to each side in its own words. Registered as filters of the templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask
from flask_babel import gettext, lazy_gettext

from marketplace.claims.queries.views import TimelineStep
from marketplace.claims.rules import Act, ClaimState, Party, Reason, Remedy
from marketplace.orders.queries.timeline import TOLD, Moment
from marketplace.orders.rules import Who
from marketplace.web.filters import rupiah, wita

SIDES = {
    Party.BUYER: Who.BUYER,
    Party.SHOP: Who.SHOP,
    Party.OPERATOR: Who.OPERATOR,
    Party.CLOCK: Who.CLOCK,
    Party.BANK: Who.MONEY,
}
"""Whose step it is, as the time line names sides."""

REASONS = {
    Reason.WRONG: lazy_gettext("Barang yang datang salah"),
    Reason.DAMAGED: lazy_gettext("Barang rusak"),
    Reason.MISSING: lazy_gettext("Barang kurang"),
    Reason.NOT_AS_DESCRIBED: lazy_gettext("Tidak sesuai keterangan"),
    Reason.SPOILED: lazy_gettext("Makanan basi atau tidak layak"),
    Reason.NEVER_CAME: lazy_gettext("Barang tidak kunjung tiba"),
}
REMEDIES = {
    Remedy.MONEY: lazy_gettext("uang kembali"),
    Remedy.RETURN: lazy_gettext("barang dikembalikan, lalu uang kembali"),
    Remedy.SWAP: lazy_gettext("barang pengganti"),
    Remedy.NOTHING: lazy_gettext("tidak ada pengembalian"),
}
STATES = {
    ClaimState.OPENED: (lazy_gettext("Menunggu jawaban toko"), "waiting"),
    ClaimState.OFFERED: (lazy_gettext("Menunggu jawaban pembeli"), "waiting"),
    ClaimState.RETURN_DUE: (lazy_gettext("Barang akan dikirim kembali"), "waiting"),
    ClaimState.RETURN_SENT: (lazy_gettext("Barang dalam perjalanan kembali"), "working"),
    ClaimState.SWAP_DUE: (lazy_gettext("Toko menyiapkan barang pengganti"), "waiting"),
    ClaimState.SWAP_SENT: (lazy_gettext("Barang pengganti dikirim"), "working"),
    ClaimState.MEDIATION: (lazy_gettext("Diputuskan pengelola pasar"), "waiting"),
    ClaimState.DECIDED: (lazy_gettext("Sudah diputuskan, bisa keberatan"), "working"),
    ClaimState.APPEALED: (lazy_gettext("Keberatan diperiksa"), "waiting"),
    ClaimState.REFUNDED: (lazy_gettext("Selesai, uang kembali"), "done"),
    ClaimState.SWAPPED: (lazy_gettext("Selesai, barang diganti"), "done"),
    ClaimState.REFUSED: (lazy_gettext("Selesai, tanpa pengembalian"), "stopped"),
    ClaimState.WITHDRAWN: (lazy_gettext("Dicabut pembeli"), "stopped"),
    ClaimState.OVERTAKEN: (lazy_gettext("Diurus lewat bank pembeli"), "stopped"),
}
PLAIN_STEPS = {
    Act.ESCALATE: lazy_gettext("Pengelola pasar diminta memutuskan"),
    Act.WITHDRAW: lazy_gettext("Pembeli mencabut komplain"),
    Act.SEND_BACK: lazy_gettext("Pembeli mengirim barang kembali"),
    Act.RECEIVE: lazy_gettext("Toko menerima barang kembali"),
    Act.SEND_SWAP: lazy_gettext("Toko mengirim barang pengganti"),
    Act.CONFIRM: lazy_gettext("Pembeli menerima barang pengganti"),
    Act.OVERTAKE: lazy_gettext("Uangnya diurus lewat bank pembeli, komplain ini berakhir"),
}
BY_CLOCK = {
    ClaimState.MEDIATION: lazy_gettext("Toko tidak menjawab, pengelola pasar memutuskan"),
    ClaimState.RETURN_DUE: lazy_gettext("Waktu jawab habis: tawaran toko berlaku"),
    ClaimState.SWAP_DUE: lazy_gettext("Waktu jawab habis: tawaran toko berlaku"),
    ClaimState.REFUSED: lazy_gettext("Waktu habis: komplain berakhir tanpa pengembalian"),
    ClaimState.SWAPPED: lazy_gettext("Waktu habis: barang pengganti dianggap baik"),
}
B, W = Party.BUYER, Party.SHOP
NEXT = {
    (ClaimState.OPENED, B): lazy_gettext(
        "Toko menjawab paling lambat %(due)s. Bila tidak, jumlah kecil kembali kepada Anda dengan sendirinya;"
        " selebihnya diputuskan pengelola pasar."
    ),
    (ClaimState.OPENED, W): lazy_gettext(
        "Jawab paling lambat %(due)s. Bila tidak, jumlah kecil kembali ke pembeli dengan sendirinya; selebihnya"
        " diputuskan pengelola pasar."
    ),
    (ClaimState.OFFERED, B): lazy_gettext(
        "Terima tawaran toko, atau minta pengelola pasar memutuskan, paling lambat %(due)s. Sesudah itu tawaran toko"
        " berlaku."
    ),
    (ClaimState.OFFERED, W): lazy_gettext(
        "Pembeli menjawab paling lambat %(due)s. Sesudah itu jawaban Anda berlaku dengan sendirinya."
    ),
    (ClaimState.RETURN_DUE, B): lazy_gettext(
        "Kirim atau antar barangnya kembali, lalu tulis caranya di sini paling lambat %(due)s. Sesudah itu komplain"
        " berakhir tanpa pengembalian."
    ),
    (ClaimState.RETURN_DUE, W): lazy_gettext("Pembeli mengirim barangnya kembali paling lambat %(due)s."),
    (ClaimState.RETURN_SENT, B): lazy_gettext(
        "Begitu toko menerima barangnya, uang Anda kembali. Bila toko diam, uang kembali dengan sendirinya pada"
        " %(due)s."
    ),
    (ClaimState.RETURN_SENT, W): lazy_gettext(
        "Periksa barang yang kembali dan katakan di sini paling lambat %(due)s. Sesudah itu uang kembali ke pembeli."
    ),
    (ClaimState.SWAP_DUE, B): lazy_gettext(
        "Toko mengirim barang pengganti paling lambat %(due)s. Bila tidak, uang Anda kembali dengan sendirinya."
    ),
    (ClaimState.SWAP_DUE, W): lazy_gettext(
        "Kirim barang pengganti dan tulis caranya di sini paling lambat %(due)s. Sesudah itu uang kembali ke pembeli."
    ),
    (ClaimState.SWAP_SENT, B): lazy_gettext(
        "Katakan apakah barang pengganti sudah baik, paling lambat %(due)s. Sesudah itu komplain selesai."
    ),
    (ClaimState.SWAP_SENT, W): lazy_gettext(
        "Pembeli memeriksa barang pengganti sampai %(due)s. Sesudah itu komplain selesai dan uangnya tetap milik Anda."
    ),
    (ClaimState.MEDIATION, B): lazy_gettext("Pengelola pasar memutuskan paling lambat %(due)s. Anda kami kabari."),
    (ClaimState.MEDIATION, W): lazy_gettext("Pengelola pasar memutuskan paling lambat %(due)s. Anda kami kabari."),
    (ClaimState.DECIDED, B): lazy_gettext(
        "Bila Anda tidak setuju, ajukan keberatan satu kali paling lambat %(due)s. Sesudah itu putusan dijalankan."
    ),
    (ClaimState.DECIDED, W): lazy_gettext(
        "Bila Anda tidak setuju, ajukan keberatan satu kali paling lambat %(due)s. Sesudah itu putusan dijalankan."
    ),
    (ClaimState.APPEALED, B): lazy_gettext(
        "Pengelola lain memeriksa sekali lagi paling lambat %(due)s. Itu yang terakhir."
    ),
    (ClaimState.APPEALED, W): lazy_gettext(
        "Pengelola lain memeriksa sekali lagi paling lambat %(due)s. Itu yang terakhir."
    ),
}
"""What is to be done next, for each side. What has ended has nothing next."""


class StepWords(Protocol):
    """As much of a step as its words need."""

    @property
    def act(self) -> Act: ...
    @property
    def party(self) -> Party: ...
    @property
    def state(self) -> ClaimState: ...
    @property
    def remedy(self) -> Remedy | None: ...
    @property
    def amount(self) -> int: ...


class Standing(Protocol):
    """As much of a claim as its words need."""

    @property
    def state(self) -> ClaimState: ...
    @property
    def due_at(self) -> datetime | None: ...


def step_words(step: StepWords) -> str:
    """What happened, as the time line says it."""
    if step.act in PLAIN_STEPS:
        return str(PLAIN_STEPS[step.act])
    say = {
        Act.OPEN: _opened,
        Act.AGREE: _agreed,
        Act.OFFER: _offered,
        Act.ACCEPT: _accepted,
        Act.DECIDE: _decided,
        Act.CONCLUDE: _concluded,
        Act.APPEAL: _appealed,
        Act.LAPSE: _lapsed,
    }[step.act]
    return say(step)


def next_words(claim: Standing, side: str) -> str:
    """What is to be done next, for one side ('buyer', 'shop'); '' for a claim that has ended."""
    words = NEXT.get((claim.state, Party(side)))
    return "" if words is None or claim.due_at is None else str(words) % {"due": due_words(claim.due_at)}


def due_words(due_at: datetime) -> str:
    """The last minute of a time, as people say it: what is over at midnight ends at 23.59 the day before."""
    return wita(due_at - timedelta(minutes=1))


def remedy_words(remedy: Remedy, amount: int = 0) -> str:
    """A remedy, with its sum where it is money: uang kembali Rp50.000."""
    words = str(REMEDIES[remedy])
    return f"{words} {rupiah(amount)}" if remedy is Remedy.MONEY and amount else words


def _of(step: StepWords) -> str:
    return remedy_words(step.remedy or Remedy.NOTHING, step.amount)


def _opened(step: StepWords) -> str:
    return gettext("Pembeli mengajukan komplain: %(what)s", what=_of(step))


def _agreed(step: StepWords) -> str:
    return gettext("Toko setuju: %(what)s", what=_of(step))


def _offered(step: StepWords) -> str:
    if step.remedy is Remedy.NOTHING:
        return gettext("Toko menolak komplain")
    return gettext("Toko menawarkan: %(what)s", what=_of(step))


def _accepted(step: StepWords) -> str:
    if step.remedy is Remedy.NOTHING:
        return gettext("Pembeli menerima penolakan toko")
    return gettext("Pembeli menerima tawaran toko: %(what)s", what=_of(step))


def _decided(step: StepWords) -> str:
    if not step.amount:
        return gettext("Putusan pengelola: tidak ada pengembalian")
    return gettext("Putusan pengelola: %(amount)s kembali ke pembeli", amount=rupiah(step.amount))


def _concluded(step: StepWords) -> str:
    if not step.amount:
        return gettext("Putusan akhir: tidak ada pengembalian")
    return gettext("Putusan akhir: %(amount)s kembali ke pembeli", amount=rupiah(step.amount))


def _appealed(step: StepWords) -> str:
    return (
        gettext("Toko keberatan atas putusan")
        if step.party is Party.SHOP
        else gettext("Pembeli keberatan atas putusan")
    )


def _lapsed(step: StepWords) -> str:
    if step.state is ClaimState.REFUNDED:
        return gettext("Waktu habis: %(amount)s kembali ke pembeli", amount=rupiah(step.amount))
    if step.state is ClaimState.DECIDED:
        return gettext("Waktu pengelola habis: %(amount)s kembali ke pembeli", amount=rupiah(step.amount))
    return str(BY_CLOCK[step.state])


def register(app: Flask) -> None:
    """Let templates say it: `{{ step | claim_step }}`, `{{ claim | claim_next("shop") }}`, and the words themselves."""
    app.jinja_env.filters["claim_step"] = step_words
    app.jinja_env.filters["claim_next"] = next_words
    app.jinja_env.filters["claim_due"] = due_words
    app.jinja_env.filters["claim_remedy"] = remedy_words
    app.jinja_env.globals["claim_words"] = {"reasons": REASONS, "states": STATES}


def claim_moments(steps: Iterable[TimelineStep]) -> list[Moment]:
    """Steps of claims as moments of the order's time line, in words."""
    return [Moment(step.at, TOLD, SIDES[step.party], title=step_words(step)) for step in steps]
