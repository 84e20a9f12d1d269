"""What happened to purchases and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PurchasePlaced:
    purchase_id: int


@dataclass(frozen=True)
class PurchaseCancelled:
    """The buyer took it back before any shop had said yes."""

    purchase_id: int


@dataclass(frozen=True)
class PurchasePaid:
    """An online payment has come in: the shops can begin."""

    purchase_id: int


@dataclass(frozen=True)
class PurchaseKept:
    """A guest's purchase belongs to an account now."""

    purchase_id: int


@dataclass(frozen=True)
class PurchaseExpired:
    """The time to pay is over; the goods are free again."""

    purchase_id: int


@dataclass(frozen=True)
class RefundSettled:
    """A refund has been sent to the buyer, or has failed."""

    refund_id: int


@dataclass(frozen=True)
class OrderAccepted:
    order_id: int


@dataclass(frozen=True)
class OrderDeclined:
    order_id: int


@dataclass(frozen=True)
class OrderReady:
    """Ready to be fetched, or on its way to the buyer."""

    order_id: int


@dataclass(frozen=True)
class OrderCollected:
    """The runner of a round has taken it at the shop's door."""

    order_id: int


@dataclass(frozen=True)
class OrderHandedOver:
    order_id: int


@dataclass(frozen=True)
class LinkRenewed:
    """Somebody of a shop, whose link has acted or is too old, asked for a new one by e-mail."""

    link_id: int


@dataclass(frozen=True)
class OrderLapsed:
    """The shop did not answer in time."""

    order_id: int
