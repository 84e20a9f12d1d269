"""Giving vouchers, redeeming them with a purchase, and giving them back with orders that end unsold."""

from marketplace.vouchers.services.giving import VoucherDraft, create, end, pause, resume
from marketplace.vouchers.services.people import export, forget
from marketplace.vouchers.services.redeeming import VoucherGone, keep_in_step, redeem

__all__ = [
    "VoucherDraft",
    "VoucherGone",
    "create",
    "end",
    "export",
    "forget",
    "keep_in_step",
    "pause",
    "redeem",
    "resume",
]
