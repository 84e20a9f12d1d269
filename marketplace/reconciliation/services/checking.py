"""Comparing: what is kept twice in our books, and what a provider keeps of the same money. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from marketplace.bank import queries as bank
from marketplace.catalog import queries as catalog
from marketplace.claims import queries as claims
from marketplace.core.db import db
from marketplace.core.ports import port
from marketplace.ledger import queries as ledger
from marketplace.orders import queries as orders
from marketplace.payments import queries as payments
from marketplace.payments.queries import OwnMovement
from marketplace.payments.rules import OF_PAYMENTS, BalanceLine, PaymentMethod, ProviderTrouble
from marketplace.payments.services import Providers
from marketplace.payouts import queries as payouts
from marketplace.reconciliation.rules import Difference, DifferenceKind, Findings
from marketplace.vouchers import queries as vouchers

ONLINE = (PaymentMethod.CARD, PaymentMethod.SNAP)
FRESH = timedelta(minutes=10)
"""What moved at a provider this recently may not have been read yet."""
MOST_STUCK = 1000
CHECKS = (
    payments.crooked_payments,
    payments.crooked_attempts,
    orders.crooked_parts,
    orders.crooked_lines,
    orders.unbooked_attempts,
    orders.unbooked_refunds,
    orders.unbooked_disputes,
    orders.crooked_orders,
    orders.crooked_vouchers,
    claims.crooked_claims,
    vouchers.crooked_counters,
    bank.crooked_lines,
    bank.unlined_money,
    payouts.crooked_transit,
    payouts.crooked_lines,
    payouts.crooked_items,
    catalog.crooked_shelves,
    catalog.crooked_movements,
    catalog.crooked_supplies,
)


def find(at: datetime, days: int) -> Findings:
    """Compare our books with each other, and so many days of them with the providers'.

    Goes over the network: not inside a transaction.
    """
    found = Findings([*_ledger(), *_figures(), *_stuck(at)])
    for method in ONLINE:
        _compare(method, at, at - timedelta(days=days), found)
    return found


def _ledger() -> Iterator[Difference]:
    """Each transaction sums to zero, and so do all accounts together."""
    for key in ledger.crooked_transactions():
        yield Difference(DifferenceKind.LEDGER, f"ledger transaction {key}", note="does not sum to zero")
    total = sum(ledger.balances().values())
    if total:
        yield Difference(
            DifferenceKind.LEDGER,
            "ledger",
            expected=0,
            found=total,
            note=f"all accounts together have {total}, not 0",
        )


def _figures() -> Iterator[Difference]:
    """What is kept twice is the same in both places."""
    for check in CHECKS:
        for crooked in check():
            yield Difference(
                DifferenceKind.FIGURE, crooked.reference, crooked.figure, expected=crooked.kept, found=crooked.found
            )


def _stuck(at: datetime) -> Iterator[Difference]:
    """What the operator's page shows as well."""
    for row in payments.needs(at, MOST_STUCK):
        names = " ".join(name for name in (row.reference, row.thing) if name)
        yield Difference(DifferenceKind.STUCK, names, row.need.value, note=f"{row.since:%Y-%m-%d %H:%M}")


def _compare(method: PaymentMethod, at: datetime, since: datetime, found: Findings) -> None:
    """Our movements with a provider against its own. Ours are read first: what it has more may be only seconds old."""
    own = payments.own_movements(method)
    db.session.rollback()  # nothing stays open while we wait for the network
    provider = port(Providers).online(method)
    if provider is None:
        if any(movement.began_at >= since for movement in own):
            found.unchecked.append(f"{method}: not checked, it is switched off")
        return
    try:
        lines = list(provider.movements(since, {each.provider_ref for each in own if each.began_at >= since}))
    except ProviderTrouble as trouble:
        found.unchecked.append(f"{method}: not checked, the provider could not be read ({trouble})")
        return
    theirs = _by_number(line for line in lines if line.type.startswith(OF_PAYMENTS))
    found.differences += _missing(method, own, theirs, since)
    found.differences += _unlike(method, own, theirs, since, at)
    found.differences += _unknown(method, own, theirs, at)
    found.notes += _others(method, lines)


def _by_number(lines: Iterable[BalanceLine]) -> dict[str, list[BalanceLine]]:
    found: dict[str, list[BalanceLine]] = {}
    for line in lines:
        found.setdefault(line.provider_ref, []).append(line)
    return found


def _name(movement: OwnMovement) -> str:
    return f"{movement.reference} {movement.provider_ref}"


def _missing(
    method: PaymentMethod, own: list[OwnMovement], theirs: dict[str, list[BalanceLine]], since: datetime
) -> Iterator[Difference]:
    """What moved by our books and not by the provider's."""
    for movement in own:
        if movement.began_at >= since and movement.amount and movement.provider_ref not in theirs:
            yield Difference(DifferenceKind.UNKNOWN_THERE, _name(movement), method.value, expected=movement.amount)


def _unlike(
    method: PaymentMethod,
    own: list[OwnMovement],
    theirs: dict[str, list[BalanceLine]],
    since: datetime,
    at: datetime,
) -> Iterator[Difference]:
    """What both have, but not with the same sum.

    What began before `since` is known there in part only; what moved just now may not have been read yet.
    """
    for movement in own:
        lines = theirs.get(movement.provider_ref, [])
        if not lines or movement.began_at < since or any(line.at >= at - FRESH for line in lines):
            continue
        name, own_fee = _name(movement), movement.fee or 0
        amount, fee = sum(line.amount for line in lines), sum(line.fee for line in lines)
        if amount != movement.amount:
            yield Difference(DifferenceKind.SUM, name, method.value, expected=movement.amount, found=amount)
        if fee != own_fee:
            yield Difference(DifferenceKind.FEE, name, method.value, expected=own_fee, found=fee)


def _unknown(
    method: PaymentMethod, own: list[OwnMovement], theirs: dict[str, list[BalanceLine]], at: datetime
) -> Iterator[Difference]:
    """What moved at the provider and not by our books, unless it is so recent that nobody has read it yet."""
    known = {movement.provider_ref for movement in own}
    for number, lines in theirs.items():
        if number not in known and any(line.at < at - FRESH for line in lines):
            amount = sum(line.amount for line in lines)
            yield Difference(DifferenceKind.UNKNOWN_HERE, number, method.value, found=amount, note=lines[0].type)


def _others(method: PaymentMethod, lines: list[BalanceLine]) -> Iterator[str]:
    """Say what else moved there: it is settled outside of these books, so there is nothing to compare it with."""
    others = [line for line in lines if not line.type.startswith(OF_PAYMENTS)]
    if others:
        kinds = ", ".join(sorted({line.type for line in others}))
        yield f"{len(others)} other movements with the {method} provider ({kinds}) are not kept here"
