"""Setting money aside for a bank file: first reserved, shop by shop; then the file; never the other way round.

Each line is a transaction of its own, so that a process may die anywhere: `begin` with the same key finds the batch
again, and what was set aside stays so, once.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.core.vault import unseal
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import Kind
from marketplace.orders.models import PurchasePayment
from marketplace.payments import services as payments
from marketplace.payments.models import Refund
from marketplace.payments.queries import is_with_bank
from marketplace.payments.rules import RefundState
from marketplace.payouts import queries
from marketplace.payouts.adapters import bank_files
from marketplace.payouts.models import PayoutBatch, PayoutFile, PayoutItem, PayoutLine, RefundAccount
from marketplace.payouts.policies import can_pay_out
from marketplace.payouts.queries.due import countable, unpaid
from marketplace.payouts.rules import BankLine, BatchState, LineKind, LineState, draw_reference
from marketplace.payouts.services import statements
from marketplace.payouts.services.clocks import ACCOUNT_HOURS, MINIMUM, free_from
from marketplace.stores.models import BankAccount, Store

NOTE = "BeliNTT"


def begin(actor: Actor, form_key: str) -> int:
    """A new batch, or the one that was begun with this key: its id. Raises NotAllowed."""
    _check(actor)
    reference = draw_reference("PC")
    batch_id = insert_once(
        PayoutBatch,
        "form_key",
        reference=reference,
        form_key=form_key[:43],
        state=BatchState.MAKING,
        made_by=actor.person_id,
        made_at=now(),
    )
    if batch_id is None:
        return db.session.scalars(sa.select(PayoutBatch.id).where(PayoutBatch.form_key == form_key[:43])).one()
    audit.record(actor, "payouts.begun", "payout_batch", reference)
    return batch_id


def payable_stores() -> list[int]:
    """The shops that may be paid today, by id: enough is ready, nothing holds them, nothing is on its way."""
    found = queries.due(free_from(today()), ACCOUNT_HOURS.today())
    return sorted(each.store_id for each in found if is_payable(each))


def add_payout(actor: Actor, batch_id: int, store_id: int) -> PayoutLine | None:
    """Set a shop's money aside in a batch. None when nothing is to be paid (any more), e.g. another batch was quicker.

    Raises NotAllowed, NotFound; Stale when the batch takes no more lines.
    """
    batch = _making(actor, batch_id)
    lock_one(Store, store_id)
    free = free_from(today())
    found = queries.due_of(store_id, free, ACCOUNT_HOURS.today())
    if not is_payable(found):
        return None
    account = db.session.scalars(
        sa.select(BankAccount).where(BankAccount.store_id == store_id).order_by(BankAccount.id.desc()).limit(1)
    ).one()
    entries = _entries(store_id, free)
    amount = -sum(entry.amount for entry in entries)
    line = _line(batch, LineKind.PAYOUT, amount, account.bank, unseal(account.number), account.holder)
    line.store_id, line.account_id = store_id, account.id
    line.facts = statements.facts(store_id, found.name, [entry.about for entry in entries], entries)
    db.session.add(line)
    db.session.flush()
    db.session.add_all(PayoutItem(entry_id=entry.id, line_id=line.id) for entry in entries)
    ledger.post(f"payout:{line.id}", Kind.PAYOUT, ledger_rules.payout(store_id, amount))
    audit.record(actor, "payouts.reserved", "payout_line", line.reference, store_id=store_id, amount=amount)
    return line


def add_refund(actor: Actor, batch_id: int, refund_id: int) -> PayoutLine | None:
    """Put a buyer's refund into a batch. None when it waits for no bank (any more), or her bank deals with the money.

    Raises as `add_payout`.
    """
    batch = _making(actor, batch_id)
    refund = db.session.get(Refund, refund_id)
    if refund is None:
        raise NotFound
    query = sa.select(PurchasePayment.purchase_id).where(PurchasePayment.payment_id == refund.payment_id)
    purchase_id = db.session.scalars(query).one()
    account = lock_one(RefundAccount, purchase_id)
    refund = lock_one(Refund, refund_id)
    is_open = refund.by_bank and refund.state is RefundState.REQUESTED and not is_with_bank(refund_id)
    if not account.bank or not is_open or _has_live_line(refund_id):
        return None
    line = _line(batch, LineKind.REFUND, refund.amount, account.bank, account.number, account.holder)
    line.refund_id = refund_id
    db.session.add(line)
    db.session.flush()
    audit.record(actor, "payouts.reserved", "payout_line", line.reference, refund=refund.reference, amount=line.amount)
    return line


def finish(actor: Actor, batch_id: int) -> bool:
    """No more lines come. False when there is none at all: then the batch is cancelled. Safe to repeat."""
    _check(actor)
    batch = lock_one(PayoutBatch, batch_id)
    if batch.state is not BatchState.MAKING:
        return batch.state is not BatchState.CANCELLED
    has_lines = db.session.scalar(sa.select(PayoutLine.id).where(PayoutLine.batch_id == batch_id).limit(1)) is not None
    batch.state = BatchState.MADE if has_lines else BatchState.CANCELLED
    batch.ended_at = None if has_lines else now()
    audit.record(actor, "payouts.made" if has_lines else "payouts.cancelled", "payout_batch", batch.reference)
    db.session.flush()
    return has_lines


def fetch(actor: Actor, batch_id: int) -> None:
    """Write the files of a complete batch, once: from now on the bank may have them, and it cannot be cancelled.

    Raises NotAllowed, NotFound; Stale when it is not complete, or was cancelled. Safe to repeat.
    """
    _check(actor)
    batch = lock_one(PayoutBatch, batch_id)
    if batch.state in (BatchState.FETCHED, BatchState.CLOSED):
        return
    if batch.state is not BatchState.MADE:
        raise Stale("payouts.batch_moved_on")
    lines = _lines_of(batch_id)
    for refund_id in sorted(line.refund_id for line in lines if line.refund_id is not None):
        payments.refunds.put_in_file(refund_id)
    batch.state, batch.fetched_at = BatchState.FETCHED, now()
    told = [
        BankLine(line.reference, line.bank, line.number, line.holder, line.amount, f"{NOTE} {line.reference}")
        for line in lines
    ]
    for name in bank_files.FORMATS:
        content = bank_files.write(name, told)
        db.session.add(
            PayoutFile(
                batch_id=batch_id,
                format=name,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content.decode(),
                made_at=batch.fetched_at,
            )
        )
    db.session.flush()
    audit.record(actor, "payouts.fetched", "payout_batch", batch.reference, lines=len(lines))


def cancel(actor: Actor, batch_id: int) -> None:
    """Take a batch back whose file nobody has fetched: all money is the shops' again. Safe to repeat.

    Raises NotAllowed, NotFound; Stale when its file was fetched.
    """
    _check(actor)
    batch = lock_one(PayoutBatch, batch_id)
    if batch.state is BatchState.CANCELLED:
        return
    if batch.state not in (BatchState.MAKING, BatchState.MADE):
        raise Stale("payouts.batch_fetched")
    at = now()
    for line in _lines_of(batch_id):
        line.state, line.settled_at, line.settled_by = LineState.CANCELLED, at, actor.person_id
        give_back(line)
    batch.state, batch.ended_at = BatchState.CANCELLED, at
    audit.record(actor, "payouts.cancelled", "payout_batch", batch.reference)
    db.session.flush()


def give_back(line: PayoutLine) -> None:
    """What a line to a shop had set aside is owed to the shop again, and may be paid out anew. Once for each line."""
    if line.store_id is None:
        return
    back = ledger_rules.opposite(ledger_rules.payout(line.store_id, line.amount))
    if ledger.post(f"payout_failed:{line.id}", Kind.PAYOUT_FAILED, back):
        db.session.execute(sa.delete(PayoutItem).where(PayoutItem.line_id == line.id))


def reference_of(batch_id: int) -> str:
    """The name of a batch that exists."""
    return db.session.get_one(PayoutBatch, batch_id).reference


def file_bytes(actor: Actor, batch_id: int, name: str) -> bytes:
    """The bytes of a batch's file, the same each time. Raises NotAllowed, NotFound."""
    _check(actor)
    found = queries.file_of(batch_id, name)
    if found is None:
        raise NotFound
    return found.content.encode()


