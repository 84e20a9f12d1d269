"""Do the books agree: the last run, those before, where the money is now, and looking again."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import DIFFERENCES, account_words
from marketplace.core.db import db, transaction
from marketplace.core.errors import NotFound
from marketplace.reconciliation import queries, services
from marketplace.reconciliation.models import Reconciliation
from marketplace.reconciliation.rules import read_back
from marketplace.web.access import current_actor, is_operator, requires


@bp.get("/pencocokan")
@requires(is_operator)
def reconciliations() -> str:
    """The last run with what it found, and the list of all."""
    page = queries.runs(request.args.get("setelah"))
    values = {"run": queries.latest(), "page": page, "accounts": queries.accounts(), "account_words": account_words}
    return show("reconciliations", **values, **_words())


@bp.get("/pencocokan/<int:run_id>")
@requires(is_operator)
def reconciliation(run_id: int) -> str:
    """One run with what it found."""
    run = db.session.get(Reconciliation, run_id)
    if run is None:
        raise NotFound
    return show("reconciliation", run=run, part=url_for("admin.reconciliations"), **_words())


@bp.post("/pencocokan")
@requires(is_operator)
def reconcile() -> Response:
    """Let the worker compare now."""
    with transaction():
        services.ask(current_actor())
    flash(_("Pemeriksaan dimulai. Hasilnya ada di sini sebentar lagi; muat ulang halaman ini."), "info")
    return redirect(url_for("admin.reconciliations"), 303)  # type: ignore[return-value]


def _words() -> dict[str, object]:
    return {"difference_words": DIFFERENCES, "read_back": read_back}
