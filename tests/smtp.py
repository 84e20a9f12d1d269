"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import email
import email.policy
import logging
import socket
import time
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # each connection, else


def free_port() -> int:
    """A loopback port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """`url` is for SMTP_URL; `messages` holds what arrived, oldest first."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Called by aiosmtpd for each message."""
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        self.messages.append(email.message_from_bytes(raw, EmailMessage, policy=email.policy.default))
        return "250 OK"

    def wait_for(self, number: int, seconds: float = 10) -> list[EmailMessage]:
        """The messages once there are at least so many; AssertionError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < number:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {number} messages came in {seconds} s"
            time.sleep(0.05)
        return self.messages

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
