"""Who may do what at the seller's desk: every address under /penjual, two shops, every kind of visitor.

Addresses come from the application itself, so a new one cannot escape. It says what it needs by its decorator:
`@requires_right(Right.X, ...)` (one of them is enough), `@owner_only`, or it is named in `ANYBODY_OF_THE_SHOP` here.
A new kind of thing in an address (`<int:something_id>`) gets an example in `things`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.routing import Rule

from marketplace.accounts.models import Assistance, Person, RoleGrant, SignIn
from marketplace.catalog.models import Album, AlbumPicture, BulkChange, BulkEdit, PendingPrice
from marketplace.catalog.services import drafts
from marketplace.core.actor import HELPER_RIGHTS, SYSTEM, Grant, Right, Role
from marketplace.core.clock import now, today
from marketplace.core.db import Base, transaction
from marketplace.curation.models import Submission
from marketplace.imports.models import SheetImport
from marketplace.media import services as media
from marketplace.orders.models import Order
from marketplace.payouts.models import PayoutBatch, PayoutLine
from marketplace.payouts.rules import BatchState, LineKind, LineState
from marketplace.stores.models import Invitation, Store, StoreClosure
from marketplace.stores.rules import StoreStatus
from marketplace.talks.models import MessagePicture
from marketplace.talks.rules import Side
from marketplace.web.limits import limiter
from tests import make
from tests.databases import Market
from tests.make import claims, vouchers
from tests.media.pictures import picture

ANYBODY_OF_THE_SHOP = {"seller_overview.index", "seller_store.index", "seller_team.leave"}
UNWATCHED = {"sign_ins", "sign_in_tries"}
VILLAGE = int(make.FATULULI.replace(".", ""))
PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


@dataclass
class Shop:
    """A shop with one of everything that an address may name."""

    store: Store
    owner: Person
    things: dict[str, Any] = field(default_factory=dict)


@dataclass
class Visitor:
    """Somebody, and what they may do in the shop Ina's (None: signed out)."""

    person: Person | None
    rights: frozenset[str] = frozenset()
    works_there: bool = False
    assistance_id: int | None = None


@pytest.fixture
def shops(db: SQLAlchemy) -> tuple[Shop, Shop]:
    return _shop(db, "Dapur Ina"), _shop(db, "Tenun Yuli")


def _shop(db: SQLAlchemy, name: str) -> Shop:
    owner, staff, helper = make.person(f"Pemilik {name}"), make.person("Staf"), make.person("Pendamping")
    with transaction():
        store = make.store(name, owner)
        key = f"kunci-{store.id:03d}-abcdefghij"
        drafts.open_draft(SYSTEM, store.id, key)
        album = Album(key=key, store_id=store.id, created_at=now(), touched_at=now())
        db.session.add(album)
        db.session.flush()
        closure = StoreClosure(
            store_id=store.id, first_day=today(), last_day=today() + timedelta(days=1), created_at=now()
        )
        place = AlbumPicture(album_id=album.id, position=1, refusal="catalog.album_not_found")
        edit = BulkEdit(person_id=owner.id, created_at=now())
        sheet = SheetImport(
            store_id=store.id, person_id=owner.id, name="a.csv", file_key=f"file-{store.id}", created_at=now()
        )
        db.session.add_all([closure, place, edit, sheet])
        db.session.flush()
        product = make.product(store, f"Barang {name}", on_hand=50)
        grant = RoleGrant(person_id=staff.id, role=Role.STORE_STAFF, scope=store.id, granted_at=now())
        invitation = Invitation(
            store_id=store.id,
            contact="anak@example.id",
            rights=["orders"],
            made_by=owner.id,
            made_at=now(),
            expires_at=now() + timedelta(days=7),
        )
        helped = _assistance(store.id, helper, owner)
        submission = make.submission(store, f"Sambal {name}")
        db.session.add_all([grant, invitation, helped])
        purchase = make.purchase([product])
        db.session.flush()
        variant = make.variant(product)
        pending = PendingPrice(
            store_id=store.id, variant_id=variant.id, price=1, is_new=False, asked_by=helper.id, asked_at=now()
        )
        change = {"field": "stock", "label": "Barang", "before": 50, "after": 60, "state": "planned"}
        db.session.add(BulkChange(edit_id=edit.id, product_id=product.id, variant_id=variant.id, **change))
        db.session.add(pending)
        db.session.flush()
        order = db.session.scalars(sa.select(Order).where(Order.purchase_id == purchase.id)).one()
        sent = make.message(order, SYSTEM, Side.BUYER)
        kept = media.keep(SYSTEM, media.prepare_private_picture(io.BytesIO(picture())))
        db.session.add(MessagePicture(message_id=sent.id, position=1, media_id=kept.id))
        db.session.flush()
        line = _payout(db, store.id)
        step = claims.bare(order, media.keep(SYSTEM, media.prepare_private_picture(io.BytesIO(picture()))).id)
        made = Shop(store, owner)
        made.things = {
            "product_id": product.id,
            "variant_id": variant.id,
            "code": order.code,
            "submission_id": db.session.scalars(sa.select(Submission.id).where(Submission.id == submission.id)).one(),
            "certificate_id": make.certificate(store).id,
            "invitation_id": invitation.id,
            "grant_id": grant.id,
            "assistance_id": helped.id,
            "pending_id": pending.id,
            "key": key,
            "store_id": store.id,
            "edit_id": edit.id,
            "import_id": sheet.id,
            "kind": "csv",
            "closure_id": closure.id,
            "picture_id": place.id,
            "message_id": sent.id,
            "claim_id": step.claim_id,
            "step_id": step.id,
            "step": "tolak",
            "position": 1,
            "reference": line.reference,
            "voucher_code": vouchers.voucher(f"TOKO{store.id:04d}", store.id).code,
        }
    return made


