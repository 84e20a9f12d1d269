"""Signing in and out. A try is counted before the password is looked at, so that many at once do not slip through.

The edge does it in three steps, because checking a password is slow and must not hold up other writers:
`begin_try` in a transaction, `check_password` in none, `open_sign_in` (or `note_refusal`) in another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa

from config import Config
from marketplace.accounts.models import Person, SignIn, SignInTry
from marketplace.accounts.queries import token_hash
from marketplace.accounts.rules import (
    CODE_TRIES,
    LONGEST_SIGN_IN,
    SEEN_EVERY,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    TRY_WINDOW,
)
from marketplace.accounts.services.contacts import find_person
from marketplace.accounts.services.passwords import matches
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, TooMany
from marketplace.core.locks import lock_one, lock_words
from marketplace.core.ports import port

LONGEST_DEVICE = 200


def begin_try(identifier: str, address: str) -> int:
    """Count a try to sign in, as a wrong one until `open_sign_in` says otherwise; returns its id.

    Raises TooMany after 10 wrong ones an account or 50 an address within 15 minutes. Refused tries are not counted,
    so nobody is kept out for longer than that; a password reset opens the account at once.
    """
    return _begin(_account_hash(find_person(identifier), identifier), address)


def begin_own_try(person_id: int, address: str) -> int:
    """Count, in the same way, that somebody signed in was asked for the password. Raises TooMany."""
    return _begin(_keyed(f"person:{person_id}"), address)


def begin_code_try(person_id: int, asker_id: int | None = None) -> int:
    """Count that a one-time code was typed, as a wrong one until `end_try`. Raises TooMany after 5 in 15 minutes.

    `asker_id` is who typed it, where it is not the person herself: counted apart.
    """
    asked_by = "" if asker_id in (None, person_id) else f":{asker_id}"
    account_hash = _keyed(f"code:{person_id}{asked_by}")
    lock_words([account_hash])
    at = now()
    wrong = sa.and_(SignInTry.account_hash == account_hash, SignInTry.at > at - TRY_WINDOW, ~SignInTry.succeeded)
    _refuse_above(CODE_TRIES, wrong, at)
    made = SignInTry(account_hash=account_hash, address_hash="", at=at, succeeded=False)
    db.session.add(made)
    db.session.flush()
    return made.id


def _begin(account_hash: str, address: str) -> int:
    address_hash = _keyed(f"address:{address}")
    lock_words((account_hash, address_hash))
    at = now()
    still_wrong = sa.and_(SignInTry.at > at - TRY_WINDOW, SignInTry.succeeded.is_(False))
    _refuse_above(TRIES_PER_ACCOUNT, sa.and_(SignInTry.account_hash == account_hash, still_wrong), at)
    _refuse_above(TRIES_PER_ADDRESS, sa.and_(SignInTry.address_hash == address_hash, still_wrong), at)
    made = SignInTry(account_hash=account_hash, address_hash=address_hash, at=at, succeeded=False)
    db.session.add(made)
    db.session.flush()
    return made.id


def end_try(try_id: int) -> None:
    """It was the right password."""
    db.session.execute(sa.update(SignInTry).where(SignInTry.id == try_id).values(succeeded=True))


def _refuse_above(most: int, wrong: sa.ColumnElement[bool], at: datetime) -> None:
    count, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(SignInTry.at)).where(wrong)).one()
    if count >= most:
        seconds = max(1, int((oldest + TRY_WINDOW - at).total_seconds()))
        raise TooMany("accounts.too_many_tries", retry_after=seconds)


def check_password(identifier: str, password: str) -> int | None:
    """The id of the person whose password this is, or None. An unknown account takes as long as a wrong password."""
    person = find_person(identifier)
    return person.id if matches(person.password_hash if person else None, password) and person else None


def open_sign_in(person_id: int, device: str, try_id: int) -> str:
    """Sign somebody in whose password was right; returns the token of this device.

    Raises Invalid, in the words of a wrong password, for an account that is blocked or closed.
    """
    person = lock_one(Person, person_id)
    if person.blocked_at is not None or person.closed_at is not None:
        raise Invalid("accounts.wrong_sign_in")
    end_try(try_id)
    return open_for(person_id, device)


def open_for(person_id: int, device: str) -> str:
    """A new sign-in for somebody just known to be themselves; returns its token, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    at = now()
    db.session.add(
        SignIn(
            token_hash=token_hash(token),
            person_id=person_id,
            device=device[:LONGEST_DEVICE],
            created_at=at,
            seen_at=at,
            expires_at=at + LONGEST_SIGN_IN,
        )
    )
    audit.record(Actor(person_id), "accounts.signed_in", "person", person_id)
    return token


def note_refusal(identifier: str) -> None:
    """Write a wrong try in the audit trail: whose account, if any, and never what was typed."""
    person = find_person(identifier)
    audit.record(Actor(), "accounts.sign_in_refused", "person", person.id if person else "-")


def sign_out(token: str) -> None:
    """End the sign-in of this device."""
    found = db.session.scalar(
        sa.update(SignIn)
        .where(SignIn.token_hash == token_hash(token), SignIn.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(SignIn.person_id)
    )
    if found is not None:
        audit.record(Actor(found), "accounts.signed_out", "person", found)


def revoke(actor: Actor, sign_in_id: int) -> None:
    """End one of one's own sign-ins. Raises NotFound for somebody else's."""
    found = db.session.scalar(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == actor.person_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(SignIn.id)
    )
    if found is None:
        raise NotFound
    audit.record(actor, "accounts.sign_in_revoked", "person", actor.person_id, sign_in=sign_in_id)


def revoke_others(actor: Actor, token: str) -> None:
    """End all of one's own sign-ins but the one at hand."""
    if actor.person_id is None:
        raise NotFound
    end_all(actor.person_id, but=token)
    audit.record(actor, "accounts.sign_ins_revoked", "person", actor.person_id)


def end_all(person_id: int, but: str = "") -> None:
    """End every sign-in of a person, except perhaps the one of a token."""
    query = sa.update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
    if but:
        query = query.where(SignIn.token_hash != token_hash(but))
    db.session.execute(query.values(revoked_at=now()))


def forgive_tries(person: Person) -> None:
    """Forget the wrong tries on an account: its owner has proved to be themselves."""
    db.session.execute(sa.delete(SignInTry).where(SignInTry.account_hash == _account_hash(person, "")))


def is_seen_due(seen_at: datetime) -> bool:
    """Is it time to note that a sign-in is still in use?"""
    return seen_at <= now() - SEEN_EVERY


def note_seen(sign_in_id: int) -> sa.Update:
    """The statement that notes it, once however many requests come at the same time."""
    at = now()
    return sa.update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at <= at - SEEN_EVERY).values(seen_at=at)


def forget_old() -> None:
    """Drop tries that no longer count and sign-ins that ended long ago."""
    at = now()
    db.session.execute(sa.delete(SignInTry).where(SignInTry.at < at - 2 * TRY_WINDOW))
    ended = sa.func.coalesce(SignIn.revoked_at, SignIn.expires_at)
    db.session.execute(sa.delete(SignIn).where(ended < at - LONGEST_SIGN_IN))


def _account_hash(person: Person | None, identifier: str) -> str:
    """What a try is counted under: the same for all ways to name one person, and for an unknown name as well."""
    return _keyed(f"person:{person.id}" if person else f"unknown:{identifier.strip().casefold()}")


def _keyed(text: str) -> str:
    """A hash that tells nothing without the market's secret: numbers and addresses are few enough to be tried out."""
    return hmac.new(port(Config).secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
