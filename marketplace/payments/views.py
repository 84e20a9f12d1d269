"""Where providers tell us what happened."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, request

from marketplace.core.db import transaction
from marketplace.core.ports import port
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.rules import BadNotice, PaymentMethod
from marketplace.payments.services import notices
from marketplace.web.access import public
from marketplace.web.limits import limiter
from marketplace.web.security import csrf

bp = Blueprint("payments", __name__)
LARGEST_NOTICE = 256 * 1024
METHODS = {"midtrans": PaymentMethod.SNAP, "stripe": PaymentMethod.CARD}
log = structlog.get_logger()


def _was_refused(response: Response) -> bool:
    """Only what is refused counts against an address: a provider that has much to tell is never told to wait."""
    return response.status_code != 200


@bp.post("/webhooks/<string:provider>")
@public
@csrf.exempt
@limiter.limit("600 per minute", deduct_when=_was_refused)
def notice(provider: str) -> tuple[str, int]:
    """Keep a notice and answer at once; what it means is read from the provider by the worker.

    404 where the provider is off or has no secret; 400 for what it did not sign; 200 for what is kept and for a repeat.
    """
    method = METHODS.get(provider)
    online = port(Providers).online(method) if method else None
    if method is None or online is None or not online.takes_notices:
        abort(404)
    request.max_content_length = LARGEST_NOTICE
    raw = request.get_data(cache=False)
    try:
        found = online.parse_notice(dict(request.headers), raw)
    except BadNotice as refusal:
        log.warning("payments.bad_notice", provider=provider, why=str(refusal))
        abort(400)
    with transaction():
        notices.keep(method, found, raw)
    return "", 200
