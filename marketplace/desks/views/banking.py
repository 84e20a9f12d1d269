"""The shop's bank account: the owner's alone, and never without her one-time code."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.services import codes
from marketplace.accounts.services.codes import Purpose
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, TooMany
from marketplace.desks.forms.team import BankForm
from marketplace.desks.views.team import owned_store
from marketplace.stores.models import Store
from marketplace.stores.queries import store as store_of
from marketplace.stores.services import banking
from marketplace.web.access import current_actor, owner_only
from marketplace.web.limits import limiter

bp = Blueprint("seller_bank", __name__, url_prefix="/penjual/toko/rekening")
Page = str | Response | tuple[str, int]


@bp.get("")
@owner_only
def index() -> str:
    """The account that counts, and a form for another."""
    return _show(owned_store(), BankForm(formdata=None))


@bp.post("")
@owner_only
@limiter.limit("60 per hour")
def change() -> Page:
    """Send a code for exactly this account (`langkah=kode`), or set it with the code."""
    store_id, form = owned_store().id, BankForm()
    if not form.validate():
        return _show(store_of(store_id), form), 422
    try:
        bank, number, holder = banking.check(form.bank.data, form.number.data or "", form.holder.data or "")
        seen = codes.fingerprint("bank", store_id, bank, number, holder)
        if request.form.get("langkah") == "kode" or not form.code.data:
            return _send(store_id, form, seen)
        with transaction():
            wrong = codes.use(current_actor(), Purpose.BANK, seen, form.code.data)
            if wrong is None:
                banking.set_account(current_actor(), store_id, bank, number, holder)
    except (Invalid, TooMany) as refusal:
        return _refused(store_id, form, refusal)
    if wrong is not None:
        return _refused(store_id, form, wrong)
    flash(_("Rekening tersimpan. Surat pemberitahuan sudah dikirim."), "success")
    return redirect(url_for("seller_bank.index", toko=store_id), 303)  # type: ignore[return-value]


def _send(store_id: int, form: BankForm, seen: str) -> Page:
    person_id = current_actor().person_id or 0
    if not codes.has_app(person_id):
        with transaction():
            codes.ask(current_actor(), Purpose.BANK, seen)
    return _show(store_of(store_id), form, asks_code=True)


def _refused(store_id: int, form: BankForm, refusal: Invalid | TooMany) -> Page:
    status = 429 if isinstance(refusal, TooMany) else 422
    shown = refusal if isinstance(refusal, Invalid) else Invalid(refusal.message_id, field="code", **refusal.values)
    form.refuse(shown)
    return _show(store_of(store_id), form, asks_code=shown.field == "code"), status


def _show(store: Store, form: BankForm, *, asks_code: bool = False) -> str:
    history = banking.history(store.id)
    return render_template(
        "desks/bank.html",
        store=store,
        form=form,
        history=history,
        names=accounts.names_of(row.changed_by or 0 for row in history),
        has_app=codes.has_app(current_actor().person_id or 0),
        asks_code=asks_code,
    )
