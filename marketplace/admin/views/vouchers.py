"""Vouchers that Gerakan Beli Produk NTT bears: their budget, what is left of it, and which shops they reached."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.views.blueprint import bp, show
from marketplace.core.actor import Actor
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.vouchers import queries, services
from marketplace.vouchers.forms import ProgrammeVoucherForm
from marketplace.vouchers.models import Voucher
from marketplace.vouchers.queries import VoucherRow
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

Page = str | Response | tuple[str, int]


@bp.get("/voucher")
@requires(is_operator)
def vouchers() -> str:
    """The programme's vouchers, the newest first."""
    return show("vouchers", page=queries.programme_vouchers(request.args.get("setelah")))


@bp.get("/voucher/baru")
@requires(is_operator)
def new_voucher() -> str:
    """An empty form. There is no limit of uses: the budget is one."""
    return show("voucher_new", form=ProgrammeVoucherForm(formdata=None, max_uses=None))


@bp.post("/voucher/baru")
@requires(is_operator)
def create_voucher() -> Page:
    """Give a voucher of the programme."""
    form = ProgrammeVoucherForm()
    if not form.validate():
        return show("voucher_new", form=form), 422
    try:
        with transaction():
            code = services.create(current_actor(), form.draft(None)).code
    except Invalid as refusal:
        form.refuse(refusal)
        return show("voucher_new", form=form), 422
    flash(_("Voucher %(code)s sudah dibuat.", code=code), "success")
    return _to(code)


@bp.get("/voucher/<string:voucher_code>")
@requires(is_operator)
def voucher(voucher_code: str) -> str:
    """One voucher: what is spent and left, by shop, and the orders behind it."""
    return _show(_found(voucher_code))


@bp.post("/voucher/<string:voucher_code>/jeda")
@requires(is_operator)
def pause_voucher(voucher_code: str) -> Page:
    """Let it rest."""
    return _do(voucher_code, services.pause)


@bp.post("/voucher/<string:voucher_code>/lanjutan")
@requires(is_operator)
def resume_voucher(voucher_code: str) -> Page:
    """Let it work again."""
    return _do(voucher_code, services.resume)


@bp.post("/voucher/<string:voucher_code>/akhir")
@requires(is_operator)
def end_voucher(voucher_code: str) -> Page:
    """End it for good."""
    return _do(voucher_code, services.end)


def _do(code: str, deed: Callable[[Actor, int], Voucher]) -> Page:
    found = _found(code)
    try:
        with transaction():
            deed(current_actor(), found.id)
    except Stale as refusal:
        return _show(_found(code), explain(refusal)), 409
    flash(_("Voucher %(code)s sudah diubah.", code=found.code), "success")
    return _to(found.code)


def _found(code: str) -> VoucherRow:
    """A voucher of the programme. Raises NotFound; a shop's voucher is its own affair."""
    found = queries.by_code(code)
    if found.store_id is not None:
        raise NotFound("vouchers.not_found")
    return found


def _show(found: VoucherRow, said: str = "") -> str:
    return show(
        "voucher",
        voucher=found,
        shops=queries.by_shop(found.id),
        uses=queries.uses_of(found.id, request.args.get("setelah")),
        said=said,
    )


def _to(code: str) -> Response:
    return redirect(url_for("admin.voucher", voucher_code=code), 303)  # type: ignore[return-value]
