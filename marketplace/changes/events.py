"""What happened to changes of orders, and to parts that are sent on their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChangeAsked:
    """One side asks for a change; the other has to answer."""

    change_id: int


@dataclass(frozen=True)
class ChangeSettled:
    """It was agreed, refused, withdrawn, or came to nothing."""

    change_id: int


@dataclass(frozen=True)
class ParcelSent:
    """A part of an order was sent, or handed out, before the rest."""

    parcel_id: int
