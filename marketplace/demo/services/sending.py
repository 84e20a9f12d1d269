"""Pick-up points, a postal service and a local courier, with the shops that chose them. Their names and prices are made
up.
"""

from __future__ import annotations

from functools import partial

from marketplace.core import clock
from marketplace.demo.services.world import World
from marketplace.places.rules import FATULULI
from marketplace.shipping import services
from marketplace.shipping.rules import CourierKind, PointKind, Serves
from marketplace.shipping.services.local import FeeDraft
from marketplace.shipping.services.points import PointDraft
from marketplace.shipping.services.post import CourierDraft, RateDraft

POINTS = (
    PointDraft(
        "Kantor Kelurahan Fatululi",
        PointKind.KELURAHAN,
        "Jalan Contoh 1",
        FATULULI,
        "Senin–Jumat, 08.00–15.00",
        Serves.ALL,
        is_open=True,
    ),
    PointDraft(
        "NTT Mart Kupang",
        PointKind.NTT_MART,
        "Jalan Contoh 5",
        "53.71.04.1001",
        "Setiap hari, 09.00–20.00",
        Serves.CHOSEN,
        is_open=True,
    ),
)
POST = CourierDraft("Pos Contoh", tolerance=300, most_kg=30, tracking_url="", is_active=True)
OJEK = CourierDraft("Ojek Contoh", tolerance=0, most_kg=10, tracking_url="", is_active=True, kind=CourierKind.LOCAL)
KUPANG = "53.71"
RATES = (
    (KUPANG, 8_000, 1, 2),
    ("53.01", 10_000, 2, 3),
    ("53.02", 13_000, 3, 4),
    ("53", 22_000, 4, 8),
)
"""Where the post leads from Kota Kupang, rupiah for each kilogram, and how many days it takes."""
OEBOBO, NAIONI = "53.71.04", "53.71.01.1011"
FEES = (
    (OEBOBO, 10_000, 0),
    ("53.71.06", 12_000, 0),
    ("53.71.03", 12_000, 0),
    ("53.71.05", 15_000, 0),
    ("53.71.02", 15_000, 0),
    ("53.71.01", 20_000, 1),
    (NAIONI, 30_000, 1),
)
"""Where the ojek leads from Kecamatan Oebobo, rupiah for each parcel, and within how many days."""
BOTH = ("dapur-mama-ina", "tenun-mama-yuli", "kopi-sudut-fatululi")
ONLY_OJEK = ("kue-oma-lien", "sei-kosambi-oom-nadus")
ONLY_POST = ("abon-kupang-tante-rosa",)


def plan(world: World) -> None:
    """Put all of it on the time line, before anything is bought."""
    world.timeline.add(world.ago(30), partial(_set_up, world))


def _set_up(world: World) -> None:
    operator, today = world.people["admin"], clock.today()
    points = [services.save_point(operator, draft).id for draft in POINTS]
    post, ojek = services.save_courier(operator, POST).id, services.save_courier(operator, OJEK).id
    for to_code, price, days_from, days_to in RATES:
        rate = RateDraft(KUPANG, to_code, price, 1, days_from, days_to, today)
        services.add_rate(operator, post, rate)
    for to_code, fee, days in FEES:
        services.add_fee(operator, ojek, FeeDraft(OEBOBO, to_code, fee, days, today))
    for slugs, chosen in ((BOTH, [post, ojek]), (ONLY_OJEK, [ojek]), (ONLY_POST, [post])):
        for slug in slugs:
            store_id = world.stores[slug]
            services.choose_couriers(world.owners[store_id], store_id, chosen)
            services.choose_points(world.owners[store_id], store_id, points)
