"""Money that leaves by bank file: batches, what the bank did with their lines, accounts, holds."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.orders.models import Purchase
from marketplace.payouts import queries, services
from marketplace.payouts.models import PayoutBatch, PayoutHold, PayoutLine
from marketplace.payouts.rules import BatchState, LineState
from marketplace.stores.services import banking
from tests.checkout.lives.world import BUYER, MAYBE, World, any_of_them, deed, one_of, own_chance
from tests.make import payouts as make_payouts

TAKES_LINES = (BatchState.MAKING,)
MAY_FAIL = (LineState.RESERVED, LineState.PAID)


class PayingOut(World):
    """The operator with a bank's web page in the other window."""

    @deed(5, chance=own_chance)
    def a_payday(self, chance: Random) -> None:
        """Buyers have written their accounts, the file is fetched, and the bank does most of it."""
        for due in queries.refunds_waiting():
            if chance.random() < 0.8:
                self._write_account(due.purchase_id)
        batch_id = self._do(lambda: make_payouts.batch(self.operators[0], f"kunci-{self._number()}"))
        if batch_id is None or self._act(lambda: services.batches.fetch(self.operators[0], batch_id) or True) is None:
            return
        for line in make_payouts.lines(batch_id):
            if chance.random() < 0.7:
                self._act(lambda one=line.id: services.lines.confirm(self.operators[0], one))
            if chance.random() < 0.3:
                wrong = chance.random() < 0.3
                self._act(lambda one=line.id, is_wrong=wrong: self._fail(one, is_wrong))

    @deed(2)
    def the_operator_makes_a_batch(self) -> None:
        self._do(lambda: make_payouts.batch(self.operators[0], f"kunci-{self._number()}"))

    @deed(which=any_of_them)
    def a_batch_stays_half_made(self, which: int) -> None:
        """Begun, one line, and the window closed."""

        def begin() -> None:
            with transaction():
                batch_id = services.batches.begin(self.operators[1], f"separuh-{self._number()}")
            stores, refunds = services.batches.payable_stores(), queries.payable_refunds()
            with transaction():
                if stores:
                    services.batches.add_payout(self.operators[1], batch_id, stores[which % len(stores)])
                elif refunds:
                    services.batches.add_refund(self.operators[1], batch_id, refunds[which % len(refunds)])

        self._do(begin)

    @deed(3, which=any_of_them, act=one_of("fetch", "fetch", "cancel", "finish"))
    def the_operator_goes_on_with_a_batch(self, which: int, act: str) -> None:
        batch = self._some(PayoutBatch, which)
        if batch is not None:
            self._act(lambda: getattr(services.batches, act)(self.operators[0], batch.id))

    @deed(3, which=any_of_them, state=one_of(LineState.RESERVED, LineState.RESERVED, *LineState))
    def the_bank_has_sent_it(self, which: int, state: LineState) -> None:
        line = self._some(PayoutLine, which, PayoutLine.state == state)
        if line is not None:
            self._act(lambda: services.lines.confirm(self.operators[0], line.id))

    @deed(2, which=any_of_them, is_account_wrong=MAYBE, any_state=MAYBE)
    def the_bank_has_not_sent_it(self, which: int, is_account_wrong: bool, any_state: bool) -> None:
        """Or it came back: also what was confirmed days ago."""
        where = [] if any_state else [PayoutLine.state.in_(MAY_FAIL)]
        line = self._some(PayoutLine, which, *where)
        if line is not None:
            self._act(lambda: self._fail(line.id, is_account_wrong))

    @deed(3, which=any_of_them)
    def a_buyer_writes_her_account(self, which: int) -> None:
        purchase = self._some(Purchase, which)
        if purchase is not None:
            self._write_account(purchase.id)

    @deed(which=any_of_them)
    def a_shop_writes_another_account(self, which: int) -> None:
        store = self.stores[which % len(self.stores)]
        number = f"01234{self._number():05d}"
        self._act(lambda: banking.set_account(SYSTEM, store.id, "bri", number, "Maria Ina Lado"))

    @deed(which=any_of_them, act=one_of("put", "renew", "lift", "appeal"), days=one_of(*range(10)))
    def somebody_holds_a_shops_money(self, which: int, act: str, days: int) -> None:
        store_id, operator = self.stores[which % len(self.stores)].id, self.operators[0]

        def move() -> None:
            day = today() + timedelta(days=days)
            deeds = {
                "put": lambda: services.holds.put(operator, store_id, "Alamat toko diperiksa", day),
                "renew": lambda: services.holds.renew(operator, store_id, "Masih diperiksa", day),
                "lift": lambda: services.holds.lift(operator, store_id),
                "appeal": lambda: services.holds.appeal(SYSTEM, store_id, "Alamat kami sudah benar"),
            }
            deeds[act]()

        self._act(move)

    @deed(which=any_of_them, lifts=MAYBE)
    def the_operator_answers_an_appeal(self, which: int, lifts: bool) -> None:
        hold = self._some(PayoutHold, which)
        if hold is not None:
            self._act(lambda: services.holds.answer(self.operators[0], hold.id, "Sudah kami lihat", lifts))

    def _write_account(self, purchase_id: int) -> None:
        number = f"98765{self._number():05d}"
        self._act(lambda: services.accounts.give(BUYER, purchase_id, "bca", number, "Tamu Lestari"))

    def _fail(self, line_id: int, is_account_wrong: bool) -> None:
        services.lines.fail(self.operators[0], line_id, "Rekening ditutup", is_account_wrong)
