"""One call to Midtrans over HTTPS, and how it ends when it does not end well, in the market's three words.

Written on `requests`: Midtrans's own library sets no time-out at all, so that a hanging server would hang a worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from urllib3.exceptions import NewConnectionError

from marketplace.payments.rules import OutcomeUnknown, Refused, Unavailable

TIMEOUT_SECONDS = (5.0, 20.0)  # to connect, to answer
NOT_ALLOWED = frozenset({401, 402, 403})
BUSY = 429
MISSING = 404
LONGEST_SAID = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """What came back: Midtrans says the status twice, and the one in the body is the one it documents."""

    status: int
    body: Mapping[str, Any]


class Wire:
    """The two hosts of one account. Holds no connection, so it is safe to share between threads."""

    def __init__(self, server_key: str, timeout: tuple[float, float]) -> None:
        self._auth = (server_key, "")
        self._timeout = timeout

    def read(self, url: str) -> Answer | None:
        """What a GET gives; None: there is no such thing. Raises Unavailable for all else that is no answer."""
        try:
            answer = self._ask("GET", url, None)
        except (requests.RequestException, ValueError) as error:
            raise Unavailable(f"Midtrans was not read: {type(error).__name__}") from error
        _be_loud(answer)
        if answer.status == MISSING:
            return None
        # A payment that was denied or has expired is read with a status of 202 or 407 in the body.
        if "transaction_status" not in answer.body:
            raise Unavailable(f"Midtrans was not read: {said(answer)}")
        return answer

    def write(self, url: str, words: Mapping[str, Any]) -> Answer:
        """What a POST that changes something gives. Raises Refused, Unavailable or OutcomeUnknown."""
        try:
            answer = self._ask("POST", url, words)
        except (requests.RequestException, ValueError) as error:
            if _never_left(error):
                raise Unavailable(f"Midtrans was not reached: {type(error).__name__}") from error
            raise OutcomeUnknown(f"no answer of Midtrans: {type(error).__name__}") from error
        _be_loud(answer)
        if answer.status in NOT_ALLOWED or answer.status == BUSY:
            raise Unavailable(said(answer))
        if 400 <= answer.status < 500:
            raise Refused(said(answer))
        if not 200 <= answer.status < 300:
            raise OutcomeUnknown(said(answer))
        return answer

    def _ask(self, verb: str, url: str, words: Mapping[str, Any] | None) -> Answer:
        """Raises RequestException, or ValueError for what is no JSON object."""
        heads = {"Accept": "application/json"}
        sent = requests.request(
            verb,
            url,
            json=words,
            auth=self._auth,
            headers=heads,
            timeout=self._timeout,
            allow_redirects=False,
        )
        if sent.status_code in NOT_ALLOWED or sent.status_code == BUSY:
            return Answer(sent.status_code, {})  # a gateway in front of Midtrans may answer this with no JSON
        body = sent.json()
        if not isinstance(body, dict):
            raise ValueError("no JSON object")  # noqa: TRY004 - one of the two that are caught
        return Answer(_status(sent.status_code, body), body)


def _status(http: int, body: Mapping[str, Any]) -> int:
    """The Core API answers many a refusal with HTTP 200 and the truth in `status_code`; Snap has only HTTP's."""
    told = body.get("status_code")
    is_code = isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) == 3
    return int(told) if is_code and isinstance(told, str) and http < 500 else http


def _never_left(error: Exception) -> bool:
    """No connection came about, so nothing was sent. A refusal hides inside a ConnectionError."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _be_loud(answer: Answer) -> None:
    """A wrong key is a mistake of ours that no repeating mends."""
    if answer.status in NOT_ALLOWED:
        log.error("midtrans.misused", said=said(answer))


def said(answer: Answer) -> str:
    """The answer in short, for the log: Midtrans's own sentence names no buyer."""
    words = answer.body.get("status_message") or answer.body.get("error_messages") or ""
    return f"Midtrans {answer.status} {str(words)[:LONGEST_SAID]}"
