"""Formats of permits and certificates. A wrong format blocks; looking a number up in its register is a person's step.

Sources: Peraturan BPOM 4/2024 (SPP-IRT number, 15 digits), the number series of BPOM, BPJPH, OSS and DJKI. Where no
authority publishes a series (NKV, SKP, SLHS, PSAT, SNI), any sensible text is taken and a curator looks at the paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CertificateKind(StrEnum):
    NIB = "nib"
    PIRT = "pirt"
    BPOM_FOOD = "bpom_food"
    BPOM_COSMETIC = "bpom_cosmetic"
    BPOM_TRADITIONAL = "bpom_traditional"
    HALAL = "halal"
    NKV = "nkv"
    SKP = "skp"
    SLHS = "slhs"
    PSAT = "psat"
    SNI = "sni"
    IG = "ig"
    BRAND = "brand"


class Standing(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    ILL_FORMED = "ill_formed"


@dataclass(frozen=True)
class About:
    """What a kind is called, who issues it, and where its register is looked up by hand ("" when there is none)."""

    label: str
    issuer: str
    example: str
    register: str = ""

    @property
    def register_url(self) -> str:
        return f"https://{self.register}" if self.register else ""


ABOUT: dict[CertificateKind, About] = {
    CertificateKind.NIB: About("NIB", "OSS, Kementerian Investasi/BKPM", "1234567890123", "oss.go.id"),
    CertificateKind.PIRT: About(
        "P-IRT", "Dinas Kesehatan kabupaten/kota", "P-IRT 2065371010001-29", "sppirt.pom.go.id"
    ),
    CertificateKind.BPOM_FOOD: About("BPOM pangan", "Badan POM", "MD 123456789012", "cekbpom.pom.go.id"),
    CertificateKind.BPOM_COSMETIC: About("BPOM kosmetik", "Badan POM", "NA 12345678901", "cekbpom.pom.go.id"),
    CertificateKind.BPOM_TRADITIONAL: About("BPOM obat tradisional", "Badan POM", "TR 123456789", "cekbpom.pom.go.id"),
    CertificateKind.HALAL: About("Sertifikat halal", "BPJPH", "ID53110000012345678", "bpjph.halal.go.id"),
    CertificateKind.NKV: About("NKV", "Dinas Peternakan provinsi", "NKV-RPH-5371001-010"),
    CertificateKind.SKP: About("SKP perikanan", "Kementerian Kelautan dan Perikanan", "1234/53/SKP/BK/I/2026"),
    CertificateKind.SLHS: About("SLHS", "Dinas Kesehatan kabupaten/kota", "440/123/SLHS/2026"),
    CertificateKind.PSAT: About("PSAT-PDUK", "Dinas Ketahanan Pangan kabupaten/kota", "PD 53.71.1.0001.01.26"),
    CertificateKind.SNI: About("SNI", "Badan Standardisasi Nasional", "SNI 3553:2015", "bsn.go.id"),
    CertificateKind.IG: About(
        "Indikasi geografis", "DJKI, Kementerian Hukum", "IDG 000000123", "pdki-indonesia.dgip.go.id"
    ),
    CertificateKind.BRAND: About("Merek", "DJKI, Kementerian Hukum", "IDM 000123456", "pdki-indonesia.dgip.go.id"),
}

PACK_TYPES = {
    1: "kaca",
    2: "plastik",
    3: "karton/kertas",
    4: "kaleng",
    5: "aluminium foil",
    6: "lain-lain",
    7: "komposit",
    8: "ganda",
}
FOOD_TYPES = {
    1: "daging kering",
    2: "ikan kering",
    3: "unggas kering",
    4: "sayur",
    5: "kelapa",
    6: "tepung",
    7: "minyak dan lemak",
    8: "selai",
    9: "gula, kembang gula, dan madu",
    10: "kopi dan teh",
    11: "bumbu",
    12: "rempah",
    13: "minuman serbuk",
    14: "buah",
    15: "kacang, biji, dan umbi",
}
REGIONS = frozenset({*(f"53{number:02d}" for number in range(1, 22)), "5371"})
PIRT_YEARS = 5
WARN_DAYS = 90
LONGEST_NUMBER = 60
CENTURY = 2000


@dataclass(frozen=True)
class Facts:
    """What a number tells about itself. `region_code` is a Kemendagri code such as 53.71."""

    pack_type: str = ""
    food_type: str = ""
    region_code: str = ""
    expiry_year: int | None = None


@dataclass(frozen=True)
class CheckResult:
    """Is the number well-formed and not past its year? `problem` is a message id, None when all is well."""

    ok: bool
    normalised: str
    problem: str | None = None
    facts: Facts = Facts()


def normalise(text: str) -> str:
    """Capitals, digits, and the strokes that free numbers need: no spaces, dots or dashes of any kind."""
    return re.sub(r"[^0-9A-Z/:()]", "", text.upper())


def check(kind: CertificateKind, text: str, today: date) -> CheckResult:
    """Judge a number as typed, or as kept."""
    number = _stripped(kind, normalise(text))
    pattern, problem = FORMATS[kind]
    if not number:
        return CheckResult(False, "", "certificates.number_missing")
    if kind is CertificateKind.HALAL and number.startswith("KH"):
        return CheckResult(False, number[:LONGEST_NUMBER], "certificates.halal_fatwa")
    if not pattern.fullmatch(number):
        return CheckResult(False, number[:LONGEST_NUMBER], problem)
    return _check_pirt(number, today) if kind is CertificateKind.PIRT else CheckResult(True, number)


def expiry_from_number(kind: CertificateKind, number: str) -> date | None:
    """The last day a number allows: a P-IRT carries its year in the last two digits. None: the number tells none."""
    if kind is not CertificateKind.PIRT or not FORMATS[kind][0].fullmatch(number):
        return None
    return date(CENTURY + int(number[-2:]), 12, 31)


def standing(kind: CertificateKind, number: str, valid_until: date | None, today: date) -> Standing:
    """How a kept certificate stands today; the day `valid_until` still counts."""
    result = check(kind, number, today)
    if (valid_until is not None and valid_until < today) or result.problem == "certificates.expired":
        return Standing.EXPIRED
    if not result.ok:
        return Standing.ILL_FORMED
    if valid_until is not None and (valid_until - today).days <= WARN_DAYS:
        return Standing.ENDING
    return Standing.VALID


def printed(kind: CertificateKind, number: str) -> str:
    """The number as it stands on a label: P-IRT 2065371010001-29, MD 123456789012."""
    if not FORMATS[kind][0].fullmatch(number):
        return number
    return _PRINT.get(kind, str)(number)


def _check_pirt(number: str, today: date) -> CheckResult:
    pack, food, region = int(number[0]), int(number[1:3]), number[3:7]
    year = CENTURY + int(number[13:])
    facts = Facts(PACK_TYPES.get(pack, ""), FOOD_TYPES.get(food, ""), f"{region[:2]}.{region[2:]}", year)
    problems = (
        (pack not in PACK_TYPES, "certificates.pirt_pack"),
        (food not in FOOD_TYPES, "certificates.pirt_food"),
        (region not in REGIONS, "certificates.pirt_region"),
        (year > today.year + PIRT_YEARS, "certificates.pirt_year"),
        (year < today.year, "certificates.expired"),
    )
    problem = next((message for is_wrong, message in problems if is_wrong), None)
    return CheckResult(problem is None, number, problem, facts)


def _stripped(kind: CertificateKind, number: str) -> str:
    """Without the words that people copy along with the number."""
    prefix = _PREFIX.get(kind)
    return prefix.sub("", number) if prefix else number


def _spaced(length: int) -> Callable[[str], str]:
    return lambda number: f"{number[:length]} {number[length:]}"


_FREE = re.compile(r"(?=.*[0-9])[0-9A-Z/:()]{3,60}")
_BPOM = re.compile(r"^(BPOM(RI)?|POM)(?=(MD|ML|NA|TR))")
_PREFIX = {
    CertificateKind.NIB: re.compile(r"^NIB"),
    CertificateKind.PIRT: re.compile(r"^(SP)?PIRT(NO(MOR)?)?"),
    CertificateKind.BPOM_FOOD: _BPOM,
    CertificateKind.BPOM_COSMETIC: _BPOM,
    CertificateKind.BPOM_TRADITIONAL: _BPOM,
}
_PRINT: dict[CertificateKind, Callable[[str], str]] = {
    CertificateKind.PIRT: lambda number: f"P-IRT {number[:13]}-{number[13:]}",
    CertificateKind.BPOM_FOOD: _spaced(2),
    CertificateKind.BPOM_COSMETIC: _spaced(2),
    CertificateKind.BPOM_TRADITIONAL: _spaced(2),
    CertificateKind.IG: _spaced(3),
    CertificateKind.BRAND: _spaced(3),
}
FORMATS: dict[CertificateKind, tuple[re.Pattern[str], str]] = {
    CertificateKind.NIB: (re.compile(r"[0-9]{13}"), "certificates.nib_format"),
    CertificateKind.PIRT: (re.compile(r"[0-9]{15}"), "certificates.pirt_format"),
    CertificateKind.BPOM_FOOD: (re.compile(r"M[DL][0-9]{12,15}"), "certificates.bpom_food_format"),
    CertificateKind.BPOM_COSMETIC: (re.compile(r"NA[0-9]{11}"), "certificates.bpom_cosmetic_format"),
    CertificateKind.BPOM_TRADITIONAL: (re.compile(r"TR[0-9]{9}"), "certificates.bpom_traditional_format"),
    CertificateKind.HALAL: (re.compile(r"ID[0-9]{17}"), "certificates.halal_format"),
    CertificateKind.IG: (re.compile(r"IDG[0-9]{9}"), "certificates.ig_format"),
    CertificateKind.BRAND: (re.compile(r"IDM[0-9]{9}"), "certificates.brand_format"),
    **dict.fromkeys(
        (CertificateKind.NKV, CertificateKind.SKP, CertificateKind.SLHS, CertificateKind.PSAT, CertificateKind.SNI),
        (_FREE, "certificates.free_format"),
    ),
}
