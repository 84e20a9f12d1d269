"""Money sent to a shop's bank account: each payout with its statement, a year as a whole, and an appeal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.clock import now, today
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.forms.payouts import AppealForm
from marketplace.desks.payday import LINE_STATES
from marketplace.desks.views import earnings
from marketplace.payouts import queries, services
from marketplace.payouts.queries import LineView
from marketplace.payouts.rules.turnover import Year
from marketplace.payouts.services import clocks
from marketplace.stores.models import Store
from marketplace.stores.queries import store as store_of
from marketplace.web.access import current_actor, requires_right
from marketplace.web.filters import wita_date
from marketplace.web.language import explain
from marketplace.web.limits import limiter
from marketplace.web.private import private_file

bp = Blueprint("seller_payouts", __name__, url_prefix="/penjual/saldo")
Page = Response | tuple[str, int]
FIRST_YEAR = 2020


@bp.get("/pencairan/<string:reference>")
@requires_right(Right.MONEY)
def statement(reference: str) -> str:
    """What one payout is made of, order by order."""
    line, facts = _line(reference)
    return render_template(
        "desks/payout.html",
        line=line,
        told=facts,
        sums=_sums(services.statements.totals(facts)),
        states=LINE_STATES,
    )


@bp.get("/pencairan/<string:reference>/rincian.pdf")
@requires_right(Right.MONEY)
def statement_pdf(reference: str) -> Response:
    """The same on paper."""
    line, facts = _line(reference)
    db.session.rollback()
    return _file(services.statements.payout_pdf(line, facts), "application/pdf", f"pencairan-{line.reference}")


@bp.get("/pencairan/<string:reference>/rincian.csv")
@requires_right(Right.MONEY)
def statement_csv(reference: str) -> Response:
    """The same for a sheet."""
    line, facts = _line(reference)
    return _file(services.statements.payout_csv(facts), "text/csv", f"pencairan-{line.reference}")


@bp.post("/keberatan")
@requires_right(Right.MONEY)
@limiter.limit("30 per hour")
def appeal() -> Page:
    """Say why the money should not be held. Once for each hold."""
    store_id = _store().id
    form = AppealForm(prefix=f"toko{store_id}")
    if not form.validate():
        return earnings.show(form, store_id), 422
    try:
        with transaction():
            services.holds.appeal(current_actor(), store_id, form.reason.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return earnings.show(form, store_id), 422
    except Stale as refusal:
        return earnings.show(said=explain(refusal)), 409
    flash(_("Keberatan Anda sudah kami terima. Jawabannya kami kirim lewat surel dan tampil di sini."), "success")
    return redirect(url_for("earnings.index"), 303)  # type: ignore[return-value]


@bp.get("/tahun")
@requires_right(Right.MONEY)
def year() -> str:
    """A year month by month, and how it stands to the tax thresholds."""
    store, found = _year()
    own = current_actor().stores_with(Right.MONEY)
    return render_template(
        "desks/year.html",
        store=store,
        year=found,
        years=range(today().year, max(FIRST_YEAR, store.created_at.year) - 1, -1),
        shops=[store_of(each) for each in own] if len(own) > 1 else [],
        is_running=found.year == today().year,
    )


@bp.get("/tahun/rekap.pdf")
@requires_right(Right.MONEY)
def year_pdf() -> Response:
    """The same on paper."""
    store, found = _year()
    name = store.name
    db.session.rollback()
    pdf = services.statements.year_pdf(name, found, wita_date(now()))
    return _file(pdf, "application/pdf", f"rekap-{found.year}")


@bp.get("/tahun/rekap.csv")
@requires_right(Right.MONEY)
def year_csv() -> Response:
    """The same for a sheet."""
    _, found = _year()
    return _file(services.statements.year_csv(found), "text/csv", f"rekap-{found.year}")


def _line(reference: str) -> tuple[LineView, dict[str, Any]]:
    found = queries.line_by_reference(reference)
    if found is None or found[0].store_id not in current_actor().stores_with(Right.MONEY):
        raise NotFound
    return found


def _sums(totals: dict[str, int]) -> list[tuple[str, int]]:
    """What adds up to a payout, in words."""
    rows = (
        (_("Barang"), totals["goods"]),
        (_("Dibayar Gerakan Beli Produk NTT"), totals["voucher"]),
        (_("Ongkos kirim"), totals["delivery"]),
        (_("Komisi BeliNTT"), -totals["commission"]),
        (_("Biaya penyedia"), -totals["fee"]),
        (_("Kembali ke pembeli"), -totals["refunded"]),
        (_("Perubahan sesudahnya"), totals["other"]),
        (_("Tunai yang sudah di tangan Anda"), -totals["cash"]),
    )
    return [row for row in rows if row[1]]


def _store() -> Store:
    """The shop asked for by `?toko=`, else the first whose money the visitor looks after. Raises NotFound."""
    own = current_actor().stores_with(Right.MONEY)
    wanted = request.values.get("toko", type=int) or (own[0] if own else 0)
    if wanted not in own:
        raise NotFound("stores.not_found")
    return store_of(wanted)


def _year() -> tuple[Store, Year]:
    store = _store()
    number = request.args.get("tahun", type=int) or today().year
    if not FIRST_YEAR <= number <= today().year:
        raise NotFound
    last = min(today(), today().replace(year=number, month=12, day=31))
    return store, queries.year(store.id, number, clocks.FREE_TURNOVER.on(last), clocks.TAX_RATE.on(last))


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = private_file(content, kind, name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
