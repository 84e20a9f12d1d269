"""What happens around a process that dies: a buyer who pays by card, the provider, and those who live on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.checkout import handlers as checkout
from marketplace.checkout.queries import cart_view
from marketplace.checkout.rules import write_seen
from marketplace.checkout.views.visitor import TOKEN
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.outbox import OutboxRow
from marketplace.ledger.models import LedgerTransaction
from marketplace.orders import handlers as orders
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.rules import AttemptState, PaymentMethod, PaymentState
from marketplace.shipping.rules import DeliveryMethod
from tests import books, make
from tests.crash.child import Job, Moment, Request, killed
from tests.databases import Market
from tools.stripe_standin.server import StandIn

GUEST_TOKEN = "tamu"
ON_HAND, QUANTITY = 10, 2
TOTAL = QUANTITY * (50_000 + 30_000)
ROUTINES: tuple[Callable[[], None], ...] = (
    checkout.sweep_notices,
    checkout.sweep_payments,
    orders.sweep_refunds,
    checkout.end_holds,
)


class Scene:
    """A purchase of two pieces in each of two shops."""

    def __init__(self, market: Market, standin: StandIn) -> None:
        self.market, self.standin = market, standin
        market.app.config["WTF_CSRF_ENABLED"] = False
        self.client = market.app.test_client()
        with market.app.app_context():
            with transaction():
                goods = [make.product(price=price, on_hand=ON_HAND) for price in (50_000, 30_000)]
                cart = make.filled_cart(GUEST_TOKEN, goods, QUANTITY)
            view = cart_view(cart)
        with self.client.session_transaction() as session:
            session[TOKEN] = GUEST_TOKEN
        self.form = {
            "form_key": make.form_key(),
            "seen": write_seen(view.seen),
            "name": "Tamu Lestari",
            "phone": "0812-3456-7890",
            "payment": PaymentMethod.CARD.value,
            **{f"delivery-{shop.store_id}": f"{DeliveryMethod.PICKUP}@0" for shop in view.shops},
        }

    # --- processes that die ---

    def request_dies(self, moment: Moment, method: str, path: str, data: dict[str, str] | None = None) -> None:
        """The buyer's request is answered by nobody: the web process dies."""
        name = self.market.app.config["SESSION_COOKIE_NAME"]
        cookie = self.client.get_cookie(name)
        headers = {"Cookie": f"{name}={cookie.value}"} if cookie else {}
        killed(self.market.environ, Request(method, path, headers, data or {}), moment)

    def notice_dies(self, moment: Moment, kind: str) -> None:
        """The web process dies while the provider tells it of the last event of a kind."""
        body, headers = self._letter(kind)
        killed(self.market.environ, Request("POST", "/webhooks/stripe", headers, body), moment)

    def job_dies(self, moment: Moment, name: str, at: datetime | None = None) -> None:
        """The worker dies."""
        killed(self.market.environ, Job(name, at), moment)

    # --- the buyer, the shop and the provider ---

    def press_buy(self) -> str:
        """The buyer sends the checkout form; the session on whose page she is then."""
        answer = self.client.post("/checkout", data=self.form)
        assert answer.status_code == 303, answer.text
        return str(answer.location).rpartition("/")[2]

    def buy_and_pay(self) -> str:
        """All is well until the money is with the provider; our books do not know of it. The session."""
        session_id = self.press_buy()
        self.standin.pay(session_id)
        return session_id

    def buy_and_settle(self) -> None:
        """All is well, the shops have an order to answer."""
        self.buy_and_pay()
        self.come_back()
        self.work()

    def path_back(self) -> str:
        """Where the provider sends the buyer."""
        with self.market.app.app_context():
            return f"/bayar/{db.session.scalars(sa.select(Payment.reference)).one()}/kembali"

    def come_back(self) -> None:
        assert self.client.get(self.path_back()).status_code == 303

    def tell(self, kind: str) -> None:
        """The provider tells of the last event of a kind."""
        body, headers = self._letter(kind)
        assert self.client.post("/webhooks/stripe", data=body, headers=headers).status_code == 200

    def decline_first(self) -> None:
        """The first shop says no: its share goes back."""
        with self.market.app.app_context():
            order_id = db.session.scalars(sa.select(sa.func.min(Order.id))).one()
            with transaction():
                services.decline(SYSTEM, order_id, "Bahan sedang habis")

    def _letter(self, kind: str) -> tuple[bytes, dict[str, str]]:
        event = [event for event in self.standin.all("event") if event["type"] == kind][-1]
        return self.standin.webhooks.letter(event)

    # --- those who live on ---

    def work(self, minutes: tuple[int, ...] = (0,)) -> None:
        """What workers do so many minutes from now: the outbox, and the timetable."""
        with self.market.app.app_context():
            for each in minutes:
                with travel(now() + timedelta(minutes=each)):
                    outbox.deliver_all()
                    for routine in ROUTINES:
                        routine()

    def forget_leases(self) -> None:
        """What a dead worker had taken may be taken again, as it may a minute later."""
        with self.market.app.app_context(), transaction():
            db.session.execute(sa.update(OutboxRow).where(OutboxRow.done_at.is_(None)).values(due_at=now()))

    def recover(self) -> None:
        """The ten minutes after a death. Leases run out, and what is under way is looked after."""
        self.work((2, 4, 6, 9))

    def hold_is_over(self) -> datetime:
        """An instant when nobody may pay any more."""
        with self.market.app.app_context():
            until = db.session.scalars(sa.select(Payment.hold_until)).one()
            assert until is not None
            return until + timedelta(seconds=1)

    def work_after_hold(self) -> None:
        """What workers do once the hold is over and leases from then have run out."""
        minutes = int((self.hold_is_over() - now()).total_seconds() / 60) + 1
        self.work((minutes, minutes + 2))

    # --- how it ends ---

    def check(self, states: list[OrderStatus], kinds: list[str], stock: list[tuple[int, int]]) -> None:
        """Orders, what was booked (each once) and the shelves; all is done, and the provider's books say the same."""
        with self.market.app.app_context():
            self._check_whole()
            assert list(db.session.scalars(sa.select(Order.status).order_by(Order.id))) == states
            booked = Counter(db.session.scalars(sa.select(LedgerTransaction.kind)))
            assert booked == Counter(kinds)
            shelves = db.session.execute(sa.select(Variant.on_hand, Variant.reserved).order_by(Variant.id))
            assert [tuple(row) for row in shelves] == stock

    def _check_whole(self) -> None:
        assert books.faults() == []
        assert books.unfinished() == []
        assert books.differences(self.standin) == []

    def check_paid(self) -> None:
        """One charge, one booking of each kind, both shops to answer, all pieces promised."""
        assert [charge["amount"] for charge in self.standin.all("charge") if charge["paid"]] == [TOTAL * 100]
        assert self.standin.all("refund") == []
        held = (ON_HAND, QUANTITY)
        self.check([OrderStatus.WAITING] * 2, ["online_sale", "provider_fee"], [held, held])
        self._check_payment(PaymentState.PAID, AttemptState.PAID)

    def check_refunded(self) -> None:
        """One charge, one refund of the first shop's share, its pieces free again."""
        assert len([charge for charge in self.standin.all("charge") if charge["paid"]]) == 1
        assert [refund["amount"] for refund in self.standin.all("refund")] == [QUANTITY * 50_000 * 100]
        states = [OrderStatus.DECLINED, OrderStatus.WAITING]
        kinds = ["online_sale", "provider_fee", "refund", "refund_sent"]
        self.check(states, kinds, [(ON_HAND, 0), (ON_HAND, QUANTITY)])

    def check_expired(self) -> None:
        """No charge, nothing booked, no page is open, all pieces free again."""
        assert self.standin.all("charge") == []
        assert {session["status"] for session in self.standin.all("checkout.session")} <= {"expired"}
        self.check([OrderStatus.EXPIRED] * 2, [], [(ON_HAND, 0)] * 2)
        self._check_payment(PaymentState.EXPIRED, AttemptState.EXPIRED)

    def _check_payment(self, payment: PaymentState, attempt: AttemptState) -> None:
        with self.market.app.app_context():
            assert list(db.session.scalars(sa.select(Payment.state))) == [payment]
            assert set(db.session.scalars(sa.select(PaymentAttempt.state))) <= {attempt}
