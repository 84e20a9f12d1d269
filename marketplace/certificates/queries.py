"""Certificates as screens show them, with how they stand today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.certificates.models import Certificate, CertificateType
from marketplace.certificates.rules import About, Facts, Standing, check, standing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotFound

TYPES = "certificate_types"
COLUMNS: tuple[Any, ...] = (
    Certificate.id,
    Certificate.store_id,
    Certificate.number,
    Certificate.holder,
    Certificate.valid_until,
    Certificate.verified_at,
    Certificate.file_id,
    Person.name.label("verified_by"),
)
TYPE_COLUMNS: tuple[Any, ...] = tuple(
    getattr(CertificateType, each.name).label(f"type_{each.name}") for each in fields(About)
)


@dataclass(frozen=True)
class CertificateRow:
    """A certificate today. `number` is normalised, `printed` as on a label.

    `problem` is a message id with its `problem_values`, None when all is well.
    """

    id: int
    store_id: int
    about: About
    number: str
    holder: str
    valid_until: date | None
    verified_at: datetime | None
    verified_by: str | None
    file_id: int | None
    standing: Standing
    problem: str | None
    problem_values: Mapping[str, Any]
    facts: Facts

    @property
    def kind(self) -> str:
        """The code of its type."""
        return self.about.code

    @property
    def label(self) -> str:
        return self.about.label

    @property
    def printed(self) -> str:
        return self.about.printed(self.number)

    @property
    def issuer(self) -> str:
        return self.about.issuer

    @property
    def is_good(self) -> bool:
        """Well-formed and not expired."""
        return self.standing.is_good


def types() -> dict[str, About]:
    """All types by code, in Disperindag's order, those no longer in use as well. One statement a session."""
    info = db.session.info
    if TYPES not in info:
        query = sa.select(CertificateType.__table__).order_by(CertificateType.position, CertificateType.code)
        info[TYPES] = {row.code: _about(row._mapping) for row in db.session.execute(query)}
    return info[TYPES]  # type: ignore[no-any-return]


def offered() -> list[About]:
    """The types that a shop may still register."""
    return [about for about in types().values() if about.is_active]


def type_of(code: str) -> About:
    """One type. Raises NotFound."""
    found = types().get(code)
    if found is None:
        raise NotFound
    return found


def misfits(about: About) -> int:
    """How many registered numbers of this type its form would not take today. One statement."""
    today = clock.today()
    numbers = db.session.scalars(sa.select(Certificate.number).where(Certificate.kind == about.code))
    return sum(standing(about, number, None, today) is Standing.ILL_FORMED for number in numbers)


def listed() -> sa.Select[Any]:
    """The columns a row is made of; areas above join their own table of claims to it and give the rows to `to_row`."""
    return (
        sa.select(*COLUMNS, *TYPE_COLUMNS)
        .outerjoin(Person, Person.id == Certificate.verified_by)
        .join(CertificateType, CertificateType.code == Certificate.kind)
        .order_by(CertificateType.position, Certificate.id)
    )


def to_row(row: sa.Row[Any]) -> CertificateRow:
    """A row of `listed`, judged as of today."""
    values = {column.key: row._mapping[column.key] for column in COLUMNS}
    about, today = _about(row._mapping, "type_"), clock.today()
    result = check(about, values["number"], today)
    stands = standing(about, values["number"], values["valid_until"], today)
    problem = result.problem or ("certificates.expired" if stands is Standing.EXPIRED else None)
    return CertificateRow(
        **values, about=about, standing=stands, problem=problem, problem_values=result.values, facts=result.facts
    )


def for_store(store_id: int) -> list[CertificateRow]:
    """All certificates of a shop. One statement."""
    return [to_row(row) for row in db.session.execute(listed().where(Certificate.store_id == store_id))]


def certificate(certificate_id: int) -> Certificate:
    """One certificate. Raises NotFound."""
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        raise NotFound
    return found


def _about(columns: Mapping[Any, Any], prefix: str = "") -> About:
    values = {each.name: columns[f"{prefix}{each.name}"] for each in fields(About)}
    return About(**{**values, "prefixes": tuple(values["prefixes"])})
