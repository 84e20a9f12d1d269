"""Pages that no link leads to: what only a form, a letter or another person's act brings up, set up in the demo market.

Each person of `open_up` is signed in by the name given (guest: nobody) and looks at those addresses.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Person
from marketplace.catalog.models import Album, AlbumPicture, Product, ProductDraft
from marketplace.catalog.rules.keeping import BulkField, BulkMode, Operation
from marketplace.catalog.services import albums, bulk
from marketplace.changes import services as changes
from marketplace.changes.queries import open_change
from marketplace.changes.rules import Wish
from marketplace.claims.rules import ClaimState
from marketplace.core.actor import Actor, Right
from marketplace.core.db import db, transaction
from marketplace.media import services as media
from marketplace.onboarding import services as onboarding
from marketplace.onboarding.models import Application
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import LinkAct, OrderStatus
from marketplace.orders.services import links
from marketplace.payouts.models import RefundAccount
from marketplace.reconciliation.handlers import reconcile_nightly
from marketplace.stores.services import team
from marketplace.talks import services as talks
from marketplace.talks.rules import Side
from tests import make
from tests.databases import Market
from tests.make import claims, delivery
from tests.make.drafts import draft as product_draft
from tests.media.pictures import picture
from tests.serving import LiveServer

DEMO = "{}@demo.belintt.id"
OVER = ("/undangan/mati", "/lupa-sandi/mati", "/foto/mati", "/jawab/mati", "/perubahan/mati")
"""Links whose time is over: they answer with a page that says so, and 404 or 410."""
KEY = "kunci-draf-di-peramban"


def open_up(server: LiveServer) -> dict[str, list[str]]:
    """Set all of it up; who looks at which addresses."""
    market = server.market
    market.app.config["WTF_CSRF_ENABLED"] = False  # for the hands of this process; the server asks as ever
    with market.app.app_context():
        found = {
            "guest": [*OVER, "/lupa-sandi/terkirim", f"/lupa-sandi/{accounts.reset_token(_person('dodi').id)}"],
            "yuli": [*_drafts(), *_bulk_edits(), *_sheets(market), *_orders()],
        }
        _delivery()
        invitation = _invitation()
        found["guest"] += [
            "/laporkan/toko/dapur-mama-ina/terima-kasih",
            invitation,
            f"/foto/{_shared_album()}",
            *_answer_links(),
        ]
        found["budi"] = [invitation, _change(found["guest"]), *_refund_accounts()]
        found["anak"] = [invitation]
        _talk()
        _claim()
        reconcile_nightly()
        found |= _applications()
        found["ratna"] = [f"/kurasi/toko/{each}" for each in _sent_applications()]
    return found


def _delivery() -> None:
    """A pick-up point and a courier service with a rate, for the operator's eyes."""
    with transaction():
        delivery.point()
        delivery.rate(delivery.courier().id)


def _orders() -> list[str]:
    """Of an order that is being prepared and of one that was handed over, the pages that only their own pages name."""
    with transaction():
        goods = make.product(_store_of(_actor("yuli")), "Selendang Buna", on_hand=20)
        states = (OrderStatus.PROCESSING, OrderStatus.DONE)
        begun, done = (make.orders_of(make.purchase([goods], up_to=state))[0].code for state in states)
    return [f"/penjual/pesanan/{begun}/bagian", f"/penjual/pesanan/{done}/barang-kembali"]


def _person(handle: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.email == DEMO.format(handle))).one()


def _actor(handle: str) -> Actor:
    return make.actor_of(_person(handle))


def _newcomer(handle: str, name: str) -> Person:
    return make.person(name, email=DEMO.format(handle))


def _store_of(actor: Actor) -> int:
    return actor.owned_store_ids[0]


# --- goods -----------------------------------------------------------------


