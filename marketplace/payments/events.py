"""What happened to payments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoticeReceived:
    """A provider told us something; it is kept, and waits to be followed."""

    notice_id: int


@dataclass(frozen=True)
class RefundRequested:
    """A refund is written down; the provider has yet to be asked."""

    refund_id: int