def _payout(db: SQLAlchemy, store_id: int) -> PayoutLine:
    """A transfer to the shop, as it stands in a batch of its own."""
    batch = PayoutBatch(
        reference=f"PC-{store_id}", form_key=f"kunci-{store_id}", state=BatchState.CLOSED, made_at=now()
    )
    db.session.add(batch)
    db.session.flush()
    line = PayoutLine(
        reference=f"PU-{store_id}",
        batch_id=batch.id,
        kind=LineKind.PAYOUT,
        store_id=store_id,
        amount=1,
        state=LineState.FAILED,
        bank="bri",
        number="12345678",
        last_digits="5678",
        holder="Mama",
        facts={"store_id": store_id, "store": "Toko", "orders": []},
        made_at=now(),
        settled_at=now(),
    )
    db.session.add(line)
    db.session.flush()
    return line


def _assistance(store_id: int, helper: Person, owner: Person, **more: Any) -> Assistance:
    base = {"purpose": "foto", "asked_at": now(), "until": now() + timedelta(days=1)}
    return Assistance(store_id=store_id, facilitator_id=helper.id, asked_by=owner.id, **{**base, **more})


# --- the addresses ---------------------------------------------------------


def names_a_thing(rule: Rule) -> bool:
    """Does the address name something that belongs to a shop? An empty template for a sheet is everybody's."""
    return bool(PARAMETER.search(rule.rule)) and rule.endpoint != "imports.template"


def is_of_nobody(endpoint: str) -> bool:
    """Opening a shop is for whoever is signed in; applications are guarded by tests of their own."""
    return endpoint.startswith("onboarding.")


