"""Double entry in whole rupiah: what is booked sums to zero. Positive is debit, negative is credit.

Money paid online is first the market's to keep for a shop (`pending:store:7`). Only when the buyer has the goods does
it become what the market owes the shop (`payable:store:7`). Every entry that belongs to an order says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketplace.payments.rules import BY_HAND

COMMISSION = "fee:commission"
CUSTOMER_CREDIT = "credit:customer"
REFUNDS_ON_THE_WAY = "transit:refund"
PROVIDER_FEES = "expense:provider_fee"
DISPUTE_FEES = "expense:dispute"
DISPUTED = "receivable:dispute"
ADJUSTMENTS = "expense:adjustment"
ROUNDING = "expense:rounding"
VOUCHERS = "expense:voucher"
BANK = "bank:main"
PAYOUTS_ON_THE_WAY = "transit:payout"


class Kind(StrEnum):
    """What a transaction books."""

    CASH_SALE = "cash_sale"
    ONLINE_SALE = "online_sale"
    RELEASE = "release"
    PROVIDER_FEE = "provider_fee"
    CREDIT = "credit"
    COMPLETION = "completion"
    REFUND = "refund"
    REFUND_SENT = "refund_sent"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_MONEY = "dispute_money"
    DISPUTE_FEE = "dispute_fee"
    PAYOUT = "payout"
    PAYOUT_SENT = "payout_sent"
    PAYOUT_FAILED = "payout_failed"
    CLAIM = "claim"
    CLAIM_CLOSED = "claim_closed"
    VOUCHER = "voucher"
    VOUCHER_CHANGED = "voucher_changed"


@dataclass(frozen=True)
class Entry:
    """Rupiah on one account. `store_id`: the shop whose account it is; `about`: the order it belongs to."""

    code: str
    amount: int
    store_id: int | None = None
    about: str = ""


@dataclass(frozen=True)
class Share:
    """One order's part of a sum: `total` rupiah for its shop, of which `commission` is the market's.

    `is_released`: the buyer has the goods, so the shop's money is already owed to it.
    """

    order_id: int
    store_id: int
    total: int
    commission: int = 0
    is_released: bool = False

    @property
    def net(self) -> int:
        return self.total - self.commission

    @property
    def about(self) -> str:
        return order_subject(self.order_id)

    @property
    def account(self) -> str:
        """Where the shop's money of this order lies."""
        return payable_account(self.store_id) if self.is_released else pending_account(self.store_id)


def order_subject(order_id: int) -> str:
    """How entries name the order they belong to."""
    return f"order:{order_id}"


def cash_account(store_id: int) -> str:
    """Cash that a shop took in its own hand (debit)."""
    return f"cash:store:{store_id}"


def payable_account(store_id: int) -> str:
    """What the market owes a shop (credit)."""
    return f"payable:store:{store_id}"


def pending_account(store_id: int) -> str:
    """Paid by buyers who do not have the goods yet (credit)."""
    return f"pending:store:{store_id}"


def disputed_account(store_id: int) -> str:
    """A shop's money that a buyer, or her bank, asks back (credit)."""
    return f"disputed:store:{store_id}"


def clearing_account(provider: str) -> str:
    """What lies with a provider for the market (debit); what is paid by hand lies in the market's own account."""
    return BANK if provider in BY_HAND else f"clearing:{provider}"


def cash_sale(share: Share) -> list[Entry]:
    """A sale paid to the shop in cash: the money is in its hand, the commission is owed to the market."""
    return moving(
        Entry(cash_account(share.store_id), share.total, share.store_id, share.about),
        Entry(payable_account(share.store_id), -share.net, share.store_id, share.about),
        Entry(COMMISSION, -share.commission, None, share.about),
    )


def online_sale(provider: str, shares: Sequence[Share], rounding: int = 0) -> list[Entry]:
    """Money that a provider took for several shops at once. Each share names its shop and commission.

    `rounding` rupiah of the price were not asked, so that the sum is no other payment's: the market bears them.
    """
    received = sum(share.total for share in shares) - rounding
    return moving(Entry(clearing_account(provider), received), Entry(ROUNDING, rounding), *_credited(shares))


def release(share: Share) -> list[Entry]:
    """The buyer has the goods: what was kept for the shop (`share.total` is all of it) is owed to it now."""
    return moving(
        Entry(pending_account(share.store_id), share.total, share.store_id, share.about),
        Entry(payable_account(share.store_id), -share.total, share.store_id, share.about),
    )


def credit(provider: str, amount: int) -> list[Entry]:
    """Money that came in and belongs to the buyer: paid twice, or not what was asked."""
    return moving(Entry(clearing_account(provider), amount), Entry(CUSTOMER_CREDIT, -amount))


def completion(received: int, shares: Sequence[Share], rounding: int = 0) -> list[Entry]:
    """A sale paid with money that lay as the buyer's credit. What is missing the market bears, and the `rounding`."""
    asked = sum(share.total for share in shares) - rounding
    used = min(received, asked)
    return moving(
        Entry(CUSTOMER_CREDIT, used), Entry(ADJUSTMENTS, asked - used), Entry(ROUNDING, rounding), *_credited(shares)
    )


