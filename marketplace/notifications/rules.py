"""What a message may look like."""

from __future__ import annotations

import hashlib
import re

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
DEMO_DOMAIN = "demo.belintt.id"
LONGEST_SUBJECT = 200


def is_address(text: str) -> bool:
    """Is this one plain e-mail address, and nothing that could add a second one or a header?"""
    return len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def stays_here(address: str) -> bool:
    """Is this a person of the demo market, whose mail never leaves the machine?"""
    return address.rpartition("@")[2].lower() == DEMO_DOMAIN


def subject_line(text: str) -> str:
    """One line, however many were given."""
    return " ".join(text.split())[:LONGEST_SUBJECT]


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail with this key: the same each time it is sent, so that a repeat is seen as one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def split_letter(text: str) -> tuple[str, str]:
    """A rendered letter as subject and body: the first line is the subject."""
    subject, _, body = text.strip().partition("\n")
    return subject_line(subject), body.strip() + "\n"
