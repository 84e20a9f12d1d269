"""What follows a purchase: letters to the buyer and to the people of the shop, and orders that nobody answered.

A letter is written once, however often its handler runs: its key names the step and who is told.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts.queries import PersonContact, contact, people_of_store
from marketplace.core import outbox, settings
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal, Stale
from marketplace.core.ports import port
from marketplace.notifications.services import write_letter
from marketplace.orders import events, queries, services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import OrderView
from marketplace.orders.rules import Cause, OrderStatus, letter_key
from marketplace.payments import queries as payment_queries
from marketplace.payments.events import RefundRequested
from marketplace.payments.rules import (
    BY_HAND,
    ByBankFile,
    OutcomeUnknown,
    ProviderTrouble,
    RefundSnapshot,
    RefundState,
    Refused,
    Unavailable,
)
from marketplace.payments.services import Providers, refunds
from marketplace.shipping.rules import DeliveryMethod

SWEEP_AFTER = timedelta(minutes=5)
NEW_ORDER, REMINDER = "shop_new_order", "shop_reminder"
LATE, UNREPORTED = "shop_late", "shop_unreported"
WITH_LINK = (NEW_ORDER, REMINDER, LATE, UNREPORTED)
LINK_PATH = "/jawab/"
REMIND_HOURS = settings.define(
    "orders.remind_hours", 3, "Berapa jam sebelum waktu jawab habis toko diingatkan", minimum=1, maximum=48
)
REMINDERS = {
    (status, number, is_paid): letters
    for status, number, letters in (
        (OrderStatus.PROCESSING, 1, ("", LATE)),
        (OrderStatus.PROCESSING, 2, ("order_late", "")),
        (OrderStatus.READY, 1, ("order_not_fetched", "")),
        (OrderStatus.READY, 2, ("order_not_fetched_last", "shop_not_fetched")),
        (OrderStatus.ARRIVED, 1, ("order_completes", "")),
    )
    for is_paid in (True, False)
} | {
    (OrderStatus.ON_THE_WAY, 1, True): ("order_arriving", UNREPORTED),
    (OrderStatus.ON_THE_WAY, 1, False): ("", UNREPORTED),
}
"""What is written to buyer and shop as a state's first and second reminder, of what is paid before and in cash."""
NOT_COLLECTED = ("order_not_collected", "shop_not_collected")
"""The same for what a collection round has not fetched yet."""
log = structlog.get_logger()


def tell_of_purchase(event: events.PurchasePlaced) -> None:
    """To the buyer: it has arrived. To each shop: a new order waits for an answer. Not before an online payment."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is None:
            return
        if view.payment.method in BY_HAND:
            outbox.emit(events.TransferAwaited(event.purchase_id))  # told by the area that knows the account
            return
        if view.payment.hold_until is not None:
            values = {"orders": view.orders, "payment": view.payment}
            _to_buyer(view.purchase, "purchase_awaits_payment", view.purchase.id, **values)
            return
        _to_buyer(view.purchase, "purchase_placed", view.purchase.id, orders=view.orders)
        for order in view.orders:
            _to_shop(view.purchase, order, NEW_ORDER)


def tell_of_payment(event: events.PurchasePaid) -> None:
    """To the buyer: the money is here. To each shop that can begin: a new order waits for an answer."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is None:
            return
        begun = tuple(order for order in view.orders if order.was_shown)
        _to_buyer(view.purchase, "purchase_paid", view.purchase.id, orders=begun, payment=view.payment)
        for order in begun:
            _to_shop(view.purchase, order, NEW_ORDER)


def tell_of_expiry(event: events.PurchaseExpired) -> None:
    """To the buyer: the time to pay is over, nothing was taken."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is not None:
            _to_buyer(view.purchase, "purchase_expired", view.purchase.id, orders=view.orders)


def tell_of_keeping(event: events.PurchaseKept) -> None:
    """To the address that the guest gave: the purchase is in an account now, and its link opens it no more."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is not None:
            _to_buyer(view.purchase, "purchase_kept", view.purchase.id)


def tell_of_refund(event: events.RefundSettled) -> None:
    """To the buyer: her money is on its way back to her bank. A refund that failed is the operator's to mend."""
    with transaction():
        found = queries.refund_view(event.refund_id)
        if found is not None and found.refund.state is RefundState.SUCCEEDED:
            _to_buyer(found.purchase, "refund_sent", event.refund_id, refund=found.refund, orders=found.orders)


