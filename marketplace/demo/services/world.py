"""What has been made so far, as the deeds that follow need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from marketplace.catalog.rules import Draft
from marketplace.core.actor import Actor, Grant, Role
from marketplace.demo.adapters.pictures import Drawing
from marketplace.demo.rules.goods import Goods
from marketplace.demo.rules.timeline import Timeline
from marketplace.media.services import Prepared


@dataclass
class World:
    """Ids by the names that the rules use. `began` is the moment of loading: all else is told from it."""

    began: datetime
    pictures: dict[Drawing, Prepared]
    timeline: Timeline = field(default_factory=Timeline)
    people: dict[str, Actor] = field(default_factory=dict)
    stores: dict[str, int] = field(default_factory=dict)
    owners: dict[int, Actor] = field(default_factory=dict)
    papers: dict[tuple[int, str, str], int] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)
    products: dict[int, int] = field(default_factory=dict)

    def ago(self, days: float) -> datetime:
        """The instant so many days before the loading."""
        return self.began - timedelta(days=days)

    def owner_of(self, goods: Goods) -> Actor:
        return self.owners[self.stores[goods.store]]

    def employ(self, handle: str, store_id: int, role: Role) -> None:
        """From now on the person acts for the store."""
        person = self.people[handle]
        self.people[handle] = Actor(person.person_id, person.name, person.grants | {Grant(role, store_id)})
