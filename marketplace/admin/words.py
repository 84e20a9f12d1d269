"""What the operator's pages call roles and papers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.certificates.rules import CertificateKind
from marketplace.core.actor import Role

ROLES = {
    Role.OPERATOR: _l("Pengelola"),
    Role.CURATOR: _l("Kurator"),
    Role.HEAD_CURATOR: _l("Kepala kurator"),
    Role.STORE_OWNER: _l("Pemilik toko"),
    Role.STORE_STAFF: _l("Staf toko"),
}

PAPERS = {
    CertificateKind.NIB: _l("NIB"),
    CertificateKind.PIRT: _l("P-IRT (SPP-IRT)"),
    CertificateKind.BPOM_FOOD: _l("BPOM pangan"),
    CertificateKind.BPOM_COSMETIC: _l("BPOM kosmetik"),
    CertificateKind.BPOM_TRADITIONAL: _l("BPOM obat tradisional"),
    CertificateKind.HALAL: _l("Halal"),
    CertificateKind.NKV: _l("NKV"),
    CertificateKind.SKP: _l("SKP"),
    CertificateKind.SLHS: _l("SLHS"),
    CertificateKind.PSAT: _l("PSAT-PDUK"),
    CertificateKind.SNI: _l("SNI"),
    CertificateKind.IG: _l("Indikasi geografis"),
    CertificateKind.BRAND: _l("Merek"),
}