def _routes(client: FlaskClient) -> list[tuple[Rule, str, Any]]:
    """Each address with each of its methods and its view."""
    app = client.application
    return [
        (rule, method, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if (rule.rule == "/penjual" or rule.rule.startswith("/penjual/")) and not is_of_nobody(rule.endpoint)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def _address(rule: Rule, shop: Shop) -> str:
    def example(match: re.Match[str]) -> str:
        name = match[1]
        assert name in shop.things, f"{rule.rule}: give `{name}` an example in `things` of this test"
        return str(shop.things[name])

    return PARAMETER.sub(example, rule.rule) + f"?toko={shop.store.id}"


def _dump(db: SQLAlchemy) -> dict[str, list[Any]]:
    """All rows of all tables but those that note visits."""
    return {
        name: sorted(map(repr, db.session.execute(sa.select(table)).all()))
        for name, table in Base.metadata.tables.items()
        if name not in UNWATCHED
    }


def test_every_address_says_which_right_it_needs(sqlite_market: Market) -> None:
    views = sqlite_market.app.view_functions
    silent = {
        rule.endpoint
        for rule in sqlite_market.app.url_map.iter_rules()
        if rule.rule.split("/")[1:2] == ["penjual"]
        and not getattr(views[rule.endpoint], "rights", ())
        and not is_of_nobody(rule.endpoint)
    }
    assert silent - ANYBODY_OF_THE_SHOP == set(), "mark the view with @requires_right(Right.X) or @owner_only"


# --- the visitors ----------------------------------------------------------


def _staff(right: Right) -> Callable[[SQLAlchemy, Shop, Shop], Visitor]:
    def made(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
        person = make.person("Dodi", roles=[Grant(Role.STORE_STAFF, ina.store.id, frozenset({right}))])
        return Visitor(person, frozenset({right.value}), works_there=True)

    return made


def _helper(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
    person = make.person("Lurah", roles=[Grant(Role.FACILITATOR, VILLAGE)])
    with transaction():
        row = _assistance(ina.store.id, person, ina.owner)
        db.session.add(row)
        db.session.flush()
        found = row.id
    return Visitor(person, frozenset(right.value for right in HELPER_RIGHTS), True, found)


def _ended_helper(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
    helper = _helper(db, ina, yuli)
    with transaction():
        db.session.get_one(Assistance, helper.assistance_id).ended_at = now()
    return Visitor(helper.person, assistance_id=helper.assistance_id)


def _late_helper(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
    helper = _helper(db, ina, yuli)
    with transaction():
        row = db.session.get_one(Assistance, helper.assistance_id)
        row.asked_at, row.until = now() - timedelta(days=2), now() - timedelta(seconds=1)
    return Visitor(helper.person, assistance_id=helper.assistance_id)


def _helper_before(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
    """Asked for help, but acting for herself."""
    return Visitor(_helper(db, ina, yuli).person)


def _former_staff(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
    person = make.person("Dodi", roles=[Grant(Role.STORE_STAFF, ina.store.id, frozenset(Right))])
    with transaction():
        gone = sa.update(RoleGrant).where(RoleGrant.person_id == person.id)
        db.session.execute(gone.values(revoked_at=now()))
    return Visitor(person)


def _owner_of(status: StoreStatus) -> Callable[[SQLAlchemy, Shop, Shop], Visitor]:
    """The owner of a third shop, which the public does not see."""

    def made(db: SQLAlchemy, ina: Shop, yuli: Shop) -> Visitor:
        person = make.person("Pemilik Ketiga")
        with transaction():
            make.store("Toko Ketiga", person).status = status
        return Visitor(person)

    return made


VISITORS: dict[str, Callable[[SQLAlchemy, Shop, Shop], Visitor]] = {
    "guest": lambda db, ina, yuli: Visitor(None),
    "stranger": lambda db, ina, yuli: Visitor(make.person("Tamu")),
    "other owner": lambda db, ina, yuli: Visitor(yuli.owner),
    "owner": lambda db, ina, yuli: Visitor(ina.owner, frozenset({*Right, "owner"}), works_there=True),
    "owner of a shop that waits": _owner_of(StoreStatus.PENDING),
    "owner of a suspended shop": _owner_of(StoreStatus.SUSPENDED),
    "curator": lambda db, ina, yuli: Visitor(make.person("Ratna", roles=[Role.CURATOR])),
    "operator": lambda db, ina, yuli: Visitor(make.person("Admin", roles=[make.OPERATOR])),
    "former staff": _former_staff,
    "helper": _helper,
    "helper who has not begun": _helper_before,
    "ended helper": _ended_helper,
    "late helper": _late_helper,
    **{f"staff {right.value}": _staff(right) for right in Right},
}


def _enter(client: FlaskClient, db: SQLAlchemy, visitor: Visitor) -> None:
    if visitor.person is None:
        return
    make.sign_in_client(client, visitor.person)
    if visitor.assistance_id:
        with transaction():
            mine = sa.update(SignIn).where(SignIn.person_id == visitor.person.id)
            db.session.execute(mine.values(assistance_id=visitor.assistance_id))


def _may(view: Any, visitor: Visitor) -> bool:
    needed = {str(right) for right in getattr(view, "rights", ())}
    if getattr(view, "needs_all", False):
        return visitor.works_there and visitor.assistance_id is None and needed <= set(map(str, visitor.rights))
    return visitor.works_there and (not needed or bool(needed & {str(right) for right in visitor.rights}))


@pytest.mark.parametrize("who", VISITORS)
def test_what_is_not_ones_own_does_not_exist(
    client: FlaskClient, db: SQLAlchemy, shops: tuple[Shop, Shop], who: str
) -> None:
    ina, yuli = shops
    visitor = VISITORS[who](db, ina, yuli)
    _enter(client, db, visitor)
    wrong: list[str] = []
    before = _dump(db)
    for rule, method, view in _routes(client):
        for shop in (ina, yuli):
            wrong += _look(client, visitor, rule, method, view, shop, is_ina=shop is ina)
    assert wrong == []
    assert _dump(db) == before, "something that was refused changed the database"


def _look(
    client: FlaskClient,
    visitor: Visitor,
    rule: Rule,
    method: str,
    view: Any,
    shop: Shop,
    *,
    is_ina: bool,
) -> list[str]:
    """Ask for one address as one visitor, where it must be refused; says what was wrong."""
    is_hers = visitor.person is not None and visitor.person.id == shop.owner.id
    keeps_a_draft = rule.endpoint == "seller_products.create" and (_may(view, visitor) or _owns_any(visitor))
    if is_hers or keeps_a_draft or (is_ina and _may(view, visitor)):
        return []  # that those who may can do it is what the other tests of the desk show
    limiter.reset()
    data = {"toko": str(shop.store.id), "rights": "orders"}
    answer = client.open(_address(rule, shop), method=method, data=data, headers=make.TUS)
    told = f"{method} {rule.rule} of {shop.store.name}: {answer.status_code}"
    if visitor.person is None:
        is_right = answer.status_code == 302 and "/masuk" in answer.location
    elif is_ina or names_a_thing(rule) or not (visitor.works_there or _owns_any(visitor)):
        is_right = answer.status_code == 404
    else:  # a page of one's own shop, whatever shop the address names
        is_right = answer.status_code == 404 or f"Barang {shop.store.name}" not in answer.text
    if not is_right and _owns_any(visitor) and not names_a_thing(rule):
        is_right = f"Barang {shop.store.name}" not in answer.text
    return [] if is_right else [told]


def _owns_any(visitor: Visitor) -> bool:
    return visitor.person is not None and visitor.person.name.startswith("Pemilik")
