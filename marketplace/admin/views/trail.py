"""The audit trail."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import request, url_for

from marketplace.admin import queries
from marketplace.admin.views.blueprint import bp, show
from marketplace.web.access import is_operator, requires

NUMBER = re.compile(r"[0-9]{1,18}")


@bp.get("/jejak")
@requires(is_operator)
def trail() -> str:
    """Acts, the latest first, filtered by what was done, by whom, and to what."""
    args = request.args
    asked = {key: args.get(key, "").strip()[:80] for key in ("tindakan", "orang", "jenis", "benda")}
    wanted = queries.TrailFilter(
        action=asked["tindakan"],
        person_id=int(asked["orang"]) if NUMBER.fullmatch(asked["orang"]) else None,
        thing_type=asked["jenis"],
        thing_id=asked["benda"],
    )
    page = queries.trail(wanted, args.get("halaman"))
    here = url_for("admin.trail")
    kept = {key: value for key, value in asked.items() if value}

    def address(cursor: str | None) -> str | None:
        return f"{here}?{urlencode({**kept, 'halaman': cursor})}" if cursor else None

    return show("trail", page=page, asked=asked, prev_url=address(page.prev), next_url=address(page.next))
