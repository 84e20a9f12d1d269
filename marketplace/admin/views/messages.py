"""Messages that were reported, and the talks that the operator has a reason to read. Each reading is on the trail."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms import MessageReportForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.claims.queries import is_mediated
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound, Stale
from marketplace.media.services import document
from marketplace.orders.queries import order_by_code
from marketplace.talks import queries, services
from marketplace.talks.queries import Talk
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain
from marketplace.web.private import private_file

Page = str | Response | tuple[str, int]


@bp.get("/pesan")
@requires(is_operator)
def reports() -> str:
    """What was reported and not looked at yet, the oldest first."""
    return _list()


@bp.get("/pesan/<string:code>")
@requires(is_operator)
def talk(code: str) -> Response:
    """The talk of an order, as long as a report is open, or a dispute or a claim is not decided."""
    found = _opened(code)
    page = queries.messages(found.order_id, after=request.args.get("setelah"))
    answer = Response(show("talk", talk=found, page=page, part=url_for("admin.reports")))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/pesan/<string:code>/<int:message_id>/foto/<int:position>")
@requires(is_operator)
def talk_picture(code: str, message_id: int, position: int) -> Response:
    """A picture of such a talk."""
    media_id = queries.picture_file(_opened(code).order_id, message_id, position)
    if media_id is None:
        raise NotFound
    return private_file(*document(media_id), f"pesan-{message_id}-{position}")


@bp.post("/pesan/laporan/<int:report_id>/penutupan")
@requires(is_operator)
def close_report(report_id: int) -> Page:
    """Note what came of a report."""
    form = MessageReportForm(prefix=f"r{report_id}")
    if not form.validate_on_submit():
        return _list(forms={report_id: form}), 422
    try:
        with transaction():
            services.close_report(current_actor(), report_id, form.note.data or "")
    except Stale as refusal:
        return _list(explain(refusal)), 409
    flash(_("Laporan ditutup."), "success")
    return redirect(url_for("admin.reports"), 303)  # type: ignore[return-value]


def _list(said: str = "", forms: dict[int, MessageReportForm] | None = None) -> str:
    page = queries.open_reports(request.args.get("setelah"))
    each = {row.id: MessageReportForm(formdata=None, prefix=f"r{row.id}") for row in page.items} | (forms or {})
    return show("reports", page=page, forms=each, said=said, part=url_for("admin.reports"))


def _opened(code: str) -> Talk:
    order = order_by_code(code)
    if order is None:
        raise NotFound
    with transaction():
        return services.open_for_operator(current_actor(), order.id, is_mediated(order.id))