def _drafts() -> list[str]:
    """A draft with pictures, its preview, one of the pictures; and one with nothing in it."""
    yuli = _actor("yuli")
    prepared = [media.prepare_picture(io.BytesIO(picture(size=(900, 600)))) for _ in range(2)]
    with transaction():
        shown = [media.keep(yuli, each).id for each in prepared]
        made = product_draft(yuli, _store_of(yuli), KEY, shown, name="Selendang Buna", price="0", on_hand="x")
        product_draft(yuli, _store_of(yuli), f"{KEY}-kosong")
        album = db.session.get_one(Album, made.album_id)
        first = db.session.scalars(
            sa.select(AlbumPicture.id).where(AlbumPicture.album_id == made.album_id).order_by(AlbumPicture.position)
        ).first()
    draft = f"/penjual/produk/draf/{KEY}"
    return [draft, f"{draft}/lihat", f"/penjual/album/{album.key}/{first}", f"{draft}-kosong", f"{draft}-kosong/lihat"]


def _shared_album() -> str:
    album_id = db.session.scalars(sa.select(ProductDraft.album_id).where(ProductDraft.key == KEY)).one()
    with transaction():
        return albums.share(_actor("yuli"), album_id)


def _bulk_edits() -> list[str]:
    """A preview, with what cannot be; an act that was done; one that was undone."""
    yuli = _actor("yuli")
    hers = sa.select(Product.id).where(Product.store_id == _store_of(yuli)).order_by(Product.id)
    goods = list(db.session.scalars(hers))
    raise_, lower = (Operation(BulkField.PRICE, mode, 100_000) for mode in (BulkMode.RAISE, BulkMode.LOWER))
    found = []
    for operation, steps in ((lower, ()), (raise_, (bulk.apply,)), (raise_, (bulk.apply, bulk.undo))):
        with transaction():
            edit_id = bulk.plan(yuli, goods, operation).id
            for step in steps:
                step(yuli, edit_id)
        found += [f"/penjual/produk/massal/{edit_id}", f"/penjual/produk/massal/{edit_id}?lihat=tidak"]
    return found


def _sheets(market: Market) -> list[str]:
    """A sheet at each step: its columns, a dry run with bad rows, what was taken in, one that nobody has looked at."""
    client, yuli = market.app.test_client(), _person("yuli")
    store_id = _store_of(make.actor_of(yuli))
    make.sign_in_client(client, yuli)
    rows = [("U1", "Bakul", "", 10_000, 5, "Anyaman"), ("U2", "", "", "x", -1, "Tidak ada")]
    columns = make.hand_in_sheet(client, store_id, make.csv_sheet(*rows), "kolom.csv").location
    checked = make.checked_sheet(client, store_id, make.csv_sheet(*rows), "diperiksa.csv")
    done = make.checked_sheet(client, store_id, make.csv_sheet(*rows), "masuk.csv")
    make.taken_in(client, done)
    return [columns, checked, done, _unchecked(client, store_id, make.csv_sheet(*rows))]


def _unchecked(client: FlaskClient, store_id: int, sheet: bytes) -> str:
    where = make.hand_in_sheet(client, store_id, sheet, "menunggu.csv").location
    client.post(f"{where}/kolom", data=make.guessed(client.get(where).text))
    return where


# --- orders ----------------------------------------------------------------


def _answer_links() -> list[str]:
    """Links in letters to a shop: one for each state of its orders, one that has acted, and the page after asking."""
    yuli, found = _person("yuli"), []
    hers = sa.select(Order).where(Order.store_id == _store_of(_actor("yuli")), Order.status != OrderStatus.UNPAID)
    with transaction():
        by_state = {order.status: order for order in db.session.scalars(hers.order_by(Order.id))}
        found = [make.answer_link(order, yuli, "scene") for order in by_state.values()]
        fresh = make.orders_of(make.purchase([make.product(_store_of(_actor("yuli")), on_hand=5)]))[0]
        used = make.answer_link(fresh, yuli, "scene")
        links.act(used, LinkAct.ACCEPT)
    return [f"/jawab/{token}" for token in (*found, used)] + [f"/jawab/{used}/terkirim"]


def _refund_accounts() -> list[str]:
    """Where Budi is asked for the bank account that his money goes to."""
    asked = sa.select(Purchase.code).join(RefundAccount, RefundAccount.purchase_id == Purchase.id)
    return [f"/pembelian/{code}/rekening" for code in db.session.scalars(asked.order_by(Purchase.id))]


