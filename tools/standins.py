"""Who stands in for those who take money while somebody tries the market on her own machine. For `dev.py`."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
PY = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
Command = Sequence[str | Path]  # a program and its words


def is_listening(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def stand_in_for_stripe(site: str, port: int, env: dict[str, str]) -> dict[str, Command]:
    """Without a key of Stripe's, cards are paid at a stand-in: its process, and its settings put into the environment.

    `site` is where it tells what was paid; the port is the next free one. The webhook secret is made for this run. A
    market that others can reach gets none: they would pay with no money.
    """
    if env.get("STRIPE_SECRET_KEY") or urlsplit(env["SITE_URL"]).hostname not in {"127.0.0.1", "localhost", "::1"}:
        return {}
    while is_listening("127.0.0.1", port):
        port += 1
    env["STRIPE_SECRET_KEY"] = f"sk_test_standin_{secrets.token_hex(12)}"
    env["STRIPE_WEBHOOK_SECRET"] = f"whsec_{secrets.token_hex(24)}"
    env["STRIPE_API_BASE"] = f"http://127.0.0.1:{port}"
    says: Command = ["--webhook-url", f"{site}/webhooks/stripe", "--webhook-secret", env["STRIPE_WEBHOOK_SECRET"]]
    keeps: Command = ["--file", instance(env) / "stripe.db"]
    return {"stand-in for Stripe": [PY, "-m", "tools.stripe_standin", "--port", str(port), *says, *keeps]}


def stand_in_for_midtrans(site: str, port: int, env: dict[str, str]) -> dict[str, Command]:
    """The same for Midtrans, whose one key both opens its door and signs what it tells."""
    if env.get("MIDTRANS_SERVER_KEY") or urlsplit(env["SITE_URL"]).hostname not in {"127.0.0.1", "localhost", "::1"}:
        return {}
    while is_listening("127.0.0.1", port):
        port += 1
    env["MIDTRANS_SERVER_KEY"] = env["MIDTRANS_SIGNATURE_KEY"] = f"SB-Mid-server-standin_{secrets.token_hex(12)}"
    env["MIDTRANS_API_BASE"] = env["MIDTRANS_SNAP_BASE"] = f"http://127.0.0.1:{port}"
    says: Command = ["--webhook-url", f"{site}/webhooks/midtrans", "--server-key", env["MIDTRANS_SERVER_KEY"]]
    keeps: Command = ["--file", instance(env) / "midtrans.db.json"]
    return {"stand-in for Midtrans": [PY, "-m", "tools.midtrans_standin", "--port", str(port), *says, *keeps]}


def stand_ins(site: str, port: int, env: dict[str, str]) -> dict[str, Command]:
    """All who stand in for those who take money, from that port on."""
    return {**stand_in_for_stripe(site, port, env), **stand_in_for_midtrans(site, port + 1, env)}


def instance(env: Mapping[str, str]) -> Path:
    """The folder of the market's own data."""
    return ROOT / (env.get("INSTANCE_PATH") or "instance")


def port_of(words: Command) -> int:
    """The port that a stand-in is told to take."""
    return int(str(words[words.index("--port") + 1]))
