"""The shop's own vouchers: what it gives, how often each was used, and what that costs it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.views.seller import chosen_store
from marketplace.stores.queries import stores_by_ids
from marketplace.vouchers import queries, services
from marketplace.vouchers.forms import VoucherForm
from marketplace.vouchers.models import Voucher
from marketplace.vouchers.queries import VoucherRow
from marketplace.web.access import current_actor, requires_all, requires_right
from marketplace.web.language import explain

bp = Blueprint("seller_vouchers", __name__, url_prefix="/penjual/voucher")
Page = str | Response | tuple[str, int]


@bp.get("")
@requires_right(Right.PRICES)
def index() -> str:
    """All vouchers of the visitor's shops, the newest first."""
    stores = current_actor().stores_with(Right.PRICES)
    return render_template(
        "desks/vouchers.html",
        page=queries.shop_vouchers(stores, request.args.get("setelah")),
        has_many=len(stores) > 1,
        may_give=_may_give(),
    )


@bp.get("/baru")
@requires_all(Right.PRICES)
def new() -> str:
    """An empty form, most of it answered."""
    return _form(VoucherForm(formdata=None))


@bp.post("/baru")
@requires_all(Right.PRICES)
def create() -> Page:
    """Give a voucher; it works at once, or from the day that was chosen."""
    store_id, form = chosen_store(Right.PRICES).id, VoucherForm()
    if not form.validate():
        return _form(form), 422
    try:
        with transaction():
            code = services.create(current_actor(), form.draft(store_id)).code
    except Invalid as refusal:
        form.refuse(refusal)
        return _form(form), 422
    flash(_("Voucher %(code)s sudah dibuat. Beri tahu pembeli Anda.", code=code), "success")
    return _to(code)


@bp.get("/<string:voucher_code>")
@requires_right(Right.PRICES)
def voucher(voucher_code: str) -> str:
    """One voucher, and the orders that it made cheaper."""
    return _show(_own(voucher_code))


@bp.post("/<string:voucher_code>/jeda")
@requires_all(Right.PRICES)
def pause(voucher_code: str) -> Page:
    """Let it rest."""
    return _do(voucher_code, services.pause)


@bp.post("/<string:voucher_code>/lanjutan")
@requires_all(Right.PRICES)
def resume(voucher_code: str) -> Page:
    """Let it work again."""
    return _do(voucher_code, services.resume)


@bp.post("/<string:voucher_code>/akhir")
@requires_all(Right.PRICES)
def end(voucher_code: str) -> Page:
    """End it for good."""
    return _do(voucher_code, services.end)


def _do(code: str, deed: Callable[[Actor, int], Voucher]) -> Page:
    found = _own(code)
    try:
        with transaction():
            deed(current_actor(), found.id)
    except Stale as refusal:
        return _show(_own(code), explain(refusal)), 409
    flash(_("Voucher %(code)s sudah diubah.", code=found.code), "success")
    return _to(found.code)


def _own(code: str) -> VoucherRow:
    """A voucher of a shop whose prices the visitor writes. Raises NotFound for any other."""
    found = queries.by_code(code)
    if found.store_id not in current_actor().stores_with(Right.PRICES):
        raise NotFound("vouchers.not_found")
    return found


def _may_give() -> bool:
    return current_actor().helping is None


def _form(form: VoucherForm) -> str:
    store = chosen_store(Right.PRICES)
    own = current_actor().stores_with(Right.PRICES)
    shops = list(stores_by_ids(own).values()) if len(own) > 1 else []
    return render_template("desks/voucher_new.html", form=form, store=store, shops=shops)


def _show(found: VoucherRow, said: str = "") -> str:
    return render_template(
        "desks/voucher.html",
        voucher=found,
        uses=queries.uses_of(found.id, request.args.get("setelah")),
        may_give=_may_give(),
        said=said,
    )


def _to(code: str) -> Response:
    return redirect(url_for("seller_vouchers.voucher", voucher_code=code), 303)  # type: ignore[return-value]
