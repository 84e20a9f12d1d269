"""An order answered by the link in a letter: what it shows, what it does once, and what kills it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Person, RoleGrant
from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM, Grant, Right, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders import handlers, services
from marketplace.orders.events import LinkRenewed, PurchasePlaced
from marketplace.orders.models import Order, OrderLink
from marketplace.orders.rules import HANDOVER_TRIES, LinkAct, OrderStatus, short_name
from marketplace.orders.services.links import LINK_HOURS, RENEWALS_PER_HOUR
from marketplace.payments.rules import PaymentMethod
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

S = OrderStatus
KILOBYTES = 1024


@dataclass
class Shop:
    """Ina's shop, an order of it, and the link in her letter."""

    ina: Person
    basket: Product
    order: Order
    token: str

    def path(self, act: str = "") -> str:
        return f"/jawab/{self.token}" + (f"/{act}" if act else "")


def _shop(up_to: OrderStatus = S.WAITING, lines: int = 1, **more: object) -> Shop:
    ina = make.person("Ina Rohi", email="ina.jawab@example.id")
    with transaction():
        store = make.store("Dapur Mama Ina", owner=ina)
        goods = [make.product(store, f"Sambal Lu’at {number}", price=51_700, on_hand=10) for number in range(lines)]
        order = make.orders_of(make.purchase(goods, up_to=up_to, **more))[0]  # type: ignore[arg-type]
        return Shop(ina, goods[0], order, make.answer_link(order, ina))


@pytest.fixture
def shop(db: SQLAlchemy) -> Shop:
    return _shop()


def _used(db: SQLAlchemy, shop: Shop) -> LinkAct | None:
    return db.session.scalars(sa.select(OrderLink.act).where(OrderLink.order_id == shop.order.id)).first()


def test_the_letter_about_a_new_order_carries_it(db: SQLAlchemy, client: FlaskClient) -> None:
    shop = _shop()
    handlers.tell_of_purchase(PurchasePlaced(shop.order.purchase_id))
    handlers.tell_of_purchase(PurchasePlaced(shop.order.purchase_id))
    to_ina = db.session.scalars(sa.select(Message.body).where(Message.recipient == shop.ina.email)).one()
    (link,) = re.findall(r"http://localhost(/jawab/\S+)", to_ina)
    assert link == shop.path()
    assert client.get(link).status_code == 200
    to_buyer = db.session.scalars(sa.select(Message.body).where(Message.recipient == make.BUYER_EMAIL)).all()
    assert to_buyer
    assert not any("/jawab/" in body for body in to_buyer)


def test_a_shop_is_reminded_once_while_there_is_time(db: SQLAlchemy, shop: Shop) -> None:
    def reminders() -> list[str]:
        query = sa.select(Message.body).where(Message.key.startswith("orders.shop_reminder:"))
        return list(db.session.scalars(query))

    handlers.remind_shops()
    assert reminders() == []
    with travel(shop.order.answer_by - timedelta(hours=2)):
        handlers.remind_shops()
        handlers.remind_shops()
    (body,) = reminders()
    assert "/jawab/" in body
    assert shop.path() not in body, "a link of its own"


def test_the_page_is_light(client: FlaskClient, db: SQLAlchemy) -> None:
    for up_to in (S.WAITING, S.PROCESSING, S.READY):
        shop = _shop(up_to, lines=30)
        page = client.get(shop.path())
        addresses = re.findall(r'(?:src|href)="([^"]+[.]css)"', page.text)
        css = [client.get(address) for address in addresses]
        assert len(css) == 1
        assert b"font-face" not in css[0].data
        assert len(page.data) + len(css[0].data) < 20 * KILOBYTES
        assert "<script" not in page.text
        assert "<img" not in page.text
        with transaction():
            shop.ina.email = f"{up_to}@example.id"


