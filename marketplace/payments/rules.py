"""What a payment may be, and what a provider can tell of it. All sums are whole rupiah."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.core.errors import Invalid


class PaymentMethod(StrEnum):
    """A way to pay. TRANSFER and QRIS go straight to the market's own account; SNAP is the page of Midtrans."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    QRIS = "qris"
    SNAP = "snap"


class PaymentState(StrEnum):
    """Where a payment stands. What was refunded and whether it is disputed is said beside it, not by it."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PAID_LATE = "paid_late"
    MISMATCH = "mismatch"


class AttemptState(StrEnum):
    """One try to pay by a provider. CREATED: written down, and the provider may or may not know of it yet."""

    CREATED = "created"
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    REFUSED = "refused"


class Trouble(StrEnum):
    """Why the buyer's last try did not succeed, as far as she should know."""

    NONE = ""
    DECLINED = "declined"
    NO_FUNDS = "no_funds"
    CARD_EXPIRED = "card_expired"
    NOT_AUTHENTICATED = "not_authenticated"
    TOO_SMALL = "too_small"
    OTHER = "other"


class RefundState(StrEnum):
    """REQUESTED: promised to the buyer, the provider not asked. UNKNOWN: asked, and no answer came: read, not guess."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundSource(StrEnum):
    """Who caused a refund. EXTERNAL: made at the provider by hand, past the market. CLAIM: something was wrong."""

    BUYER = "buyer"
    SHOP = "shop"
    TIMEOUT = "timeout"
    OPERATOR = "operator"
    SYSTEM = "system"
    EXTERNAL = "external"
    CLAIM = "claim"


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class NoticeState(StrEnum):
    """A provider's notice. UNMATCHED: it names no payment of ours; IGNORED: of a type that we do not follow."""

    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"
    FAILED = "failed"


class Need(StrEnum):
    """Why money is stuck until a person looks.

    PROOF: the buyer showed that she paid, and the money was not found in time. CREDIT: paid a second time, and not all
    of it is on its way back.
    """

    OVERDUE = "overdue"
    PROOF = "proof"
    UNANSWERED = "unanswered"
    MISMATCH = "mismatch"
    CREDIT = "credit"
    REFUND_FAILED = "refund_failed"
    REFUND_OPEN = "refund_open"
    DISPUTE = "dispute"
    NOTICE = "notice"


class Capability(StrEnum):
    REDIRECT = "redirect"
    EXPIRE = "expire"
    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"


BY_HAND = frozenset({PaymentMethod.TRANSFER, PaymentMethod.QRIS})
"""Paid straight to the market's own account: nobody tells us but the bank's statement."""
REFUNDED_BY_BANK = BY_HAND | {PaymentMethod.CASH}
"""Nobody can be asked to send this money back: the market sends it to the buyer's own bank account."""
TELLS_FEES = frozenset({PaymentMethod.CARD})
"""Ways to pay whose provider says what it took. Midtrans's fees stand in its settlement report only."""
ATTEMPT_LIVE = frozenset({AttemptState.CREATED, AttemptState.OPEN})
REFUND_OPEN = frozenset({RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.PENDING, RefundState.UNKNOWN})
ENDED_UNPAID = frozenset({PaymentState.CANCELLED, PaymentState.EXPIRED})
PAID = frozenset({PaymentState.PAID, PaymentState.PAID_LATE})


# --- what is said to a provider ------------------------------------------------


@dataclass(frozen=True)
class StartOrder:
    """One try to pay, as a provider is told of it. The same try is always told in the same words (idempotency)."""

    reference: str
    """The payment's reference: what the provider gives back to us as ours."""
    number: int
    """Which try of this payment it is, from 1."""
    key: str
    """The idempotency key, committed before the call."""
    amount: int
    title: str
    """What the buyer reads on the provider's page, e.g. `Pembelian NTT-7K2M9QXA`."""
    created_at: datetime
    expires_at: datetime
    email: str
    language: str
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class Started:
    """The provider knows of the try: where the buyer goes on, and what the provider calls it."""

    session_ref: str
    url: str


@dataclass(frozen=True)
class AttemptRef:
    """A try as a provider finds it again. Without `session_ref` it is looked for by reference and number."""

    reference: str
    number: int
    created_at: datetime
    session_ref: str = ""
    provider_ref: str = ""
    """Where a payment came in past our own tries, what the provider calls it; then it has no session."""


@dataclass(frozen=True)
class RefundOrder:
    """Money to be sent back. `provider_ref` is what the provider calls the payment."""

    reference: str
    key: str
    provider_ref: str
    amount: int


# --- what a provider says --------------------------------------------------------


@dataclass(frozen=True)
class Fee:
    """What the provider took for itself: whole rupiah for our books, and the raw figure in its own currency."""

    amount: int
    minor: int
    currency: str


@dataclass(frozen=True)
class RefundSnapshot:
    """A refund as the provider has it. `reference` is ours; empty when it was made past the market."""

    provider_ref: str
    state: RefundState
    amount: int
    reference: str = ""
    error: str = ""


@dataclass(frozen=True)
class DisputeSnapshot:
    """A buyer's bank asks the money back. `withdrawn` rupiah lie with the bank now, `fee` is what the dispute costs."""

    provider_ref: str
    state: DisputeState
    amount: int
    withdrawn: int = 0
    fee: int = 0


