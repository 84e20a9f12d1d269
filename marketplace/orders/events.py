"""What happened to purchases and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PurchasePlaced:
    purchase_id: int


@dataclass(frozen=True)
class TransferAwaited:
    """It is to be paid by transfer or QRIS, and its buyer is to be told where to and how much."""

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


@dataclass(frozen=True)
class ClaimOvertaken:
    """A buyer's money goes back by her bank or the provider: this claim (its id) has nothing left to settle."""

    claim_id: int


@dataclass(frozen=True)
class OrderArrived:
    """By the shop's word, or because its time is over: the buyer has some time to object."""

    order_id: int


@dataclass(frozen=True)
class ArrivalDenied:
    """The buyer says that it has not arrived."""

    order_id: int


@dataclass(frozen=True)
class OrderCompleted:
    """The buyer said nothing after it had arrived: it counts as accepted."""

    order_id: int


@dataclass(frozen=True)
class OrderEnded:
    """It ended without changing hands after the shop had said yes: late, not fetched, or never heard of again."""

    order_id: int
