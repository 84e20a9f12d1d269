"""The life of a submission to the curators: states, reasons, the clock, and what an edit changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.catalog.rules import Fact, Level, Need, unmet
from marketplace.certificates.rules import About, Standing


class SubmissionStatus(StrEnum):
    """A newer revision of the same product replaces a waiting submission."""

    WAITING = "waiting"
    PASSED = "passed"
    RETURNED = "returned"
    REJECTED = "rejected"
    REPLACED = "replaced"


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    ASK_CHANGES = "ask_changes"
    REJECT = "reject"


STATUS_AFTER = {
    Outcome.PASS: SubmissionStatus.PASSED,
    Outcome.ASK_CHANGES: SubmissionStatus.RETURNED,
    Outcome.REJECT: SubmissionStatus.REJECTED,
}
STATUS_WORDS = {
    SubmissionStatus.WAITING: "Menunggu kurasi",
    SubmissionStatus.PASSED: "Lolos kurasi",
    SubmissionStatus.RETURNED: "Perlu perbaikan",
    SubmissionStatus.REJECTED: "Tidak lolos",
    SubmissionStatus.REPLACED: "Diganti versi baru",
}
OUTCOME_WORDS = {
    Outcome.PASS: "Lolos kurasi",
    Outcome.ASK_CHANGES: "Diminta perbaikan",
    Outcome.REJECT: "Tidak lolos",
}

# The common reasons of the curators; each decision that is not a pass carries one, and words of the curator's own.
REASONS: dict[str, str] = {
    "number_mismatch": "Nomor izin tidak cocok dengan produk",
    "certificate_expired": "Izin atau sertifikat sudah kedaluwarsa",
    "certificate_missing": "Izin atau sertifikat wajib belum ada",
    "label_incomplete": "Label belum memuat berat bersih, komposisi, atau tanggal kedaluwarsa",
    "halal_logo": "Logo halal dipakai tanpa sertifikat halal",
    "unclear_photo": "Foto produk kurang jelas",
    "medical_claim": "Ada klaim kesehatan atau pengobatan",
    "ig_without_right": "Nama indikasi geografis dipakai tanpa hak",
    "no_production_address": "Alamat tempat produksi belum ada",
    "unclear_words": "Nama atau uraian produk kurang jelas",
    "blocked_goods": "Barang ini tidak boleh dijual di sini",
    "other": "Alasan lain",
}
# What a curator looks at; what was ticked is kept with the decision.
CHECKS: dict[str, str] = {
    "pictures": "Foto jelas dan sesuai produk",
    "words": "Nama dan uraian jujur, tanpa klaim berlebihan",
    "label": "Komposisi, berat bersih, dan label lengkap",
    "register": "Nomor izin cocok di register penerbit",
}
SHORTEST_NOTE = 5
LONGEST_NOTE = 2000
SATURDAY = 5


def working_day(since: date, today: date) -> int:
    """Which working day (Monday to Friday) of the waiting `today` is, from 1. Holidays are not known."""
    days = (since + timedelta(days=step) for step in range((today - since).days + 1))
    return max(1, sum(day.weekday() < SATURDAY for day in days))


def late_before(today: date, days: int) -> date:
    """What was submitted before this day has waited longer than `days` working days."""
    since = today
    while working_day(since - timedelta(days=1), today) <= days:
        since -= timedelta(days=1)
    return since


@dataclass(frozen=True)
class Lack:
    """A certificate that is needed and not there in good order; `why` is its standing, None when there is none."""

    about: About
    why: Standing | None


def lacks(
    needs: Iterable[Need],
    held: Iterable[tuple[str, Standing]],
    types: Mapping[str, About],
    level: Level = Level.BLOCK,
) -> list[Lack]:
    """Each needed paper of a level that no certificate in good order covers: those that block keep from passing."""
    held = list(held)
    good = {kind for kind, stands in held if stands.is_good}
    bad = {kind: stands for kind, stands in held if kind not in good}
    return [Lack(types[need.kind], bad.get(need.kind)) for need in unmet(needs, good, level)]


@dataclass(frozen=True)
class Words:
    """What a revision says, as it is compared: yes and no as words, pictures and certificates as names.

    `facts` are its attributes by label, also those that are asked no more; `allergens` are named as on a label.
    """

    name: str
    description: str
    composition: str
    unit: str
    origin: str
    is_not_halal: bool
    is_perishable: bool
    pictures: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    allergens: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True)
class Piece:
    """A run of text that was kept, taken out or put in."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """A field that is not what the public reads now. `pieces` marks what changed inside a text.

    `label` is what an attribute (field `facts`) is called; the other fields have their words in FIELDS.
    """

    field: str
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()
    label: str = ""


FIELDS: dict[str, str] = {
    "name": "Nama",
    "category": "Kategori",
    "description": "Uraian",
    "composition": "Komposisi",
    "allergens": "Alergen",
    "facts": "Keterangan khusus",
    "unit": "Satuan",
    "origin": "Asal",
    "is_not_halal": "Tidak halal",
    "is_perishable": "Mudah rusak",
    "pictures": "Foto",
    "certificates": "Sertifikat",
}
TEXTS = ("name", "description", "composition", "unit", "origin")


def difference(old: Words, new: Words) -> list[Change]:
    """Which fields changed, in the order of FIELDS. Pictures count as changed when their order did.

    Each attribute is a change of its own.
    """
    changes: list[Change] = []
    for field in FIELDS:
        before, after = getattr(old, field), getattr(new, field)
        if field == "facts":
            changes += _other_facts(before, after)
        elif before != after:
            marked = pieces(before, after) if field in TEXTS else ()
            changes.append(Change(field, _said(before), _said(after), marked))
    return changes


def _other_facts(old: tuple[Fact, ...], new: tuple[Fact, ...]) -> list[Change]:
    before, after = dict(old), dict(new)
    labels = dict.fromkeys([*after, *before])
    pairs = ((label, before.get(label, ""), after.get(label, "")) for label in labels)
    return [Change("facts", was, now, label=label) for label, was, now in pairs if was != now]


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Both texts as one, word by word: without the added pieces it reads as the old, without the gone as the new."""
    before, after = _words(old), _words(new)
    found: list[Piece] = []
    for verb, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if verb == "equal":
            found.append(Piece("kept", "".join(before[old_from:old_to])))
            continue
        found += [Piece("gone", "".join(before[old_from:old_to])), Piece("added", "".join(after[new_from:new_to]))]
    return tuple(piece for piece in found if piece.text)


def _words(text: str) -> Sequence[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _said(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return ", ".join(value) if isinstance(value, tuple) else value
