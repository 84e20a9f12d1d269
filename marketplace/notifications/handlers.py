"""Sending what was written, and the letters about accounts (which are below and cannot write themselves)."""

from __future__ import annotations

from config import Config
from marketplace.accounts.events import CodeAsked, PasswordChanged, PasswordResetAsked, ResetHandedOver
from marketplace.accounts.queries import contact
from marketplace.accounts.services import codes, reset_token
from marketplace.core.db import db, transaction
from marketplace.core.ports import port
from marketplace.notifications import queries, services
from marketplace.notifications.adapters.mail import LogTransport, MailTransport, compose
from marketplace.notifications.events import MessageWritten
from marketplace.notifications.rules import stays_here


def send_message(event: MessageWritten) -> None:
    """Send a message. Should the worker die before it is marked, the repeat carries the same Message-ID.

    What the mail server says no to is counted and raised: it is tried again, later each time.
    """
    letter = queries.unsent(event.message_id)
    db.session.rollback()
    if letter is None:
        return
    mail = compose(letter, port(Config).mail_from)
    transport: MailTransport = LogTransport() if stays_here(letter.recipient) else port(MailTransport)
    try:
        transport.send(mail)
    except Exception:
        with transaction():
            services.note_failure(letter.id)
        raise
    with transaction():
        services.mark_sent(letter.id)


def empty_sent_messages() -> None:
    """Keep that a message was sent, and not for longer than a day what it said."""
    with transaction():
        services.empty_sent()


def tell_of_reset(event: PasswordResetAsked) -> None:
    """To the person: the link to a new password. The link is good for an hour and dies with the old password."""
    token = reset_token(event.person_id)
    if token:
        _write_to_person(event.person_id, "password_reset", event.ask, f"/lupa-sandi/{token}")


def tell_of_new_password(event: PasswordChanged) -> None:
    """To the person: the password was changed, in case it was somebody else."""
    _write_to_person(event.person_id, "password_changed", event.change, "/lupa-sandi")


def tell_of_hand_over(event: ResetHandedOver) -> None:
    """To the person: an operator handed over a way back in, in case it was to somebody else."""
    _write_to_person(event.person_id, "reset_handed_over", event.occasion, "/lupa-sandi")


def tell_of_code(event: CodeAsked) -> None:
    """To the person: a code. It is made here, so that it stands in the letter and nowhere else."""
    with transaction():
        issued = codes.issue(event.code_id)
        person = contact(issued[0]) if issued else None
        if issued and person:
            key = f"accounts.code:{event.code_id}"
            services.write_letter(
                key, person.email or "", "accounts/code", person.language, person=person, code=issued[1]
            )


def _write_to_person(person_id: int, template: str, occasion: str, path: str) -> None:
    with transaction():
        person = contact(person_id)
        if person is not None:
            key = f"accounts.{template}:{person.id}:{occasion}"
            services.write_letter(
                key, person.email or "", f"accounts/{template}", person.language, person=person, path=path
            )
