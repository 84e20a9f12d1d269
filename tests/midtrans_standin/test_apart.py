"""The stand-in and the market do not know each other, and the demo market is given one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, imports, name_of
from tools import standins
from tools.midtrans_standin.server import StandIn

SITE = "http://127.0.0.1:8000"


def test_the_stand_in_imports_nothing_of_the_market() -> None:
    known = [
        f"{name_of(path)} imports {name}"
        for path in sorted((ROOT / "tools" / "midtrans_standin").rglob("*.py"))
        for name in imports(path)
        if name.partition(".")[0] in {"marketplace", "config", "wsgi", "tests"}
    ]
    assert known == []


def test_a_market_without_a_key_is_given_a_stand_in_for_each_beside_each_other() -> None:
    env = {"SITE_URL": SITE}
    processes = standins.stand_ins(SITE, 8001, env)
    ports = [standins.port_of(words) for words in processes.values()]
    assert len(set(ports)) == len(processes) == 2
    command = [str(word) for word in processes["stand-in for Midtrans"]]
    assert env["MIDTRANS_API_BASE"] == env["MIDTRANS_SNAP_BASE"] == f"http://127.0.0.1:{ports[1]}"
    assert command[command.index("--server-key") + 1] == env["MIDTRANS_SERVER_KEY"]
    assert command[command.index("--webhook-url") + 1] == f"{SITE}/webhooks/midtrans"


@pytest.mark.parametrize(
    "env", [{"SITE_URL": SITE, "MIDTRANS_SERVER_KEY": "SB-own"}, {"SITE_URL": "https://pasar.example.id"}]
)
def test_a_market_with_a_key_or_open_to_others_gets_none(env: dict[str, str]) -> None:
    before = dict(env)
    assert standins.stand_in_for_midtrans(SITE, 8001, env) == {}
    assert env == before


def test_payments_outlive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    first = StandIn(file=file)
    token = "t"
    with first.world.store.work():
        first.world.store.pages[token] = {"token": token, "order_id": "o", "amount": 1, "items": [], "finish": ""}
        first.world.store.pages[token] |= {"closes": 9e12, "expires": 9e12}
    first.pay(token)
    assert StandIn(file=file).payment("o")["transaction_status"] == "settlement"
