"""What happens to stores: what they say about themselves (`profiles`), when they are open (`times`).

Their team (`team`) and bank account (`banking`) are modules of their own.
"""

from marketplace.stores.services.profiles import create, empty, hold_names, set_logo, set_status, update_profile
from marketplace.stores.services.times import cancel_closure, plan_closure, set_week

__all__ = [
    "cancel_closure",
    "create",
    "empty",
    "hold_names",
    "plan_closure",
    "set_logo",
    "set_status",
    "set_week",
    "update_profile",
]
