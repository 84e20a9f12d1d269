"""The blueprint, and how a request's visitor is found: one statement by the token in the session cookie."""

from __future__ import annotations

from flask import Blueprint, Response, g

from marketplace.accounts import queries, services
from marketplace.accounts.services.sign_ins import is_seen_due
from marketplace.core.db import run_now
from marketplace.web.access import Visitor, login_manager

bp = Blueprint("accounts", __name__)


@login_manager.user_loader
def load_visitor(token: str) -> Visitor | None:
    """Who the token stands for now: a revoked sign-in, a blocked person, a role taken away count at once."""
    presence = queries.actor_for(token)
    if presence is None:
        return None
    if is_seen_due(presence.seen_at):
        g.seen_sign_in = presence.sign_in_id
    return Visitor(token, presence.actor)


@bp.after_app_request
def note_use(response: Response) -> Response:
    """Note every ten minutes that a sign-in is in use; after the view, so that no transaction is at work."""
    sign_in_id = g.pop("seen_sign_in", None)
    if sign_in_id is not None:
        run_now(services.note_seen(sign_in_id))
    return response
