"""People and what they were granted; their sign-ins as rows that can be revoked; their addresses."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.actor import STAFF_RIGHTS, Role
from marketplace.core.db import Base, Word, one_of


class Person(Base):
    """Somebody with an account, known by an e-mail address, a phone number, or both.

    A closed account keeps its row for what refers to it, and nothing that tells who it was.
    """

    __tablename__ = "people"
    __table_args__ = (
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR closed_at IS NOT NULL", name="reachable"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    created_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role that a person holds: for one store (`scope` is its id), or for the whole market (0).

    `rights` are what staff may in the store.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        one_of("role", Role),
        sa.Index(
            "uq_role_grants_held",
            "person_id",
            "role",
            "scope",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    scope: Mapped[int] = mapped_column(default=0)
    rights: Mapped[list[str]] = mapped_column(default=lambda: sorted(STAFF_RIGHTS))
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignIn(Base):
    """A session of one device. Only the hash of its token is kept; revoking it ends the session at once."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    device: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    assistance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assistances.id"))
    """The help that this session gives now; it counts only as long as the help itself does."""


class Assistance(Base):
    """A store owner asked a facilitator to sit beside her until a time. Ended earlier by either side: `ended_at`."""

    __tablename__ = "assistances"
    __table_args__ = (
        sa.CheckConstraint("until > asked_at", name="has_time"),
        sa.Index(
            "uq_assistances_open",
            "store_id",
            "facilitator_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int]
    facilitator_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class Authenticator(Base):
    """A person's authenticator app: its secret, encrypted. A code counts only for a later step than the last one."""

    __tablename__ = "authenticators"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(sa.Text)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """A code for the day the phone is lost; only its hash is kept, and it is good once."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    used_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A code sent by e-mail: for one person, one purpose and exactly one change. Only its hash is kept."""

    __tablename__ = "one_time_codes"
    __table_args__ = (sa.Index("ix_one_time_codes_person", "person_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(sa.String(40))
    change_hash: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """A try to sign in, counted for the throttle by account and by address (both kept as hashes)."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (
        sa.Index("ix_sign_in_tries_account", "account_hash", "at"),
        sa.Index("ix_sign_in_tries_address", "address_hash", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(sa.String(64))
    address_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class Address(Base):
    """Where a person wants goods brought. The landmark (patokan) is often what finds the house."""

    __tablename__ = "addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    recipient: Mapped[str] = mapped_column(sa.String(120))
    phone: Mapped[str] = mapped_column(sa.String(20))
    street: Mapped[str] = mapped_column(sa.String(200))
    rt_rw: Mapped[str] = mapped_column(sa.String(20), default="")
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    postcode: Mapped[str] = mapped_column(sa.String(5), default="")
    landmark: Mapped[str] = mapped_column(sa.String(200), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