def _change(by_link: list[str]) -> str:
    """A proposal open and one that was answered, by the links in the letters; the form by which Budi asks himself."""
    yuli, budi = _actor("yuli"), _person("budi")
    with transaction():
        goods = make.product(_store_of(yuli), "Syal Buna", on_hand=20)
        orders = [make.orders_of(make.purchase([goods], buyer=budi))[0] for _ in range(3)]
        for order in orders[1:]:
            change = make.proposal(order, Wish(1))
            by_link.append(f"/perubahan/{changes.links.token_of(change.id, make.BUYER_EMAIL)}")
        changes.refuse_as_buyer(Buyer(make.actor_of(budi)), orders[1].id, change_of(orders[1]))
    return f"/pesanan/{orders[0].code}/perubahan"


def change_of(order: Order) -> int:
    """The id of the open change of an order."""
    found = open_change(order.id)
    assert found is not None
    return found.id


# --- words ----------------------------------------------------------------


def _talk() -> None:
    """Budi and Ina write to each other; he reports what she wrote, so that the operator may read it."""
    ina, budi = _actor("ina"), _actor("budi")
    query = sa.select(Order).join(Purchase, Purchase.id == Order.purchase_id)
    theirs = query.where(Purchase.person_id == budi.person_id, Order.store_id == _store_of(ina))
    order = db.session.scalars(theirs.order_by(Order.id.desc())).first()
    assert order is not None
    with transaction():
        make.message(order, budi, Side.BUYER)
        sent = make.message(order, ina, Side.SHOP, "Masih hangat, Bapak.")
        talks.report(Buyer(budi), Side.BUYER, order.id, sent.id, "Salah kirim")


def _claim() -> None:
    """One of Budi's orders was torn: his shop refuses, and the operator is to decide."""
    budi = _person("budi")
    with transaction():
        made = make.purchase([make.product(_store_of(_actor("ina")), on_hand=9)], buyer=budi, up_to=OrderStatus.DONE)
        order = make.orders_of(made)[0]
        claims.bring(claims.claim(order, buyer=Buyer(_actor("budi"))), ClaimState.MEDIATION)


# --- people ----------------------------------------------------------------


def _invitation() -> str:
    ina = _actor("ina")
    _newcomer("anak", "Anak Ina")
    with transaction():
        made = team.invite(ina, _store_of(ina), DEMO.format("anak"), [Right.ORDERS, Right.STOCK])
        return team.path_of(made.id)


def _applications() -> dict[str, list[str]]:
    """Somebody with an application in each state that the demo market has nobody in."""
    ratna = _actor("ratna")

    def judged(act: Callable[[Application], object]) -> Callable[[Person, str], object]:
        return lambda person, name: act(make.sent(person, name))

    acts: dict[str, Callable[[Person, str], object]] = {
        "draf": make.application,
        "menunggu": make.sent,
        "diperiksa": judged(lambda made: onboarding.keep_marks(ratna, made.id, made.version, make.marks(made))),
        "diterima": judged(lambda made: onboarding.accept(ratna, made.id, made.version, make.marks(made))),
        "ditolak": judged(lambda made: onboarding.reject(ratna, made.id, made.version, "duplicate", "Sudah ada.")),
        "ditarik": lambda person, name: onboarding.withdraw(make.actor_of(person), make.sent(person, name).id),
    }
    pages = ["/penjual/daftar"]
    found = {}
    for state, act in acts.items():
        someone = _newcomer(f"lamar-{state}", f"Mama {state.title()}")
        with transaction():
            act(someone, f"Kue Mama {state.title()}")
        found[f"lamar-{state}"] = [*pages, "/penjual"] if state in ("menunggu", "diterima") else pages
    _newcomer("lamar-baru", "Mama Baru")
    steps = [f"/penjual/daftar/{slug}" for slug in ("siapa", "apa", "di-mana", "surat-surat/nib", "ringkasan")]
    return found | {"lamar-baru": pages, "lamar-draf": [*pages, *steps]}


def _sent_applications() -> list[int]:
    were_sent = sa.select(Application.id).where(Application.queued_at.is_not(None))
    return list(db.session.scalars(were_sent.order_by(Application.id)))
