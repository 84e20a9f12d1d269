"""Money on its way out: what is due, batches for the bank, and what the bank did with each line."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.payouts import FailureForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import BATCH_STATES, HOLD_KINDS, LINE_STATES
from marketplace.core.clock import now, today
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.payouts import queries, services
from marketplace.payouts.queries import BatchView, Due, LineView
from marketplace.payouts.rules import BatchState, HoldKind
from marketplace.payouts.services import clocks
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain
from marketplace.web.private import private_file

Page = tuple[str, int] | Response
FORMATS = {"bank-ntt": "Bank NTT", "umum": "CSV"}


@bp.get("/pencairan")
@requires(is_operator)
def payouts() -> tuple[str, int]:
    """What is due to whom, what holds it back, refunds by bank, and all batches."""
    return _overview()


@bp.post("/pencairan")
@requires(is_operator)
def make_payouts() -> Page:
    """Set aside what is due, shop by shop, each in a transaction of its own; pressed again it goes on where it was."""
    key = request.form.get("form_key", "")
    if not key:
        return _overview(422, _("Muat ulang halaman ini, lalu coba lagi."))
    with transaction():
        batch_id = services.batches.begin(current_actor(), key)
    return _fill(batch_id)


@bp.get("/pencairan/kiriman/<string:reference>")
@requires(is_operator)
def payout_batch(reference: str) -> tuple[str, int]:
    """One batch with its lines."""
    return _page(_batch(reference))


@bp.post("/pencairan/kiriman/<string:reference>/lanjutan")
@requires(is_operator)
def go_on_with_batch(reference: str) -> Page:
    """Go on with a batch whose making was cut short."""
    return _fill(_batch(reference).id)


@bp.post("/pencairan/kiriman/<string:reference>/berkas")
@requires(is_operator)
def fetch_batch(reference: str) -> Page:
    """Write the files, once; from now on it cannot be cancelled."""
    batch = _batch(reference)
    try:
        with transaction():
            services.batches.fetch(current_actor(), batch.id)
    except Stale as refusal:
        return _page(_batch(reference), 409, explain(refusal))
    flash(_("Berkas siap diunduh. Kirim ke bank, lalu catat hasilnya di sini."), "success")
    return _to(reference)


@bp.get("/pencairan/kiriman/<string:reference>/berkas/<string:kind>")
@requires(is_operator)
def batch_file(reference: str, kind: str) -> Response:
    """The file for the bank: the same bytes each time."""
    content = services.batches.file_bytes(current_actor(), _batch(reference).id, kind)
    return private_file(content, "text/csv", f"{reference}-{kind}")


@bp.post("/pencairan/kiriman/<string:reference>/pembatalan")
@requires(is_operator)
def cancel_batch(reference: str) -> Page:
    """Take a batch back whose file nobody has fetched."""
    batch = _batch(reference)
    try:
        with transaction():
            services.batches.cancel(current_actor(), batch.id)
    except Stale as refusal:
        return _page(_batch(reference), 409, explain(refusal))
    flash(_("Kiriman dibatalkan. Uangnya kembali menunggu."), "success")
    return _to(reference)


@bp.post("/pencairan/kiriman/<string:reference>/konfirmasi")
@requires(is_operator)
def confirm_batch(reference: str) -> Page:
    """The bank has sent all that is left of a batch, line by line, each in a transaction of its own."""
    batch = _batch(reference)
    try:
        for line_id in services.lines.open_lines(batch.id):
            with transaction():
                services.lines.confirm(current_actor(), line_id)
    except Stale as refusal:
        return _page(_batch(reference), 409, explain(refusal))
    flash(_("Semua baris yang terbuka dicatat sudah dikirim bank."), "success")
    return _to(reference)


@bp.post("/pencairan/baris/<string:reference>/konfirmasi")
@requires(is_operator)
def confirm_line(reference: str) -> Page:
    """The bank has sent one line."""
    line = _line(reference)
    try:
        with transaction():
            services.lines.confirm(current_actor(), line.id)
    except Stale as refusal:
        return _page(_batch(line.batch_reference), 409, explain(refusal))
    flash(_("Tercatat: bank sudah mengirim %(reference)s.", reference=reference), "success")
    return _to(line.batch_reference)


@bp.post("/pencairan/baris/<string:reference>/kegagalan")
@requires(is_operator)
def fail_line(reference: str) -> Page:
    """The bank has not sent one line, or got it back."""
    line, form = _line(reference), FailureForm(prefix=reference)
    if not form.validate_on_submit():
        return _page(_batch(line.batch_reference), 422, forms={reference: form})
    try:
        with transaction():
            services.lines.fail(current_actor(), line.id, form.reason.data or "", form.is_account_wrong.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_batch(line.batch_reference), 422, forms={reference: form})
    except Stale as refusal:
        return _page(_batch(line.batch_reference), 409, explain(refusal))
    flash(_("Tercatat: %(reference)s gagal, dan penerimanya diberi tahu.", reference=reference), "success")
    return _to(line.batch_reference)


def _fill(batch_id: int) -> Page:
    """Add what is due until nothing is left, then close the batch for more. Who is quicker elsewhere wins."""
    actor = current_actor()
    try:
        for store_id in services.batches.payable_stores():
            with transaction():
                services.batches.add_payout(actor, batch_id, store_id)
        for refund_id in queries.payable_refunds():
            with transaction():
                services.batches.add_refund(actor, batch_id, refund_id)
    except Stale:  # a second press, and the first has finished it
        pass
    with transaction():
        has_lines = services.batches.finish(actor, batch_id)
    if not has_lines:
        return _overview(409, _("Tidak ada yang dapat dicairkan sekarang."))
    return _to(services.batches.reference_of(batch_id))


def _overview(status: int = 200, said: str = "") -> tuple[str, int]:
    due = [each for each in queries.due(clocks.free_from(today()), clocks.ACCOUNT_HOURS.today()) if _is_told(each)]
    page = queries.batches(request.args.get("halaman"))
    refunds, overdue = queries.refunds_waiting(), now() - timedelta(days=clocks.OVERDUE_DAYS.today())
    payable = {each.store_id for each in due if services.batches.is_payable(each)}
    shown = show(
        "payouts",
        due=due,
        payable=payable,
        total=sum(each.ready for each in due if each.store_id in payable)
        + sum(refund.amount for refund in refunds if refund.is_payable),
        can_make=bool(payable) or any(refund.is_payable for refund in refunds),
        slugs={store.id: store.slug for store in stores_by_ids(each.store_id for each in due).values()},
        refunds=refunds,
        overdue=overdue,
        page=page,
        payday=clocks.payday(),
        minimum=clocks.MINIMUM.today(),
        form_key=secrets.token_urlsafe(24),
        states=BATCH_STATES,
        holds=HOLD_KINDS,
        said=said,
    )
    return shown, status


def _page(
    batch: BatchView, status: int = 200, said: str = "", forms: dict[str, FailureForm] | None = None
) -> tuple[str, int]:
    given = forms or {}
    shown = show(
        "payout_batch",
        batch=batch,
        lines=queries.batch_lines(batch.id, request.args.get("halaman")),
        files=queries.files_of(batch.id),
        formats=FORMATS,
        states=BATCH_STATES,
        line_states=LINE_STATES,
        form_of=lambda line: given.get(line.reference) or FailureForm(formdata=None, prefix=line.reference),
        is_sent=batch.state in (BatchState.FETCHED, BatchState.CLOSED),
        said=said,
    )
    return shown, status


def _is_told(due: Due) -> bool:
    """Has this shop any money to speak of, or is it held by an operator?"""
    return bool(due.ready or due.waiting or due.on_the_way) or any(hold.kind is HoldKind.OPERATOR for hold in due.holds)


def _batch(reference: str) -> BatchView:
    found = queries.batch_by_reference(reference)
    if found is None:
        raise NotFound
    return found


def _line(reference: str) -> LineView:
    found = queries.line_by_reference(reference)
    if found is None:
        raise NotFound
    return found[0]


def _to(reference: str) -> Response:
    return redirect(url_for("admin.payout_batch", reference=reference), 303)  # type: ignore[return-value]
