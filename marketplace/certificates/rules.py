"""Formats of permits and certificates. A wrong format blocks; looking into the register is a person's step."""

from __future__ import annotations

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
