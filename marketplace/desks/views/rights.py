"""What of a product the visitor may change, and who may change the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from marketplace.accounts.queries import team_of
from marketplace.core.actor import Right
from marketplace.web.access import current_actor

GOODS = (Right.PRODUCTS, Right.PRICES, Right.STOCK)


@dataclass(frozen=True)
class Allowed:
    """May the visitor change the words of a shop's goods, their prices, their stock? Who may what she may not: names
    by right, the owners first."""

    words: bool
    prices: bool
    stock: bool
    who: Mapping[Right, str] = field(default_factory=dict)

    @property
    def not_words(self) -> str:
        """Who writes the words, "" when the visitor may."""
        return self.who.get(Right.PRODUCTS, "")

    @property
    def not_prices(self) -> str:
        """Who writes the prices, "" when the visitor may."""
        return self.who.get(Right.PRICES, "")

    @property
    def not_stock(self) -> str:
        """Who counts the stock, "" when the visitor may."""
        return self.who.get(Right.STOCK, "")


def allowed(store_id: int) -> Allowed:
    """What the visitor may do with the goods of a shop. One statement when something is left to others, else none."""
    actor = current_actor()
    has = {right: actor.may(right, store_id) for right in GOODS}
    who: dict[Right, str] = {}
    if not all(has.values()):
        team = team_of(store_id)
        for right in GOODS:
            if not has[right]:
                who[right] = ", ".join(_name(one.name, is_owner=one.is_owner) for one in team if right in one.rights)
    return Allowed(has[Right.PRODUCTS], has[Right.PRICES], has[Right.STOCK], who)


def _name(name: str, *, is_owner: bool) -> str:
    return _("%(name)s (pemilik)", name=name) if is_owner else name