def test_it_tells_nothing_of_money_place_or_the_buyers_whole_name(client: FlaskClient, db: SQLAlchemy) -> None:
    for up_to in (S.WAITING, S.PROCESSING, S.ON_THE_WAY, S.DONE):
        shop = _shop(S.READY if up_to is S.ON_THE_WAY else up_to, fee=7_000)
        with transaction():
            shop.order.handover_code = "7391"
        page = client.get(shop.path()).text
        assert "Tamu" in page
        assert re.search(r"Rp\s?\d", page) is None
        for secret in ("Lestari", "51.700", "Lalamentik", "gereja", "Oebobo", "81234567890", "7391"):
            assert secret not in page
        with transaction():
            shop.ina.email = f"{up_to}@example.id"


@pytest.mark.parametrize(("name", "told"), [("Tamu Lestari", "Tamu"), ("Suharto", "S."), ("", ""), ("  ", "")])
def test_of_a_single_name_only_the_initial_is_told(name: str, told: str) -> None:
    assert short_name(name) == told


def test_looking_changes_nothing(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    for act in ("", "penerimaan", "penolakan", "kesiapan", "serah-terima", "tautan"):
        for method in (client.get, client.head):
            assert method(shop.path(act)).status_code == (200 if act == "" else 405)
    assert shop.order.status is S.WAITING
    assert _used(db, shop) is None
    headers = client.get(shop.path()).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]


def test_an_act_wants_the_token_of_the_page(strict_client: FlaskClient, shop: Shop) -> None:
    assert strict_client.post(shop.path("penerimaan")).status_code == 400
    assert shop.order.status is S.WAITING
    (token, *_) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', strict_client.get(shop.path()).text)
    assert strict_client.post(shop.path("penerimaan"), data={"csrf_token": token}).status_code == 303
    assert shop.order.status is S.PROCESSING


ACTS: list[tuple[OrderStatus, str, OrderStatus, LinkAct, str]] = [
    (S.WAITING, "penerimaan", S.PROCESSING, LinkAct.ACCEPT, "orders.accepted"),
    (S.WAITING, "penolakan", S.DECLINED, LinkAct.DECLINE, "orders.declined"),
    (S.PROCESSING, "kesiapan", S.READY, LinkAct.READY, "orders.readied"),
    (S.READY, "serah-terima", S.DONE, LinkAct.HAND_OVER, "orders.handed_over"),
]


@pytest.mark.parametrize(("start", "path", "end", "act", "action"), ACTS, ids=[act for _, _, _, act, _ in ACTS])
def test_each_act_is_done_once_and_the_trail_says_how(
    client: FlaskClient, db: SQLAlchemy, start: OrderStatus, path: str, end: OrderStatus, act: LinkAct, action: str
) -> None:
    shop = _shop(start)
    form = {"reason": "Oven rusak", "code": shop.order.handover_code}
    assert client.post(shop.path(path), data=form).status_code == 303
    assert shop.order.status is end
    assert _used(db, shop) is act
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).all()[-1]
    assert (entry.person_id, entry.details["via"]) == (shop.ina.id, "lewat tautan pesan")
    page = client.get(shop.path())
    assert page.status_code == 200
    assert "lewat tautan ini" in page.text
    assert ("Kirim tautan baru" in page.text) is (end in (S.PROCESSING, S.READY))
    again = client.post(shop.path(path), data=form)
    assert again.status_code == 409
    assert "sudah dipakai" in again.text


def test_a_used_link_does_not_take_the_next_step(client: FlaskClient, shop: Shop) -> None:
    client.post(shop.path("penerimaan"))
    assert client.post(shop.path("kesiapan")).status_code == 409
    assert shop.order.status is S.PROCESSING


def test_what_the_desk_did_meanwhile_is_told_and_the_link_goes_on(
    client: FlaskClient, db: SQLAlchemy, shop: Shop
) -> None:
    with transaction():
        services.accept(SYSTEM, shop.order.id)
    stale = client.post(shop.path("penerimaan"))
    assert stale.status_code == 409
    assert _used(db, shop) is None
    assert client.post(shop.path("kesiapan")).status_code == 303
    assert shop.order.status is S.READY


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_decline_wants_a_reason_and_keeps_what_was_typed(client: FlaskClient, shop: Shop, reason: str) -> None:
    answer = client.post(shop.path("penolakan"), data={"reason": reason})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert reason.strip() in answer.text
    assert shop.order.status is S.WAITING


