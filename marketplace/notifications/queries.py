"""Questions about messages."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.notifications.models import Message


@dataclass(frozen=True)
class Letter:
    """A message that is still to be sent."""

    id: int
    key: str
    recipient: str
    subject: str
    body: str


def unsent(message_id: int) -> Letter | None:
    """The message, or None when it was sent already or never written."""
    query = sa.select(Message.id, Message.key, Message.recipient, Message.subject, Message.body).where(
        Message.id == message_id, Message.sent_at.is_(None)
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else Letter(*row)
