"""People come, shops open."""

from __future__ import annotations

from functools import partial

from marketplace.accounts import services as accounts
from marketplace.accounts.services import helping
from marketplace.core.actor import SYSTEM, Actor, Grant, Role, village_scope
from marketplace.demo.adapters.pictures import LOGO, Drawing, seed_of
from marketplace.demo.rules.people import HOMES, PASSWORD, PEOPLE, DemoPerson
from marketplace.demo.rules.shops import Shop, shops
from marketplace.demo.services.world import World
from marketplace.media import services as media
from marketplace.places.rules import FATULULI
from marketplace.shipping import services as shipping
from marketplace.stores import services as stores
from marketplace.stores.rules import StoreStatus

FIRST_DAY = 120
HELPED = "tenun-mama-yuli"


def logo_of(shop: Shop) -> Drawing:
    """The mark of a shop."""
    return Drawing(shop.name, seed_of(shop.name), is_logo=True, size=LOGO)


def plan(world: World) -> None:
    """Put the coming of people and the opening of shops on the time line."""
    world.timeline.add(world.ago(FIRST_DAY), partial(_welcome, world))
    world.timeline.add(world.ago(1), partial(_ask_help, world))
    for shop in shops():
        world.timeline.add(world.ago(shop.since_days), partial(_open, world, shop))
        if shop.status is not StoreStatus.OPEN:
            world.timeline.add(world.ago(2), partial(_turn, world, shop))


def scope_of(role: Role) -> int:
    """A facilitator is one of Fatululi; other roles are of the whole market."""
    return village_scope(FATULULI) if role is Role.FACILITATOR else 0


def _ask_help(world: World) -> None:
    """Yuli asks the facilitator of her village to sit beside her."""
    store_id = world.stores[HELPED]
    lurah = world.people["lurah"].person_id or 0
    helping.ask(world.owners[store_id], store_id, FATULULI, lurah, 7, "Memasukkan produk dan foto tenun")


def _welcome(world: World) -> None:
    for person in PEOPLE:
        made = accounts.create_person(SYSTEM, person.name, person.email, person.phone, PASSWORD)
        for role in person.roles:
            accounts.grant(SYSTEM, made.id, role, scope_of(role))
        grants = frozenset(Grant(role, scope_of(role)) for role in person.roles)
        world.people[person.handle] = Actor(made.id, made.name, grants)
    _settle_in(world, PEOPLE)


def _settle_in(world: World, people: tuple[DemoPerson, ...]) -> None:
    """Plain residents have an address in the city."""
    residents = [person for person in people if not person.roles and not person.works_for]
    for number, person in enumerate(residents):
        street, rt_rw, village, landmark = HOMES[number % len(HOMES)]
        draft = accounts.AddressDraft(
            recipient=person.name,
            phone=person.phone,
            street=street,
            rt_rw=rt_rw,
            village_code=village,
            postcode="85111",
            landmark=landmark,
        )
        accounts.save_address(world.people[person.handle], draft)


def _open(world: World, shop: Shop) -> None:
    owner = accounts.create_person(SYSTEM, shop.owner, shop.email, shop.profile.phone, PASSWORD)
    store = stores.create(SYSTEM, shop.profile)
    stores.set_week(SYSTEM, store.id, shop.week, shop.hours)
    accounts.grant(SYSTEM, owner.id, Role.STORE_OWNER, store.id)
    actor = Actor(owner.id, owner.name, frozenset({Grant(Role.STORE_OWNER, store.id)}))
    world.stores[shop.slug], world.owners[store.id] = store.id, actor
    stores.set_logo(actor, store.id, media.keep(actor, world.pictures[logo_of(shop)]).id)
    for zone in shop.zones:
        shipping.set_zone(actor, store.id, zone.region_code, zone.fee, zone.note)
    for person in PEOPLE:
        if person.works_for == shop.slug:
            accounts.grant(SYSTEM, world.people[person.handle].person_id or 0, Role.STORE_STAFF, store.id)
            world.employ(person.handle, store.id, Role.STORE_STAFF)


def _turn(world: World, shop: Shop) -> None:
    store_id = world.stores[shop.slug]
    stores.set_status(world.owners[store_id], store_id, shop.status)