@pytest.mark.parametrize("code", ["", "12", "abcd", "١٢٣٤", "12345", "' OR 1=1"])
def test_what_is_no_code_is_said_at_the_field(client: FlaskClient, db: SQLAlchemy, code: str) -> None:
    shop = _shop(S.READY)
    answer = client.post(shop.path("serah-terima"), data={"code": code})
    assert answer.status_code == 422
    assert "empat angka" in answer.text
    assert shop.order.handover_tries == 0


def test_wrong_codes_are_counted_and_lock_but_leave_the_link(client: FlaskClient, db: SQLAlchemy) -> None:
    shop = _shop(S.READY)
    wrong = f"{(int(shop.order.handover_code) + 1) % 10_000:04d}"
    seen = [client.post(shop.path("serah-terima"), data={"code": wrong}).status_code for _ in range(HANDOVER_TRIES)]
    assert seen == [422] * (HANDOVER_TRIES - 1) + [429]
    right = client.post(shop.path("serah-terima"), data={"code": shop.order.handover_code})
    assert right.status_code == 429
    assert "Retry-After" in right.headers
    assert _used(db, shop) is None
    assert shop.order.status is S.READY


def test_paid_by_card_it_says_to_take_no_money(client: FlaskClient, db: SQLAlchemy) -> None:
    shop = _shop(S.READY, payment_method=PaymentMethod.CARD)
    assert "Jangan menerima uang" in client.get(shop.path()).text


def _dead(client: FlaskClient, shop: Shop) -> None:
    page = client.get(shop.path())
    assert page.status_code == 404
    assert shop.order.code not in page.text
    for act in ("penerimaan", "penolakan", "kesiapan", "serah-terima", "tautan"):
        answer = client.post(shop.path(act), data={"reason": "Habis", "code": "0000"})
        assert answer.status_code in (404, 422) if act == "serah-terima" else answer.status_code == 404
        assert shop.order.code not in answer.text
    assert shop.order.status is S.WAITING


def _revoke(db: SQLAlchemy, shop: Shop) -> None:
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == shop.ina.id)).one()
    grant.revoked_at = now()


def _rewrite(**values: object) -> Callable[[SQLAlchemy, Shop], None]:
    def change(db: SQLAlchemy, shop: Shop) -> None:
        for name, value in values.items():
            setattr(shop.ina, name, value)

    return change


def _set_store(status: StoreStatus) -> Callable[[SQLAlchemy, Shop], None]:
    def change(db: SQLAlchemy, shop: Shop) -> None:
        db.session.get_one(Store, shop.order.store_id).status = status

    return change


KILLS: dict[str, Callable[[SQLAlchemy, Shop], None]] = {
    "right withdrawn": _revoke,
    "person blocked": _rewrite(blocked_at=datetime(2026, 1, 1, tzinfo=UTC)),
    "account closed": _rewrite(closed_at=datetime(2026, 1, 1, tzinfo=UTC)),
    "another address": _rewrite(email="ina.baru@example.id"),
    "shop suspended": _set_store(StoreStatus.SUSPENDED),
    "shop closed": _set_store(StoreStatus.PAUSED),
}


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS.keys())
def test_what_kills_a_link(
    client: FlaskClient, db: SQLAlchemy, shop: Shop, kill: Callable[[SQLAlchemy, Shop], None]
) -> None:
    assert client.get(shop.path()).status_code == 200
    with transaction():
        kill(db, shop)
    _dead(client, shop)


def test_staff_without_the_right_to_orders_cannot_go_on(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    yuli = make.person("Yuli", email="yuli.jawab@example.id", roles=[Grant(Role.STORE_STAFF, shop.order.store_id)])
    with transaction():
        shop.token = make.answer_link(shop.order, yuli)
    assert client.get(shop.path()).status_code == 200
    with transaction():
        grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == yuli.id)).one()
        grant.rights = [Right.STOCK.value]
    _dead(client, shop)


