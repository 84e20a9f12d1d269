"""What the pages about claims share: the addresses of pictures, and the steps as an order's time line tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from marketplace.claims import queries
from marketplace.claims.queries import ClaimView
from marketplace.claims.queries.views import TimelineStep
from marketplace.core.errors import NotFound
from marketplace.media.services import document
from marketplace.web.private import private_file


def picture_answer(order_id: int, step_id: int, position: int) -> Any:
    """A picture of a claim on this order, for whoever may see the claim. Raises NotFound."""
    media_id = queries.picture_file(order_id, step_id, position)
    if media_id is None:
        raise NotFound
    return private_file(*document(media_id), f"komplain-{step_id}-{position}")


def picture_urls(claims: Iterable[ClaimView], url: Callable[..., str]) -> dict[int, list[str]]:
    """The addresses of the pictures of each step; `url(step_id=, position=)` makes one."""
    return {
        step.id: [url(step_id=step.id, position=position) for position in step.pictures]
        for claim in claims
        for step in claim.steps
    }


def claim_steps(order_ids: Iterable[int]) -> dict[int, list[TimelineStep]]:
    """The steps of claims on these orders, by order. One statement."""
    return queries.timeline(order_ids)