@dataclass(frozen=True)
class Snapshot:
    """What a provider says of one try, now. `received` is what came in, whatever went back afterwards."""

    state: AttemptState
    session_ref: str = ""
    url: str = ""
    provider_ref: str = ""
    received: int = 0
    fee: Fee | None = None
    trouble: Trouble = Trouble.NONE
    refunds: tuple[RefundSnapshot, ...] = ()
    disputes: tuple[DisputeSnapshot, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A provider's notice, verified: what happened to what. It is only a reason to read, never believed by itself."""

    event_id: str
    type: str
    is_followed: bool
    reference: str = ""
    """Our reference, where the object at hand carries it."""
    session_ref: str = ""
    provider_ref: str = ""


@dataclass(frozen=True)
class BalanceLine:
    """A movement on the market's account with the provider, for reconciliation: signed rupiah, fee apart."""

    provider_ref: str
    type: str
    amount: int
    fee: int
    at: datetime


OF_PAYMENTS = ("charge", "payment", "refund", "adjustment", "dispute")
"""How a movement's type begins that belongs to a payment. All others (sums sent to the bank, the provider's own
invoices) are settled outside of these books."""


# --- what can go wrong -----------------------------------------------------------


class ProviderTrouble(Exception):
    """A provider was asked and did not do it. The text is for the log, never for the buyer."""


class Refused(ProviderTrouble):
    """It said no, and will say no again to the same words. `trouble` tells the buyer why, where it concerns her."""

    def __init__(self, text: str, trouble: Trouble = Trouble.OTHER) -> None:
        super().__init__(text)
        self.trouble = trouble


class ByBankFile(Refused):
    """It cannot send this money back the way it came: a person's own bank account can take it, by the bank's file."""


class Unavailable(ProviderTrouble):
    """It could not be asked, or was too busy to do anything: nothing has happened, the same call may be repeated."""


class OutcomeUnknown(ProviderTrouble):
    """It may have done it: no answer came, or a broken one. Only reading tells."""


class BadNotice(Exception):
    """This did not come from the provider, or not as it sends it: answer 400 and keep nothing."""


# --- how states follow -------------------------------------------------------------


class Outcome(StrEnum):
    """What a reading means for the purchase."""

    NOTHING = "nothing"
    PAID = "paid"
    LATE = "late"
    DOUBLE = "double"
    MISMATCH = "mismatch"


def after_money(state: PaymentState, is_exact: bool) -> tuple[PaymentState, Outcome]:
    """Where a payment goes when money comes in, and what it means. Exact: as much as was asked, to the rupiah.

    Paid states are never left; what comes on top of them belongs to the buyer. What ended unpaid may become paid late.
    """
    if state in PAID or state is PaymentState.MISMATCH:
        return state, Outcome.DOUBLE
    if not is_exact:
        return PaymentState.MISMATCH, Outcome.MISMATCH
    if state in ENDED_UNPAID:
        return PaymentState.PAID_LATE, Outcome.LATE
    return PaymentState.PAID, Outcome.PAID


def may_become(state: AttemptState, said: AttemptState) -> bool:
    """May a try become what a provider says of it? Paid is the end. One that ended here does not open again, for
    another one may be open by now; but if it is paid after all, that counts.
    """
    return state is not AttemptState.PAID and (state in ATTEMPT_LIVE or said not in ATTEMPT_LIVE)


REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset({RefundState.SUBMITTED}),
    RefundState.SUBMITTED: frozenset(
        {RefundState.PENDING, RefundState.UNKNOWN, RefundState.SUCCEEDED, RefundState.FAILED}
    ),
    RefundState.UNKNOWN: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),  # a bank may send it back days later
    RefundState.FAILED: frozenset(),
}


def state_of(amount: int, received: int, dropped: int) -> PaymentState:
    """The state that follows from the sums, all in rupiah: what was asked, what came, what is no longer asked."""
    if received + dropped < amount:
        return PaymentState.PENDING
    return PaymentState.PAID if received else PaymentState.CANCELLED


LONGEST_REASON = 300


def checked_reason(reason: str) -> str:
    """Why the operator decides something, trimmed. Raises Invalid (field reason) when nothing or too much is said."""
    reason = reason.strip()
    if not reason:
        raise Invalid("payments.reason_missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("payments.reason_too_long", field="reason", maximum=LONGEST_REASON)
    return reason


MOST_ROUNDING = 499
"""The largest sum (rupiah) by which a payment by hand may be less than what is asked, to be told from all others."""


def unique_sum(amount: int, taken: Collection[int], drawn: int) -> int | None:
    """The sum to be transferred for `amount` rupiah: a little less, and the sum of no other payment (`taken`).

    `drawn` (any whole number) says where the search begins, so that sums are not guessed by counting. None when each
    one of the 499 is taken: by payments of nearly the same price, however many others there are.
    """
    for step in range(MOST_ROUNDING):
        rounding = (drawn + step) % MOST_ROUNDING + 1
        if amount - rounding > 0 and amount - rounding not in taken:
            return amount - rounding
    return None


def idempotency_key(kind: str, reference: str, number: int) -> str:
    """The key under which a provider does something once: `mp:pay:<uuid>:1`. Far below its 255 characters."""
    return f"mp:{kind}:{reference}:{number}"
