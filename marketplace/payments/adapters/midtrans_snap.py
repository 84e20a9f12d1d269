"""QRIS, virtual accounts and wallets by Midtrans Snap: the buyer chooses and pays on Midtrans's page.

What is sent and what comes back is translated in `midtrans_words`, notices in `midtrans_notices`, failures in
`midtrans_wire`. Three things differ from Stripe. Midtrans knows of a payment only once the buyer has chosen a way to
pay: before, reading gives nothing (None), and the page cannot be closed, it closes by itself at the end of the try.
It tells no fees. And it has no list of an account's movements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import structlog

from marketplace.core import settings
from marketplace.payments.adapters import midtrans_notices as notices
from marketplace.payments.adapters import midtrans_words as words
from marketplace.payments.adapters.midtrans_wire import TIMEOUT_SECONDS, Wire
from marketplace.payments.adapters.provider import Limits
from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    BalanceLine,
    ByBankFile,
    Capability,
    Notice,
    OutcomeUnknown,
    PaymentMethod,
    RefundOrder,
    RefundSnapshot,
    Refused,
    Snapshot,
    Started,
    StartOrder,
    Unavailable,
)

SANDBOX_KEYS = "SB-"
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)  # JSON that is not what the documents promise
PAGE_OPEN_FOR = timedelta(minutes=10)
"""Less would not leave a buyer the time to open her app (a choice of ours: Midtrans asks only for a minute)."""
MIDTRANS_TIME = timedelta(hours=7)  # `transaction_time` is Jakarta's, without saying so
TAKEN = "has already been taken"

LEAST = settings.define(
    "payments.snap_minimum",
    1_000,
    "Jumlah terkecil yang dapat dibayar lewat Midtrans, dalam rupiah",
    minimum=1_000,
    maximum=1_000_000,
)
MOST = settings.define(
    "payments.snap_maximum",
    20_000_000,
    "Jumlah terbesar yang dapat dibayar lewat Midtrans sekaligus, dalam rupiah",
    minimum=100_000,
    maximum=999_999_999,
)

log = structlog.get_logger()


class MidtransSnap:
    """One account with Midtrans. Safe to share between threads."""

    method = PaymentMethod.SNAP
    capabilities = frozenset(
        {Capability.REDIRECT, Capability.EXPIRE, Capability.REFUND, Capability.PARTIAL_REFUND},
    )
    takes_notices = True

    def __init__(self, wire: Wire, signature_key: str, api_base: str, snap_base: str, *, is_test: bool) -> None:
        self.is_test = is_test
        self._wire = wire
        self._signature_key = signature_key
        self._api, self._snap = api_base, snap_base

    def limits(self) -> Limits:
        return Limits(LEAST.today(), MOST.today(), PAGE_OPEN_FOR)

    # --- a try to pay ---

    def start(self, order: StartOrder) -> Started:
        """Open a page. Raises OutcomeUnknown when Midtrans has the `order_id` already: the answer got lost before, so
        nobody was ever shown that page; unless somebody chose a way to pay on it, the next try has another name."""
        try:
            answer = self._wire.write(f"{self._snap}/snap/v1/transactions", words.snap_request(order))
        except Refused as error:
            if TAKEN in str(error):
                raise OutcomeUnknown(str(error)) from error
            raise
        url = answer.body.get("redirect_url")
        if not isinstance(url, str) or not url:
            raise OutcomeUnknown("Midtrans opened a page without an address")
        return Started(words.order_id(order.reference, order.number), url)

    def read(self, attempt: AttemptRef) -> Snapshot | None:
        found = self._find(_name(attempt))
        return None if found is None else _understood(found)

    def expire(self, attempt: AttemptRef) -> Snapshot | None:
        """Close what the buyer has chosen. A page on which nothing was chosen yet cannot be closed: it is given up, and
        ends by itself with the try. Until then it is read on, and what is paid there after all is paid late."""
        name = _name(attempt)
        snapshot = self._closed(name, "expire")
        if snapshot is None and attempt.session_ref:
            return Snapshot(AttemptState.EXPIRED, name)
        if snapshot is not None and snapshot.state is AttemptState.OPEN and not snapshot.trouble:
            snapshot = self._closed(name, "cancel")  # a card under review has no time to expire, but can be given up
        return snapshot

    def _closed(self, name: str, how: str) -> Snapshot | None:
        """How a payment stands after it was asked to end. A denied one is over: nobody tries it again."""
        try:
            self._wire.write(self._of(name, how), {})
        except Refused as error:  # not begun, paid, or over: the reading tells
            log.info("midtrans.not_open", order_id=name, how=how, said=str(error))
        found = self._find(name)
        if found is None:
            return None
        snapshot = _understood(found)
        is_denied = found.get("transaction_status") == "deny"
        return Snapshot(AttemptState.FAILED, name, trouble=snapshot.trouble) if is_denied else snapshot

    def _find(self, name: str) -> words.Object | None:
        """A transaction, read now. Raises Unavailable, also for one that answers to another name."""
        answer = self._wire.read(self._of(name, "status"))
        if answer is None:
            return None
        if answer.body.get("order_id") != name:
            raise Unavailable(f"asked for {name}, and Midtrans spoke of another payment")
        return answer.body

    def _of(self, name: str, what: str) -> str:
        return f"{self._api}/v2/{quote(name, safe='')}/{what}"

    # --- money back ---

    def refund(self, order: RefundOrder) -> RefundSnapshot:
        """Raises ByBankFile where the buyer paid in a way that Midtrans cannot pay back, such as a virtual account."""
        found = self._find(order.provider_ref)
        if found is None:
            raise Unavailable(f"{order.provider_ref} is not known to Midtrans")
        if found.get("payment_type") not in words.REFUNDABLE:
            raise ByBankFile(f"paid by {found.get('payment_type')!r}: Midtrans cannot send it back, a bank file can")
        try:
            answer = self._wire.write(self._of(order.provider_ref, "refund"), words.refund_request(order))
        except Refused:
            known = self.find_refund(order)  # the same key again is refused, for it was done
            if known is None:
                raise
            return known
        return words.made_refund(order, answer.status)

    def find_refund(self, order: RefundOrder) -> RefundSnapshot | None:
        found = self._find(order.provider_ref)
        if found is None:
            return None
        ref = words.refund_ref(order.provider_ref, words.refund_key(order))
        return next((refund for refund in _understood(found).refunds if refund.provider_ref == ref), None)

    # --- what Midtrans tells by itself, and the account ---

    def parse_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        return notices.parse(raw, self._signature_key)

    def movements(self, since: datetime, known: Collection[str] = ()) -> Iterable[BalanceLine]:
        """What Midtrans says of the payments that our books know, read one by one.

        Midtrans documents no list of what moved on an account. So a payment that our books do not know, the fees, and
        what was sent to the bank are not checked: they stand in its settlement report only.
        """
        for name in sorted({words.payment_ref(ref) for ref in known}):
            found = self._find(name) if words.reference_in(name) else None
            if found is not None:
                yield from _lines(found)


def _name(attempt: AttemptRef) -> str:
    return attempt.session_ref or attempt.provider_ref or words.order_id(attempt.reference, attempt.number)


def _understood(found: words.Object) -> Snapshot:
    """Raises Unavailable for JSON that is not what the documents promise."""
    try:
        return words.snapshot(found)
    except MALFORMED as error:
        raise Unavailable(f"Midtrans's answer makes no sense: {error!r}") from error


def _lines(found: words.Object) -> Iterator[BalanceLine]:
    paid = _understood(found)
    at = _time(found)
    if paid.state is AttemptState.PAID:
        yield BalanceLine(paid.provider_ref, "payment", paid.received, 0, at)
    for refund in paid.refunds:
        yield BalanceLine(refund.provider_ref, "refund", -refund.amount, 0, at)
    for dispute in paid.disputes:
        yield BalanceLine(dispute.provider_ref, "dispute", -dispute.withdrawn, 0, at)


def _time(found: words.Object) -> datetime:
    """When a payment began, by Midtrans. Raises Unavailable for what is no time."""
    try:
        local = datetime.strptime(found["transaction_time"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - no zone is said
    except MALFORMED as error:
        raise Unavailable(f"Midtrans's answer makes no sense: {error!r}") from error
    return (local - MIDTRANS_TIME).replace(tzinfo=UTC)


def midtrans_provider(
    server_key: str,
    signature_key: str,
    api_base: str,
    snap_base: str,
    *,
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
) -> MidtransSnap:
    """The account of that key, where the two bases answer. `signature_key` is what notices are signed with."""
    return MidtransSnap(
        Wire(server_key, timeout),
        signature_key or server_key,
        api_base,
        snap_base,
        is_test=server_key.startswith(SANDBOX_KEYS),
    )
