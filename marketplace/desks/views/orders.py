"""The seller's orders: answer, make ready, hand over against the buyer's four digits."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace.accounts.queries import helpers_of
from marketplace.changes.queries import changes_of, parcels_of, sides_open
from marketplace.claims.queries import for_shop as claims_for_shop
from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, TooMany
from marketplace.desks.changing import change_moments
from marketplace.desks.claim_words import claim_moments
from marketplace.desks.claims import claim_steps
from marketplace.desks.forms.orders import CodeForm, DoorForm, ReasonForm, SearchForm, TrackingForm, WithoutCodeForm
from marketplace.desks.money import order_money
from marketplace.desks.receipts import hand_out
from marketplace.desks.sharing import SHARE_WORDS, share_of
from marketplace.desks.words import STATES, time_left
from marketplace.orders import queries, services
from marketplace.orders.queries import OrderFilter
from marketplace.orders.rules import OrderStatus, ShareKind
from marketplace.payments.rules import PaymentMethod
from marketplace.receipts.queries import is_due, versions_of
from marketplace.shipping.rules import DeliveryMethod
from marketplace.talks import queries as talks
from marketplace.talks.rules import Side
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain

bp = Blueprint("seller_orders", __name__, url_prefix="/penjual/pesanan")
Page = str | Response | tuple[str, int]

TO_DO = (
    ("baru", _l("Jawab"), (OrderStatus.WAITING,)),
    ("diproses", _l("Siapkan"), (OrderStatus.PROCESSING,)),
    ("siap", _l("Serahkan"), (OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)),
)
STATES_ASKED = {
    **{name: statuses for name, _label, statuses in TO_DO},
    "selesai": (OrderStatus.DONE,),
    "batal": (OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED),
    "semua": (),
}
SHOWN_OF_EACH = 20
MOST_AT_ONCE = 50


@bp.get("")
@requires_right(Right.ORDERS)
def index() -> str:
    """What needs an answer, packing or handing over, the most urgent first; or what a search finds."""
    return _show_list()


def _show_list(words: str = "", left_out: list[str] | None = None) -> str:
    stores = current_actor().stores_with(Right.ORDERS)
    counts = queries.open_counts(stores)
    form = SearchForm(request.args)
    asked = bool(form.asked())
    return render_template(
        "desks/orders.html",
        counts=counts,
        form=form,
        chosen=form.keadaan.data if asked else "",
        page=queries.store_orders(stores, _filter(form), request.args.get("setelah")) if asked else None,
        groups=[] if asked else [_group(stores, counts, *part) for part in TO_DO],
        address={name: value for name, value in request.args.items() if name != "setelah"},
        states=STATES,
        time_left=time_left,
        claims=claims_for_shop(stores),
        unread=talks.unread_of_shop(stores),
        open_changes=sides_open(stores),
        words=words,
        left_out=left_out or [],
    )


def _group(
    stores: tuple[int, ...],
    counts: dict[OrderStatus, int],
    name: str,
    label: str,
    statuses: tuple[OrderStatus, ...],
) -> dict[str, object]:
    """One kind of work: how much of it there is, and the most urgent of it."""
    number = sum(counts[status] for status in statuses)
    rows = queries.to_do(stores, statuses, SHOWN_OF_EACH) if number else []
    return {"name": name, "label": label, "number": number, "rows": rows}


def _filter(form: SearchForm) -> OrderFilter:
    """The filter that was asked for; what is no filter is passed over."""
    form.validate()
    asked = {name: value for name, value in form.data.items() if value and name not in form.errors}
    return OrderFilter(
        statuses=STATES_ASKED[asked.get("keadaan", "semua")],
        words=asked.get("q", ""),
        delivery=DeliveryMethod(asked["cara"]) if "cara" in asked else None,
        payment=PaymentMethod(asked["bayar"]) if "bayar" in asked else None,
        first=asked.get("dari"),
        last=asked.get("sampai"),
    )


@bp.post("/kesiapan")
@requires_right(Right.ORDERS)
def make_ready() -> Page:
    """Mark the chosen orders as packed, each on its own: one that has moved on does not hold up the others."""
    codes = list(dict.fromkeys(request.form.getlist("kode")))[:MOST_AT_ONCE]
    order_ids = [(code, _own(code)) for code in codes]
    left_out = [f"{code}: {words}" for code, order_id in order_ids if (words := _try_ready(order_id))]
    done = len(codes) - len(left_out)
    if done:
        flash(ngettext("%(num)d pesanan siap.", "%(num)d pesanan siap.", done), "success")
    if left_out:
        return _show_list(left_out=left_out), 409
    if not codes:
        flash(_("Pilih dulu pesanan yang sudah siap."), "info")
    return redirect(url_for("seller_orders.index"), 303)  # type: ignore[return-value]


def _try_ready(order_id: int) -> str:
    """Mark one order as packed; the words of why not, or nothing."""
    try:
        with transaction():
            services.mark_ready(current_actor(), order_id)
    except Refusal as refusal:
        return explain(refusal)
    return ""


@bp.get("/jumlah")
@requires_right(Right.ORDERS)
def count() -> dict[str, int]:
    """How many orders wait for an answer: asked now and then by an open page."""
    return {"waiting": queries.open_counts(current_actor().stores_with(Right.ORDERS))[OrderStatus.WAITING]}


@bp.get("/<string:code>")
@requires_right(Right.ORDERS)
def order(code: str) -> Page:
    """One order with all that is needed to fulfil it."""
    return _show(_own(code))


@bp.get("/<string:code>/kuitansi")
@requires_right(Right.ORDERS)
def receipt(code: str) -> Page:
    """The buyer's receipt as a PDF; `?versi=` names an earlier one. Before it is paid: back to the order."""
    found = queries.order_view(_own(code))
    file = hand_out(found[0], request.args.get("versi")) if found else None
    if file is None:
        flash(_("Kuitansi tersedia setelah pesanan ini dibayar."), "info")
        return _back(code)
    return file


