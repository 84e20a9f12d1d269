"""Questions about purchases and orders.

Finding them (`finding`), lists (`listing`), each one whole (`views`), a payment's orders and bookings (`money`), and
whether the figures agree (`checks`).
"""

from marketplace.orders.queries.checks import (
    crooked_orders,
    crooked_parts,
    unbooked_attempts,
    unbooked_disputes,
    unbooked_refunds,
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
from marketplace.orders.queries.listing import (
    OrderRow,
    PurchaseRow,
    SoldRow,
    daily_sales,
    guest_purchases,
    open_counts,
    person_purchases,
    sold,
    store_orders,
    to_answer,
    unanswered,
)
from marketplace.orders.queries.money import OrderMoney, bookings_of_payment, money_of_orders, purchase_codes
from marketplace.orders.queries.views import (
    LineView,
    OrderView,
    PurchaseView,
    RefundNote,
    RefundView,
    StepView,
    order_view,
    purchase_view,
    refund_method,
    refund_notes,
    refund_view,
)

__all__ = [
    "LineView",
    "OrderMoney",
    "OrderRow",
    "OrderView",
    "PurchaseRow",
    "PurchaseView",
    "RefundNote",
    "RefundView",
    "SoldRow",
    "StepView",
    "bookings_of_payment",
    "crooked_orders",
    "crooked_parts",
    "daily_sales",
    "guest_purchases",
    "money_of_orders",
    "online_payment",
    "open_counts",
    "order_by_code",
    "order_codes",
    "order_id_by_code",
    "order_view",
    "payment_of_purchase",
    "person_purchases",
    "purchase_by_code",
    "purchase_by_form_key",
    "purchase_codes",
    "purchase_of_payment",
    "purchase_view",
    "refund_method",
    "refund_notes",
    "refund_view",
    "sold",
    "store_orders",
    "to_answer",
    "unanswered",
    "unbooked_attempts",
    "unbooked_disputes",
    "unbooked_refunds",
    "wanted",
]
