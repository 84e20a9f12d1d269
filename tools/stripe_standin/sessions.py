"""Checkout Sessions, from their creation to their end without a payment."""

from __future__ import annotations

from tools.stripe_standin.amounts import check_total
from tools.stripe_standin.errors import Refusal, no_such, not_built
from tools.stripe_standin.store import Json, now, random_text
from tools.stripe_standin.world import World

KIND = "checkout.session"
SOONEST, LATEST = 30 * 60, 24 * 3600
SLACK = 10  # seconds a request may have been under way
# Fields of the example that a plain session of a card payment does not have.
PLAIN = {
    "after_expiration": None,
    "adaptive_pricing": {"enabled": False},
    "automatic_tax": {"enabled": False, "liability": None, "status": None, "provider": None},
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "customer_details": None,
    "customer_creation": "if_required",
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "invoice_creation": {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    },
    "managed_payments": {"enabled": False},
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "permissions": None,
    "saved_payment_method_options": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "ui_mode": "hosted_page",
}


# What would change the amount or who is paid, and is not built.
NOT_BUILT = {
    *("allow_promotion_codes", "automatic_tax", "customer", "customer_account", "discounts", "invoice_creation"),
    *("managed_payments", "optional_items", "payment_method_data", "shipping_options", "subscription_data"),
}
NOT_BUILT_INTENT = {"application_fee_amount", "capture_method", "on_behalf_of", "setup_future_usage", "transfer_data"}


def create(world: World, params: Json) -> Json:
    """An open session without a PaymentIntent.

    The intent comes only when the buyer confirms (docs.stripe.com/changelog/2022-08-01/
    deferred-paymentintent-checkout-session). Raises Refusal.
    """
    _check_built(params)
    _check_mode(params)
    created = now()
    expires_at = _expiry(params.get("expires_at"), created)
    items = _line_items(params.get("line_items", []))
    currency = items[0]["currency"]
    total = sum(item["amount_total"] for item in items)
    check_total(total, currency)
    session = world.begin(
        KIND,
        **PLAIN,
        created=created,
        expires_at=expires_at,
        mode="payment",
        status="open",
        payment_status="unpaid",
        payment_intent=None,
        amount_subtotal=total,
        amount_total=total,
        currency=currency,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        success_url=params["success_url"],
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        customer_email=params.get("customer_email"),
        locale=params.get("locale"),
        submit_type=params.get("submit_type"),
        metadata=params.get("metadata", {}),
    )
    session["url"] = f"{world.url}/c/pay/{session['id']}"
    # Metadata of the two are not copied to each other (OpenAPI document: payment_intent_data.metadata is set on the
    # intent, metadata on the session).
    return world.store.put(session, {"line_items": items, "payment_intent_data": params.get("payment_intent_data", {})})


def _check_built(params: Json) -> None:
    for name in params.keys() & NOT_BUILT:
        raise not_built(name)
    for name in params.get("payment_intent_data", {}).keys() & NOT_BUILT_INTENT:
        raise not_built(f"payment_intent_data[{name}]")


def _check_mode(params: Json) -> None:
    """What Stripe asks of a hosted session in payment mode (descriptions in the OpenAPI document)."""
    if "mode" not in params:
        raise Refusal("Missing required param: mode.", code="parameter_missing", param="mode")
    if params["mode"] != "payment":
        raise Refusal(f"This stand-in knows only mode payment, not {params['mode']}.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refusal("This stand-in knows only the hosted page.", param="ui_mode")
    if not params.get("success_url"):
        raise Refusal("Missing required param: success_url.", code="parameter_missing", param="success_url")
    if not params.get("line_items"):
        raise Refusal("`line_items` is required in `payment` mode.", code="parameter_missing", param="line_items")


def _expiry(asked: int | None, created: int) -> int:
    """OpenAPI document, expires_at: 30 minutes to 24 hours after creation, by default 24 hours."""
    if asked is None:
        return created + LATEST
    if asked < created + SOONEST - SLACK:
        words = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise Refusal(words, param="expires_at")
    if asked > created + LATEST + SLACK:
        words = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise Refusal(words, param="expires_at")
    return asked


def _line_items(asked: list[Json]) -> list[Json]:
    items = [_line_item(number, one) for number, one in enumerate(asked)]
    if len({item["currency"] for item in items}) > 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    return items


def _line_item(number: int, asked: Json) -> Json:
    place = f"line_items[{number}]"
    data = asked.get("price_data")
    if data is None:
        raise Refusal(f"This stand-in knows no prices by id; give {place}[price_data].", param=f"{place}[price]")
    for field in ("unit_amount", "product_data"):
        if field not in data:
            name = f"{place}[price_data][{field}]"
            raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    quantity = asked.get("quantity", 0)
    if quantity < 1 or data["unit_amount"] < 0:
        raise Refusal("This value must be greater than or equal to 1.", param=f"{place}[quantity]")
    amount = data["unit_amount"] * quantity
    return {
        "id": f"li_{random_text(24)}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": data["currency"].lower(),
        "description": data["product_data"]["name"],
        "metadata": asked.get("metadata", {}),
        "price": None,
        "quantity": quantity,
    }


def find(world: World, session_id: str) -> Json:
    """The session; raises Refusal (404)."""
    session = world.store.get(KIND, session_id)
    if session is None:
        raise no_such(KIND, session_id, param="session")
    return session


def expire(world: World, session_id: str) -> Json:
    """Only while it is open (OpenAPI document: PostCheckoutSessionsSessionExpire); raises Refusal."""
    session = find(world, session_id)
    if session["status"] != "open":
        words = 'Only Checkout Sessions with a status in ["open"] can be expired. '
        raise Refusal(f"{words}This Checkout Session has a status of `{session['status']}`.")
    return _end(world, session)


def expire_due(world: World) -> None:
    """End all open sessions whose time is over."""
    with world.store.work():
        for session in world.store.newest_first(KIND, status="open"):
            if session["expires_at"] <= now():
                _end(world, session)


def _end(world: World, session: Json) -> Json:
    session.update(status="expired", url=None)
    world.store.put(session)
    world.emit("checkout.session.expired", session)
    return session
