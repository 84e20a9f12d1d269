"""The operations that a market's card payments need; every other one of the document answers 404."""

from __future__ import annotations

from collections.abc import Callable

from tools.stripe_standin import balance, disputes, reading, refunds, sessions
from tools.stripe_standin.store import Json
from tools.stripe_standin.world import World

Work = Callable[[World, Json, Json], Json]  # the parts of the address, the parameters


def _session_list(world: World, _: Json, params: Json) -> Json:
    return reading.page(world, sessions.KIND, "/v1/checkout/sessions", params, "payment_intent", "status")


def _line_items(world: World, parts: Json, params: Json) -> Json:
    sessions.find(world, parts["session"])
    return reading.line_items(world, parts["session"], params)


def _refund_update(world: World, parts: Json, params: Json) -> Json:
    return refunds.update(world, reading.one(world, refunds.KIND, parts["refund"]), params)


def _read(kind: str, part: str) -> Work:
    return lambda world, parts, _: reading.one(world, kind, parts[part], param=part)


def _list(kind: str, url: str, *fields: str) -> Work:
    return lambda world, _, params: reading.page(world, kind, url, params, *fields)


OPERATIONS: dict[str, Work] = {
    "PostCheckoutSessions": lambda world, _, params: sessions.create(world, params),
    "GetCheckoutSessions": _session_list,
    "GetCheckoutSessionsSession": _read(sessions.KIND, "session"),
    "PostCheckoutSessionsSessionExpire": lambda world, parts, _: sessions.expire(world, parts["session"]),
    "GetCheckoutSessionsSessionLineItems": _line_items,
    "GetPaymentIntents": _list("payment_intent", "/v1/payment_intents"),
    "GetPaymentIntentsIntent": _read("payment_intent", "intent"),
    "GetCharges": _list("charge", "/v1/charges", "payment_intent", "transfer_group"),
    "GetChargesCharge": _read("charge", "charge"),
    "PostRefunds": lambda world, _, params: refunds.create(world, params),
    "GetRefunds": _list(refunds.KIND, "/v1/refunds", "payment_intent", "charge"),
    "GetRefundsRefund": _read(refunds.KIND, "refund"),
    "PostRefundsRefund": _refund_update,
    "GetBalance": lambda world, _parts, _params: balance.read(world),
    "GetBalanceTransactions": _list(balance.KIND, "/v1/balance_transactions", "type", "source", "currency"),
    "GetBalanceTransactionsId": _read(balance.KIND, "id"),
    "GetDisputes": _list(disputes.KIND, "/v1/disputes", "charge", "payment_intent"),
    "GetDisputesDispute": _read(disputes.KIND, "dispute"),
    "GetEvents": _list("event", "/v1/events", "type"),
    "GetEventsId": _read("event", "id"),
}