def tell_of_cancellation(event: events.PurchaseCancelled) -> None:
    """To the buyer: it is taken back, nothing is owed. To each shop that had not declined: no need to prepare it."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is None:
            return
        cancelled = tuple(order for order in view.orders if order.status is OrderStatus.CANCELLED)
        _to_buyer(view.purchase, "purchase_cancelled", view.purchase.id, orders=cancelled)
        for order in cancelled:
            if order.was_shown:
                _to_shop(view.purchase, order, "shop_cancelled")


def tell_of_acceptance(event: events.OrderAccepted) -> None:
    """To the buyer: the shop said yes."""
    _tell_buyer(event.order_id, "order_accepted")


def tell_of_decline(event: events.OrderDeclined) -> None:
    """To the buyer: the shop said no, and why."""
    _tell_buyer(event.order_id, "order_declined")


def tell_of_readiness(event: events.OrderReady) -> None:
    """To the buyer: come and fetch it, or it is on its way; and the four digits to show."""
    _tell_buyer(event.order_id, "order_ready")


def tell_of_collection(event: events.OrderCollected) -> None:
    """To the buyer: the runner has it; the four digits to show him."""
    _tell_buyer(event.order_id, "order_collected")


def tell_of_hand_over(event: events.OrderHandedOver) -> None:
    """To the buyer: a receipt. What counts as accepted has a letter of its own (`tell_of_completion`)."""
    with transaction():
        found = queries.order_view(event.order_id)
        if found is not None and found[0].last_cause is not Cause.TIME:
            _to_buyer(found[1], "order_handed_over", found[0].id, order=found[0])


def tell_of_lapse(event: events.OrderLapsed) -> None:
    """To both: the time to answer is over."""
    _tell_buyer(event.order_id, "order_lapsed", shop_template="shop_lapsed")


def tell_of_arrival(event: events.OrderArrived) -> None:
    """To the buyer: it counts as arrived; until when she may say that it has not, and what happens then.

    Nothing once she has it, or has said that she has not: then there is no such time any more.
    """
    with transaction():
        found = queries.order_view(event.order_id)
        if found is not None and found[0].status is OrderStatus.ARRIVED:
            _to_buyer(found[1], "order_arrived", found[0].id, order=found[0])


def tell_of_denial(event: events.ArrivalDenied) -> None:
    """To the shop: the buyer says that it has not arrived."""
    with transaction():
        found = queries.order_view(event.order_id)
        if found is not None:
            _to_shop(found[1], found[0], "shop_denied")


def tell_of_completion(event: events.OrderCompleted) -> None:
    """To both: nobody objected, so the order is over and the money the shop's."""
    _tell_buyer(event.order_id, "order_completed", shop_template="shop_completed")


def tell_of_ending(event: events.OrderEnded) -> None:
    """To both: an accepted order ended without changing hands, why, and where the money is."""
    _tell_buyer(event.order_id, "order_ended", shop_template="shop_ended")


def tell_of_link(event: events.LinkRenewed) -> None:
    """To one person of the shop who asked for it: a new link by which she goes on with an order."""
    with transaction():
        about = queries.link_about(event.link_id)
        found = queries.order_view(about.order_id) if about else None
        person = contact(about.person_id) if about else None
        if about is None or found is None or person is None:
            return
        order, purchase = found
        link = f"{LINK_PATH}{services.links.token_of(event.link_id)}"
        _write_to(person, purchase, order, "shop_link", event.link_id, link=link, until=about.until)


def remind_shops() -> None:
    """Routine: write once more to shops whose time to answer is nearly over, with a link to answer by."""
    nearly_over = queries.nearly_over(now(), timedelta(hours=REMIND_HOURS.today()), REMINDER)
    db.session.rollback()
    for order_id in nearly_over:
        with transaction():
            found = queries.order_view(order_id)
            if found is not None and found[0].status is OrderStatus.WAITING:
                _to_shop(found[1], found[0], REMINDER)


def lapse_unanswered() -> None:
    """Routine: end the orders whose shop has not answered in time, each in a transaction of its own."""
    overdue = queries.unanswered(now())
    db.session.rollback()
    for order_id in overdue:
        try:
            with transaction():
                services.lapse(order_id)
        except Stale:  # answered this very moment
            log.info("orders.answered_at_last", order_id=order_id)