def _check(actor: Actor) -> None:
    if not can_pay_out(actor):
        raise NotAllowed("payouts.not_yours")


def _making(actor: Actor, batch_id: int) -> PayoutBatch:
    _check(actor)
    batch = lock_one(PayoutBatch, batch_id)
    if batch.state is not BatchState.MAKING:
        raise Stale("payouts.batch_moved_on")
    return batch


def is_payable(found: queries.Due) -> bool:
    """Is enough ready, does nothing hold it, and is nothing on its way to the bank?"""
    return not found.is_held and not found.on_the_way and found.ready >= max(1, MINIMUM.today())


def _entries(store_id: int, free: datetime) -> list[Any]:
    """The entries of a shop that are paid out now: of each order that does not wait, all."""
    found = unpaid([store_id])
    ready = sa.select(found.c.about).where(
        sa.or_(
            found.c.released_at.is_(None), found.c.released_at < sa.literal(free, LedgerTransaction.occurred_at.type)
        )
    )
    query = (
        sa.select(LedgerEntry.id, LedgerEntry.amount, LedgerEntry.about, LedgerTransaction.kind, LedgerAccount.code)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(countable(), LedgerAccount.store_id == store_id, LedgerEntry.about.in_(ready))
        .order_by(LedgerEntry.id)
    )
    return list(db.session.execute(query))


def _line(batch: PayoutBatch, kind: LineKind, amount: int, bank: str, number: str, holder: str) -> PayoutLine:
    return PayoutLine(
        reference=draw_reference("PU"),
        batch_id=batch.id,
        kind=kind,
        amount=amount,
        state=LineState.RESERVED,
        bank=bank,
        number=number,
        last_digits=number[-4:],
        holder=holder,
        facts={},
        made_at=now(),
    )


def _lines_of(batch_id: int) -> list[PayoutLine]:
    query = sa.select(PayoutLine).where(PayoutLine.batch_id == batch_id, PayoutLine.state == LineState.RESERVED)
    return list(db.session.scalars(query.order_by(PayoutLine.id)))


def _has_live_line(refund_id: int) -> bool:
    query = sa.select(PayoutLine.id).where(
        PayoutLine.refund_id == refund_id, PayoutLine.state.in_((LineState.RESERVED, LineState.PAID))
    )
    return db.session.scalar(query.limit(1)) is not None
