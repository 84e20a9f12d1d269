"""python -m tools.stripe_standin --port 8001 --webhook-url http://127.0.0.1:8000/webhooks/stripe --webhook-secret S"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType

from tools.stripe_standin.server import StandIn


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tools.stripe_standin", description="A stand-in for Stripe.")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--webhook-url", default="", help="where events go; without it nowhere")
    parser.add_argument("--webhook-secret", default="", help="what they are signed with")
    parser.add_argument("--file", type=Path, help="where objects are kept; without it in memory")
    asked = parser.parse_args()
    if asked.webhook_url and not asked.webhook_secret:
        parser.error("--webhook-url needs --webhook-secret: nobody may believe events that are not signed")
    if asked.file:
        asked.file.parent.mkdir(parents=True, exist_ok=True)
    over = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    server = StandIn(
        port=asked.port, file=asked.file, webhook_url=asked.webhook_url, webhook_secret=asked.webhook_secret
    )
    server.start()
    print(f"stand-in for Stripe on {server.url}: no real money", flush=True)
    over.wait()
    server.stop()


if __name__ == "__main__":
    main()
