"""Snap's page at /snap/v4/redirection/<token>: plain forms in Bahasa Indonesia, usable without script."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tools.midtrans_standin import payments
from tools.midtrans_standin.payments import WAYS, Refusal, World
from tools.midtrans_standin.store import Json, now

POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"


def blueprint(world: World) -> Blueprint:
    """The page, its choice, and what the buyer's app does."""
    pages = Blueprint("pages", __name__, template_folder="templates")
    pages.add_app_template_filter(rupiah)

    @pages.get("/snap/v4/redirection/<token>")
    def show(token: str) -> AnyResponse:
        return _page(world, token)

    @pages.post("/snap/v4/redirection/<token>")
    def act(token: str) -> AnyResponse:
        return _act(world, token)

    pages.register_error_handler(Refusal, lambda refusal: _html(render_template("gone.html"), refusal.code))
    return pages


def rupiah(amount: int) -> str:
    """15000 -> `Rp15.000`."""
    return f"Rp{amount:,}".replace(",", ".")


def _html(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(world: World, token: str, status: int = 200, message: str = "") -> AnyResponse:
    page = payments.page_of(world, token)
    found = payments.find(world, page["order_id"])
    state = found["transaction_status"] if found else ""
    is_over = min(page["closes"], page["expires"]) <= now()
    values = {"page": page, "payment": found, "ways": WAYS, "message": message, "back": _back(page, found)}
    if state == "pending" and found:
        return _html(render_template("pay.html", **values, way=WAYS.get(found["payment_type"], "")), status)
    if is_over or state not in ("", "deny"):
        return _html(render_template("over.html", **values, state=state), status)
    return _html(render_template("choose.html", **values), status)


def _act(world: World, token: str) -> AnyResponse:
    """A step on the page, or in the buyer's app: choose, pay, be refused, let the time run out, choose anew."""
    page, step = payments.page_of(world, token), request.form.get("step", "")
    name = page["order_id"]
    try:
        if step in WAYS:
            payments.choose(world, token, step)
        elif step == "pay":
            payments.pay(world, name)
            return redirect(_back(page, payments.find(world, name)), 303)
        elif step == "deny":
            payments.deny(world, name)
            return _page(world, token, 402, "Pembayaran ditolak. Pilih cara lain, atau coba lagi.")
        elif step == "expire":
            payments.expire(world, name)
    except Refusal as refusal:
        if refusal.code == 404:
            raise
        return _page(world, token, 409)
    return redirect(f"/snap/v4/redirection/{token}", 303)


def _back(page: Json, found: Json | None) -> str:
    """Where Snap sends the buyer (docs, Snap "callbacks.finish": with three parameters, which prove nothing)."""
    if not page["finish"] or found is None:
        return str(page["finish"]) or "/"
    told = payments.shown(found)
    more = urlencode({field: told[field] for field in ("order_id", "status_code", "transaction_status")})
    return f"{page['finish']}{'&' if '?' in page['finish'] else '?'}{more}"