@bp.post("/<string:code>/penerimaan")
@requires_right(Right.ORDERS)
def create_acceptance(code: str) -> Page:
    """Say yes."""
    return _step(code, services.accept, _("Pesanan diterima. Siapkan barangnya, pembeli sudah dikabari."))


@bp.post("/<string:code>/penolakan")
@requires_right(Right.ORDERS)
def create_decline(code: str) -> Page:
    """Say no, with a reason."""
    order_id = _own(code)
    form = ReasonForm()
    if not form.validate():
        return _show(order_id, reason_form=form), 422

    def decline(actor: Actor, declined_id: int) -> object:
        return services.decline(actor, declined_id, form.reason.data)

    done = _("Pesanan ditolak. Pembeli membaca alasan Anda, stok kembali tersedia.")
    if _is_online(order_id):
        done = _("Pesanan ditolak. Pembeli membaca alasan Anda dan uangnya kembali sendiri, stok kembali tersedia.")
    return _step(code, decline, done)


@bp.post("/<string:code>/kesiapan")
@requires_right(Right.ORDERS)
def create_readiness(code: str) -> Page:
    """The goods are packed, or on their way."""
    return _step(code, services.mark_ready, _("Pembeli sudah dikabari. Minta kodenya saat menyerahkan barang."))


@bp.post("/<string:code>/kedatangan")
@requires_right(Right.ORDERS)
def create_arrival(code: str) -> Page:
    """What was paid before is at the buyer's, though nobody typed her digits."""
    return _step(code, services.arrive, _("Pembeli sudah dikabari. Tanpa keberatan, pesanan ini selesai sendiri."))


@bp.post("/<string:code>/pengakhiran")
@requires_right(Right.ORDERS)
def end_unfetched(code: str) -> Page:
    """The buyer did not fetch it in all that time."""
    return _step(code, services.end_unfetched, _("Pesanan diakhiri, stok kembali tersedia. Pembeli sudah dikabari."))


