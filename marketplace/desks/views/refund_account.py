"""Where a buyer wants her money back that no provider can send her."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.forms.payouts import RefundAccountForm
from marketplace.desks.views.buying import key_of, link_key, not_yours, private
from marketplace.orders import queries as orders
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase
from marketplace.payouts import queries, services
from marketplace.web.access import current_actor, public
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("refund_account", __name__)


@bp.get("/pembelian/<string:code>/rekening")
@public
def index(code: str) -> Response:
    """The form, or what was written and goes its way."""
    found = _purchase(code)
    if isinstance(found, Response):
        return found
    return _show(found, RefundAccountForm(formdata=None))


@bp.post("/pembelian/<string:code>/rekening")
@public
@limiter.limit("30 per hour")
def give(code: str) -> Response:
    """Keep it."""
    found = _purchase(code)
    if isinstance(found, Response):
        return found
    purchase_id, form = found.id, RefundAccountForm()
    if not form.validate():
        return _show(found, form, 422)
    try:
        with transaction():
            services.accounts.give(
                Buyer(current_actor(), key_of(found)),
                purchase_id,
                form.bank.data,
                form.number.data or "",
                form.holder.data or "",
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(_again(code), form, 422)
    except Stale as refusal:
        return _show(_again(code), form, 409, explain(refusal))
    flash(_("Rekening tersimpan. Uang Anda kami kirim pada hari pencairan berikutnya."), "success")
    return redirect(url_for("purchases.purchase", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]


def _purchase(code: str) -> Purchase | Response:
    """The purchase for who bought it; else where the visitor is sent to. Raises NotFound."""
    found = orders.purchase_by_code(code)
    if found is None or not can_read_purchase(current_actor(), found, key_of(found)):
        return not_yours(found)
    return found


def _again(code: str) -> Purchase:
    found = orders.purchase_by_code(code)
    if found is None:
        raise NotFound
    return found


def _show(purchase: Purchase, form: RefundAccountForm, status: int = 200, said: str = "") -> Response:
    asked = queries.ask_of(purchase.id)
    if asked is None and not said:
        raise NotFound
    key = link_key(key_of(purchase))
    page = render_template("desks/refund_account.html", purchase=purchase, form=form, asked=asked, said=said, key=key)
    return private(page, status)
