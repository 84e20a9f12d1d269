"""Where a store's money goes. Every change is kept, told to the owners and confirmed by a one-time code at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_one
from marketplace.core.outbox import emit
from marketplace.core.vault import seal
from marketplace.stores.events import BankAccountChanged
from marketplace.stores.models import BankAccount, Store
from marketplace.stores.policies import can_own
from marketplace.stores.rules import ACCOUNT_NUMBER, BANKS


@dataclass(frozen=True)
class AccountRow:
    """An account as it is shown: never its number."""

    id: int
    bank: str
    masked: str
    holder: str
    changed_at: datetime
    changed_by: int | None


def check(bank: str, number: str, holder: str) -> tuple[str, str, str]:
    """The values as they are kept. Raises Invalid, naming the field: bank, number (5-20 digits) or holder."""
    digits, holder = re.sub(r"[\s.-]", "", number), " ".join(holder.split())
    if bank not in BANKS:
        raise Invalid("banking.bank_unknown", field="bank")
    if not ACCOUNT_NUMBER.fullmatch(digits):
        raise Invalid("banking.number_format", field="number")
    if not holder or len(holder) > 120:
        raise Invalid("banking.holder_missing", field="holder")
    return bank, digits, holder


def set_account(actor: Actor, store_id: int, bank: str, number: str, holder: str) -> None:
    """Let the store's money go there from now on. The caller has asked for the one-time code.

    Raises NotAllowed for all but the owner (and the market), Invalid as `check`.
    """
    lock_one(Store, store_id)
    if not can_own(actor, store_id):
        raise NotAllowed("stores.not_yours")
    bank, digits, holder = check(bank, number, holder)
    row = BankAccount(
        store_id=store_id,
        bank=bank,
        number=seal(digits),
        last_digits=digits[-4:],
        holder=holder,
        changed_at=now(),
        changed_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "stores.bank_account_set", "store", store_id, bank=bank, last_digits=row.last_digits)
    emit(BankAccountChanged(row.id))


def history(store_id: int) -> list[AccountRow]:
    """The accounts of a store, the one that counts first."""
    query = sa.select(BankAccount).where(BankAccount.store_id == store_id).order_by(BankAccount.id.desc()).limit(20)
    return [row_of(row) for row in db.session.scalars(query)]


def row_of(row: BankAccount) -> AccountRow:
    """The row as it is shown."""
    return AccountRow(row.id, BANKS[row.bank], f"••••{row.last_digits}", row.holder, row.changed_at, row.changed_by)
