"""The payment page at /c/pay/<session>: plain forms in Bahasa Indonesia, usable without script."""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tools.stripe_standin import payments, sessions
from tools.stripe_standin.amounts import rupiah
from tools.stripe_standin.cards import BY_LAST4, CARDS, SUCCESS, Card
from tools.stripe_standin.errors import Refusal
from tools.stripe_standin.store import Json, now
from tools.stripe_standin.world import World

EXPIRY = re.compile(r"(0[1-9]|1[0-2])\s*/?\s*(?:20)?(\d\d)\Z")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
REFUSED = "Persetujuan ditolak, pembayaran tidak jadi. Anda boleh mencoba lagi."


class Mistake(Exception):
    """A field that the buyer has to correct; the words are for the buyer."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def blueprint(world: World) -> Blueprint:
    """The page, its button, and the bank's question."""
    pages = Blueprint("pages", __name__, template_folder="templates")
    pages.add_app_template_filter(rupiah)

    @pages.get("/c/pay/<session_id>")
    def show(session_id: str) -> AnyResponse:
        return _page(world, session_id)

    @pages.post("/c/pay/<session_id>")
    def pay(session_id: str) -> AnyResponse:
        return _pay(world, session_id)

    @pages.get("/c/pay/<session_id>/3ds")
    def ask(session_id: str) -> AnyResponse:
        return _question(world, session_id)

    @pages.post("/c/pay/<session_id>/3ds")
    def answer(session_id: str) -> AnyResponse:
        return _answer(world, session_id)

    pages.register_error_handler(Refusal, _gone)
    return pages


def _gone(refused: Refusal) -> AnyResponse:
    return _html(render_template("gone.html"), refused.status)


def _html(text: str, status: int = 200) -> Response:
    response = make_response(text, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(world: World, session_id: str, status: int = 200, **more: Any) -> AnyResponse:
    """The session as it is: the form, or that it is paid or over."""
    sessions.expire_due(world)
    session = sessions.find(world, session_id)
    told = {
        "session": session,
        "items": world.store.private(session_id)["line_items"],
        "back": session["cancel_url"] or session["success_url"],
        "done": _after(session),
    }
    if session["status"] != "open":
        return _html(render_template("over.html", **told), status)
    return _html(render_template("pay.html", **told, cards=CARDS.values(), usual=SUCCESS, **more), status)


def _after(session: Json) -> str:
    """Where a paid session leads (docs.stripe.com/payments/checkout/custom-success-page: the placeholder)."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _pay(world: World, session_id: str) -> AnyResponse:
    try:
        card = _card()
    except Mistake as mistake:
        return _page(world, session_id, 422, wrong=mistake.field, message=str(mistake))
    try:
        intent = payments.confirm(world, session_id, card, name=request.form.get("name", "").strip()[:200])
    except payments.NotOpen:
        return _page(world, session_id)
    if intent["status"] == "requires_action":
        return redirect(f"/c/pay/{session_id}/3ds", 303)
    if intent["status"] == "requires_payment_method":
        return _page(world, session_id, 402, message=card.told)
    return redirect(_after(sessions.find(world, session_id)), 303)


def _card() -> Card:
    """The card that was typed, else the one that was chosen; raises Mistake. A typed number goes no further."""
    typed = re.sub(r"[\s-]", "", request.form.get("number", ""))
    card = CARDS.get(typed or request.form.get("card", ""))
    if card is None:
        words = "Ini bukan nomor kartu uji. Jangan masukkan kartu sungguhan; pilih salah satu kartu di daftar."
        raise Mistake("number", words)
    if typed:
        _check_expiry(request.form.get("expiry", "").strip())
        if not re.fullmatch(r"\d{3,4}", request.form.get("cvc", "").strip()):
            raise Mistake("cvc", "CVC terdiri dari 3 atau 4 angka; untuk kartu uji, angka apa saja boleh.")
    return card


def _check_expiry(text: str) -> None:
    """A month that is not over yet (docs.stripe.com/testing: any date in the future)."""
    match = EXPIRY.match(text)
    if match is None:
        raise Mistake("expiry", "Tulis masa berlaku sebagai bulan dan tahun, misalnya 12/34.")
    today = time.gmtime(now())
    if (2000 + int(match[2]), int(match[1])) < (today.tm_year, today.tm_mon):
        raise Mistake("expiry", "Masa berlaku ini sudah lewat; tulis bulan yang akan datang, misalnya 12/34.")


def _challenged(world: World, session_id: str) -> tuple[Json, Card] | None:
    """The intent that waits for the buyer's word, with its card; None when nothing waits."""
    session = sessions.find(world, session_id)
    intent = world.store.get("payment_intent", session["payment_intent"] or "")
    if session["status"] != "open" or intent is None or intent["status"] != "requires_action":
        return None
    return session, BY_LAST4[world.store.private(intent["id"])["challenged"]]


def _question(world: World, session_id: str) -> AnyResponse:
    waiting = _challenged(world, session_id)
    if waiting is None:
        return redirect(f"/c/pay/{session_id}", 303)
    return _html(render_template("challenge.html", session=waiting[0], card=waiting[1]))


def _answer(world: World, session_id: str) -> AnyResponse:
    waiting = _challenged(world, session_id)
    if waiting is None:
        return _page(world, session_id)
    agreed = request.form.get("answer") == "agree"
    try:
        payments.answer_challenge(world, session_id, waiting[1], agreed=agreed)
    except payments.NotOpen:
        return _page(world, session_id)
    if not agreed:
        return _page(world, session_id, 402, message=REFUSED)
    return redirect(_after(sessions.find(world, session_id)), 303)
