"""What happens when the buyer confirms: the PaymentIntent, its charges, and the session's end."""

from __future__ import annotations

import copy

from tools.stripe_standin import balance, disputes, sessions
from tools.stripe_standin.cards import Card
from tools.stripe_standin.store import Json, random_text
from tools.stripe_standin.world import World

# Fields of the examples that a plain card payment does not have.
PLAIN_INTENT: Json = {
    "amount_details": {"tip": {}},
    "automatic_payment_methods": {"enabled": True},
    "canceled_at": None,
    "last_payment_error": None,
    "managed_payments": None,
    "next_action": None,
    "payment_method_configuration_details": None,
    "processing": None,
    "shipping": None,
    "transfer_data": None,
}
PLAIN_CHARGE: Json = {"shipping": None, "transfer_data": None, "receipt_url": None, "fraud_details": {}}


class NotOpen(Exception):
    """The session is paid or over; nothing was charged."""


def confirm(world: World, session_id: str, card: Card, *, name: str = "", received: int | None = None) -> Json:
    """The buyer pays with that card; gives the PaymentIntent as it then is.

    `received` tampers with the amount that arrives. Raises NotOpen, so a second click pays nothing.
    """
    with world.store.work():
        session = _open(world, session_id)
        intent = _intent(world, session)
        if card.challenge:  # docs.stripe.com/testing: 3155 and 3220 ask for authentication
            return _challenge(world, session, intent, card)
        return _charge(world, session, intent, card, name, received)


def answer_challenge(world: World, session_id: str, card: Card, *, agreed: bool, received: int | None = None) -> Json:
    """The buyer agrees or refuses at 3-D Secure; raises NotOpen, also when nothing was asked."""
    with world.store.work():
        session = _open(world, session_id)
        intent = _intent(world, session)
        if intent["status"] != "requires_action":
            raise NotOpen(session_id)
        if agreed:
            return _charge(world, session, intent, card, "", received)
        # docs.stripe.com/error-codes: payment_intent_authentication_failure
        return _refused(
            world,
            intent,
            {
                "type": "card_error",
                "code": "payment_intent_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication.",
            },
        )


def settle(world: World, session_id: str, *, paid: bool) -> Json:
    """A delayed method tells its result: checkout.session.async_payment_succeeded or _failed."""
    with world.store.work():
        session = sessions.find(world, session_id)
        intent = _stored(world, "payment_intent", session["payment_intent"])
        charge = _stored(world, "charge", intent["latest_charge"])
        if paid:
            _book(world, intent, charge)
            session["payment_status"] = "paid"
        else:
            charge.update(status="failed", failure_code="payment_method_not_available", paid=False)
            world.emit("charge.failed", world.store.put(charge))
            error = {"type": "card_error", "code": "payment_method_not_available", "message": "The payment failed."}
            _refused(world, intent, error)
        world.store.put(session)
        world.emit(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)
        return session


def pay_again(world: World, session_id: str, card: Card) -> Json:
    """A second PaymentIntent with the same metadata, as a retry that went wrong leaves behind."""
    with world.store.work():
        session = sessions.find(world, session_id)
        intent = _new_intent(world, session)
        charge = _new_charge(world, intent, card, "", intent["amount"])
        _book(world, intent, charge)
        return intent


def _open(world: World, session_id: str) -> Json:
    sessions.expire_due(world)
    session = sessions.find(world, session_id)
    if session["status"] != "open":
        raise NotOpen(session_id)
    return session


def _stored(world: World, kind: str, object_id: str) -> Json:
    found = world.store.get(kind, object_id)
    if found is None:
        raise LookupError(f"{kind} {object_id} is not in the store")
    return found


def _intent(world: World, session: Json) -> Json:
    """The session's intent, made at the first confirmation and used again at the next."""
    if session["payment_intent"]:
        return _stored(world, "payment_intent", session["payment_intent"])
    intent = _new_intent(world, session)
    session["payment_intent"] = intent["id"]
    world.store.put(session)
    return intent


def _new_intent(world: World, session: Json) -> Json:
    data = world.store.private(session["id"])["payment_intent_data"]
    intent = world.begin(
        "payment_intent",
        **copy.deepcopy(PLAIN_INTENT),
        amount=session["amount_total"],
        amount_received=0,
        currency=session["currency"],
        description=data.get("description"),
        metadata=data.get("metadata", {}),
        receipt_email=data.get("receipt_email"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
        transfer_group=data.get("transfer_group"),
    )
    intent["client_secret"] = f"{intent['id']}_secret_{random_text(25)}"
    world.store.put(intent)
    world.emit("payment_intent.created", intent)
    return intent


def _challenge(world: World, session: Json, intent: Json, card: Card) -> Json:
    page = f"{world.url}/c/pay/{session['id']}/3ds"
    intent.update(
        status="requires_action",
        last_payment_error=None,
        next_action={"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": session["success_url"]}},
    )
    world.store.put(intent, {"challenged": card.last4})
    world.emit("payment_intent.requires_action", intent)
    return intent


