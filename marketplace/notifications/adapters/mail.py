"""E-mail: by SMTP where SMTP_URL says so, else a line in the log."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from marketplace.core.clock import now
from marketplace.notifications.queries import Letter
from marketplace.notifications.rules import message_id

TIMEOUT_SECONDS = 20
log = structlog.get_logger()


class MailTransport(Protocol):
    """Takes a mail to where its recipient reads it."""

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over, or raise: then it is tried again later."""


class LogTransport:
    """Sends nothing: says in the log that there would be a mail. The recipient is told apart by a hash only."""

    def send(self, mail: EmailMessage) -> None:
        recipient = hashlib.sha256(str(mail["To"]).encode()).hexdigest()[:12]
        log.info(
            "mail.kept_here", subject=str(mail["Subject"]), recipient=recipient, message_id=str(mail["Message-ID"])
        )


@dataclass(frozen=True)
class SmtpTransport:
    """A mail server: plain, with STARTTLS, or with TLS from the first byte."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_tls: bool = False
    has_starttls: bool = False

    def send(self, mail: EmailMessage) -> None:
        with self._connect() as server:
            if self.has_starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)

    def _connect(self) -> smtplib.SMTP:
        if self.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)


def transport_for(url: str) -> MailTransport:
    """The transport at `smtp://user:password@host:port`, `smtps://…`, `smtp://…?starttls=1`; no address: the log.

    Raises ValueError for anything else.
    """
    if not url:
        log.info("mail.off", reason="SMTP_URL is not set: mails are only noted in the log")
        return LogTransport()
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL must look like smtp://user:password@host:port or smtps://…")
    is_tls = parts.scheme == "smtps"
    has_starttls = parse_qs(parts.query).get("starttls") == ["1"]
    return SmtpTransport(
        host=parts.hostname,
        port=parts.port or (465 if is_tls else 587 if has_starttls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        has_starttls=has_starttls,
    )


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The mail for a letter. Every header is set through the library, which refuses a line break in it."""
    name, address = parseaddr(sender)
    user, _, domain = address.rpartition("@")
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(name, user, domain)
    mail["To"] = letter.recipient
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = message_id(letter.key, domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail
