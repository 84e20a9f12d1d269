"""Pages as visitors see them. Every test in this folder carries the mark `browser`."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.serving import LiveServer

HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-zygote",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_RUN = """axe.run(document, {runOnly: %s, resultTypes: ["violations"]})
  .then(({violations}) => violations.flatMap(({id, help, nodes}) =>
    nodes.map(({target, failureSummary}) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`)))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that dev.py found; libraries and fonts of an unpacked one are for its launch alone."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium: set CHROMIUM, or start the tests with python3 dev.py test")
        pytest.skip("no Chromium")
    env = dict(os.environ)
    for name, ours in (("LD_LIBRARY_PATH", "CHROMIUM_LIB"), ("FONTCONFIG_PATH", "CHROMIUM_FONTS")):
        if os.environ.get(ours):
            env[name] = os.environ[ours]
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS, "env": env}


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own (a second visitor, another size); script errors fail the test.

    Addresses are relative to the live server. The service worker is blocked, or it would hide requests from the test.
    """
    errors: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A refused form is an error to the browser's log, not to us; a broken policy or script is one.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    def opened(**options: Any) -> Page:
        context = new_context(
            base_url=live_server.url,
            service_workers="block",
            locale="id-ID",
            timezone_id="Asia/Makassar",
            **{"viewport": PHONE, **options},
        )
        page = context.new_page()
        page.on("console", on_console)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    assert errors == [], "errors in the browser's console"


@pytest.fixture
def phone_page(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desktop_page(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport=DESKTOP)


@pytest.fixture
def no_script_page(open_page: Callable[..., Page]) -> Page:
    """A phone whose browser runs no script."""
    return open_page(viewport=PHONE, java_script_enabled=False)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """axe(page): what breaks WCAG A and AA (up to 2.2) on the page as it stands, one line for each place.

    Axe enters by the debugging protocol, so the page keeps its state and its Content-Security-Policy. It is of no use
    on a page that runs no script: there it waits for ever.
    """
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    source = (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        session = page.context.new_cdp_session(page)
        try:
            session.send("Runtime.evaluate", {"expression": f"{source};0"})
            question = {"expression": AXE_RUN % WCAG, "awaitPromise": True, "returnByValue": True}
            answer = session.send("Runtime.evaluate", question)
        finally:
            session.detach()
        assert "exceptionDetails" not in answer, answer
        return [str(line) for line in answer["result"]["value"]]

    return violations
