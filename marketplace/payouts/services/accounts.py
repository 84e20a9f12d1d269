"""Where buyers want their money, whom no provider can pay: asked for only when it is needed, sealed, shown masked."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core import audit, outbox
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.orders.policies import Buyer, can_read_purchase
from marketplace.payments.models import Refund
from marketplace.payments.rules import RefundState
from marketplace.payouts import queries
from marketplace.payouts.events import AccountAsked
from marketplace.payouts.models import PayoutLine, RefundAccount
from marketplace.payouts.rules import LineState
from marketplace.stores.services import banking

OPEN = (RefundState.REQUESTED, RefundState.SUBMITTED)


def ask(refund_id: int) -> None:
    """Ask the buyer of a refund by bank for her account, unless she has said it. Safe to repeat."""
    refund = db.session.get(Refund, refund_id)
    if refund is None or not refund.by_bank or refund.state is not RefundState.REQUESTED:
        return
    purchase_id = _purchase_of(refund)
    _row(purchase_id)
    if not lock_one(RefundAccount, purchase_id).bank:
        outbox.emit(AccountAsked(purchase_id, f"refund:{refund_id}"))


def give(buyer: Buyer, purchase_id: int, bank: str, number: str, holder: str) -> None:
    """The buyer says where her money is to go; she may say it anew until it is in the operator's batch.

    Raises NotFound, NotAllowed; Stale when no money waits for it (any more); Invalid (fields bank, number, holder).
    """
    purchase = db.session.get(Purchase, purchase_id)
    if purchase is None:
        raise NotFound
    if not can_read_purchase(buyer.actor, purchase, buyer.key):
        raise NotAllowed("orders.not_yours")
    bank, digits, holder = banking.check(bank, number, holder)
    _row(purchase_id)
    row = lock_one(RefundAccount, purchase_id)
    if not queries.is_open_for_account(purchase_id):
        raise Stale("payouts.account_not_needed")
    row.bank, row.number, row.last_digits, row.holder = bank, digits, digits[-4:], holder
    row.given_at, row.trouble = now(), ""
    audit.record(buyer.actor, "payouts.account_given", "purchase", purchase.code, bank=bank, last_digits=digits[-4:])
    db.session.flush()


def clear(refund_id: int, trouble: str) -> None:
    """The bank refused the account of a refund: it is asked for anew, with what the bank said."""
    purchase_id = _purchase_of(db.session.get_one(Refund, refund_id))
    _row(purchase_id)
    row = lock_one(RefundAccount, purchase_id)
    row.bank = row.number = row.last_digits = row.holder = ""
    row.trouble, row.asked_at, row.reminded_at, row.given_at = trouble, now(), None, None
    outbox.emit(AccountAsked(purchase_id, f"failed:{refund_id}"))
    db.session.flush()


def remind(purchase_id: int) -> None:
    """Ask once more, once. Safe to repeat."""
    row = lock_one(RefundAccount, purchase_id)
    if row.bank or row.reminded_at is not None or not queries.is_open_for_account(purchase_id):
        return
    row.reminded_at = now()
    outbox.emit(AccountAsked(purchase_id, f"reminder:{row.asked_at.isoformat()}"))
    db.session.flush()


def forget(leaving: Leaving) -> None:
    """Drop the accounts of a buyer who closes hers, but for those that money is still on its way to.

    The lines that paid her keep the sum and lose her name and number.
    """
    mine = sa.select(PurchasePayment.purchase_id, PurchasePayment.payment_id).join(
        Purchase, Purchase.id == PurchasePayment.purchase_id
    )
    mine_ids = mine.where(Purchase.person_id == leaving.person_id).subquery()
    waiting = sa.select(PurchasePayment.purchase_id).join(Refund, Refund.payment_id == PurchasePayment.payment_id)
    waiting = waiting.where(Refund.by_bank, Refund.state.in_(OPEN))
    db.session.execute(
        sa.delete(RefundAccount).where(
            RefundAccount.purchase_id.in_(sa.select(mine_ids.c.purchase_id)), RefundAccount.purchase_id.not_in(waiting)
        )
    )
    refunds = sa.select(Refund.id).where(Refund.payment_id.in_(sa.select(mine_ids.c.payment_id)))
    ended = sa.update(PayoutLine).where(PayoutLine.refund_id.in_(refunds), PayoutLine.state != LineState.RESERVED)
    db.session.execute(ended.values(number="", last_digits="", holder=""))


def _row(purchase_id: int) -> None:
    insert_once(
        RefundAccount,
        "purchase_id",
        purchase_id=purchase_id,
        bank="",
        number="",
        last_digits="",
        holder="",
        trouble="",
        asked_at=now(),
    )


def _purchase_of(refund: Refund) -> int:
    query = sa.select(PurchasePayment.purchase_id).where(PurchasePayment.payment_id == refund.payment_id)
    return db.session.scalars(query).one()
