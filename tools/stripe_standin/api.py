"""The API at /v1: who asks, what is asked, the work, and the answer."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, field

from flask import Blueprint, Response, request

from tools.stripe_standin import sessions
from tools.stripe_standin.contract import VERSION, Operation, contract
from tools.stripe_standin.errors import Refusal, broken, unknown_address
from tools.stripe_standin.faults import Fault, Faults, Kind
from tools.stripe_standin.forms import decode
from tools.stripe_standin.idempotency import Kept, Keys, fingerprint
from tools.stripe_standin.operations import OPERATIONS
from tools.stripe_standin.reading import expanded
from tools.stripe_standin.store import Json, random_text
from tools.stripe_standin.world import World

# docs.stripe.com/changelog/endive/2026-09-30: the parameter is gone from intents and Checkout Sessions. Versions begin
# with their date, so they compare as text.
NO_METHOD_TYPES_FROM = "2026-09-30.endive"
METHOD_TYPES = {"PostCheckoutSessions", "PostPaymentIntents"}
BEFORE = {
    Kind.ERROR_BEFORE: Refusal("An error occurred (before the work).", status=500, kind="api_error"),
    Kind.CONFLICT: Refusal("This object cannot be accessed right now.", status=409, code="lock_timeout"),
    Kind.RATE_LIMIT: Refusal("Too many requests hit the API too quickly.", status=429, code="rate_limit"),
}


@dataclass(frozen=True)
class Call:
    """A request as it came, for tests that count."""

    method: str
    path: str
    params: Json
    key: str | None
    headers: dict[str, str]
    operation: str


@dataclass
class Desk:
    """What the API needs beside the world; `calls` and `violations` are for tests to look at."""

    world: World
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = Keys(self.world.store)


def blueprint(desk: Desk) -> Blueprint:
    """Everything below /v1."""
    api = Blueprint("api", __name__)

    def answer(rest: str) -> Response:
        return _respond(desk, f"/v1/{rest}")

    def failed(error: Exception) -> Response:
        """A mistake of the stand-in itself."""
        desk.violations.append(repr(error))
        ours = broken(f"The stand-in failed: {error!r}")
        return Response(json.dumps(ours.body), ours.status, content_type="application/json")

    api.register_error_handler(Exception, failed)
    api.add_url_rule("/v1/<path:rest>", "answer", answer, methods=["GET", "POST", "DELETE"])
    return api


def _respond(desk: Desk, path: str) -> Response:
    request_id = f"req_{random_text(14)}"
    try:
        kept, replayed = _answer(desk, path, request_id)
    except Refusal as refused:
        kept, replayed = Kept(refused.status, json.dumps(refused.body), request_id), False
    response = Response(kept.body, kept.status, content_type="application/json")
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", VERSION)
    if key := request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = key
        response.headers["Original-Request"] = kept.request_id
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _answer(desk: Desk, path: str, request_id: str) -> tuple[Kept, bool]:
    """The answer and whether it had been given before; raises Refusal for what is not kept under the key."""
    operation, parts, params = _asked(desk, path)
    _check_key()
    if operation is None or operation.name not in OPERATIONS:
        _check_version(operation, params)
        raise unknown_address(request.method, path)
    params = contract().checked(operation, params)
    _check_version(operation, params)
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if not key:
        return _work(desk, operation, parts, params, request_id), False
    asked = fingerprint(request.method, path, params)
    with desk.keys.hold(key, asked) as kept:
        if kept is not None:
            return kept, True
        return _work(desk, operation, parts, params, request_id, key, asked), False


def _asked(desk: Desk, path: str) -> tuple[Operation | None, dict[str, str], Json]:
    """The operation with its parts and parameters as they came, noted in the list of calls."""
    found = contract().find(request.method, path)
    pairs = list(request.args.items(multi=True)) + list(request.form.items(multi=True))
    params = decode(pairs)
    name = found[0].name if found else ""
    key = request.headers.get("Idempotency-Key")
    desk.calls.append(Call(request.method, path, params, key, dict(request.headers), name))
    return (found[0], found[1], params) if found else (None, {}, params)


def _check_key() -> None:
    """A test key only (docs.stripe.com/keys: Bearer or the user of basic authentication); raises Refusal (401)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    key = given.strip() if scheme.lower() == "bearer" else (request.authorization and request.authorization.username)
    if not key:
        words = "You did not provide an API key. Provide it in the Authorization header, using Bearer auth."
        raise Refusal(words, status=401)
    if key.startswith(("sk_live_", "rk_live_")):
        words = (
            "This is a stand-in for Stripe and got a LIVE key. Never send one here; use one that begins with sk_test_."
        )
        raise Refusal(words, status=401)
    if not key.startswith("sk_test_"):
        raise Refusal("Invalid API Key provided.", status=401)


def _check_version(operation: Operation | None, params: Json) -> None:
    version = request.headers.get("Stripe-Version", VERSION)
    refused = operation is not None and operation.name in METHOD_TYPES and "payment_method_types" in params
    if refused and version >= NO_METHOD_TYPES_FROM:
        raise Refusal(
            "The payment_method_types parameter is no longer supported. Use dynamic payment methods.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )


def _work(
    desk: Desk,
    operation: Operation,
    parts: dict[str, str],
    params: Json,
    request_id: str,
    key: str = "",
    asked: str = "",
) -> Kept:
    """Do it once, with the fault that waits for it; raises Refusal for what ends before the work."""
    fault = desk.faults.take(operation.name)
    if fault and fault.kind in BEFORE:
        raise BEFORE[fault.kind]
    status, body = _do(desk, operation, parts, params, {"id": request_id, "idempotency_key": key or None})
    if fault and fault.kind is Kind.ERROR_AFTER:
        refused = broken("An error occurred (after the work).")
        status, body = refused.status, refused.body
    kept = Kept(status, json.dumps(body), request_id)
    if key:
        desk.keys.keep(key, asked, kept)
    _meet(fault)
    return kept


def _do(desk: Desk, operation: Operation, parts: dict[str, str], params: Json, asked: Json) -> tuple[int, Json]:
    """The work and its answer, held against the contract; an answer that breaks it is a 500 and is noted."""
    world = desk.world
    world.asked.request = asked
    try:
        sessions.expire_due(world)
        with world.store.work():
            expand = params.pop("expand", [])
            body = expanded(world, OPERATIONS[operation.name](world, parts, params), expand)
            status, faults = 200, contract().faults_of(operation, body)
    except Refusal as refused:
        status, body = refused.status, refused.body
        faults = contract().faults_of_object("error", body)
    finally:
        world.asked.request = None
    if faults:
        desk.violations.extend(f"{operation.name}: {line}" for line in faults)
        ours = broken(f"The stand-in broke the contract: {faults[0]}")
        return ours.status, ours.body
    return status, body


def _meet(fault: Fault | None) -> None:
    """Wait, or break the connection: what is written to it afterwards goes nowhere."""
    if fault and fault.kind is Kind.SLOW:
        time.sleep(fault.seconds)
    if fault and fault.kind is Kind.DROP_AFTER:
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
