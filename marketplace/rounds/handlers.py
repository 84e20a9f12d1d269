"""What follows in rounds: letters in the morning and about what has to wait; nothing is left behind overnight."""

from __future__ import annotations

from itertools import groupby

import structlog

from marketplace.accounts.queries import people_of_store, runners_of
from marketplace.core import clock
from marketplace.core.actor import Right
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.notifications.services import write_letter
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import order_view
from marketplace.rounds import events, services
from marketplace.rounds.queries import runs as queries
from marketplace.rounds.queries.setting import round_by_id
from marketplace.rounds.rules import ON_A_RUN

log = structlog.get_logger()


def tell_of_delay(event: events.OrderPutOff) -> None:
    """To buyer and shop: it comes with a later run, and when."""
    with transaction():
        found = order_view(event.order_id)
        if found is None or found[0].status not in ON_A_RUN:
            return
        order, purchase = found
        key = f"rounds.put_off:{order.id}:{event.put_off}"
        path = f"/pembelian/{purchase.code}"
        if purchase.person_id is None:
            path += f"?kunci={guest_key(purchase.code)}"
        values = {"order": order, "purchase": purchase}
        write_letter(
            f"{key}:buyer",
            purchase.buyer_email,
            "rounds/put_off",
            purchase.language,
            name=purchase.buyer_name,
            path=path,
            **values,
        )
        for person in people_of_store(order.store_id, Right.ORDERS):
            shop_path = f"/penjual/pesanan/{order.code}"
            write_letter(
                f"{key}:{person.id}",
                person.email or "",
                "rounds/put_off",
                person.language,
                name=person.name,
                path=shop_path,
                **values,
            )


def tell_in_the_morning() -> None:
    """Routine: to each shop what the runner takes today, to each runner that he has a run. Once a day."""
    today = clock.today()
    round_ids = queries.rounds_on(today)
    db.session.rollback()
    for round_id in round_ids:
        with transaction():
            found = round_by_id(round_id)
            if found is None:
                continue
            orders = [order for stop in queries.run_view(found, today).stops for order in stop.orders]
            waiting = [order for order in orders if order.is_collectable]
            key = f"rounds.morning:{round_id}:{today.isoformat()}"
            values = {"round": found, "day": today}
            for store_id, group in groupby(waiting, key=lambda order: order.store_id):
                bags = list(group)
                for person in people_of_store(store_id, Right.ORDERS):
                    write_letter(
                        f"{key}:{store_id}:{person.id}",
                        person.email or "",
                        "rounds/shop_morning",
                        person.language,
                        person=person,
                        orders=bags,
                        path="/penjual/pesanan",
                        **values,
                    )
            for runner in runners_of(round_id):
                write_letter(
                    f"{key}:runner:{runner.id}",
                    runner.email or "",
                    "rounds/runner_morning",
                    runner.language,
                    person=runner,
                    orders=orders,
                    path=f"/putaran/{round_id}/{today.isoformat()}",
                    **values,
                )


def roll_over() -> None:
    """Routine: what yesterday's runs have left behind goes with the next ones, each in a transaction of its own."""
    left = queries.left_behind(clock.today())
    db.session.rollback()
    for order_id in left:
        try:
            with transaction():
                services.roll_over(order_id)
        except Stale:  # moved on this very moment
            log.info("rounds.moved_at_last", order_id=order_id)
