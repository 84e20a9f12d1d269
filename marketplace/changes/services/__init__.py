"""Changes that one side asks for and the other answers, and parcels. The order is locked first, as for every move."""

from marketplace.changes.services import links
from marketplace.changes.services.answering import agree_as_buyer, agree_as_shop, refuse_as_buyer, refuse_as_shop
from marketplace.changes.services.asking import ask, propose
from marketplace.changes.services.parcels import confirm_parcel, send_part
from marketplace.changes.services.people import export, forget
from marketplace.changes.services.settling import expire, overtake, withdraw_as_buyer, withdraw_as_shop

__all__ = [
    "agree_as_buyer",
    "agree_as_shop",
    "ask",
    "confirm_parcel",
    "expire",
    "export",
    "forget",
    "links",
    "overtake",
    "propose",
    "refuse_as_buyer",
    "refuse_as_shop",
    "send_part",
    "withdraw_as_buyer",
    "withdraw_as_shop",
]
