"""The buyer's side of changes: her yes or no, on her page or by the link in a letter; what she asks for herself."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext

from marketplace.changes import queries, services
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import MAY_ASK, ChangeState, LineNow, Side
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, NotFound, Refusal
from marketplace.desks.changing import OUTCOMES
from marketplace.desks.forms.changes import RequestForm, asked, request_form
from marketplace.desks.views.buying import Bought, bought_order, link_key, private
from marketplace.desks.views.purchases import show_order
from marketplace.orders import queries as orders
from marketplace.orders.policies import Buyer
from marketplace.web.access import public
from marketplace.web.errors import status_of
from marketplace.web.language import explain

bp = Blueprint("buyer_changes", __name__)
Answer = Callable[[Buyer, int, int], OrderChange]
ANSWERS: dict[str, Answer] = {
    "ya": services.agree_as_buyer,
    "tidak": services.refuse_as_buyer,
    "tarik": services.withdraw_as_buyer,
}


@bp.get("/pesanan/<string:code>/perubahan")
@public
def new_request(code: str) -> Response:
    """The form by which a buyer asks for less, or leaves another note, until the shop has said yes."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    if found.order.status not in MAY_ASK[Side.BUYER] or queries.open_change(found.order.id) is not None:
        return _to_order(code)
    lines = queries.lines_now(found.order.id)
    form = request_form(lines, formdata=None, seen=queries.stamp_of(found.order.id), note=found.order.note)
    return _show_request(found, lines, form)


@bp.post("/pesanan/<string:code>/perubahan")
@public
def create_request(code: str) -> Response:
    """Ask the shop for a change."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    lines = queries.lines_now(found.order.id)
    form = request_form(lines)
    if not form.validate():
        return _show_request(found, lines, form, status=422)
    try:
        with transaction():
            services.ask(found.visitor, found.order.id, asked(form, lines), form.seen.data)
    except Refusal as refusal:
        status = status_of(refusal)
        if status == 404:
            raise
        if isinstance(refusal, Invalid):
            form.refuse(refusal)
            return _show_request(found, lines, form, status=status)
        return _show_request(found, lines, form, explain(refusal), status)
    flash(gettext("Permintaan Anda sudah dikirim ke toko. Kami kabari begitu ada jawaban."), "success")
    return _to_order(code)


@bp.post("/pesanan/<string:code>/perubahan/jawaban")
@public
def answer(code: str) -> Response:
    """Say yes or no to what the shop proposes, or take an own request back."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    step, change_id = ANSWERS.get(request.form.get("jawaban", "")), request.form.get("perubahan", type=int)
    if step is None or change_id is None or change_id > 2**62:
        raise NotFound
    try:
        with transaction():
            state = step(found.visitor, found.order.id, change_id).state
    except Refusal as refusal:
        if status_of(refusal) == 404:
            raise
        return show_order(found, explain(refusal), status_of(refusal))
    flash(_said(state), "success" if state is not ChangeState.FAILED else "warning")
    return _to_order(code)


@bp.post("/pesanan/<string:code>/bagian/<int:number>/kedatangan")
@public
def confirm_part(code: str, number: int) -> Response:
    """One part of the order has come."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    with transaction():
        services.confirm_parcel(found.visitor, found.order.id, number)
    flash(gettext("Terima kasih, tercatat: bagian ini sudah sampai."), "success")
    return _to_order(code)


# --- by the link in the letter ------------------------------------------------


@bp.get("/perubahan/<string:token>")
@public
def by_link(token: str) -> Response:
    """What the shop proposes, and two buttons; or what was answered."""
    return _show_link(token)


@bp.post("/perubahan/<string:token>")
@public
def answer_by_link(token: str) -> Response:
    """Say yes or no. A proposal is answered once, so the link does one thing."""
    opened = _opened(token)
    said = request.form.get("jawaban", "")
    if opened is None or said not in ("ya", "tidak"):
        return _dead()
    try:
        with transaction():
            ANSWERS[said](opened.buyer, opened.change.order_id, opened.change.id)
    except Refusal as refusal:
        db.session.rollback()
        if status_of(refusal) == 404:
            return _dead()
        return _show_link(token, refusal, status_of(refusal))
    return redirect(url_for("buyer_changes.by_link", token=token), 303)  # type: ignore[return-value]


def _opened(token: str) -> services.links.Opened | None:
    try:
        return services.links.open_link(token)
    except NotFound:
        return None


def _show_link(token: str, refusal: Refusal | None = None, status: int = 200) -> Response:
    opened = _opened(token)
    found = orders.order_view(opened.change.order_id) if opened else None
    change = queries.change_view(opened.change.id) if opened else None
    if opened is None or found is None or change is None:
        return _dead()
    order, purchase = found
    with force_locale(opened.language):
        page = render_template(
            "desks/change_answer.html",
            token=token,
            order=order,
            purchase=purchase,
            change=change,
            can_answer=change.is_open and order.status in MAY_ASK[Side.SHOP],
            outcome=OUTCOMES[change.side].get(change.state, ""),
            words=explain(refusal) if refusal else "",
        )
    return _hidden(page, status)


def _dead() -> Response:
    """A link that is nobody's. It does not say why."""
    return _hidden(render_template("desks/change_dead.html"), 404)


def _hidden(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


# --- pages ----------------------------------------------------------------------


def _said(state: ChangeState) -> str:
    return {
        ChangeState.AGREED: gettext("Terima kasih. Pesanan Anda sudah disesuaikan, dan toko sudah dikabari."),
        ChangeState.REFUSED: gettext("Baik, pesanan tetap seperti semula. Toko sudah dikabari."),
        ChangeState.WITHDRAWN: gettext("Permintaan Anda ditarik. Pesanan tetap seperti semula."),
        ChangeState.FAILED: gettext("Maaf, barang penggantinya baru saja habis. Pesanan tetap seperti semula."),
    }[state]


def _show_request(
    found: Bought, lines: list[LineNow], form: RequestForm, words: str = "", status: int = 200
) -> Response:
    names = {line.id: line for line in found.order.lines}
    page = render_template(
        "desks/change_request.html",
        order=found.order,
        purchase=found.purchase,
        rows=[names[line.line_id] for line in lines if line.line_id in names],
        form=form,
        words=words,
        key=link_key(found.key),
    )
    return private(page, status)


def _to_order(code: str) -> Response:
    return redirect(url_for("purchases.order", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]
