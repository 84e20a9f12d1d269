"""Two things went wrong: one claim waits for its shop's answer, one for the operator's decision."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from marketplace.claims import queries as claims
from marketplace.claims import services
from marketplace.claims.rules import Reason, Remedy
from marketplace.claims.services import NewClaim, Said, Wanted
from marketplace.core.db import db
from marketplace.demo.services.world import World
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus

ANSWERING, REFUSING = "tenun-mama-yuli", "dapur-mama-ina"


def plan(world: World) -> None:
    """Put both on the time line: the first a day ago, the other two days ago, refused and passed on since."""
    torn = NewClaim(Reason.DAMAGED, Remedy.MONEY, ())
    world.timeline.add(
        world.ago(0.9), partial(_claim, world, ANSWERING, torn, "Ada sobekan kecil di tepi kain, lihat sendiri ya.")
    )
    short = NewClaim(Reason.MISSING, Remedy.MONEY, ())
    world.timeline.add(world.ago(2), partial(_refused, world, short))


def _refused(world: World, new: NewClaim) -> None:
    made = _claim(world, REFUSING, new, "Yang saya terima kurang satu dari yang dipesan.")
    if made is None:
        return
    claim_id, buyer = made
    owner = world.owners[world.stores[REFUSING]]
    no = Said("demo-penolakan-toko", "Saat diserahkan sudah dihitung bersama pembeli, jumlahnya lengkap.")
    services.offer(owner, claim_id, Remedy.NOTHING, 0, 0, no)
    services.escalate(buyer, claim_id, Said("demo-minta-putusan", "Baru di rumah saya lihat satu toples tidak ada."))


def _claim(world: World, slug: str, new: NewClaim, text: str) -> tuple[int, Buyer] | None:
    """Let the buyer of the shop's latest order claim one piece; None when none can be claimed."""
    done = (
        sa.select(Order.id, Purchase)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.store_id == world.stores[slug], Order.status == OrderStatus.DONE)
        .order_by(Order.done_at.desc(), Order.id.desc())
    )
    for order_id, purchase in db.session.execute(done).all():
        window = claims.window(order_id)
        lines = [line for line in window.lines if line.is_open]
        if not window.is_open or not lines:
            continue
        actor = next((person for person in world.people.values() if person.person_id == purchase.person_id), None)
        buyer = Buyer(actor) if actor else Buyer(world.people["budi"], guest_key(purchase.code))
        wanted = NewClaim(new.reason, new.wish, [Wanted(lines[0].line_id, 1)])
        made = services.open_claim(buyer, order_id, wanted, Said(f"demo-komplain-{order_id:06d}", text))
        return (made.id, buyer) if made else None
    return None
