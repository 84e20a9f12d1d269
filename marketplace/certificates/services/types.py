"""Disperindag's work on the types of certificates."""

from __future__ import annotations

from dataclasses import asdict, replace

import sqlalchemy as sa
from slugify import slugify

from marketplace.certificates.models import CertificateType
from marketplace.certificates.policies import can_manage_types
from marketplace.certificates.queries import TYPES
from marketplace.certificates.rules import About, check, parse
from marketplace.core import audit, clock, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_words

LONGEST_CODE = 40
MOST_WARN_DAYS, MOST_YEARS = 365, 50


def save_type(actor: Actor, about: About) -> About:
    """Make a type of certificate (with an empty `code`), last in the list, or change one; its code stays.

    Returns it as it is kept. Raises NotAllowed, NotFound; Stale when `version` is not the one kept; Invalid for a
    label that is taken, a pattern that is none, or an example that the pattern would refuse.
    """
    if not can_manage_types(actor):
        raise NotAllowed("certificates.not_yours")
    lock_words(["certificate_types"])
    row = _kept(about) if about.code else None
    about = replace(about, code=about.code or _new_code(about.label), version=about.version + (row is not None))
    _check(about)
    before = {} if row is None else {name: getattr(row, name) for name in asdict(about)}
    if row is None:
        last = db.session.scalar(sa.select(sa.func.max(CertificateType.position))) or 0
        row = CertificateType(position=last + 1)
        db.session.add(row)
    after = {**asdict(about), "prefixes": list(about.prefixes)}
    for name, value in after.items():
        setattr(row, name, value)
    db.session.flush()
    db.session.info.pop(TYPES, None)
    changed = {name: value for name, value in after.items() if before.get(name) != value and name != "version"}
    audit.record(actor, "certificates.type_saved", "certificate_type", row.code, **changed)
    revision.touch()
    return about


def _kept(about: About) -> CertificateType:
    row = db.session.get(CertificateType, about.code, populate_existing=True)
    if row is None:
        raise NotFound
    if row.version != about.version:
        raise Stale("certificates.type_changed")
    return row


def _check(about: About) -> None:
    same = sa.select(CertificateType.code).where(
        sa.func.lower(CertificateType.label) == about.label.lower(), CertificateType.code != about.code
    )
    if db.session.scalar(same) is not None:
        raise Invalid("certificates.label_taken", field="label")
    if not 0 <= about.warn_days <= MOST_WARN_DAYS or not 1 <= (about.years or 1) <= MOST_YEARS:
        raise Invalid("certificates.days_out_of_bounds", field="years")
    if parse(about.pattern) and not about.form_words:
        raise Invalid("certificates.form_words_needed", field="form_words")
    result = check(about, about.example, clock.today())
    if result.problem:
        raise Invalid("certificates.example_misfit", field="example")


def _new_code(label: str) -> str:
    base = slugify(label, max_length=LONGEST_CODE - 4, separator="_") or "surat"
    taken = set(db.session.scalars(sa.select(CertificateType.code)))
    return next(code for code in (base, *(f"{base}_{number}" for number in range(2, 999))) if code not in taken)
