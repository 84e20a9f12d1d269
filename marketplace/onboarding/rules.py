"""What an application asks, the states it goes through, and what a curator may say about its parts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

LAST_SEEN_DIGITS = 4
NOTE_MOST = 500
MOST_ZONES = 30
STAMP_LENGTH = 16
SUPPORT_VERSION = 1
"""Counts up when the questions about support change: an answer is read by the questions of its time."""
SUPPORT = {
    "capital": "Modal usaha",
    "tools": "Alat produksi",
    "packaging": "Kemasan",
    "permits": "Mengurus izin",
    "marketing": "Pemasaran",
}
PAPER = "surat:"


class Step(StrEnum):
    """A page of the application; its value is the address of the page."""

    WHO = "siapa"
    WHAT = "apa"
    WHERE = "di-mana"
    PICKUP = "pengambilan"
    ZONES = "wilayah-antar"
    BANK = "rekening"
    PAPERS = "surat-surat"


STEPS = tuple(Step)
STEP_WORDS = {
    Step.WHO: "Siapa Anda",
    Step.WHAT: "Apa yang Anda jual",
    Step.WHERE: "Di mana tempatnya",
    Step.PICKUP: "Ambil sendiri",
    Step.ZONES: "Wilayah antar",
    Step.BANK: "Rekening bank",
    Step.PAPERS: "Surat-surat",
}


class ApplicationStatus(StrEnum):
    """Draft until it is sent; checking once a curator has kept notes; changes while the applicant mends."""

    DRAFT = "draft"
    WAITING = "waiting"
    CHECKING = "checking"
    CHANGES = "changes"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN = (ApplicationStatus.DRAFT, ApplicationStatus.WAITING, ApplicationStatus.CHECKING, ApplicationStatus.CHANGES)
QUEUED = (ApplicationStatus.WAITING, ApplicationStatus.CHECKING)
STATUS_WORDS = {
    ApplicationStatus.DRAFT: "Draf",
    ApplicationStatus.WAITING: "Menunggu diperiksa",
    ApplicationStatus.CHECKING: "Sedang diperiksa",
    ApplicationStatus.CHANGES: "Perlu perbaikan",
    ApplicationStatus.ACCEPTED: "Diterima",
    ApplicationStatus.REJECTED: "Ditolak",
    ApplicationStatus.WITHDRAWN: "Ditarik",
}


class PaperState(StrEnum):
    """She has the paper, has not got it yet, or (halal) sells goods that are marked TIDAK HALAL."""

    HELD = "held"
    NOT_YET = "not_yet"
    NOT_HALAL = "not_halal"


REASONS = {
    "unclear": "Kurang jelas atau belum lengkap",
    "name_mismatch": "Nama tidak cocok",
    "address_not_found": "Alamat tidak ditemukan",
    "number_not_found": "Nomor tidak ditemukan di register",
    "unreadable": "Foto atau berkas tidak terbaca",
    "expired": "Sudah tidak berlaku",
    "blocked_goods": "Barang ini tidak boleh dijual di sini",
    "duplicate": "Orang atau usaha ini sudah punya toko",
    "other": "Alasan lain",
}
HOW_TO_ASK = "Tanyakan ke dinas penerbitnya, atau ke kelurahan Anda. Toko tetap bisa dibuka lebih dulu."


def stamp(said: Mapping[str, Any]) -> str:
    """A short mark of what a step says: a page carries the one it was made from, and so knows when it is stale."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:STAMP_LENGTH]


def masked(number: str) -> str:
    """A bank number as a curator sees it: its last digits."""
    return f"••••{number[-LAST_SEEN_DIGITS:]}" if number else ""


def same_name(one: str, other: str) -> bool:
    """Is it the same person's name, however it is typed? Words count, capitals, dots and their order do not."""

    def words(name: str) -> set[str]:
        return set(re.findall(r"\w+", name.casefold()))

    first, second = words(one), words(other)
    return bool(first and second) and (first <= second or second <= first)


def paper_item(kind: str) -> str:
    """What a paper is called among the parts of an application; `kind` is the code of its type."""
    return f"{PAPER}{kind}"


def items(held: Iterable[str]) -> tuple[str, ...]:
    """The parts that a curator looks at: each step but the last, then each paper that she says she has."""
    steps = tuple(step.value for step in STEPS if step is not Step.PAPERS)
    return (*steps, *(paper_item(kind) for kind in held))


def unfinished(answers: Mapping[str, Any], answered: Iterable[str], wanted: Iterable[str]) -> list[Step]:
    """The steps that are not answered yet, in order. Papers are, once each wanted kind has any answer."""
    lacking: list[Step] = [step for step in STEPS if step is not Step.PAPERS and step.value not in answers]
    known = set(answered)
    if Step.WHAT in lacking or any(kind not in known for kind in wanted):
        lacking.append(Step.PAPERS)
    return lacking


def is_all_ok(marks: Mapping[str, Any], parts: Iterable[str]) -> bool:
    """Has a curator said yes to each part?"""
    return all(marks.get(part, {}).get("ok") for part in parts)


def asked(marks: Mapping[str, Any], parts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The parts to mend, as the applicant's list of things to do."""
    return {
        part: {"reason": marks[part]["reason"], "note": marks[part]["note"], "done": False}
        for part in parts
        if part in marks and not marks[part]["ok"]
    }
