"""Somebody with a browser: an address of her own, her cookies, and the forms she fills in."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import count
from urllib.parse import urlsplit

from bench.load import Refused, Reply, Script, request

_numbers = count(1)


class Visitor:
    """Requests of one person. The market limits how often an address may ask, so each comes from another one."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.cookies: dict[str, str] = {}
        self._address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    @property
    def headers(self) -> dict[str, str]:
        """What she sends along with every request."""
        fields = {"X-Forwarded-For": self._address, "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return fields

    def get(self, path: str) -> bytes:
        return request("GET", path, self.headers)

    def post(self, path: str, form: Mapping[str, str]) -> bytes:
        return request("POST", path, self.headers, form)

    def keep_cookies(self, reply: Reply) -> None:
        """Keep the cookies that came with an answer."""
        for header in reply.header("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value


def signing_in(visitor: Visitor, email: str, password: str) -> Script:
    """The way through the sign-in page."""
    reply = yield visitor.get("/masuk")
    visitor.keep_cookies(reply.expect(200))
    form = fields_of(reply.body, "/masuk")
    reply = yield visitor.post("/masuk", {**form, "email": email, "password": password})
    visitor.keep_cookies(reply.expect(303))


def fields_of(page: bytes, action: str) -> dict[str, str]:
    """What the form with this action would send if nobody touched it. Raises Refused when it is not on the page."""
    reader = _FormReader(action)
    reader.feed(page.decode())
    if not reader.fields:
        raise Refused(f"there is no form for {action} on the page")
    return reader.fields


class _FormReader(HTMLParser):
    """Collects the inputs and selects of one form, as a browser would send them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._is_inside, self._select = action, False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._is_inside = urlsplit(found.get("action") or "").path == self._action
        elif self._is_inside and tag == "select":
            self._select = found.get("name") or ""
        elif self._is_inside and tag == "option" and "selected" in found:
            self.fields[self._select] = found.get("value") or ""
        elif self._is_inside and tag == "input":
            self._take_input(found)

    def _take_input(self, found: Mapping[str, str | None]) -> None:
        is_chosen = found.get("type") not in ("radio", "checkbox") or "checked" in found
        if found.get("name") and is_chosen:
            self.fields[str(found["name"])] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
