"""Questions about purchases and orders.

Finding them (`finding`), lists (`listing`), what was sold (`figures`), each one whole (`views`), a payment's orders and
bookings (`money`), and whether the figures agree (`checks`).
"""

from marketplace.orders.queries.checks import (
    crooked_lines,
    crooked_orders,
    crooked_parts,
    crooked_vouchers,
    unbooked_attempts,
    unbooked_disputes,
    unbooked_refunds,
)
from marketplace.orders.queries.clocks import run_out, to_remind
from marketplace.orders.queries.contests import is_contested
from marketplace.orders.queries.figures import (
    BestProduct,
    RunningOut,
    SalesDay,
    best_products,
    running_out,
    sales_by_day,
)
from marketplace.orders.queries.finding import (
    online_payment,
    order_by_code,
    order_codes,
    order_id_by_code,
    payment_of_purchase,
    purchase_by_code,
    purchase_by_form_key,
    purchase_of_payment,
    wanted,
)
from marketplace.orders.queries.links import LinkAbout, link_about, nearly_over
from marketplace.orders.queries.listing import (
    OrderFilter,
    OrderRow,
    PurchaseRow,
    SoldRow,
    guest_purchases,
    neighbours,
    open_counts,
    person_purchases,
    sold,
    store_orders,
    to_do,
    unanswered,
)
from marketplace.orders.queries.money import OrderMoney, bookings_of_payment, money_of_orders, purchase_codes
from marketplace.orders.queries.packing import PickRow, Slip, pick_list, slips
from marketplace.orders.queries.purchases import PurchaseView, purchase_view
from marketplace.orders.queries.refunds import RefundNote, RefundView, refund_method, refund_notes, refund_view
from marketplace.orders.queries.telling import LetterState, Share, letters, shares
from marketplace.orders.queries.timeline import Moment, TimeLine, time_line
from marketplace.orders.queries.views import (
    AcceptanceView,
    LineView,
    OrderView,
    StepView,
    order_view,
    ordered_lines,
)

__all__ = [
    "AcceptanceView",
    "BestProduct",
    "LetterState",
    "LineView",
    "LinkAbout",
    "Moment",
    "OrderFilter",
    "OrderMoney",
    "OrderRow",
    "OrderView",
    "PickRow",
    "PurchaseRow",
    "PurchaseView",
    "RefundNote",
    "RefundView",
    "RunningOut",
    "SalesDay",
    "Share",
    "Slip",
    "SoldRow",
    "StepView",
    "TimeLine",
    "best_products",
    "bookings_of_payment",
    "crooked_lines",
    "crooked_orders",
    "crooked_parts",
    "crooked_vouchers",
    "guest_purchases",
    "is_contested",
    "letters",
    "link_about",
    "money_of_orders",
    "nearly_over",
    "neighbours",
    "online_payment",
    "open_counts",
    "order_by_code",
    "order_codes",
    "order_id_by_code",
    "order_view",
    "ordered_lines",
    "payment_of_purchase",
    "person_purchases",
    "pick_list",
    "purchase_by_code",
    "purchase_by_form_key",
    "purchase_codes",
    "purchase_of_payment",
    "purchase_view",
    "refund_method",
    "refund_notes",
    "refund_view",
    "run_out",
    "running_out",
    "sales_by_day",
    "shares",
    "slips",
    "sold",
    "store_orders",
    "time_line",
    "to_do",
    "to_remind",
    "unanswered",
    "unbooked_attempts",
    "unbooked_disputes",
    "unbooked_refunds",
    "wanted",
]
