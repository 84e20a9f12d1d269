"""The shop's side of changes: what it proposes, what it says to a buyer's request, and what it sends in parts."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.changes import queries, services
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import MAY_ASK, ChangeState, LineNow, Side
from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal
from marketplace.desks.forms.changes import ChangeForm, PartForm, ProposalForm, asked, part_form, proposal_form
from marketplace.desks.views.orders import refused
from marketplace.orders import queries as orders
from marketplace.orders.queries import OrderView
from marketplace.orders.rules import OrderStatus
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain

bp = Blueprint("seller_changes", __name__, url_prefix="/penjual/pesanan")
Page = str | Response | tuple[str, int]
Answer = Callable[[Actor, int, int], OrderChange]
ANSWERS: dict[str, Answer] = {
    "ya": services.agree_as_shop,
    "tidak": services.refuse_as_shop,
    "tarik": services.withdraw_as_shop,
}


@bp.get("/<string:code>/perubahan")
@requires_right(Right.ORDERS)
def new_proposal(code: str) -> Page:
    """The form of a proposal, line by line; `?cari=` finds goods that could come instead."""
    order = _own(code)
    if order.status not in MAY_ASK[Side.SHOP] or queries.open_change(order.id) is not None:
        return _back(code)
    lines = queries.lines_now(order.id)
    form = proposal_form(lines, _offered(order), formdata=None, seen=queries.stamp_of(order.id))
    return _show_proposal(order, lines, form)


@bp.post("/<string:code>/perubahan")
@requires_right(Right.ORDERS)
def create_proposal(code: str) -> Page:
    """Send a proposal to the buyer."""
    order = _own(code)
    lines = queries.lines_now(order.id)
    form = proposal_form(lines, _offered(order))
    if not form.validate():
        return _show_proposal(order, lines, form), 422
    try:
        with transaction():
            services.propose(current_actor(), order.id, asked(form, lines), form.seen.data)
    except Refusal as refusal:
        return _refused(order, form, refusal, lambda words: _show_proposal(order, lines, form, words))
    flash(_("Usul Anda sudah dikirim ke pembeli. Kami kabari begitu ada jawaban."), "success")
    return _back(code)


@bp.post("/<string:code>/perubahan/jawaban")
@requires_right(Right.ORDERS)
def answer(code: str) -> Page:
    """Say yes or no to what the buyer asks for, or take an own proposal back."""
    order = _own(code)
    step = ANSWERS.get(request.form.get("jawaban", ""))
    change_id = request.form.get("perubahan", type=int)
    if step is None or change_id is None or change_id > 2**62:
        raise NotFound
    try:
        with transaction():
            state = step(current_actor(), order.id, change_id).state
    except Refusal as refusal:
        if status_of(refusal) == 404:
            raise
        return refused(order.id, refusal)
    flash(_said(state), "success")
    return _back(code)


@bp.get("/<string:code>/bagian")
@requires_right(Right.ORDERS)
def new_part(code: str) -> Page:
    """The form of a part that is sent before the rest."""
    order = _own(code)
    if order.status is not OrderStatus.PROCESSING:
        return _back(code)
    lines = queries.lines_now(order.id)
    return _show_part(order, lines, part_form(lines, formdata=None, seen=queries.stamp_of(order.id)))


@bp.post("/<string:code>/bagian")
@requires_right(Right.ORDERS)
def create_part(code: str) -> Page:
    """Send a part; with the last one the order moves on."""
    order = _own(code)
    lines = queries.lines_now(order.id)
    form = part_form(lines)
    if not form.validate():
        return _show_part(order, lines, form), 422
    pieces = {line.line_id: form.said("quantity", line.line_id) or 0 for line in lines}
    try:
        with transaction():
            services.send_part(current_actor(), order.id, pieces, form.tracking_number.data or "", form.seen.data)
    except Refusal as refusal:
        return _refused(order, form, refusal, lambda words: _show_part(order, lines, form, words))
    flash(_("Bagian ini tercatat. Pembeli sudah dikabari apa yang datang sekarang dan apa yang menyusul."), "success")
    return _back(code)


def _said(state: ChangeState) -> str:
    return {
        ChangeState.AGREED: _("Perubahan disetujui. Pesanan, stok, dan uangnya sudah disesuaikan."),
        ChangeState.REFUSED: _("Permintaan ditolak. Pesanan tetap seperti semula."),
        ChangeState.WITHDRAWN: _("Usul ditarik. Pesanan tetap seperti semula."),
    }.get(state, _("Perubahan tidak jadi. Pesanan tetap seperti semula."))


def _refused(order: OrderView, form: ChangeForm, refusal: Refusal, show: Callable[[str], str]) -> Page:
    """Show a refusal at its field, or above the form: what was typed stays."""
    status = status_of(refusal)
    if status == 404:
        raise refusal
    if isinstance(refusal, Invalid):
        form.refuse(refusal)
        return show(""), status
    return show(explain(refusal)), status


def _offered(order: OrderView) -> list[queries.Substitute]:
    return queries.substitutes(order.id, request.args.get("cari", "")[:100])


def _show_proposal(order: OrderView, lines: list[LineNow], form: ProposalForm, words: str = "") -> str:
    return render_template(
        "desks/change_new.html",
        order=order,
        rows=_rows(order, lines),
        form=form,
        words=words,
        searched=request.args.get("cari", "")[:100],
    )


def _show_part(order: OrderView, lines: list[LineNow], form: PartForm, words: str = "") -> str:
    return render_template("desks/part_new.html", order=order, rows=_rows(order, lines), form=form, words=words)


def _rows(order: OrderView, lines: list[LineNow]) -> list[dict[str, object]]:
    """Each line as the order names it, with what has been sent of it."""
    views = {line.id: line for line in order.lines}
    return [{"line": views[each.line_id], "sent": each.sent} for each in lines if each.line_id in views]


def _own(code: str) -> OrderView:
    """An order of a store that the visitor works for. Raises NotFound for any other."""
    order_id = orders.order_id_by_code(code, current_actor().stores_with(Right.ORDERS))
    found = orders.order_view(order_id) if order_id is not None else None
    if found is None:
        raise NotFound("orders.not_found")
    return found[0]


def _back(code: str) -> Response:
    return redirect(url_for("seller_orders.order", code=code), 303)  # type: ignore[return-value]
