"""The runner's pages: his runs, the stops and parcels of one, what he has taken and brought."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, TooMany
from marketplace.rounds import services
from marketplace.rounds.models import Round
from marketplace.rounds.policies import can_run
from marketplace.rounds.queries import runs as queries
from marketplace.rounds.queries.setting import round_by_id, rounds_by_ids
from marketplace.web.access import current_actor, is_runner, requires
from marketplace.web.errors import status_of
from marketplace.web.filters import wita_day
from marketplace.web.language import explain

bp = Blueprint("rounds", __name__, url_prefix="/putaran")
MOST_AT_ONCE = 50


@bp.get("")
@requires(is_runner)
def index() -> str:
    """The runs of one's rounds that have orders, from a week ago on."""
    round_ids = current_actor().round_ids
    return render_template("rounds/index.html", rounds=rounds_by_ids(round_ids), runs=queries.runs_of(round_ids))


@bp.get("/<int:round_id>/<string:day>")
@requires(is_runner)
def run(round_id: int, day: str) -> Response:
    """The stops of a run, then its parcels."""
    return _show(_own(round_id), _day(day))


@bp.get("/<int:round_id>/<string:day>/cetak")
@requires(is_runner)
def sheet(round_id: int, day: str) -> Response:
    """The same on a sheet of paper, without anybody's address or number."""
    view = queries.run_view(_own(round_id), _day(day))
    return _private(render_template("rounds/sheet.html", run=view))


@bp.post("/<int:round_id>/<string:day>/ambil")
@requires(is_runner)
def collect(round_id: int, day: str) -> Response:
    """The bags of these orders (`kode`, more than one) have been taken at the door."""
    codes = list(dict.fromkeys(request.form.getlist("kode")))[:MOST_AT_ONCE]
    order_ids = [_order(round_id, day, code) for code in codes]
    if not order_ids:
        raise NotFound
    with transaction():
        taken = services.collect(current_actor(), round_id, _day(day), order_ids)
    if taken:
        flash(ngettext("%(num)d kantong Anda ambil.", "%(num)d kantong Anda ambil.", taken), "success")
    return _back(round_id, day)


@bp.post("/<int:round_id>/<string:day>/belum")
@requires(is_runner)
def not_ready(round_id: int, day: str) -> Response:
    """The bag of an order (`kode`) is not ready: it goes with the next run."""
    order_id = _order(round_id, day, request.form.get("kode", ""))
    with transaction():
        following = services.not_ready(current_actor(), round_id, _day(day), order_id)
    flash(_("Ikut putaran berikutnya, %(day)s. Pembeli dan toko dikabari.", day=wita_day(following)), "info")
    return _back(round_id, day)


@bp.post("/<int:round_id>/<string:day>/antar")
@requires(is_runner)
def deliver(round_id: int, day: str) -> Response:
    """A parcel (`pembelian`) is in its buyer's hand: the four digits of any order in it."""
    code = request.form.get("pembelian", "")
    order_ids = _parcel(round_id, day, code)
    refusal: Refusal | None
    try:
        with transaction():
            refusal = services.deliver(current_actor(), round_id, _day(day), order_ids, request.form.get("code", ""))
    except TooMany as locked:
        refusal = locked
    if isinstance(refusal, Invalid | TooMany):
        return _show(_own(round_id), _day(day), status_of(refusal), code, explain(refusal))
    flash(_("Paket sudah diantar. Terima kasih!"), "success")
    return _back(round_id, day)


@bp.post("/<int:round_id>/<string:day>/kosong")
@requires(is_runner)
def nobody_home(round_id: int, day: str) -> Response:
    """Nobody opened: the parcel (`pembelian`) goes with the next run."""
    order_ids = _parcel(round_id, day, request.form.get("pembelian", ""))
    with transaction():
        following = services.nobody_home(current_actor(), round_id, _day(day), order_ids)
    flash(_("Paket dicoba lagi %(day)s. Pembeli dan toko dikabari.", day=wita_day(following)), "info")
    return _back(round_id, day)


def _show(found: Round, day: date, status: int = 200, wrong: str = "", words: str = "") -> Response:
    view = queries.run_view(found, day)
    return _private(render_template("rounds/run.html", run=view, wrong=wrong, words=words), status)


def _private(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(round_id: int) -> Round:
    found = round_by_id(round_id)
    if found is None or not can_run(current_actor(), round_id):
        raise NotFound
    return found


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if found.isoformat() != text:
        abort(404)
    return found


def _order(round_id: int, day: str, code: str) -> int:
    found = queries.order_in_run(_own(round_id).id, _day(day), code)
    if found is None:
        raise NotFound
    return found


def _parcel(round_id: int, day: str, purchase_code: str) -> list[int]:
    found = queries.orders_of_parcel(_own(round_id).id, _day(day), purchase_code)
    if not found:
        raise NotFound
    return found


def _back(round_id: int, day: str) -> Response:
    return redirect(url_for("rounds.run", round_id=round_id, day=day), 303)  # type: ignore[return-value]
