"""Who may give vouchers."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right
from marketplace.vouchers.models import Voucher


def can_give(actor: Actor, store_id: int | None) -> bool:
    """Who writes a shop's prices gives its vouchers, helpers never: it is the shop's money. The programme's: operators.

    `store_id` is None for the programme.
    """
    if actor.is_system:
        return True
    if store_id is None:
        return actor.is_operator
    return actor.helping is None and actor.may(Right.PRICES, store_id)


def can_see(actor: Actor, voucher: Voucher) -> bool:
    """Those whose prices it lowers see a shop's voucher, operators that of the programme."""
    if voucher.store_id is None:
        return actor.is_operator
    return actor.may(Right.PRICES, voucher.store_id)
