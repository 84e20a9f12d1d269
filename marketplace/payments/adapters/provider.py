"""What every way to pay can do, and which ones are switched on.

A provider translates. It knows no order, no ledger and no session of the database, and is never called inside a
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from marketplace.payments.rules import (
    AttemptRef,
    BalanceLine,
    Capability,
    Notice,
    PaymentMethod,
    RefundOrder,
    RefundSnapshot,
    Snapshot,
    Started,
    StartOrder,
)


@dataclass(frozen=True)
class Limits:
    """The least and the most (rupiah) that can be paid this way at once; how long a page to pay on is open at least."""

    least: int
    most: int
    page_open_for: timedelta = timedelta(minutes=30)


class PaymentProvider(Protocol):
    """A way to pay."""

    method: PaymentMethod
    capabilities: frozenset[Capability]
    is_test: bool
    """No real money moves: pages say so."""

    def limits(self) -> Limits:
        """What can be paid this way today."""


@runtime_checkable
class OnlineProvider(PaymentProvider, Protocol):
    """A way to pay where somebody else takes the money and tells us.

    Every call but `parse_notice` goes over the network and may raise Refused, Unavailable or OutcomeUnknown.
    """

    takes_notices: bool
    """It holds the secret that notices are signed with. Without one its webhook is off; reading goes on."""

    def start(self, order: StartOrder) -> Started:
        """Open a page where the buyer pays. Repeating it with the same order opens no second one."""

    def read(self, attempt: AttemptRef) -> Snapshot | None:
        """What the provider says of a try now. None: it knows of no such try."""

    def expire(self, attempt: AttemptRef) -> Snapshot | None:
        """Make sure that a try can no longer be paid, and say how it stands: it may have been paid before."""

    def refund(self, order: RefundOrder) -> RefundSnapshot:
        """Send money back. Repeating it with the same order sends it once."""

    def find_refund(self, order: RefundOrder) -> RefundSnapshot | None:
        """The refund as the provider has it, found by our reference. None: it has none, so nothing was sent."""

    def parse_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        """What a notice says. No database, no network. Raises BadNotice for whatever the provider did not sign."""

    def movements(self, since: datetime, known: Collection[str] = ()) -> Iterable[BalanceLine]:
        """All that moved on our account with the provider since then.

        `known` is what our books call what moved since then: a provider that has no list reads these one by one.
        """


class Providers:
    """The ways to pay that are switched on, in the order in which they are offered."""

    def __init__(self, providers: Iterable[PaymentProvider]) -> None:
        self._by_method = {provider.method: provider for provider in providers}

    def offered(self) -> list[PaymentProvider]:
        return list(self._by_method.values())

    def get(self, method: PaymentMethod) -> PaymentProvider | None:
        """The provider of a way to pay, or None when it is switched off."""
        return self._by_method.get(method)

    def online(self, method: PaymentMethod) -> OnlineProvider | None:
        """The same when it is one that takes money over the network, else None."""
        found = self._by_method.get(method)
        return found if isinstance(found, OnlineProvider) else None