def test_forged_altered_and_borrowed_links_are_nothing(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    number, signature = shop.token.split(".")
    other = _signed_elsewhere()
    flipped = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BB")
    altered = (f"{number}.", f".{signature}", f"{number}x.{signature}", f"{number}.{flipped}")
    for token in (number, *altered, other, "x" * 3000):
        shop.token = token
        _dead(client, shop)


def _signed_elsewhere() -> str:
    """A token that the market did sign, for a reset of a password."""
    someone = make.person("Lain", email="lain.jawab@example.id")
    return str(accounts.reset_token(someone.id))


def test_a_link_is_for_its_own_order(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    with transaction():
        other = make.orders_of(make.purchase([shop.basket]))[0]
    client.post(shop.path("penerimaan"))
    assert (shop.order.status, other.status) == (S.PROCESSING, S.WAITING)


def test_it_ends_with_the_time_to_answer_and_later_by_a_setting(
    client: FlaskClient, db: SQLAlchemy, shop: Shop
) -> None:
    query = sa.select(OrderLink.expires_at).where(OrderLink.order_id == shop.order.id)
    assert db.session.scalars(query).one() == shop.order.answer_by
    with transaction():
        services.accept(SYSTEM, shop.order.id)
    with travel(shop.order.answer_by):
        page = client.get(shop.path())
        assert page.status_code == 410
        assert "sudah berakhir" in page.text
        assert client.post(shop.path("kesiapan")).status_code == 409
        with transaction():
            later = make.answer_link(shop.order, shop.ina, "later")
    assert shop.order.status is S.PROCESSING
    link = db.session.scalars(sa.select(OrderLink).where(OrderLink.occasion == "later")).one()
    assert link.expires_at - link.made_at == timedelta(hours=LINK_HOURS.default)
    assert later != shop.token


def test_a_new_link_goes_to_the_same_person_and_does_the_next_step(
    client: FlaskClient, db: SQLAlchemy, shop: Shop
) -> None:
    early = client.post(shop.path("tautan"))
    assert early.status_code == 409
    client.post(shop.path("penerimaan"))
    answer = client.post(shop.path("tautan"), follow_redirects=True)
    assert "sedang dikirim" in answer.text
    made = db.session.scalars(sa.select(OrderLink).where(OrderLink.occasion.startswith("renewed:"))).one()
    handlers.tell_of_link(LinkRenewed(made.id))
    handlers.tell_of_link(LinkRenewed(made.id))
    letter = db.session.scalars(sa.select(Message).where(Message.key.startswith("orders.shop_link:"))).one()
    assert letter.recipient == "ina.jawab@example.id"
    (link,) = re.findall(r"http://localhost(/jawab/\S+)", letter.body)
    assert client.post(f"{link}/kesiapan").status_code == 303
    assert shop.order.status is S.READY


def test_no_more_than_a_few_new_links_an_hour(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    client.post(shop.path("penerimaan"))
    seen = [client.post(shop.path("tautan")).status_code for _ in range(RENEWALS_PER_HOUR + 1)]
    assert seen == [303] * RENEWALS_PER_HOUR + [429]


def test_nothing_is_offered_when_the_order_is_over(client: FlaskClient, db: SQLAlchemy) -> None:
    shop = _shop(S.CANCELLED)
    page = client.get(shop.path())
    assert "Tidak ada lagi yang perlu" in page.text
    assert "<form" not in page.text
    assert client.post(shop.path("tautan")).status_code == 409


def test_she_reads_it_in_her_language(client: FlaskClient, db: SQLAlchemy, shop: Shop) -> None:
    with transaction():
        shop.ina.language = "en"
    page = client.get(shop.path()).text
    assert "Accept" in page
    assert 'lang="en"' in page


def test_the_link_is_in_no_log(client: FlaskClient, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    client.get(shop.path())
    client.post(shop.path("penerimaan"))
    client.post(shop.path("penerimaan"))
    seen = capsys.readouterr()
    assert shop.token not in seen.err + seen.out


def test_it_costs_the_same_with_many_goods(client: FlaskClient, db: SQLAlchemy) -> None:
    counts = []
    for lines in (1, 12):
        shop = _shop(lines=lines)
        with statements(db) as seen:
            client.get(shop.path())
        counts.append(len(seen))
        with transaction():
            shop.ina.email = f"ina{lines}@example.id"
    assert counts[0] == counts[1]
