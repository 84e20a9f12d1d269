"""What people sign in with: an e-mail address or a phone number, each in one form."""

from __future__ import annotations

from dataclasses import dataclass

import email_validator
import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.phone import phone_number

LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Contact:
    """One of the two is set."""

    email: str | None = None
    phone: str | None = None

    @property
    def text(self) -> str:
        return self.email or self.phone or ""


def read_contact(text: str, field: str = "email") -> Contact:
    """An e-mail address (in lower case) or a phone number (E.164). Raises Invalid for anything else."""
    text = text.strip()
    return Contact(email=read_email(text, field)) if "@" in text else Contact(phone=read_phone(text, field))


def read_email(text: str, field: str = "email") -> str:
    """An e-mail address in lower case. Raises Invalid."""
    try:
        checked = email_validator.validate_email(text.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise Invalid("accounts.contact_unreadable", field=field) from error
    address = checked.normalized.lower()
    if len(address) > LONGEST_EMAIL:
        raise Invalid("accounts.contact_unreadable", field=field)
    return address


def read_phone(text: str, field: str = "phone") -> str:
    """A phone number as E.164. Raises Invalid."""
    try:
        return phone_number(text)
    except ValueError as error:
        raise Invalid("accounts.contact_unreadable", field=field) from error


def owner_of(contact: Contact) -> Person | None:
    """Whose it is."""
    column = Person.email if contact.email else Person.phone
    return db.session.scalar(sa.select(Person).where(column == contact.text))


def find_person(text: str) -> Person | None:
    """The person somebody means by what they typed, or None: unreadable and unknown are the same."""
    try:
        return owner_of(read_contact(text))
    except Invalid:
        return None
