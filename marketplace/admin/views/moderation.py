"""Products and shops that visitors reported: what was said of them, and what is done about it."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.moderation import ENDED, VerdictForm, verdict_form, verdict_forms
from marketplace.admin.views.blueprint import bp, show
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.moderation import queries, services
from marketplace.moderation.forms import REASONS
from marketplace.moderation.policies import can_moderate
from marketplace.moderation.rules import OUTCOMES, Kind, Outcome
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

Page = str | Response | tuple[str, int]
REASON_WORDS = dict(REASONS)


@bp.get("/laporan-produk")
@requires(is_operator)
def listing_reports() -> str:
    """What was reported and is not decided, a thing at a time, the oldest first; and the shops that are suspended."""
    return _list()


@bp.get("/laporan-produk/<string:kind>/<int:thing_id>")
@requires(is_operator)
def listing_report(kind: str, thing_id: int) -> str:
    """All that was said of one thing, and what can be done."""
    return _show(_kind(kind), thing_id)


@bp.post("/laporan-produk/<string:kind>/<int:thing_id>")
@requires(is_operator)
def judge_listing(kind: str, thing_id: int) -> Page:
    """Decide about a thing: all its open reports are closed."""
    about = queries.thing_view(_kind(kind), thing_id)
    form = verdict_form(_outcome(about.thing.kind))
    if not form.validate_on_submit():
        return _show(about.thing.kind, thing_id, form), 422
    try:
        with transaction():
            services.decide(current_actor(), about.thing, form.verdict(), request.form.get("seen", 0, type=int))
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(about.thing.kind, thing_id, form), 422
    except Stale as refusal:
        return _show(about.thing.kind, thing_id, form, explain(refusal)), 409
    flash(_("Tersimpan, laporannya ditutup."), "success")
    return redirect(url_for("admin.listing_reports"), 303)  # type: ignore[return-value]


@bp.post("/laporan-produk/toko/<int:store_id>/pembukaan")
@requires(is_operator)
def reopen_store(store_id: int) -> Page:
    """Let a suspended shop sell again."""
    try:
        with transaction():
            services.reopen(current_actor(), store_id)
    except Stale as refusal:
        return _list(explain(refusal)), 409
    flash(_("Toko dibuka lagi. Pemiliknya kami kabari."), "success")
    return redirect(url_for("admin.listing_reports"), 303)  # type: ignore[return-value]


def _kind(word: str) -> Kind:
    """What an address names. Raises NotFound for nothing that can be reported."""
    if word not in set(Kind):
        raise NotFound
    return Kind(word)


def _outcome(kind: Kind) -> Outcome:
    """The act whose button was pressed. Raises NotFound for one that does not fit."""
    named = request.form.get("outcome")
    fitting = [each for each in OUTCOMES[kind] if each.value == named]
    if not fitting:
        raise NotFound
    return fitting[0]


def _list(said: str = "") -> str:
    return show(
        "listing_reports",
        page=queries.waiting(request.args.get("setelah")),
        suspended=queries.suspended(),
        may_reopen=lambda store_id: can_moderate(current_actor(), store_id),
        reasons=REASON_WORDS,
        said=said,
        part=url_for("admin.listing_reports"),
    )


def _show(kind: Kind, thing_id: int, sent: VerdictForm | None = None, said: str = "") -> str:
    about = queries.thing_view(kind, thing_id)
    reports = queries.open_reports(about.thing)
    may_decide = bool(reports) and can_moderate(current_actor(), about.thing.store_id)
    return show(
        "listing_report",
        about=about,
        reports=reports,
        endings=queries.endings(about.thing),
        forms=verdict_forms(kind, sent, is_sold=about.is_shown) if may_decide else [],
        seen=reports[-1].id if reports else 0,
        reasons=REASON_WORDS,
        ended=ENDED,
        said=said,
        part=url_for("admin.listing_reports"),
    )
