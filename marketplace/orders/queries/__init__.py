"""Questions about purchases and orders.

Finding them (`finding`), lists (`listing`), what was sold (`figures`), each one whole (`views`), a payment's orders and
bookings (`money`), and whether the figures agree (`checks`).
"""

from marketplace.orders.queries.checks import (
    crooked_orders,
    crooked_parts,
    unbooked_attempts,
    unbooked_disputes,
    unbooked_refunds,
)
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
    "BestProduct",
    "LineView",
    "OrderMoney",
    "OrderRow",
    "OrderView",
    "PurchaseRow",
    "PurchaseView",
    "RefundNote",
    "RefundView",
    "RunningOut",
    "SalesDay",
    "SoldRow",
    "StepView",
    "best_products",
    "bookings_of_payment",
    "crooked_orders",
    "crooked_parts",
    "guest_purchases",
    "money_of_orders",
    "online_payment",
    "open_counts",
    "order_by_code",
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
    "running_out",
    "sales_by_day",
    "sold",
    "store_orders",
    "to_answer",
    "unanswered",
    "unbooked_attempts",
    "unbooked_disputes",
    "unbooked_refunds",
    "wanted",
]
