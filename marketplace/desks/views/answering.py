"""What somebody of a shop does with one order by the link in her letter, without signing in.

A page of its own, small enough for a weak line, which tells nothing of money, address or the buyer's whole name.
Looking at it changes nothing: mail scanners open links. What is done is a POST from the page.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, TooMany
from marketplace.desks.forms.orders import CodeForm, ReasonForm
from marketplace.desks.words import STATES, time_left
from marketplace.orders import queries, rules, services
from marketplace.orders.rules import LinkAct
from marketplace.orders.services.links import Opened, Said
from marketplace.web.access import public
from marketplace.web.errors import status_of
from marketplace.web.language import explain

bp = Blueprint("answering", __name__, url_prefix="/jawab")
DONE = {
    LinkAct.ACCEPT: _l("Pesanan sudah diterima lewat tautan ini."),
    LinkAct.DECLINE: _l("Pesanan sudah ditolak lewat tautan ini."),
    LinkAct.READY: _l("Pembeli sudah dikabari lewat tautan ini bahwa barangnya siap atau sedang diantar."),
    LinkAct.ARRIVE: _l("Pembeli sudah dikabari lewat tautan ini bahwa barangnya sudah tiba."),
    LinkAct.HAND_OVER: _l("Barang sudah diserahkan lewat tautan ini."),
}


@bp.get("/<string:token>")
@public
def order(token: str) -> Response:
    """The order, and what can be done with it; or what was done, and how to go on."""
    return _show(token)


@bp.get("/<string:token>/terkirim")
@public
def renewed(token: str) -> Response:
    """A new link is on its way."""
    return _show(token, is_sent=True)


@bp.post("/<string:token>/penerimaan")
@public
def create_acceptance(token: str) -> Response:
    """Say yes."""
    return _act(token, LinkAct.ACCEPT)


@bp.post("/<string:token>/penolakan")
@public
def create_decline(token: str) -> Response:
    """Say no, with a reason."""
    with force_locale(_language(token)):
        form = ReasonForm()
        if not form.validate():
            return _show(token, reason_form=form, status=422)
    return _act(token, LinkAct.DECLINE, Said(reason=form.reason.data), form)


@bp.post("/<string:token>/kesiapan")
@public
def create_readiness(token: str) -> Response:
    """The goods are packed, or on their way."""
    return _act(token, LinkAct.READY)


@bp.post("/<string:token>/kedatangan")
@public
def create_arrival(token: str) -> Response:
    """What was paid before is at the buyer's."""
    return _act(token, LinkAct.ARRIVE)


@bp.post("/<string:token>/serah-terima")
@public
def create_handover(token: str) -> Response:
    """The buyer has the goods: her digits prove it. A wrong try is counted and leaves the link as it was."""
    with force_locale(_language(token)):
        form = CodeForm()
        if not form.validate():
            return _show(token, code_error=str(form.code.errors[0]), status=422)
    return _act(token, LinkAct.HAND_OVER, Said(code=form.code.data))


@bp.post("/<string:token>/tautan")
@public
def create_link(token: str) -> Response:
    """Have a new link sent to the address that this one went to."""
    try:
        with transaction():
            services.links.renew(token)
    except Refusal as refusal:
        return _refused(token, refusal)
    return redirect(url_for("answering.renewed", token=token), 303)  # type: ignore[return-value]


def _act(token: str, what: LinkAct, said: Said | None = None, form: ReasonForm | None = None) -> Response:
    try:
        with transaction():
            wrong = services.links.act(token, what, said)
    except Refusal as refusal:
        return _refused(token, refusal, form)
    if wrong is not None:
        return _refused(token, wrong)
    return redirect(url_for("answering.order", token=token), 303)  # type: ignore[return-value]


def _refused(token: str, refusal: Refusal, form: ReasonForm | None = None) -> Response:
    db.session.rollback()
    status = status_of(refusal)
    if status == 404:
        return _dead()
    with force_locale(_language(token)):
        words = explain(refusal)
    if isinstance(refusal, Invalid) and refusal.field == "code":
        return _show(token, code_error=words, status=status)
    answer = _show(token, words=words, reason_form=form, status=status)
    if isinstance(refusal, TooMany):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _language(token: str) -> str:
    """The language of whose link it is; Indonesian when it is nobody's."""
    try:
        return services.links.open_link(token).language
    except NotFound:
        return "id"


def _show(
    token: str,
    *,
    reason_form: ReasonForm | None = None,
    code_error: str = "",
    words: str = "",
    is_sent: bool = False,
    status: int = 0,
) -> Response:
    try:
        opened = services.links.open_link(token)
    except NotFound:
        return _dead()
    found = queries.order_view(opened.link.order_id)
    if found is None:
        return _dead()
    order, purchase = found
    with force_locale(opened.language):
        page = render_template(
            "desks/answer.html",
            token=token,
            opened=opened,
            order=order,
            buyer=rules.short_name(purchase.buyer_name),
            states=STATES,
            time_left=time_left,
            done=DONE[opened.link.act] if opened.link.act else "",
            reason_form=reason_form or ReasonForm(formdata=None),
            is_declining=reason_form is not None,
            code_error=code_error,
            words=words,
            is_sent=is_sent,
        )
    return _private(page, status or _status_of(opened))


def _status_of(opened: Opened) -> int:
    return 410 if opened.is_expired and not opened.is_used else 200


def _dead() -> Response:
    """A link that is nobody's: forged, or its person, her right or her shop is gone. It does not say which."""
    return _private(render_template("desks/answer_dead.html"), 404)


def _private(page: str, status: int) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
