"""Rounds: the operator sets them up, shops take part, checkout books orders on a run, runners bring them."""

from marketplace.rounds.services.booking import book, lock_rounds
from marketplace.rounds.services.running import collect, deliver, nobody_home, not_ready, roll_over
from marketplace.rounds.services.setting import (
    RegionDraft,
    RoundDraft,
    choose_rounds,
    order_stops,
    remove_region,
    save_round,
    set_fee,
    set_region,
)

__all__ = [
    "RegionDraft",
    "RoundDraft",
    "book",
    "choose_rounds",
    "collect",
    "deliver",
    "lock_rounds",
    "nobody_home",
    "not_ready",
    "order_stops",
    "remove_region",
    "roll_over",
    "save_round",
    "set_fee",
    "set_region",
]
