"""One-time codes: proof that the person herself agrees to exactly this change.

From an authenticator app (RFC 6238), from the list for the day the phone is lost, or by e-mail. A code by e-mail is
bound to the person, the purpose and the change: what is confirmed cannot be another thing than what was asked about.
No code is ever written to a log, an event or the audit trail.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from datetime import timedelta
from enum import StrEnum

import pyotp
import sqlalchemy as sa

from config import Config
from marketplace.accounts.events import CodeAsked
from marketplace.accounts.models import Authenticator, OneTimeCode, Person, RecoveryCode
from marketplace.accounts.rules import CODE_MINUTES, CODE_TRIES, CODES_PER_HOUR, RECOVERY_CODES
from marketplace.accounts.services.sign_ins import begin_code_try, end_try
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, TooMany
from marketplace.core.locks import lock_words
from marketplace.core.outbox import emit
from marketplace.core.ports import port
from marketplace.core.vault import keyed_hash, seal, unseal

STEP = 30


class Purpose(StrEnum):
    """What a code is good for."""

    BANK = "bank"
    PRICES = "prices"


def fingerprint(*values: object) -> str:
    """What stands for exactly these new values, and tells nothing of them."""
    return keyed_hash("change:" + json.dumps([str(value) for value in values]))


def has_app(person_id: int) -> bool:
    """Does the person have an authenticator app set up?"""
    found = db.session.get(Authenticator, person_id)
    return found is not None and found.confirmed_at is not None


# --- by e-mail -------------------------------------------------------------


def ask(actor: Actor, purpose: Purpose, change: str) -> None:
    """Have a code sent to the actor's own address. Raises NotFound, Invalid without an address, TooMany (6 an hour)."""
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        raise NotFound
    if not person.email:
        raise Invalid("codes.no_email", field="code")
    lock_words([f"codes {person.id}"])
    at = now()
    lately = sa.select(sa.func.count()).where(
        OneTimeCode.person_id == person.id, OneTimeCode.made_at > at - timedelta(hours=1)
    )
    if (db.session.scalar(lately) or 0) >= CODES_PER_HOUR:
        raise TooMany("codes.too_many", retry_after=3600)
    row = OneTimeCode(
        person_id=person.id,
        purpose=purpose.value,
        change_hash=change,
        code_hash="",
        made_at=at,
        expires_at=at + timedelta(minutes=CODE_MINUTES),
    )
    db.session.add(row)
    db.session.flush()
    emit(CodeAsked(row.id))
    audit.record(actor, "accounts.code_asked", "person", person.id, purpose=purpose.value)


def issue(code_id: int) -> tuple[int, str] | None:
    """Make the code for its letter: the person's id and the code. None when it was made before, or is too old."""
    code = f"{secrets.randbelow(10**6):06d}"
    made = db.session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.id == code_id, OneTimeCode.code_hash == "", OneTimeCode.expires_at > now())
        .values(code_hash=keyed_hash(f"code:{code_id}:{code}"))
        .returning(OneTimeCode.person_id)
    ).scalar_one_or_none()
    return None if made is None else (made, code)


# --- by an app -------------------------------------------------------------


def begin_app(actor: Actor) -> str:
    """A new secret for an app that is not confirmed yet; returns the address to show as a QR code. Raises NotFound.

    Raises Invalid when an app is set up already: that one is taken away first, with its own code.
    """
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        raise NotFound
    found = db.session.get(Authenticator, person.id)
    if found is not None and found.confirmed_at is not None:
        raise Invalid("codes.app_there", field="code")
    if found is None:
        found = Authenticator(person_id=person.id, secret=seal(pyotp.random_base32()), last_step=0)
        db.session.add(found)
        db.session.flush()
    return pyotp.TOTP(unseal(found.secret)).provisioning_uri(
        name=person.email or person.phone or person.name, issuer_name=port(Config).site_name
    )


def confirm_app(actor: Actor, typed: str) -> list[str] | Invalid:
    """Take the app into use once it shows the right code; returns the recovery codes, shown this once only."""
    person_id = _own(actor)
    try_id = begin_code_try(person_id)
    found = db.session.get(Authenticator, person_id)
    if found is None or found.confirmed_at is not None or not _use_app(person_id, _plain(typed), confirmed=False):
        return Invalid("codes.wrong", field="code")
    end_try(try_id)
    found.confirmed_at = now()
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    made = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(code_hash=_recovery_hash(person_id, code), person_id=person_id) for code in made)
    audit.record(actor, "accounts.app_confirmed", "person", person_id)
    return made


