"""What follows: letters to shops and buyers about their money. Each is written once, however often its handler runs."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts.queries import people_of_store
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.notifications.services import write_letter
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.payments.events import RefundRequested
from marketplace.payouts import queries, services
from marketplace.payouts.events import AccountAsked, HoldMoved, LineSettled
from marketplace.payouts.models import PayoutHold, PayoutLine
from marketplace.payouts.rules import LineState
from marketplace.payouts.services.clocks import REMIND_DAYS
from marketplace.stores.queries import store
from marketplace.stores.rules import BANKS

SETTLED = (LineState.PAID, LineState.FAILED)


def ask_for_account(event: RefundRequested) -> None:
    """A refund that no provider can send: its buyer is asked where it is to go."""
    with transaction():
        services.accounts.ask(event.refund_id)


def tell_buyer(event: AccountAsked) -> None:
    """To the buyer: write your bank account down, we owe you money."""
    with transaction():
        purchase = db.session.get(Purchase, event.purchase_id)
        asked = queries.ask_of(event.purchase_id)
        if purchase is None or asked is None or asked.account:
            return
        path = f"/pembelian/{purchase.code}/rekening"
        if purchase.person_id is None:
            path += f"?kunci={guest_key(purchase.code)}"
        write_letter(
            f"payouts.account:{event.purchase_id}:{event.occasion}"[:200],
            purchase.buyer_email,
            "payouts/refund_account",
            purchase.language,
            purchase=purchase,
            asked=asked,
            path=path,
            is_reminder=event.occasion.startswith("reminder"),
        )


def tell_of_line(event: LineSettled) -> None:
    """To the people of the shop who look after its money: it was sent, or it was not and why.

    The buyer hears of a refund as of any other.
    """
    with transaction():
        line = db.session.get(PayoutLine, event.line_id)
        if line is None or line.store_id is None or LineState(event.state) not in SETTLED:
            return
        _to_shop(
            line.store_id,
            f"payouts.{event.state}:{line.id}",
            f"payouts/payout_{event.state}",
            line=line,
            account=f"{BANKS.get(line.bank, line.bank)} ••••{line.last_digits}",
            path=f"/penjual/saldo/pencairan/{line.reference}",
        )


def tell_of_hold(event: HoldMoved) -> None:
    """To the people of the shop who look after its money: it is held, until when and why; or no longer."""
    with transaction():
        hold = db.session.get(PayoutHold, event.hold_id)
        if hold is None:
            return
        step = event.step.partition(":")[0]
        _to_shop(
            hold.store_id,
            f"payouts.hold:{hold.id}:{event.step}",
            "payouts/hold",
            hold=hold,
            step=step,
            path="/penjual/saldo",
        )


def remind_buyers() -> None:
    """Routine: ask once more those who have not said where their money is to go."""
    waiting = queries.to_remind(now() - timedelta(days=REMIND_DAYS.today()))
    db.session.rollback()
    for purchase_id in waiting:
        with transaction():
            services.accounts.remind(purchase_id)


def _to_shop(store_id: int, key: str, template: str, **values: object) -> None:
    for person in people_of_store(store_id, Right.MONEY):
        write_letter(
            f"{key}:{person.id}",
            person.email or "",
            template,
            person.language,
            person=person,
            store=store(store_id),
            **values,
        )
