"""What happens to certificates."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from marketplace.certificates.models import Certificate
from marketplace.certificates.policies import can_register, can_verify
from marketplace.certificates.queries import types
from marketplace.certificates.rules import check, last_day_of
from marketplace.core import audit, clock, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_one
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind


def register(
    actor: Actor,
    store_id: int,
    kind: str,
    number: str,
    holder: str = "",
    valid_until: date | None = None,
    file_id: int | None = None,
) -> Certificate:
    """Write down a certificate that a shop says it holds. `kind` is the code of its type, whose form decides.

    The number is normalised. Without a day, a P-IRT is valid until the end of the year in its number. `file_id` is a
    document of the actor's own. Raises NotAllowed; Invalid for an unknown type, a number or a day that cannot be, or
    a number that is registered already.
    """
    if not can_register(actor, store_id):
        raise NotAllowed("stores.not_yours")
    about, today = types().get(kind), clock.today()
    if about is None:
        raise Invalid("certificates.unknown_type", field="kind")
    result = check(about, number, today)
    if result.problem:
        raise Invalid(result.problem, field="number", **result.values)
    until = last_day_of(about, result.normalised, valid_until, today)
    _check_is_new(store_id, kind, result.normalised)
    _check_file(actor, file_id)
    certificate = Certificate(
        store_id=store_id,
        kind=kind,
        number=result.normalised,
        holder=holder.strip(),
        valid_until=until,
        file_id=file_id,
        created_at=clock.now(),
    )
    db.session.add(certificate)
    db.session.flush()
    audit.record(actor, "certificates.registered", "certificate", certificate.id, store=store_id, kind=kind)
    return certificate


def verify(actor: Actor, certificate_id: int) -> Certificate:
    """Note that somebody looked the number up in the issuer's register and found it. Raises NotFound, NotAllowed."""
    certificate = lock_one(Certificate, certificate_id)
    if not can_verify(actor, certificate):
        raise NotAllowed("certificates.not_yours")
    certificate.verified_at = clock.now()
    certificate.verified_by = actor.person_id
    audit.record(actor, "certificates.verified", "certificate", certificate.id)
    revision.touch()
    return certificate


def _check_is_new(store_id: int, kind: str, number: str) -> None:
    same = sa.select(Certificate.id).where(
        Certificate.store_id == store_id, Certificate.kind == kind, Certificate.number == number
    )
    if db.session.scalar(same) is not None:
        raise Invalid("certificates.already_registered", field="number")


def _check_file(actor: Actor, file_id: int | None) -> None:
    """The paper must be a private document that the actor brought: no guessing at the files of others."""
    if file_id is None:
        return
    file = db.session.get(MediaFile, file_id)
    if file is None or file.kind is not FileKind.DOCUMENT or (file.owner_id != actor.person_id and not actor.is_system):
        raise Invalid("certificates.unknown_file", field="file")
