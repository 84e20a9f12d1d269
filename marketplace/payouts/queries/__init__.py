"""What is due (`due`), batches and their lines (`batches`), refunds by bank (`refunds`), a year (`years`), `checks`."""

from marketplace.payouts.queries.batches import (
    BatchView,
    LineView,
    batch_by_reference,
    batch_lines,
    batches,
    counts,
    file_of,
    files_of,
    line_by_reference,
    lines_of_store,
)
from marketplace.payouts.queries.checks import crooked_items, crooked_lines, crooked_transit
from marketplace.payouts.queries.due import (
    Due,
    HoldView,
    OrderDue,
    account_of,
    due,
    due_of,
    holds_of,
    orders_due,
    standing_hold,
)
from marketplace.payouts.queries.refunds import (
    RefundDue,
    ask_of,
    is_open_for_account,
    payable_refunds,
    refunds_waiting,
    to_remind,
)
from marketplace.payouts.queries.years import year

__all__ = [
    "BatchView",
    "Due",
    "HoldView",
    "LineView",
    "OrderDue",
    "RefundDue",
    "account_of",
    "ask_of",
    "batch_by_reference",
    "batch_lines",
    "batches",
    "counts",
    "crooked_items",
    "crooked_lines",
    "crooked_transit",
    "due",
    "due_of",
    "file_of",
    "files_of",
    "holds_of",
    "is_open_for_account",
    "line_by_reference",
    "lines_of_store",
    "orders_due",
    "payable_refunds",
    "refunds_waiting",
    "standing_hold",
    "to_remind",
    "year",
]
