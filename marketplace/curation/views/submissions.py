"""The desk of the curators: the queue, one submission, the decision on it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog.queries import papers_of
from marketplace.certificates import services as certificates
from marketplace.certificates.policies import can_read_file
from marketplace.certificates.queries import certificate
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.curation import queries, services
from marketplace.curation.forms import PassForm, RefusalForm
from marketplace.curation.models import Submission
from marketplace.curation.policies import may_judge
from marketplace.curation.rules import CHECKS, FIELDS
from marketplace.media.services import document
from marketplace.web.access import current_actor, is_curator, requires
from marketplace.web.private import private_file

bp = Blueprint("curation", __name__, url_prefix="/kurasi")
Page = str | Response | tuple[str, int]


@bp.get("")
@requires(is_curator)
def queue() -> str:
    """What waits, oldest first."""
    return render_template("curation/queue.html", found=queries.queue(request.args.get("setelah")))


@bp.get("/<int:submission_id>")
@requires(is_curator)
def submission(submission_id: int) -> str:
    """One revision beside what the public reads now, its papers, its shop, and what was decided before."""
    return _show(submission_id)


@bp.post("/<int:submission_id>/kelulusan")
@requires(is_curator)
def create_pass(submission_id: int) -> Page:
    """Let the revision pass, and go on to the next."""
    form = PassForm()
    if not form.validate():
        return _show(submission_id, pass_form=form), 422
    try:
        with transaction():
            services.pass_submission(current_actor(), submission_id, form.ticked())
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(submission_id, pass_form=form), 422
    flash(_("Lolos kurasi. Tanda Terkurasi sudah tampil."), "success")
    return _to_next()


@bp.post("/<int:submission_id>/perbaikan")
@requires(is_curator)
def create_return(submission_id: int) -> Page:
    """Ask the seller for changes."""
    form = RefusalForm(prefix="perbaikan-")
    if not form.validate():
        return _show(submission_id, return_form=form), 422
    return _refuse(services.ask_changes, submission_id, form, _("Permintaan perbaikan terkirim ke penjual."))


@bp.post("/<int:submission_id>/penolakan")
@requires(is_curator)
def create_rejection(submission_id: int) -> Page:
    """The revision does not pass."""
    form = RefusalForm(prefix="penolakan-")
    if not form.validate():
        return _show(submission_id, reject_form=form), 422
    return _refuse(services.reject, submission_id, form, _("Ajuan dicatat tidak lolos; penjual diberi tahu."))


@bp.post("/<int:submission_id>/sertifikat/<int:certificate_id>")
@requires(is_curator)
def create_verification(submission_id: int, certificate_id: int) -> Page:
    """Note that the number was found in the issuer's register."""
    _claimed(submission_id, certificate_id)
    with transaction():
        certificates.verify(current_actor(), certificate_id)
    flash(_("Dicatat: nomor ini sudah dicocokkan di register."), "success")
    return redirect(url_for("curation.submission", submission_id=submission_id, _anchor="sertifikat"), 303)  # type: ignore[return-value]


@bp.get("/<int:submission_id>/sertifikat/<int:certificate_id>/berkas")
@requires(is_curator)
def certificate_file(submission_id: int, certificate_id: int) -> Response:
    """The private paper of a certificate that the submission claims."""
    _claimed(submission_id, certificate_id)
    found = certificate(certificate_id)
    if found.file_id is None or not can_read_file(current_actor(), found):
        raise NotFound
    content, kind = document(found.file_id)
    return private_file(content, kind, f"sertifikat-{certificate_id}")


def _show(
    submission_id: int,
    pass_form: PassForm | None = None,
    return_form: RefusalForm | None = None,
    reject_form: RefusalForm | None = None,
) -> str:
    """The page; a form given is the one just refused."""
    view = queries.submission_view(submission_id)
    return render_template(
        "curation/submission.html",
        view=view,
        may_judge=may_judge(current_actor(), view.store_id),
        pass_form=pass_form or PassForm(formdata=None),
        return_form=return_form or RefusalForm(formdata=None, prefix="perbaikan-"),
        reject_form=reject_form or RefusalForm(formdata=None, prefix="penolakan-"),
        return_is_open=return_form is not None,
        reject_is_open=reject_form is not None,
        check_words=CHECKS,
        field_words=FIELDS,
    )


def _refuse(act: Callable[..., Submission], submission_id: int, form: RefusalForm, done: str) -> Page:
    """Decide with a reason, say so, and go on to the next."""
    with transaction():
        act(current_actor(), submission_id, form.reason.data, form.note.data)
    flash(done, "success")
    return _to_next()


def _to_next() -> Page:
    """On to what now waits longest, or back to the empty queue."""
    following = queries.next_waiting(without_stores=current_actor().store_ids)
    if following is None:
        return redirect(url_for("curation.queue"), 303)  # type: ignore[return-value]
    return redirect(url_for("curation.submission", submission_id=following), 303)  # type: ignore[return-value]


def _claimed(submission_id: int, certificate_id: int) -> None:
    """Raises NotFound unless the certificate stands behind the submission's revision."""
    revision_id = queries.on_desk(submission_id).revision_id
    papers = papers_of([revision_id])[revision_id]
    if certificate_id not in {row.id for row in (*papers.claimed, *papers.of_shop)}:
        raise NotFound
