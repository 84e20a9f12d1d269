"""Messages are written once, sent through a real mail server, and cannot be bent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import outbox, ports
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.notifications import handlers, services
from marketplace.notifications.adapters.mail import LogTransport, MailTransport, SmtpTransport, compose, transport_for
from marketplace.notifications.events import MessageWritten
from marketplace.notifications.models import Message
from marketplace.notifications.queries import Letter
from marketplace.notifications.rules import is_address, subject_line
from tests.smtp import MailServer, free_port


@pytest.fixture
def send_by(app: Flask) -> Iterator[Callable[[str], None]]:
    """Lets the application send its mails by an SMTP_URL, for this test."""
    parts: ports.Ports = app.extensions["ports"]
    before = parts.get(MailTransport)
    yield lambda url: parts.provide(MailTransport, transport_for(url))
    parts.provide(MailTransport, before)


@pytest.fixture
def post(db: SQLAlchemy, mail_server: MailServer, send_by: Callable[[str], None]) -> MailServer:
    """A mail server that the application sends to."""
    send_by(mail_server.url)
    return mail_server


def _write(
    key: str = "hello:1", recipient: str = "budi@example.id", subject: str = "Halo", body: str = "Selamat\n"
) -> None:
    with transaction():
        services.write(key, recipient, subject, body)


def _messages(db: SQLAlchemy) -> list[Message]:
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def test_a_message_is_sent_as_it_was_written(db: SQLAlchemy, post: MailServer) -> None:
    _write(subject="Pesanan diterima: Sé’i & Jagung", body="Halo Budi,\n\nRp15.000 – terima kasih.\n")
    outbox.deliver_all()
    (mail,) = post.wait_for(1)
    assert mail["To"] == "budi@example.id"
    assert mail["Subject"] == "Pesanan diterima: Sé’i & Jagung"
    assert mail.get_content().replace("\r\n", "\n") == "Halo Budi,\n\nRp15.000 – terima kasih.\n"
    assert mail.get_content_type() == "text/plain"
    assert _messages(db)[0].sent_at is not None


def test_a_message_with_the_same_key_is_written_and_sent_once(db: SQLAlchemy, post: MailServer) -> None:
    _write()
    _write(subject="Sekali lagi")
    outbox.deliver_all()
    assert [message.subject for message in _messages(db)] == ["Halo"]
    assert len(post.messages) == 1


def test_the_handler_can_be_repeated(db: SQLAlchemy, post: MailServer) -> None:
    _write()
    message_id = _messages(db)[0].id
    for _ in range(3):
        handlers.send_message(MessageWritten(message_id))
    handlers.send_message(MessageWritten(999_999))
    assert len(post.messages) == 1


def test_a_repeat_after_a_crash_carries_the_same_id(db: SQLAlchemy, post: MailServer) -> None:
    _write()
    message = _messages(db)[0]
    handlers.send_message(MessageWritten(message.id))
    with transaction():  # as if the worker had died between the mail server's 250 and the mark
        db.session.execute(sa.update(Message).values(sent_at=None))
    handlers.send_message(MessageWritten(message.id))
    first, second = post.wait_for(2)
    assert first["Message-ID"] == second["Message-ID"]


def test_different_messages_have_different_ids(db: SQLAlchemy, post: MailServer) -> None:
    _write("a")
    _write("b")
    outbox.deliver_all()
    first, second = post.wait_for(2)
    assert first["Message-ID"] != second["Message-ID"]


def test_mail_to_people_of_the_demo_never_leaves(db: SQLAlchemy, post: MailServer) -> None:
    for address in ("budi@demo.belintt.id", "Ina@Demo.BeliNTT.id"):
        _write(address, address)
    outbox.deliver_all()
    assert post.messages == []
    assert all(message.sent_at for message in _messages(db))


def test_a_server_that_is_down_leaves_the_message_waiting(
    db: SQLAlchemy, post: MailServer, send_by: Callable[[str], None]
) -> None:
    send_by(f"smtp://127.0.0.1:{free_port()}")
    _write()
    outbox.deliver_all()
    row = db.session.scalars(sa.select(outbox.OutboxRow)).one()
    assert (row.done_at, row.tries) == (None, 1)
    assert _messages(db)[0].sent_at is None
    send_by(post.url)
    with travel(row.due_at):
        outbox.deliver_all()
    assert len(post.wait_for(1)) == 1


INJECTED = ["Halo\r\nBcc: semua@example.id", "Halo\nX-Spam: ya", "Halo\r\n\r\nisi lain"]


@pytest.mark.parametrize("subject", INJECTED)
def test_a_subject_cannot_add_a_header(db: SQLAlchemy, post: MailServer, subject: str) -> None:
    _write(subject=subject)
    outbox.deliver_all()
    (mail,) = post.wait_for(1)
    assert mail["Bcc"] is None
    assert mail["X-Spam"] is None
    assert mail["Subject"] == subject_line(subject)


@pytest.mark.parametrize("subject", INJECTED)
def test_the_library_stands_behind_it(subject: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline|header"):
        compose(Letter(1, "k", "budi@example.id", subject, "isi"), "BeliNTT <pesan@example.id>")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "budi",
        "a@b",
        "budi@example.id\nBcc: x@example.id",
        "a@example.id, b@example.id",
        "<a@example.id>",
        "a b@c.id",
    ],
)
def test_what_is_not_one_address_is_passed_over(db: SQLAlchemy, address: str) -> None:
    assert not is_address(address)
    _write(recipient=address)
    assert _messages(db) == []


@pytest.mark.parametrize("address", ["budi@example.id", "ina.lado+toko@sub.example.co.id", "x_1@a-b.id"])
def test_ordinary_addresses_are_addresses(address: str) -> None:
    assert is_address(address)


def test_the_address_of_a_mail_server_says_all() -> None:
    assert isinstance(transport_for(""), LogTransport)
    assert transport_for("smtp://u%40x:p%3Aw@mail.example.id:2525?starttls=1") == SmtpTransport(
        "mail.example.id", 2525, "u@x", "p:w", is_tls=False, has_starttls=True
    )
    assert transport_for("smtps://mail.example.id") == SmtpTransport("mail.example.id", 465, is_tls=True)
    for wrong in ("http://mail.example.id", "mail.example.id:25", "smtp://"):
        with pytest.raises(ValueError, match="SMTP_URL"):
            transport_for(wrong)
