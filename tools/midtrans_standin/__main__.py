"""python -m tools.midtrans_standin --port 8002 --server-key K --webhook-url http://127.0.0.1:8000/webhooks/midtrans"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType

from tools.midtrans_standin.server import StandIn


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tools.midtrans_standin", description="A stand-in for Midtrans.")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--server-key", required=True, help="what callers name, and notices are signed with")
    parser.add_argument("--webhook-url", default="", help="where notices go; without it nowhere")
    parser.add_argument("--file", type=Path, help="where payments are kept; without it in memory")
    asked = parser.parse_args()
    if asked.file:
        asked.file.parent.mkdir(parents=True, exist_ok=True)
    over = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    server = StandIn(port=asked.port, file=asked.file, webhook_url=asked.webhook_url, server_key=asked.server_key)
    server.start()
    print(f"stand-in for Midtrans on {server.url}: no real money", flush=True)
    over.wait()
    server.stop()


if __name__ == "__main__":
    main()