@bp.post("/<string:code>/resi")
@requires_right(Right.ORDERS)
def send(code: str) -> Page:
    """The parcel is with the courier, under this number if it has one; or the number was mistyped."""
    order_id, form = _own(code), TrackingForm()
    if not form.validate():
        return _show(order_id, tracking_form=form), 422
    try:
        with transaction():
            services.send(current_actor(), order_id, form.tracking_number.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(order_id, tracking_form=form), 422
    except Refusal as refusal:
        return refused(order_id, refusal)
    flash(_("Tersimpan. Pembeli membaca di pesanannya bahwa kurir membawa paketnya."), "success")
    return _back(code)


@bp.post("/<string:code>/serah-terima")
@requires_right(Right.ORDERS)
def create_handover(code: str) -> Page:
    """The buyer has the goods and paid: her digits prove it. A wrong try is counted before it is shown."""
    order_id = _own(code)
    form, door_form = CodeForm(), DoorForm()
    is_signed = door_form.validate()
    if not form.validate() or not is_signed:
        return _show(order_id, code_error=" ".join(map(str, form.code.errors)), door_form=door_form), 422
    try:
        with transaction():
            wrong = services.hand_over(current_actor(), order_id, form.code.data, door_form.told())
    except Invalid as refusal:
        door_form.refuse(refusal)
        return _show(order_id, door_form=door_form), 422
    except Refusal as refusal:
        return refused(order_id, refusal)
    if wrong is not None:
        return refused(order_id, wrong, door_form)
    if _is_online(order_id):
        flash(_("Selesai. Uang pesanan ini sekarang milik Anda: lihat di Saldo."), "success")
    else:
        flash(_("Selesai. Uang tunai tercatat sebagai sudah Anda terima."), "success")
    return _back(code)


@bp.post("/<string:code>/serah-terima-tanpa-kode")
@requires_right(Right.ORDERS)
def create_handover_without_code(code: str) -> Page:
    """The buyer has the goods and paid in cash, but has no code to show: the shop says why."""
    order_id = _own(code)
    form = WithoutCodeForm()
    if not form.validate():
        return _show(order_id, without_form=form), 422
    try:
        with transaction():
            services.hand_over_without_code(current_actor(), order_id, form.reason.data)
    except Refusal as refusal:
        return refused(order_id, refusal)
    flash(
        _("Selesai. Uang tunai tercatat sebagai sudah Anda terima; alasan tanpa kode tertulis di perjalanan."),
        "success",
    )
    return _back(code)


@bp.post("/<string:code>/kabar")
@requires_right(Right.ORDERS)
def note_shared(code: str) -> Page:
    """Note that a ready message was passed on to the buyer."""
    order_id = _own(code)
    kind = request.form.get("jenis", "")
    if kind not in set(ShareKind):
        raise NotFound
    with transaction():
        services.note_shared(current_actor(), order_id, ShareKind(kind))
    if request.accept_mimetypes.best == "application/json":
        return Response(status=204)
    flash(_("Dicatat: pesan sudah dibagikan."), "success")
    return _back(code)


def _step(code: str, step: Callable[[Actor, int], object], done: str) -> Page:
    """Take one step with an order; if it has moved on meanwhile, show how it stands now."""
    order_id = _own(code)
    try:
        with transaction():
            step(current_actor(), order_id)
    except Refusal as refusal:
        return refused(order_id, refusal)
    flash(done, "success")
    return _back(code)


def refused(order_id: int, refusal: Refusal, door_form: DoorForm | None = None) -> Page:
    """The order as it stands now, with the words of a refusal, and its status."""
    status = status_of(refusal)
    if status == 404:
        raise refusal
    if isinstance(refusal, Invalid) and refusal.field == "code":
        return _show(order_id, code_error=explain(refusal), door_form=door_form), status
    response = make_response(_show(order_id, words=explain(refusal)), status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _own(code: str) -> int:
    """The id of an order of a store that the visitor works for. Raises NotFound for any other."""
    found = queries.order_id_by_code(code, current_actor().stores_with(Right.ORDERS))
    if found is None:
        raise NotFound("orders.not_found")
    return found


def _is_online(order_id: int) -> bool:
    """Was it paid by card, so that no cash is in the shop's hand?"""
    found = queries.order_view(order_id)
    return found is not None and found[0].is_online


def _show(
    order_id: int,
    reason_form: ReasonForm | None = None,
    code_error: str = "",
    words: str = "",
    without_form: WithoutCodeForm | None = None,
    tracking_form: TrackingForm | None = None,
    door_form: DoorForm | None = None,
) -> str:
    found = queries.order_view(order_id)
    if found is None:
        raise NotFound("orders.not_found")
    order, purchase = found
    refunds, claims = queries.refund_notes([order_id]), claim_steps([order_id]).get(order_id, [])
    ids = [order_id] if order.has_changes else []
    changes, parcels = changes_of(ids).get(order_id, []), parcels_of(ids).get(order_id, [])
    others = [*claim_moments(claims), *change_moments(changes, parcels)]
    before, behind = queries.neighbours(order_id, current_actor().stores_with(Right.ORDERS))
    return render_template(
        "desks/seller_order.html",
        order=order,
        purchase=purchase,
        before=before,
        behind=behind,
        letters=queries.letters(order_id, purchase.id, order.store_id),
        share=share_of(order, purchase),
        shares=queries.shares(order_id),
        share_words=SHARE_WORDS,
        states=STATES,
        claims=claims,
        line=queries.time_line(order, purchase, refunds.get(order_id, []), others),
        helpers=helpers_of(order.store_id),
        door_form=door_form or DoorForm(formdata=None),
        is_signing=door_form is not None and bool(door_form.name.data or door_form.errors),
        changes=changes,
        parcels=parcels,
        money=order_money(order),
        has_receipt=is_due(order),
        receipts=versions_of([order_id]).get(order_id, []),
        time_left=time_left,
        has_unread=talks.has_unread(order_id, Side.SHOP),
        reason_form=reason_form or ReasonForm(formdata=None),
        is_declining=reason_form is not None,
        without_form=without_form or WithoutCodeForm(formdata=None),
        is_without=without_form is not None,
        code_error=code_error,
        tracking_form=tracking_form or TrackingForm(formdata=None, tracking_number=order.tracking_number),
        is_mending=tracking_form is not None,
        words=words,
    )


def _back(code: str) -> Response:
    return redirect(url_for("seller_orders.order", code=code), 303)  # type: ignore[return-value]
