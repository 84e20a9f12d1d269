"""The talk about an order, from both sides of the counter: reading, writing, reporting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, TooMany
from marketplace.desks.forms.messages import MessageForm, ReportForm
from marketplace.desks.pictures import discard, prepared
from marketplace.desks.views.buying import bought_order, link_key, private
from marketplace.media import services as media
from marketplace.orders import queries as orders
from marketplace.orders.policies import Buyer
from marketplace.talks import queries, services
from marketplace.talks.queries import Talk
from marketplace.talks.rules import MOST_PICTURES, Side
from marketplace.web.access import current_actor, public, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain
from marketplace.web.limits import limiter
from marketplace.web.private import private_file

buyer_bp = Blueprint("buyer_messages", __name__, url_prefix="/pesanan/<string:code>/pesan")
seller_bp = Blueprint("seller_messages", __name__, url_prefix="/penjual/pesanan/<string:code>/pesan")
SENDS = "200 per hour"


@dataclass(frozen=True)
class Standing:
    """Who stands before the talk of which order, at which side; `key` is what a guest's links carry on."""

    visitor: Buyer
    side: Side
    talk: Talk
    key: str | None = None

    def url(self, endpoint: str, **values: object) -> str:
        """The address of a view of this side's."""
        desk = "buyer_messages" if self.side is Side.BUYER else "seller_messages"
        return url_for(f"{desk}.{endpoint}", code=self.talk.code, kunci=self.key, **values)  # type: ignore[arg-type]


# --- the buyer's side --------------------------------------------------------


@buyer_bp.get("")
@public
def thread(code: str) -> Response:
    """What was written. A guest opens it with the key of the purchase."""
    found = _bought(code)
    return found if isinstance(found, Response) else _show(found)


@buyer_bp.post("")
@public
@limiter.limit(SENDS)
def send(code: str) -> Response:
    """Write to the shop."""
    found = _bought(code)
    return found if isinstance(found, Response) else _send(found)


@buyer_bp.post("/<int:message_id>/laporan")
@public
@limiter.limit(SENDS)
def report(code: str, message_id: int) -> Response:
    """Ask the operator to look at a message of the shop's."""
    found = _bought(code)
    return found if isinstance(found, Response) else _report(found, message_id)


@buyer_bp.get("/<int:message_id>/foto/<int:position>")
@public
def picture(code: str, message_id: int, position: int) -> Response:
    """A picture of the talk."""
    found = _bought(code)
    return found if isinstance(found, Response) else _picture(found.talk, message_id, position)


def _bought(code: str) -> Standing | Response:
    """The buyer before her order; else where she is sent to. Raises NotFound."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    return Standing(found.visitor, Side.BUYER, _shown(found.order.id), link_key(found.key))


# --- the shop's side -----------------------------------------------------------


@seller_bp.get("", endpoint="thread")
@requires_right(Right.ORDERS)
def seller_thread(code: str) -> Response:
    """What was written."""
    return _show(_sold(code))


@seller_bp.post("", endpoint="send")
@requires_right(Right.ORDERS)
@limiter.limit(SENDS)
def seller_send(code: str) -> Response:
    """Write to the buyer."""
    return _send(_sold(code))


@seller_bp.post("/<int:message_id>/laporan", endpoint="report")
@requires_right(Right.ORDERS)
@limiter.limit(SENDS)
def seller_report(code: str, message_id: int) -> Response:
    """Ask the operator to look at a message of the buyer's."""
    return _report(_sold(code), message_id)


@seller_bp.get("/<int:message_id>/foto/<int:position>", endpoint="picture")
@requires_right(Right.ORDERS)
def seller_picture(code: str, message_id: int, position: int) -> Response:
    """A picture of the talk."""
    return _picture(_sold(code).talk, message_id, position)


def _sold(code: str) -> Standing:
    actor = current_actor()
    order_id = orders.order_id_by_code(code, actor.stores_with(Right.ORDERS))
    if order_id is None:
        raise NotFound("orders.not_found")
    return Standing(Buyer(actor), Side.SHOP, _shown(order_id))


# --- what both share -------------------------------------------------------------


def _shown(order_id: int) -> Talk:
    talk = queries.talk(order_id)
    if talk is None or not talk.was_shown:
        raise NotFound("orders.not_found")
    return talk


def _picture(talk: Talk, message_id: int, position: int) -> Response:
    """A picture of a talk, for whoever may read the talk. Raises NotFound."""
    media_id = queries.picture_file(talk.order_id, message_id, position)
    if media_id is None:
        raise NotFound
    return private_file(*media.document(media_id), f"pesan-{message_id}-{position}")


def _show(
    standing: Standing,
    form: MessageForm | None = None,
    words: str = "",
    status: int = 200,
    refused: tuple[int, ReportForm] | None = None,
) -> Response:
    page = queries.messages(standing.talk.order_id, after=request.args.get("setelah"))
    if status == 200 and page.items and queries.has_unread(standing.talk.order_id, standing.side):
        with transaction():
            services.mark_seen(standing.visitor, standing.side, standing.talk.order_id, page.items[-1].id)
    if form is None:
        form = MessageForm(formdata=None)
        form.form_key()
    is_buyer = standing.side is Side.BUYER
    shown = render_template(
        f"desks/{'order' if is_buyer else 'seller'}_messages.html",
        talk=standing.talk,
        page=page,
        mine=standing.side,
        url=standing.url,
        key=standing.key,
        form=form,
        refused=refused,
        words=words,
    )
    return private(shown, status)


def _send(standing: Standing) -> Response:
    form = MessageForm()
    key = form.form_key()
    if not form.validate():
        return _show(standing, form, status=422)
    try:
        services.check(form.text.data or "", bool(form.files()))
        with prepared(_files(form)) as pictures, transaction():
            sent = services.send(
                standing.visitor, standing.side, standing.talk.order_id, key, form.text.data or "", pictures
            )
            is_masked = sent is not None and sent.text != (form.text.data or "")
        if sent is None:  # sent twice: these pictures are nobody's
            discard(pictures)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(standing, form, status=422)
    except Refusal as refusal:
        return _refused(standing, form, refusal)
    if is_masked:
        flash(_("Pesan terkirim. Nomor HP disembunyikan sampai toko menerima pesanan."), "info")
    else:
        flash(_("Pesan terkirim."), "success")
    return redirect(standing.url("thread", _anchor="tulis"), 303)  # type: ignore[return-value]


def _refused(standing: Standing, form: MessageForm, refusal: Refusal) -> Response:
    """A closed talk, or too much at once: said above the talk, and what was typed stays."""
    status = status_of(refusal)
    if status == 404:
        raise refusal
    answer = _show(standing, form, explain(refusal), status)
    if isinstance(refusal, TooMany):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _files(form: MessageForm) -> list[Any]:
    files = form.files()
    if len(files) > MOST_PICTURES:
        raise Invalid("talks.too_many_pictures", field="pictures", most=MOST_PICTURES)
    return files


def _report(standing: Standing, message_id: int) -> Response:
    form = ReportForm()
    if not form.validate():
        return _show(standing, status=422, refused=(message_id, form))
    with transaction():
        services.report(standing.visitor, standing.side, standing.talk.order_id, message_id, form.reason.data or "")
    flash(_("Terima kasih. Pengelola pasar akan melihat pesan itu."), "success")
    return redirect(standing.url("thread"), 303)  # type: ignore[return-value]
