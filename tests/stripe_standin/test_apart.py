"""The stand-in and the market do not know each other, and the demo market is given one."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, imports, name_of
from tools import standins

SITE = "http://127.0.0.1:8000"


def test_the_stand_in_imports_nothing_of_the_market() -> None:
    known = [
        f"{name_of(path)} imports {name}"
        for path in sorted((ROOT / "tools" / "stripe_standin").rglob("*.py"))
        for name in imports(path)
        if name.partition(".")[0] in {"marketplace", "config", "wsgi", "tests"}
    ]
    assert known == []


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_market_without_a_key_is_given_a_stand_in_on_a_free_port(taken_port: int) -> None:
    env = {"SITE_URL": SITE}
    processes = standins.stand_in_for_stripe(SITE, taken_port, env)
    command = [str(word) for word in processes["stand-in for Stripe"]]
    port = int(command[command.index("--port") + 1])
    assert port > taken_port
    assert env["STRIPE_API_BASE"] == f"http://127.0.0.1:{port}"
    assert env["STRIPE_SECRET_KEY"].startswith("sk_test_standin_")
    assert command[command.index("--webhook-secret") + 1] == env["STRIPE_WEBHOOK_SECRET"]
    assert command[command.index("--webhook-url") + 1] == f"{SITE}/webhooks/stripe"


def test_each_run_has_a_webhook_secret_of_its_own() -> None:
    first, second = {"SITE_URL": SITE}, {"SITE_URL": SITE}
    standins.stand_in_for_stripe(SITE, 8001, first)
    standins.stand_in_for_stripe(SITE, 8001, second)
    assert first["STRIPE_WEBHOOK_SECRET"] != second["STRIPE_WEBHOOK_SECRET"]


@pytest.mark.parametrize(
    "env", [{"SITE_URL": SITE, "STRIPE_SECRET_KEY": "sk_test_own"}, {"SITE_URL": "https://pasar.example.id"}]
)
def test_a_market_with_a_key_or_open_to_others_gets_none(env: dict[str, str]) -> None:
    before = dict(env)
    assert standins.stand_in_for_stripe(SITE, 8001, env) == {}
    assert env == before
