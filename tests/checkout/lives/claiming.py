"""Claims of every kind, by every side, to the second decision; and disputes, which overtake them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from marketplace.claims import queries, services
from marketplace.claims.models import Claim
from marketplace.claims.rules import ENDED, PLAN, Act, Party, Reason, Remedy
from marketplace.claims.services import NewClaim, Wanted
from marketplace.claims.services.steps import lines_of
from marketplace.core.actor import SYSTEM
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from tests.checkout.lives.cards import Cards
from tests.checkout.lives.world import BUYER, MAYBE, any_of_them, deed, one_of, own_chance
from tests.make.claims import said

PEOPLE = (Party.BUYER, Party.SHOP, Party.OPERATOR)
BY_PEOPLE = tuple((move.who, move.act) for move in PLAN if move.who in PEOPLE)
Deed = Callable[[Claim, Random], object]


class Claiming(Cards):
    """What is wrong with the goods, and who says so."""

    @deed(4, which=any_of_them, wish=one_of(Remedy.MONEY, *Remedy), all_of_it=MAYBE, chance=own_chance)
    def a_buyer_claims(self, which: int, wish: Remedy, all_of_it: bool, chance: Random) -> None:
        order = self._some_order(which, Order.status.in_((OrderStatus.DONE, OrderStatus.ON_THE_WAY)))
        if order is None:
            return

        def claim() -> None:
            window = queries.window(order.id)
            open_lines = [line for line in window.lines if line.is_open]
            wanted = [
                Wanted(line.line_id, line.pieces if all_of_it else chance.randint(1, line.pieces))
                if all_of_it or chance.random() < 0.5
                else Wanted(line.line_id, 1, chance.randint(1, line.unit_price))
                for line in open_lines
            ]
            reason = Reason.NEVER_CAME if window.is_late else chance.choice(list(Reason))
            services.open_claim(BUYER, order.id, NewClaim(reason, wish, wanted, chance.random() < 0.5), said())

        self._act(claim)

    @deed(8, which=any_of_them, step=any_of_them, chance=own_chance)
    def a_claim_moves_on(self, which: int, step: int, chance: Random) -> None:
        claim = self._some(Claim, which, Claim.state.not_in(sorted(ENDED)))
        if claim is None:
            return
        drawn = [(move.who, move.act) for move in PLAN if move.start is claim.state and move.who in PEOPLE]
        self._move(claim, drawn[step % len(drawn)], chance)

    @deed(4, which=any_of_them, chance=own_chance)
    def a_claim_goes_its_way(self, which: int, chance: Random) -> None:
        """Opened and answered step by step, on one day."""
        self.a_buyer_claims(which, chance.choice((Remedy.MONEY, *Remedy)), chance.random() < 0.7, chance)
        for _ in range(chance.randint(1, 5)):
            self.a_claim_moves_on(which, chance.randrange(100), chance)

    @deed(which=any_of_them, move=one_of(*BY_PEOPLE), chance=own_chance)
    def somebody_does_anything_with_a_claim(self, which: int, move: tuple[Party, Act], chance: Random) -> None:
        claim = self._some(Claim, which)
        if claim is not None:
            self._move(claim, move, chance)

    @deed(which=any_of_them, part=one_of(None, 1_000_000))
    def a_buyers_bank_takes_it_up(self, which: int, part: int | None) -> None:
        intent = self._charged(which)
        if intent:
            with self._now():
                self._at_stripe(lambda: self.standin.open_dispute(intent, amount=part))

    @deed(which=any_of_them, won=MAYBE)
    def a_buyers_bank_decides(self, which: int, won: bool) -> None:
        disputes = self._open_disputes()
        if disputes:
            with self._now():
                self._at_stripe(lambda: self.standin.close_dispute(disputes[which % len(disputes)], won=won))

    def _open_disputes(self) -> list[str]:
        return [str(one["id"]) for one in self.standin.all("dispute") if one["status"] not in ("won", "lost")]

    def _move(self, claim: Claim, deed: tuple[Party, Act], chance: Random) -> None:
        self._act(lambda: self._ways()[deed](claim, chance))

    def _ways(self) -> dict[tuple[Party, Act], Deed]:
        return {
            (Party.BUYER, Act.ACCEPT): lambda claim, _: services.accept(BUYER, claim.id, said()),
            (Party.BUYER, Act.ESCALATE): lambda claim, _: services.escalate(BUYER, claim.id, said()),
            (Party.BUYER, Act.WITHDRAW): lambda claim, _: services.withdraw(BUYER, claim.id, said()),
            (Party.BUYER, Act.SEND_BACK): lambda claim, _: services.send_back(BUYER, claim.id, said()),
            (Party.BUYER, Act.CONFIRM): lambda claim, _: services.confirm(BUYER, claim.id, said()),
            (Party.BUYER, Act.APPEAL): lambda claim, _: services.appeal(BUYER, claim.id, said()),
            (Party.SHOP, Act.AGREE): lambda claim, _: services.agree(SYSTEM, claim.id, said()),
            (Party.SHOP, Act.OFFER): _offer,
            (Party.SHOP, Act.RECEIVE): lambda claim, _: services.receive(SYSTEM, claim.id, said()),
            (Party.SHOP, Act.ESCALATE): lambda claim, _: services.dispute_return(SYSTEM, claim.id, said()),
            (Party.SHOP, Act.SEND_SWAP): lambda claim, _: services.send_swap(SYSTEM, claim.id, said()),
            (Party.SHOP, Act.APPEAL): lambda claim, _: services.appeal_for_shop(SYSTEM, claim.id, said()),
            (Party.OPERATOR, Act.DECIDE): self._decide,
            (Party.OPERATOR, Act.CONCLUDE): self._conclude,
        }

    def _decide(self, claim: Claim, chance: Random) -> None:
        services.decide(chance.choice(self.operators), claim.id, *_judgement(claim, chance), said())

    def _conclude(self, claim: Claim, chance: Random) -> None:
        services.conclude(chance.choice(self.operators), claim.id, *_judgement(claim, chance), said())


def _offer(claim: Claim, chance: Random) -> None:
    remedy = chance.choice(list(Remedy))
    services.offer(SYSTEM, claim.id, remedy, *_part(claim, chance), said())


def _part(claim: Claim, chance: Random) -> tuple[int, int]:
    return chance.randint(0, claim.asked), chance.randint(0, claim.asked_delivery)


def _judgement(claim: Claim, chance: Random) -> tuple[dict[int, int], int]:
    """Nothing, all, or something of each line and of the delivery."""
    way = chance.choice((lambda most: 0, lambda most: most, lambda most: chance.randint(0, most)))
    return {line.line_id: way(line.asked) for line in lines_of(claim.id)}, way(claim.asked_delivery)
