"""A provider of cards for tests: what it answers next is said by the test, and it remembers what it was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.payments.adapters.provider import Limits
from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    BadNotice,
    BalanceLine,
    Capability,
    Notice,
    PaymentMethod,
    RefundOrder,
    RefundSnapshot,
    RefundState,
    Snapshot,
    Started,
    StartOrder,
    Trouble,
)


@dataclass
class Till:
    """Its pages are at https://till.example. Each try is open until the test pays it or the market closes it."""

    method = PaymentMethod.CARD
    capabilities = frozenset(Capability)
    is_test: bool = True
    takes_notices: bool = True
    least: int = 10_000
    away: Exception | None = None
    """What every call raises."""
    started: list[StartOrder] = field(default_factory=list)
    answers: dict[str, Snapshot] = field(default_factory=dict)

    def limits(self) -> Limits:
        return Limits(self.least, 100_000_000)

    def start(self, order: StartOrder) -> Started:
        self._answer()
        session_ref = f"cs_{order.reference}_{order.number}"
        self.started.append(order)
        self.answers.setdefault(session_ref, Snapshot(AttemptState.OPEN, session_ref))
        return Started(session_ref, f"https://till.example/{session_ref}")

    def read(self, attempt: AttemptRef) -> Snapshot | None:
        self._answer()
        return self.answers.get(attempt.session_ref)

    def expire(self, attempt: AttemptRef) -> Snapshot | None:
        found = self.read(attempt)
        if found is not None and found.state is AttemptState.OPEN:
            self.answers[attempt.session_ref] = Snapshot(AttemptState.EXPIRED, attempt.session_ref)
        return self.answers.get(attempt.session_ref)

    def refund(self, order: RefundOrder) -> RefundSnapshot:
        self._answer()
        return RefundSnapshot(f"re_{order.reference}", RefundState.SUCCEEDED, order.amount, order.reference)

    def find_refund(self, order: RefundOrder) -> RefundSnapshot | None:
        self._answer()
        return None

    def parse_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        raise BadNotice("the till sends none")

    def movements(self, since: datetime, known: Collection[str] = ()) -> Iterable[BalanceLine]:
        return ()

    def pay(self) -> None:
        """The buyer pays the last try."""
        order = self.started[-1]
        ref = f"cs_{order.reference}_{order.number}"
        self.answers[ref] = Snapshot(AttemptState.PAID, ref, provider_ref=f"pi_{ref}", received=order.amount)

    def decline(self, trouble: Trouble) -> None:
        """The buyer's card is refused; the page stays open."""
        order = self.started[-1]
        ref = f"cs_{order.reference}_{order.number}"
        self.answers[ref] = Snapshot(AttemptState.OPEN, ref, trouble=trouble)

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away
