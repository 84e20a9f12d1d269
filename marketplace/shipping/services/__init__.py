"""What brings goods to a buyer: the shop's own zones, pick-up points of the market, couriers."""

from marketplace.shipping.services.local import add_fee, end_fee
from marketplace.shipping.services.points import choose_points, save_point
from marketplace.shipping.services.post import add_rate, choose_couriers, end_rate, save_courier
from marketplace.shipping.services.zones import remove_zone, set_zone

__all__ = [
    "add_fee",
    "add_rate",
    "choose_couriers",
    "choose_points",
    "end_fee",
    "end_rate",
    "remove_zone",
    "save_courier",
    "save_point",
    "set_zone",
]
