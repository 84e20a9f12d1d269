"""The two APIs over HTTP: Snap's, which opens a page, and the Core API, which reads and changes a payment."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from tools.midtrans_standin import payments
from tools.midtrans_standin.faults import Faults, Kind
from tools.midtrans_standin.payments import Refusal, World
from tools.midtrans_standin.store import Json

ACTIONS = {"expire": payments.expire, "cancel": payments.cancel}


def blueprint(world: World, faults: Faults) -> Blueprint:
    """All that a shop's server may call, with the server key as the user's name (docs, "authorization")."""
    api = Blueprint("api", __name__)

    @api.post("/snap/v1/transactions")
    def snap() -> tuple[Response, int]:
        return _answer(world, faults, "snap", lambda: payments.open_page(world, _body()), made=201)

    @api.get("/v2/<order_id>/status")
    def status(order_id: str) -> tuple[Response, int]:
        return _answer(world, faults, "status", lambda: payments.status(world, order_id))

    @api.post("/v2/<order_id>/refund")
    def refund(order_id: str) -> tuple[Response, int]:
        return _answer(world, faults, "refund", lambda: payments.refund(world, order_id, _body()))

    @api.post("/v2/<order_id>/<any(expire, cancel):action>")
    def end(order_id: str, action: str) -> tuple[Response, int]:
        return _answer(world, faults, action, lambda: ACTIONS[action](world, order_id))

    return api


def _body() -> Json:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _answer(
    world: World, faults: Faults, call: str, work: Callable[[], Json], *, made: int = 200
) -> tuple[Response, int]:
    with world.calls_lock:
        world.calls.append(call)
    given = request.authorization
    if given is None or (given.username, given.password) != (world.key, ""):
        return _refused(call, Refusal(401, "Access denied due to unauthorized transaction"))
    fault = faults.take(call)
    before = {
        Kind.ERROR_BEFORE: Refusal(500, "Sorry. Our system is recovering from unexpected issues."),
        Kind.RATE_LIMIT: Refusal(429, "Too many requests"),
        Kind.MISSING: Refusal(404, "Transaction doesn't exist."),
    }
    if fault in before:
        return _refused(call, before[fault])
    try:
        done = work()
    except Refusal as refusal:
        return _refused(call, refusal)
    if fault is Kind.ERROR_AFTER:
        return _refused(call, Refusal(500, "Sorry. Our system is recovering from unexpected issues."))
    if fault is Kind.GARBLED:
        return Response("<html>", mimetype="text/html"), 200
    if fault is Kind.DROP_AFTER:
        time.sleep(faults.seconds)
    return jsonify(done), made


def _refused(call: str, refusal: Refusal) -> tuple[Response, int]:
    """Snap answers with a list of sentences, the Core API with a number and a sentence (docs, "error codes")."""
    if call == "snap":
        return jsonify(error_messages=[refusal.message]), refusal.code
    return jsonify(status_code=str(refusal.code), status_message=refusal.message), refusal.code