def remove_app(actor: Actor, typed: str) -> Invalid | None:
    """Use the app no more; asks for a code of it, or one of the list."""
    person_id = _own(actor)
    try_id = begin_code_try(person_id)
    plain = _plain(typed)
    if not (_use_app(person_id, plain) or _use_recovery(person_id, plain)):
        return Invalid("codes.wrong", field="code")
    end_try(try_id)
    forget(person_id)
    audit.record(actor, "accounts.app_removed", "person", person_id)
    return None


def forget(person_id: int) -> None:
    """Drop a person's app and list."""
    for model in (Authenticator, RecoveryCode):
        db.session.execute(sa.delete(model).where(model.person_id == person_id))


# --- using one -------------------------------------------------------------


def use(actor: Actor, purpose: Purpose, change: str, typed: str, asker: Actor | None = None) -> Invalid | None:
    """Is it the actor's own code for exactly this change? Good once. A wrong try is counted, so the refusal is
    returned, not raised: commit it. Tries are counted for `asker`, on whose screen it was typed: what a helper types
    wrong does not lock the owner out. Raises TooMany after 5 wrong ones in 15 minutes, NotFound for a guest."""
    person_id = _own(actor)
    try_id = begin_code_try(person_id, actor.person_id if asker is None else asker.person_id)
    plain = _plain(typed)
    is_right = bool(plain) and (
        _use_app(person_id, plain) or _use_recovery(person_id, plain) or _use_email(person_id, purpose, change, plain)
    )
    if not is_right:
        return Invalid("codes.wrong", field="code")
    end_try(try_id)
    audit.record(actor, "accounts.code_used", "person", person_id, purpose=purpose.value)
    return None


def _own(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed or "").lower()[:40]


def _use_app(person_id: int, typed: str, *, confirmed: bool = True) -> bool:
    """Looks at this step and its neighbours, always at all three, and never takes a step twice."""
    found = db.session.get(Authenticator, person_id)
    if found is None or (confirmed and found.confirmed_at is None):
        return False
    totp, step = pyotp.TOTP(unseal(found.secret)), int(now().timestamp()) // STEP
    near = (step - 1, step, step + 1)
    right = [at for at in near if hmac.compare_digest(totp.generate_otp(at).encode(), typed.encode())]
    if not right:
        return False
    taken = db.session.execute(
        sa.update(Authenticator)
        .where(Authenticator.person_id == person_id, Authenticator.last_step < right[-1])
        .values(last_step=right[-1])
        .returning(Authenticator.person_id)
    )
    return taken.scalar_one_or_none() is not None


def _recovery_hash(person_id: int, code: str) -> str:
    return keyed_hash(f"recovery:{person_id}:{code}")


def _use_recovery(person_id: int, typed: str) -> bool:
    taken = db.session.execute(
        sa.update(RecoveryCode)
        .where(RecoveryCode.code_hash == _recovery_hash(person_id, typed), RecoveryCode.used_at.is_(None))
        .values(used_at=now())
        .returning(RecoveryCode.person_id)
    )
    return taken.scalar_one_or_none() is not None


def _use_email(person_id: int, purpose: Purpose, change: str, typed: str) -> bool:
    open_ones = (
        OneTimeCode.person_id == person_id,
        OneTimeCode.purpose == purpose.value,
        OneTimeCode.change_hash == change,
        OneTimeCode.code_hash != "",
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > now(),
        OneTimeCode.tries < CODE_TRIES,
    )
    for row in db.session.scalars(sa.select(OneTimeCode).where(*open_ones).order_by(OneTimeCode.id.desc())).all():
        if hmac.compare_digest(row.code_hash, keyed_hash(f"code:{row.id}:{typed}")):
            row.used_at = now()
            db.session.flush()
            return True
    db.session.execute(sa.update(OneTimeCode).where(*open_ones).values(tries=OneTimeCode.tries + 1))
    return False
