"""Writing to people. A message is written in the transaction at hand and sent later, by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog

from marketplace.accounts.queries import contact
from marketplace.accounts.services.closing import Leaving
from marketplace.core import outbox
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.once import insert_once
from marketplace.core.ports import port
from marketplace.notifications import rules
from marketplace.notifications.events import MessageWritten
from marketplace.notifications.models import Message

WORDS_KEPT = timedelta(days=1)
log = structlog.get_logger()


class LetterRenderer(Protocol):
    """Fills the templates of letters in. The web layer, which knows languages and formats, provides it."""

    def render(self, template: str, language: str, **values: object) -> str:
        """The text of `templates/mail/<template>.txt` in a language; its first line is the subject."""


def write(key: str, recipient: str, subject: str, body: str) -> None:
    """Write one plain-text message to one address, unless a message with this key was written before.

    An address that cannot be one is passed over with a line in the log: there is nobody to tell.
    """
    if not rules.is_address(recipient):
        log.warning("notifications.no_such_address", key=key)
        return
    message_id = insert_once(
        Message,
        "key",
        key=key,
        recipient=recipient,
        subject=rules.subject_line(subject),
        body=body,
        created_at=now(),
    )
    if message_id is not None:
        outbox.emit(MessageWritten(message_id))


def write_letter(key: str, recipient: str, template: str, language: str = "id", **values: object) -> None:
    """Write the letter of a template (see `LetterRenderer`) to one address. Does nothing when there is no address."""
    if recipient:
        write(key, recipient, *rules.split_letter(port(LetterRenderer).render(template, language, **values)))


def forget(leaving: Leaving) -> None:
    """Drop the letters to somebody whose account is closed."""
    if leaving.email:
        forget_address(leaving.email)


def forget_address(address: str) -> None:
    """Drop the letters to an address."""
    db.session.execute(sa.delete(Message).where(Message.recipient == address))


def export(person_id: int) -> list[dict[str, object]]:
    """The letters to somebody, for the copy of their own data."""
    person = contact(person_id)
    if person is None or not person.email:
        return []
    query = sa.select(Message.subject, Message.created_at, Message.sent_at).where(Message.recipient == person.email)
    return [
        {"subject": subject, "written_at": written.isoformat(), "sent_at": sent.isoformat() if sent else None}
        for subject, written, sent in db.session.execute(query.order_by(Message.id))
    ]


def empty_sent() -> None:
    """Take the words out of messages that left a day ago: they may hold a key, or what concerns two people only."""
    left_long_ago = sa.and_(Message.sent_at < now() - WORDS_KEPT, Message.body != "")
    db.session.execute(sa.update(Message).where(left_long_ago).values(body=""))


def mark_sent(message_id: int) -> None:
    """Note that a message has left."""
    db.session.execute(
        sa.update(Message).where(Message.id == message_id, Message.sent_at.is_(None)).values(sent_at=now())
    )


def note_failure(message_id: int) -> None:
    """Note that a message could not be sent this time."""
    db.session.execute(sa.update(Message).where(Message.id == message_id).values(failures=Message.failures + 1))
