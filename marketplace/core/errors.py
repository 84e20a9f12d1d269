"""Refusals. Each carries a message id and its values; only the views turn them into words."""

from __future__ import annotations


class Refusal(Exception):
    """Something the market does not do. `message_id` is looked up in the gettext catalogues."""

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values


class NotFound(Refusal):
    """It does not exist, or not for this actor. Answered 404."""

    def __init__(self, message_id: str = "core.not_found", **values: object) -> None:
        super().__init__(message_id, **values)


class NotAllowed(Refusal):
    """The actor sees the thing but may not do this to it. Answered 404, so that nothing is told."""


class Invalid(Refusal):
    """The input breaks a rule that needs the database. `field` names the form field. Answered 422."""

    def __init__(self, message_id: str, field: str = "", **values: object) -> None:
        super().__init__(message_id, **values)
        self.field = field


class Stale(Refusal):
    """The thing has moved on since the actor looked at it. Answered 409, with words that say what to do."""


class TooMany(Refusal):
    """Too many tries for now. Answered 429; `retry_after` is in seconds."""

    def __init__(self, message_id: str, retry_after: int, **values: object) -> None:
        super().__init__(message_id, **values)
        self.retry_after = retry_after
