"""Certificates as screens show them, with how they stand today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.certificates.models import Certificate
from marketplace.certificates.rules import ABOUT, About, CertificateKind, Facts, Standing, check, printed, standing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotFound

COLUMNS: tuple[Any, ...] = (
    Certificate.id,
    Certificate.store_id,
    Certificate.kind,
    Certificate.number,
    Certificate.holder,
    Certificate.valid_until,
    Certificate.verified_at,
    Certificate.file_id,
    Person.name.label("verified_by"),
)


@dataclass(frozen=True)
class CertificateRow:
    """A certificate today. `number` is normalised, `printed` as on a label; `problem` is a message id or None."""

    id: int
    store_id: int
    kind: CertificateKind
    number: str
    holder: str
    valid_until: date | None
    verified_at: datetime | None
    verified_by: str | None
    file_id: int | None
    standing: Standing
    problem: str | None
    facts: Facts

    @property
    def about(self) -> About:
        return ABOUT[self.kind]

    @property
    def label(self) -> str:
        return self.about.label

    @property
    def printed(self) -> str:
        return printed(self.kind, self.number)

    @property
    def issuer(self) -> str:
        return self.about.issuer

    @property
    def is_good(self) -> bool:
        """Well-formed and not expired."""
        return self.standing in (Standing.VALID, Standing.ENDING)


def listed() -> sa.Select[Any]:
    """The columns a row is made of; areas above join their own table of claims to it and give the rows to `to_row`."""
    return (
        sa.select(*COLUMNS)
        .outerjoin(Person, Person.id == Certificate.verified_by)
        .order_by(Certificate.kind, Certificate.id)
    )


def to_row(row: sa.Row[Any]) -> CertificateRow:
    """A row of `listed`, judged as of today."""
    values = {column.key: row._mapping[column.key] for column in COLUMNS}
    today = clock.today()
    result = check(values["kind"], values["number"], today)
    stands = standing(values["kind"], values["number"], values["valid_until"], today)
    problem = result.problem or ("certificates.expired" if stands is Standing.EXPIRED else None)
    return CertificateRow(**values, standing=stands, problem=problem, facts=result.facts)


def for_store(store_id: int) -> list[CertificateRow]:
    """All certificates of a shop. One statement."""
    return [to_row(row) for row in db.session.execute(listed().where(Certificate.store_id == store_id))]


def certificate(certificate_id: int) -> Certificate:
    """One certificate. Raises NotFound."""
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        raise NotFound
    return found