def remind_of_clocks() -> None:
    """Routine: remind whoever holds an accepted order up, once for each of its state's reminders."""
    due = queries.to_remind(now())
    db.session.rollback()
    for order_id in due:
        with transaction():
            number = services.clocks.note_reminded(order_id)
            found = queries.order_view(order_id) if number else None
            if found is None:
                continue
            order, purchase = found
            to_buyer, to_shop = _reminders(order, number)
            if to_buyer:
                _to_buyer(purchase, to_buyer, order.id, order=order)
            if to_shop and order.delivery_method is not DeliveryMethod.POST:
                _to_shop(purchase, order, to_shop)


def _reminders(order: OrderView, number: int) -> tuple[str, str]:
    if order.round_day and order.status is OrderStatus.READY:
        return NOT_COLLECTED if number == 1 else ("", "")
    return REMINDERS.get((order.status, number, order.is_online), ("", ""))


def run_out_clocks() -> None:
    """Routine: end the states whose time is over as the plan says, each order in a transaction of its own."""
    over = queries.run_out(now())
    db.session.rollback()
    for order_id in over:
        try:
            with transaction():
                services.run_out(order_id)
        except Refusal as refusal:  # somebody was quicker
            log.info("orders.clock_overtaken", order_id=order_id, why=str(refusal))
        except (SQLAlchemyError, ValueError):  # one that cannot end must not hold the others up
            log.exception("orders.clock_stuck", order_id=order_id)


def send_refund(event: RefundRequested) -> None:
    """Ask the provider to send money back. Asked before and not answered: first read whether it was sent.

    What goes to the buyer's own bank account is nothing for a provider: it waits for the operator's file. So does what
    the provider cannot send back the way it came.

    Raises ProviderTrouble when it could not be asked or gave no answer: then it is tried again, later each time.
    """
    with transaction():
        submission = refunds.submit(event.refund_id)
        method = queries.refund_method(event.refund_id)
    if submission is None:
        return
    provider = port(Providers).online(method)
    if provider is None:
        raise Unavailable(f"{method} is switched off")
    order = submission.order
    try:
        found = provider.find_refund(order) if submission.was_asked else None
        if found is None and not submission.is_pending:
            found = provider.refund(order)
    except ByBankFile as refusal:
        with transaction():
            refunds.turn_to_bank(event.refund_id)
        log.info("orders.refund_by_bank", refund_id=event.refund_id, why=str(refusal))
        return
    except Refused as refusal:
        found = RefundSnapshot("", RefundState.FAILED, order.amount, order.reference, str(refusal))
    except OutcomeUnknown as trouble:
        with transaction():
            refunds.note_unknown(event.refund_id, trouble)
        raise
    if found is not None:
        with transaction():
            services.refunds.apply(event.refund_id, found)


def sweep_refunds() -> None:
    """Routine: send what was promised and not sent, e.g. because a worker was killed or an answer was lost."""
    stuck = payment_queries.unsent_refunds(now() - SWEEP_AFTER)
    db.session.rollback()
    for refund_id in stuck:
        try:
            send_refund(RefundRequested(refund_id))
        except ProviderTrouble as trouble:
            log.warning("orders.refund_still_open", refund_id=refund_id, why=str(trouble))


def _tell_buyer(order_id: int, template: str, shop_template: str | None = None) -> None:
    with transaction():
        found = queries.order_view(order_id)
        if found is None:
            return
        order, purchase = found
        _to_buyer(purchase, template, order.id, order=order)
        if shop_template:
            _to_shop(purchase, order, shop_template)


def _to_buyer(purchase: Purchase, template: str, about: int, **values: object) -> None:
    key = letter_key(template, about, "buyer")
    path = f"/pembelian/{purchase.code}"
    if purchase.person_id is None:
        path += f"?kunci={guest_key(purchase.code)}"
    write_letter(
        key, purchase.buyer_email, f"orders/{template}", purchase.language, purchase=purchase, path=path, **values
    )


def _to_shop(purchase: Purchase, order: OrderView, template: str) -> None:
    """To each person of the shop; where something is to be done, with a link of her own to do it by."""
    for person in people_of_store(order.store_id, Right.ORDERS):
        link = ""
        if template in WITH_LINK and (token := services.links.issue(order.id, person, template)):
            link = f"{LINK_PATH}{token}"
        _write_to(person, purchase, order, template, order.id, link=link)


def _write_to(
    person: PersonContact, purchase: Purchase, order: OrderView, template: str, about: int, **values: object
) -> None:
    write_letter(
        letter_key(template, about, person.id),
        person.email or "",
        f"orders/{template}",
        person.language,
        person=person,
        purchase=purchase,
        order=order,
        path=f"/penjual/pesanan/{order.code}",
        **values,
    )
