"""The real web server in a process of its own, for tests that need real requests."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests.databases import ROOT, Market

GRANIAN = ["-m", "granian", "--interface", "wsgi", "--blocking-threads", "1", "--no-ws", "--host", "127.0.0.1"]


@dataclass(frozen=True)
class LiveServer:
    """A running server; `market` works on the same database, to arrange and to look (its commits are real)."""

    url: str
    market: Market

    @property
    def app(self) -> Flask:
        return self.market.app


@contextlib.contextmanager
def serve(market: Market, port: int) -> Iterator[LiveServer]:
    """Serve the market on that loopback port until the block ends."""
    log = Path(market.environ["INSTANCE_PATH"]) / "server.log"
    try:
        with granian("wsgi:app", port, log, market.environ):
            yield LiveServer(f"http://127.0.0.1:{port}", market)
    finally:
        print(log.read_text()[-5000:])  # noqa: T201 - pytest shows it beside a failure


@contextlib.contextmanager
def granian(target: str, port: int, log: Path, environ: Mapping[str, str], workers: int = 1) -> Iterator[None]:
    """The web server in a process of its own, until the block ends. Raises RuntimeError when it does not come up."""
    options = ["--workers", str(workers), "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *GRANIAN, *options, target],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"the server did not come up:\n{log.read_text()[-3000:]}")
