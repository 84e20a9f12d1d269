"""Every view says who may. What somebody may not see does not exist for them: 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from marketplace.core.actor import GUEST, Actor, Right

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()
# Phones change their network address all the time; a sign-in is guarded by its own row instead.
login_manager.session_protection = ""


class Visitor(UserMixin):
    """Somebody signed in: the session's token (not a person's id) and who acts by it."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        return self.token


def current_actor() -> Actor:
    """Who sent this request."""
    actor = getattr(current_user, "actor", GUEST)
    return actor if isinstance(actor, Actor) else GUEST


def current_token() -> str:
    """The token of the sign-in that this request comes by; '' for a guest."""
    return str(getattr(current_user, "token", ""))


def public(view: View) -> View:
    """Anybody may."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def requires(may: Callable[[Actor], bool]) -> Callable[[View], View]:
    """Only an actor for whom `may` is true; a guest is sent to sign in, anybody else is told 404."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if not actor.is_signed_in:
                return to_sign_in()
            if not may(actor):
                abort(404)
            return view(*args, **kwargs)

        guarded.access = may.__name__  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def requires_right(*rights: Right) -> Callable[[View], View]:
    """Only who may do one of these things in a store. Whose store it is, the view and its services look at.

    The rights are kept on the view (`rights`), where the matrix test reads them.
    """

    def may(actor: Actor) -> bool:
        return actor.may_anywhere(*rights)

    return _declare(may, rights)


def requires_all(*rights: Right) -> Callable[[View], View]:
    """Only who may do all of these things in one store, and is no helper there."""

    def may(actor: Actor) -> bool:
        stores = (set(actor.stores_with(right)) for right in rights)
        return actor.helping is None and bool(set.intersection(*stores))

    def mark(view: View) -> View:
        guarded = _declare(may, rights)(view)
        guarded.needs_all = True  # type: ignore[attr-defined]
        return guarded

    return mark


def owner_only(view: View) -> View:
    """Only who owns a store: staff and helpers are told 404."""
    return _declare(is_owner, ("owner",))(view)


def _declare(may: Callable[[Actor], bool], rights: tuple[str, ...]) -> Callable[[View], View]:
    def mark(view: View) -> View:
        guarded = requires(may)(view)
        guarded.access = " or ".join(rights)  # type: ignore[attr-defined]
        guarded.rights = rights  # type: ignore[attr-defined]
        return guarded

    return mark


def is_owner(actor: Actor) -> bool:
    return bool(actor.owned_store_ids)


def is_facilitator(actor: Actor) -> bool:
    return actor.is_facilitator


def is_signed_in(actor: Actor) -> bool:
    return actor.is_signed_in


def is_seller(actor: Actor) -> bool:
    return actor.is_seller


def is_runner(actor: Actor) -> bool:
    return actor.is_runner


def is_curator(actor: Actor) -> bool:
    return actor.is_curator


def is_operator(actor: Actor) -> bool:
    return actor.is_operator


signed_in = requires(is_signed_in)


def to_sign_in() -> Response:
    """To the sign-in page, and back here afterwards (only where coming back by GET makes sense)."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=here))  # type: ignore[return-value]


def local_path(target: str | None) -> str | None:
    """The target when it is a path of this site, else None: nobody is sent elsewhere by a link of ours."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(char) < 33 for char in target) or "\\" in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
