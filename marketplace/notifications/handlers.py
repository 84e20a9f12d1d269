"""Sending what was written."""

from __future__ import annotations

from config import Config
from marketplace.core.db import db, transaction
from marketplace.core.ports import port
from marketplace.notifications import queries, services
from marketplace.notifications.adapters.mail import LogTransport, MailTransport, compose
from marketplace.notifications.events import MessageWritten
from marketplace.notifications.rules import stays_here


def send_message(event: MessageWritten) -> None:
    """Send a message. Should the worker die before it is marked, the repeat carries the same Message-ID."""
    letter = queries.unsent(event.message_id)
    db.session.rollback()
    if letter is None:
        return
    mail = compose(letter, port(Config).mail_from)
    transport: MailTransport = LogTransport() if stays_here(letter.recipient) else port(MailTransport)
    transport.send(mail)
    with transaction():
        services.mark_sent(letter.id)