def completion_undone(share: Share, rounding: int = 0) -> list[Entry]:
    """The order ended: what the market had added to a sale for less than its price is the market's again.

    Up to `rounding` of it was never asked; the rest was asked and did not come.
    """
    rounded = min(rounding, share.total)
    return moving(*_debited([share]), Entry(ROUNDING, -rounded), Entry(ADJUSTMENTS, rounded - share.total))


def refund(shares: Sequence[Share], from_credit: int = 0) -> list[Entry]:
    """Money promised back: out of each order's share, commission included, and out of the buyer's credit."""
    total = sum(share.total for share in shares) + from_credit
    return moving(*_debited(shares), Entry(CUSTOMER_CREDIT, from_credit), Entry(REFUNDS_ON_THE_WAY, -total))


def refund_sent(provider: str, amount: int, from_bank: bool = False) -> list[Entry]:
    """The provider has sent a refund; or the market itself, out of its own account (`from_bank`)."""
    source = BANK if from_bank else clearing_account(provider)
    return moving(Entry(REFUNDS_ON_THE_WAY, amount), Entry(source, -amount))


def payout(store_id: int, amount: int) -> list[Entry]:
    """What the market owes a shop is set aside, to be sent to its bank account."""
    return moving(Entry(payable_account(store_id), amount, store_id), Entry(PAYOUTS_ON_THE_WAY, -amount))


def payout_sent(amount: int) -> list[Entry]:
    """The bank has sent what was set aside for a shop."""
    return moving(Entry(PAYOUTS_ON_THE_WAY, amount), Entry(BANK, -amount))


def refund_failed(shares: Sequence[Share], from_credit: int = 0) -> list[Entry]:
    """A refund did not arrive: all is as before it was promised."""
    return opposite(refund(shares, from_credit))


def provider_fee(provider: str, borne_by_shops: Sequence[Share], borne_by_market: int) -> list[Entry]:
    """What a provider took for itself, out of shops' shares or as the market's expense."""
    total = sum(share.total for share in borne_by_shops) + borne_by_market
    return moving(
        *(Entry(share.account, share.total, share.store_id, share.about) for share in borne_by_shops),
        Entry(PROVIDER_FEES, borne_by_market),
        Entry(clearing_account(provider), -total),
    )


def dispute(shares: Sequence[Share]) -> list[Entry]:
    """A buyer's bank asks money back: each order's share is set aside until it is decided."""
    return moving(
        *_debited(shares),
        *(Entry(disputed_account(share.store_id), -share.total, share.store_id, share.about) for share in shares),
    )


def dispute_won(shares: Sequence[Share]) -> list[Entry]:
    """The bank has turned the buyer down: what was set aside is the shops' again."""
    return opposite(dispute(shares))


def claim(shares: Sequence[Share]) -> list[Entry]:
    """A buyer says that something is wrong: what she asks back is set aside, commission included, until it is settled.

    Cash lies in the shop's hand already: its `payable` falls all the same, so that the shop owes what is contested.
    """
    return dispute(shares)


def claim_closed(shares: Sequence[Share]) -> list[Entry]:
    """It is settled: what was set aside is the shops' again, and what goes back is a refund like any other."""
    return opposite(claim(shares))


def voucher(share: Share) -> list[Entry]:
    """The programme bears `share.total` rupiah of what goods cost: the market owes them to the shop (below zero: less).

    No commission is taken of it.
    """
    return moving(
        Entry(VOUCHERS, share.total, None, share.about),
        Entry(payable_account(share.store_id), -share.total, share.store_id, share.about),
    )


def dispute_lost(taken: int, shares: Sequence[Share], from_credit: int = 0) -> list[Entry]:
    """The bank has given the buyer `taken` rupiah: out of what was set aside, her own credit, and else the market's."""
    missing = taken - sum(share.total for share in shares) - from_credit
    return moving(
        *(Entry(disputed_account(share.store_id), share.total, share.store_id, share.about) for share in shares),
        Entry(CUSTOMER_CREDIT, from_credit),
        Entry(ADJUSTMENTS, missing),
        Entry(DISPUTED, -taken),
    )


def dispute_money(provider: str, withdrawn: int) -> list[Entry]:
    """The bank took money (or gave it back: negative) that was lying with the provider."""
    return moving(Entry(DISPUTED, withdrawn), Entry(clearing_account(provider), -withdrawn))


def dispute_fee(provider: str, fee: int) -> list[Entry]:
    """What a dispute costs the market, however it ends."""
    return moving(Entry(DISPUTE_FEES, fee), Entry(clearing_account(provider), -fee))


def opposite(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that undo others."""
    return [Entry(entry.code, -entry.amount, entry.store_id, entry.about) for entry in entries]


def moving(*entries: Entry) -> list[Entry]:
    """Those entries that move something."""
    return [entry for entry in entries if entry.amount]


def check(entries: Sequence[Entry]) -> None:
    """Raises ValueError unless there are entries, none of zero rupiah, and they sum to zero."""
    if not entries or any(entry.amount == 0 for entry in entries):
        raise ValueError("a transaction has entries, and each moves something")
    if sum(entry.amount for entry in entries):
        raise ValueError("a transaction sums to zero")


def _credited(shares: Sequence[Share]) -> list[Entry]:
    entries = []
    for share in shares:
        entries.append(Entry(share.account, -share.net, share.store_id, share.about))
        entries.append(Entry(COMMISSION, -share.commission, None, share.about))
    return entries


def _debited(shares: Sequence[Share]) -> list[Entry]:
    return opposite(_credited(shares))
