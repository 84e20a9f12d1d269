"""The pages of runner, operator, shop and buyer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from marketplace.core.actor import Role
from marketplace.core.clock import today
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.rounds.queries.setting import fees_of, regions_of, round_by_id, rounds_to_choose, shops_of
from tests import make
from tests.make import rounds as build
from tests.rounds.test_running import Run


@pytest.fixture
def run(db: object) -> Iterator[Run]:
    with make.at(8):
        yield Run()


def test_a_run_on_the_phone(client: FlaskClient, run: Run) -> None:
    purchase, held = run.place()
    make.sign_in_client(client, build.runner_person(run.round, "Nus Dua"))
    here = f"/putaran/{run.round.id}/{today().isoformat()}"
    assert here in client.get("/putaran").text
    page = client.get(here)
    assert page.headers["Cache-Control"] == "no-store"
    assert held[0].code in page.text
    assert "+6281234567890" not in page.text.partition("2. Antar")[2], "no number before it is on its way"
    assert all(order.handover_code not in page.text for order in held)
    codes = [order.code for order in held]
    assert client.post(f"{here}/ambil", data={"kode": codes}).status_code == 303
    assert client.post(f"{here}/ambil", data={"kode": codes}).status_code == 303
    wrong = next(code for code in ("0001", "0002", "0003") if code not in {order.handover_code for order in held})
    refused = client.post(f"{here}/antar", data={"pembelian": purchase.code, "code": wrong})
    assert refused.status_code == 422
    assert "field-error" in refused.text
    done = client.post(f"{here}/antar", data={"pembelian": purchase.code, "code": held[0].handover_code})
    assert done.status_code == 303
    handle.session.expire_all()
    assert {order.status for order in held} == {OrderStatus.DONE}
    assert client.post(f"{here}/kosong", data={"pembelian": purchase.code}).status_code == 409
    sheet = client.get(f"{here}/cetak").text
    assert held[0].code in sheet
    assert "Lalamentik" not in sheet


def test_for_others_there_is_no_run(client: FlaskClient, run: Run) -> None:
    purchase, held = run.place()
    here = f"/putaran/{run.round.id}/{today().isoformat()}"
    assert client.get(here).status_code == 302
    make.sign_in_client(client, run.owner)
    assert [client.get(path).status_code for path in ("/putaran", here, f"{here}/cetak")] == [404] * 3
    with transaction():
        other = build.collection_round(name="Putaran Lain")
    make.sign_in_client(client, build.runner_person(other, "Lain"))
    assert client.get("/putaran").status_code == 200
    assert client.get(here).status_code == 404
    for act, data in (("ambil", {"kode": held[0].code}), ("antar", {"pembelian": purchase.code, "code": "1"})):
        assert client.post(f"{here}/{act}", data=data).status_code == 404
        assert client.post(f"/putaran/{other.id}/{today().isoformat()}/{act}", data=data).status_code == 404


@pytest.mark.parametrize("day", ["x", "2026-13-01", "20261125", "2026-W48-3", "2026-11-25%00"])
def test_what_is_no_day_is_no_page(client: FlaskClient, run: Run, day: str) -> None:
    make.sign_in_client(client, build.runner_person(run.round, "Nus Dua"))
    assert client.get(f"/putaran/{run.round.id}/{day}").status_code == 404


def test_buyer_and_shop_read_the_day_and_the_code_comes_with_the_runner(client: FlaskClient, run: Run) -> None:
    purchase, held = run.place()
    link = f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}"
    page = client.get(link).text
    assert "1 paket untuk seluruh pembelian ini." in page
    assert "Rabu, 25 Nov 2026" in page
    assert "Siap diambil pelari" in page
    assert "data-handover-code" not in page
    run.collect(*held)
    assert held[0].handover_code in client.get(link).text
    make.sign_in_client(client, run.owner)
    assert "Dibawa pelari" in client.get(f"/penjual/pesanan/{held[0].code}").text
    assert "Putaran Fatululi, Rabu, 25 Nov 2026" in client.get(f"/penjual/pesanan/cetak/slip?kode={held[0].code}").text


def test_a_shop_joins_and_leaves_by_a_switch(client: FlaskClient, run: Run) -> None:
    store_id = run.stores[0].id
    make.sign_in_client(client, run.owner)
    assert "Ikut Putaran Fatululi" in client.get("/penjual/toko/kiriman").text
    client.post("/penjual/toko/kiriman", data={"toko": store_id})
    assert [choice.is_chosen for choice in rounds_to_choose(store_id)] == [False]
    client.post("/penjual/toko/kiriman", data={"toko": store_id, "putaran": [run.round.id, 10**12]})
    assert [choice.is_chosen for choice in rounds_to_choose(store_id)] == [True]


FORM = {
    "name": "Putaran Oebobo",
    "weekdays": ["1", "5"],
    "starts": "15.00",
    "ends": "18:00",
    "closes_hours": "3",
    "capacity": "12",
    "is_open": "y",
}


def test_the_operator_sets_a_round_up(client: FlaskClient, run: Run) -> None:
    admin = make.person("Admin", roles=[Role.OPERATOR])
    make.sign_in_client(client, admin)
    assert "Putaran Fatululi" in client.get("/admin/putaran").text
    bad = client.post("/admin/putaran/baru", data={**FORM, "starts": "sore", "capacity": "0"})
    assert bad.status_code == 422
    assert "Tulis jam seperti 15.00." in bad.text
    assert 'value="sore"' in bad.text
    made = client.post("/admin/putaran/baru", data=FORM)
    here = made.location
    round_id = int(here.rsplit("/", 1)[1])
    found = round_by_id(round_id)
    assert found is not None
    assert (found.weekdays, found.window, found.closes_before) == ("15", "15.00–18.00", 180)
    assert client.post("/admin/putaran/baru", data=FORM).status_code == 422, "the name is taken"
    assert client.post(f"{here}/ongkos", data={"fee": "12.000", "from_day": "2026-11-24"}).status_code == 422
    assert client.post(f"{here}/ongkos", data={"fee": "12.000", "from_day": "2026-11-25"}).status_code == 303
    assert fees_of(round_id) == [(today(), 12_000)]
    place = {"regency_code": "53.71", "district_code": "53.71.04", "village_code": make.FATULULI}
    assert client.post(f"{here}/daerah", data=place).status_code == 422, "for nothing"
    assert client.post(f"{here}/daerah", data={**place, "visits": "y", "brings": "y"}).status_code == 303
    assert [(each.visits, each.brings) for each in regions_of(round_id)] == [(True, True)]
    assert client.post(f"{here}/pelari", data={"contact": "tidak@ada.example"}).status_code == 422
    assert client.post(f"{here}/pelari", data={"contact": run.owner.email}).status_code == 303
    assert "Mama Ina" in client.get(here).text
    assert client.post(here, data={**FORM, "capacity": "30"}).status_code == 303
    assert client.post(f"{here}/daerah/hapus", data={"region_code": make.FATULULI}).status_code == 303
    first = f"/admin/putaran/{run.round.id}"
    assert client.post(f"{first}/urutan", data={f"urutan-{run.stores[1].id}": "1", "urutan-x": "2"}).status_code == 303
    assert shops_of(run.round.id)[0].store_id == run.stores[1].id
    assert client.post(f"{first}/urutan", data={f"urutan-{run.stores[1].id}": "1000"}).status_code == 422
    assert client.get("/admin/putaran/999").status_code == 404
