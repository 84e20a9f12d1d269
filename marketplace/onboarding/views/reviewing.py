"""The curators' queue of new shops, and one application with each of its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.queries import contact
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.media.services import document
from marketplace.onboarding import queries, services
from marketplace.onboarding.forms import RejectionForm
from marketplace.onboarding.rules import QUEUED, REASONS, STATUS_WORDS, masked, same_name
from marketplace.web.access import current_actor, is_curator, requires
from marketplace.web.language import explain
from marketplace.web.private import private_file

bp = Blueprint("openings", __name__, url_prefix="/kurasi/toko")
Page = str | Response | tuple[str, int]


@bp.get("")
@requires(is_curator)
def queue() -> str:
    """What waits, oldest first."""
    return render_template("onboarding/queue.html", page=queries.queue(current_actor(), request.args.get("setelah")))


@bp.get("/<int:application_id>")
@requires(is_curator)
def application(application_id: int) -> str:
    """One application, part by part."""
    return _show(application_id)


@bp.post("/<int:application_id>/catatan")
@requires(is_curator)
def keep_marks(application_id: int) -> Page:
    """Keep what was looked at so far."""
    return _decide(application_id, services.keep_marks, _("Catatan pemeriksaan tersimpan."))


@bp.post("/<int:application_id>/perbaikan")
@requires(is_curator)
def ask_changes(application_id: int) -> Page:
    """Ask the applicant to mend parts."""
    return _decide(application_id, services.ask_changes, _("Permintaan perbaikan terkirim."))


@bp.post("/<int:application_id>/penerimaan")
@requires(is_curator)
def accept(application_id: int) -> Page:
    """Open the shop."""
    return _decide(application_id, services.accept, _("Toko dibuka. Pemiliknya diberi tahu."))


@bp.post("/<int:application_id>/penolakan")
@requires(is_curator)
def reject(application_id: int) -> Page:
    """Refuse, with a reason."""
    form = RejectionForm(prefix="tolak-")
    if not form.validate():
        return _show(application_id, form=form), 422
    try:
        with transaction():
            services.reject(current_actor(), application_id, _seen(), str(form.reason.data), str(form.note.data))
    except Stale as refusal:
        return _show_moved_on(application_id, refusal, form=form), 409
    flash(_("Ajuan ditolak; pelamar diberi tahu."), "success")
    return redirect(url_for("openings.queue"), 303)  # type: ignore[return-value]


@bp.get("/berkas/<int:paper_id>")
@requires(is_curator)
def paper_file(paper_id: int) -> Response:
    """The private paper of an application that was sent."""
    content, kind = document(queries.paper_file(current_actor(), paper_id))
    return private_file(content, kind, f"surat-{paper_id}")


def _decide(application_id: int, act: Callable[..., object], done: str) -> Page:
    found = queries.for_review(current_actor(), application_id)
    marks = _marks(queries.view(found).parts)
    try:
        with transaction():
            act(current_actor(), application_id, _seen(), marks)
    except Invalid as refusal:
        return _show(application_id, marks=marks, refusal=refusal), 422
    except Stale as refusal:
        return _show_moved_on(application_id, refusal, marks), 409
    flash(done, "success")
    if act is services.keep_marks:
        return redirect(url_for("openings.application", application_id=application_id), 303)  # type: ignore[return-value]
    return redirect(url_for("openings.queue"), 303)  # type: ignore[return-value]


def _show_moved_on(
    application_id: int, refusal: Stale, typed: services.Marks | None = None, form: RejectionForm | None = None
) -> str:
    """The application as it stands now. While it still waits, what this curator typed stays beside what was kept."""
    found = queries.for_review(current_actor(), application_id)
    if found.status not in QUEUED:
        return _show(application_id, refusal=refusal)
    kept = found.marks
    differing = [part for part, mark in (typed or {}).items() if part in kept and kept[part] != mark]
    return _show(application_id, form, {**kept, **(typed or {})}, refusal, {part: kept[part] for part in differing})


def _marks(parts: tuple[str, ...]) -> services.Marks:
    """What the curator ticked, by part; a part not looked at is left out."""
    found: services.Marks = {}
    for part in parts:
        said = request.form.get(f"nilai-{part}")
        if said in ("ok", "perbaiki"):
            found[part] = {
                "ok": said == "ok",
                "reason": request.form.get(f"alasan-{part}", "")[:60],
                "note": request.form.get(f"catatan-{part}", "").strip().replace("\x00", ""),
            }
    return found


def _seen() -> int:
    """Which version of the application the curator had before the eyes."""
    return request.form.get("versi", 0, type=int)


def _show(
    application_id: int,
    form: RejectionForm | None = None,
    marks: services.Marks | None = None,
    refusal: Invalid | Stale | None = None,
    kept: services.Marks | None = None,
) -> str:
    """The page: `marks` as typed, else as kept; `kept` is what others said of parts where that differs."""
    found = queries.for_review(current_actor(), application_id)
    view = queries.view(found)
    values: dict[str, Any] = {
        "view": view,
        "answers": found.answers,
        "person": contact(found.person_id),
        "moves": queries.moves(application_id),
        "marks": found.marks if marks is None else marks,
        "may_decide": found.status in QUEUED,
        "refusal": explain(refusal) if refusal else "",
        "refused": refusal.field if isinstance(refusal, Invalid) else "",
        "kept": kept or {},
        "bank_number": masked(found.bank_number),
        "holder_matches": same_name(
            found.answers.get("rekening", {}).get("holder", ""), found.answers.get("siapa", {}).get("name", "")
        ),
        "reject_form": form or RejectionForm(formdata=None, prefix="tolak-"),
        "reject_is_open": form is not None,
    }
    words = {"reasons": REASONS, "status_words": STATUS_WORDS, "part_words": queries.part_words}
    return render_template("onboarding/review.html", **words, **values)