def _charge(world: World, session: Json, intent: Json, card: Card, name: str, received: int | None) -> Json:
    charge = _new_charge(world, intent, card, name, intent["amount"] if received is None else received)
    if card.code:
        return _declined(world, intent, charge, card)
    session.update(status="complete", url=None, customer_details=_customer(session, name))
    if world.switches.delayed_method:
        charge["status"] = "pending"
        world.store.put(charge)
        intent.update(status="processing", latest_charge=charge["id"], next_action=None)
        world.emit("payment_intent.processing", world.store.put(intent))
    else:
        _book(world, intent, charge)
        session["payment_status"] = "paid"
    world.store.put(session)
    # docs.stripe.com/payments/checkout/fulfill-orders: completed does not mean paid, see payment_status
    world.emit("checkout.session.completed", session)
    if card.disputed:  # docs.stripe.com/testing: 0259 is disputed as fraudulent
        disputes.begin(world, charge["id"])
    return intent


def _customer(session: Json, name: str) -> Json:
    return {
        "address": None,
        "business_name": None,
        "email": session["customer_email"],
        "individual_name": None,
        "name": name or None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _new_charge(world: World, intent: Json, card: Card, name: str, amount: int) -> Json:
    """A charge that is not decided yet, with the intent's metadata (docs.stripe.com/metadata: copied to the charge).

    Of the card only brand and last digits are kept.
    """
    charge = world.begin(
        "charge",
        **copy.deepcopy(PLAIN_CHARGE),
        amount=amount,
        balance_transaction=None,
        currency=intent["currency"],
        description=intent["description"],
        metadata=intent["metadata"],
        paid=False,
        payment_intent=intent["id"],
        payment_method=f"pm_{random_text(24)}",
        receipt_email=intent["receipt_email"],
        transfer_group=intent["transfer_group"],
    )
    charge["billing_details"].update(name=name or None)
    details = charge["payment_method_details"]["card"]
    details.update(brand=card.brand, network=card.brand, last4=card.last4, wallet=None, three_d_secure=None)
    details.update(installments=None, exp_month=12, exp_year=2034)
    del charge["source"], charge["refunds"]
    return charge


def _book(world: World, intent: Json, charge: Json) -> None:
    """The money arrives."""
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    charge["outcome"].update(
        network_status="approved_by_network", type="authorized", seller_message="Payment complete."
    )
    if not world.switches.late_fee:
        charge["balance_transaction"] = balance.book_charge(world, charge)["id"]
    intent.update(
        status="succeeded",
        amount_received=charge["amount"],
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        last_payment_error=None,
        next_action=None,
    )
    world.store.put(charge)
    world.store.put(intent)
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def bring_fees(world: World) -> list[str]:
    """Late balance transactions arrive, each with charge.updated; gives the charges."""
    with world.store.work():
        waiting = [
            one for one in world.store.newest_first("charge", status="succeeded") if not one["balance_transaction"]
        ]
        for charge in waiting:
            charge["balance_transaction"] = balance.book_charge(world, charge)["id"]
            world.emit("charge.updated", world.store.put(charge))
        return [charge["id"] for charge in waiting]


def _declined(world: World, intent: Json, charge: Json, card: Card) -> Json:
    charge.update(status="failed", failure_code=card.code, failure_message=card.message)
    charge["outcome"].update(
        network_status="declined_by_network", type="issuer_declined", reason=card.decline, seller_message=card.message
    )
    world.emit("charge.failed", world.store.put(charge))
    intent["latest_charge"] = charge["id"]
    error = {
        "type": "card_error",
        "code": card.code,
        "decline_code": card.decline,
        "message": card.message,
        "charge": charge["id"],
        "doc_url": f"https://stripe.com/docs/error-codes/{card.code.replace('_', '-')}",
    }
    return _refused(world, intent, error)


def _refused(world: World, intent: Json, error: Json) -> Json:
    """Back to requires_payment_method (docs.stripe.com/payments/paymentintents/lifecycle); the session stays open."""
    intent.update(status="requires_payment_method", last_payment_error=error, next_action=None, payment_method=None)
    world.store.put(intent)
    world.emit("payment_intent.payment_failed", intent)
    return intent
