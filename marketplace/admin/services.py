"""What the operator does by hand on the road that money takes by itself: read the provider, and book what it says."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.checkout.services import settling
from marketplace.checkout.services.settling import NoticeReading, Reading
from marketplace.core import audit
from marketplace.core.actor import Actor


def book(actor: Actor, reference: str, readings: Sequence[Reading]) -> None:
    """Bring our books of a payment to what was read."""
    settling.apply(readings)
    audit.record(actor, "payments.read", "payment", reference)


def follow(actor: Actor, found: NoticeReading) -> bool:
    """Book what a notice is about. False when it names no payment of ours."""
    is_ours = settling.apply_notice(found)
    audit.record(actor, "payments.notice_followed", "notice", found.notice_id, matched=is_ours)
    return is_ours
