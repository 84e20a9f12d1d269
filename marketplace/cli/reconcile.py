"""`flask --app wsgi reconcile`: do our books agree with each other, and with the providers'? Reads only.

Prints references, never names. The exit code is 0 when all agrees, 1 when something differs or is stuck, 2 when a
provider could not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import click

from marketplace.catalog import queries as catalog
from marketplace.catalog.queries import CrookedShelf
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.ports import port
from marketplace.ledger import queries as ledger
from marketplace.orders import queries as orders
from marketplace.payments import queries as payments
from marketplace.payments.queries import Crooked, OwnMovement
from marketplace.payments.rules import OF_PAYMENTS, BalanceLine, PaymentMethod, ProviderTrouble
from marketplace.payments.services import Providers

ONLINE = (PaymentMethod.CARD, PaymentMethod.SNAP)
FRESH = timedelta(minutes=10)
"""What moved at a provider this recently may not have been read yet."""
MOST_STUCK = 1000
CLEAN, DIFFERENT, UNCHECKED = 0, 1, 2
CHECKS = (
    payments.crooked_payments,
    payments.crooked_attempts,
    orders.crooked_parts,
    orders.unbooked_attempts,
    orders.unbooked_refunds,
    orders.unbooked_disputes,
    orders.crooked_orders,
    catalog.crooked_shelves,
    catalog.crooked_movements,
    catalog.crooked_supplies,
)


@click.command("reconcile")
@click.option("--since", "days", type=click.IntRange(1, 3650), default=30, show_default=True, help="days back")
def reconcile(days: int) -> None:
    """Compare our books with each other and with the providers'.

    Exit code 0: all agrees. 1: something differs or is stuck. 2: not everything could be checked.
    """
    at = now()
    differences = [*_ledger(), *_figures(), *_stuck(at)]
    unchecked: list[str] = []
    for method in ONLINE:
        _compare(method, at, at - timedelta(days=days), differences, unchecked)
    for line in (*differences, *unchecked):
        click.echo(line)
    click.echo(_verdict(len(differences), len(unchecked)))
    raise SystemExit(DIFFERENT if differences else UNCHECKED if unchecked else CLEAN)


def _verdict(differences: int, unchecked: int) -> str:
    said = f"{differences} differences" if differences else "all that was checked agrees"
    return f"{said}; {unchecked} providers not checked" if unchecked else said


def _ledger() -> Iterator[str]:
    """Each transaction sums to zero, and so do all accounts together."""
    for key in ledger.crooked_transactions():
        yield f"ledger transaction {key}: does not sum to zero"
    total = sum(ledger.balances().values())
    if total:
        yield f"ledger: all accounts together have {total}, not 0"


def _figures() -> Iterator[str]:
    """What is kept twice is the same in both places."""
    for check in CHECKS:
        for crooked in check():
            yield _say(crooked)


def _say(crooked: Crooked | CrookedShelf) -> str:
    return f"{crooked.reference}: {crooked.figure}: {crooked.kept} expected, {crooked.found} found"


def _stuck(at: datetime) -> Iterator[str]:
    """What the operator's page shows as well."""
    for row in payments.needs(at, MOST_STUCK):
        names = " ".join(name for name in (row.reference, row.thing) if name)
        yield f"{names}: needs a person ({row.need}) since {row.since:%Y-%m-%d %H:%M} UTC"


def _compare(
    method: PaymentMethod, at: datetime, since: datetime, differences: list[str], unchecked: list[str]
) -> None:
    """Our movements with a provider against its own. Ours are read first: what it has more may be only seconds old."""
    own = payments.own_movements(method)
    db.session.rollback()  # nothing stays open while we wait for the network
    provider = port(Providers).online(method)
    if provider is None:
        if any(movement.began_at >= since for movement in own):
            unchecked.append(f"{method}: not checked, it is switched off")
        return
    try:
        lines = list(provider.movements(since, {each.provider_ref for each in own if each.began_at >= since}))
    except ProviderTrouble as trouble:
        unchecked.append(f"{method}: not checked, the provider could not be read ({trouble})")
        return
    theirs = _by_number(line for line in lines if line.type.startswith(OF_PAYMENTS))
    differences += _missing(method, own, theirs, since)
    differences += _unlike(method, own, theirs, since, at)
    differences += _unknown(method, own, theirs, at)
    _note_others(method, lines)


def _by_number(lines: Iterable[BalanceLine]) -> dict[str, list[BalanceLine]]:
    found: dict[str, list[BalanceLine]] = {}
    for line in lines:
        found.setdefault(line.provider_ref, []).append(line)
    return found


def _missing(
    method: PaymentMethod, own: list[OwnMovement], theirs: dict[str, list[BalanceLine]], since: datetime
) -> Iterator[str]:
    """What moved by our books and not by the provider's."""
    for movement in own:
        if movement.began_at >= since and movement.amount and movement.provider_ref not in theirs:
            yield (
                f"{movement.reference} {movement.provider_ref}: {movement.amount} in our books, unknown to the {method}"
                " provider"
            )


def _unlike(
    method: PaymentMethod,
    own: list[OwnMovement],
    theirs: dict[str, list[BalanceLine]],
    since: datetime,
    at: datetime,
) -> Iterator[str]:
    """What both have, but not with the same sum.

    What began before `since` is known there in part only; what moved just now may not have been read yet.
    """
    for movement in own:
        lines = theirs.get(movement.provider_ref, [])
        if not lines or movement.began_at < since or any(line.at >= at - FRESH for line in lines):
            continue
        name = f"{movement.reference} {movement.provider_ref}"
        amount, fee = sum(line.amount for line in lines), sum(line.fee for line in lines)
        if amount != movement.amount:
            yield f"{name}: {movement.amount} in our books, {amount} with the {method} provider"
        if fee != (movement.fee or 0):
            yield f"{name}: fee {movement.fee or 0} in our books, {fee} with the {method} provider"


def _unknown(
    method: PaymentMethod, own: list[OwnMovement], theirs: dict[str, list[BalanceLine]], at: datetime
) -> Iterator[str]:
    """What moved at the provider and not by our books, unless it is so recent that nobody has read it yet."""
    known = {movement.provider_ref for movement in own}
    for number, lines in theirs.items():
        if number not in known and any(line.at < at - FRESH for line in lines):
            amount = sum(line.amount for line in lines)
            yield f"{number}: {amount} with the {method} provider ({lines[0].type}), not in our books"


def _note_others(method: PaymentMethod, lines: list[BalanceLine]) -> None:
    """Say what else moved there: it is settled outside of these books, so there is nothing to compare it with."""
    others = [line for line in lines if not line.type.startswith(OF_PAYMENTS)]
    if others:
        kinds = ", ".join(sorted({line.type for line in others}))
        click.echo(f"note: {len(others)} other movements with the {method} provider ({kinds}) are not kept here")
