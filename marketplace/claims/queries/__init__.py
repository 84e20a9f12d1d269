"""Questions about claims. None of them is for the public."""

from marketplace.claims.queries.checks import crooked_claims
from marketplace.claims.queries.listing import (
    ClaimRow,
    counts_for_operator,
    for_operator,
    for_shop,
    overdue,
    to_remind,
)
from marketplace.claims.queries.views import (
    ClaimView,
    LineView,
    StepView,
    claim_view,
    claims_of,
    is_mediated,
    picture_file,
    step_view,
    timeline,
)
from marketplace.claims.queries.windows import Window, has_open_claim, window

__all__ = [
    "ClaimRow",
    "ClaimView",
    "LineView",
    "StepView",
    "Window",
    "claim_view",
    "claims_of",
    "counts_for_operator",
    "crooked_claims",
    "for_operator",
    "for_shop",
    "has_open_claim",
    "is_mediated",
    "overdue",
    "picture_file",
    "step_view",
    "timeline",
    "to_remind",
    "window",
]
