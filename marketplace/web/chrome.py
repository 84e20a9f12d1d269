"""What every template may use: the site's names, the actor, the cart count, the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from config import Config
from marketplace.web.access import current_actor
from marketplace.web.language import current_language

CountCart = Callable[[], int | None]


def _no_cart() -> int | None:
    return None


_count_cart: CountCart = _no_cart


def count_cart_with(count: CountCart) -> None:
    """Say how the cart badge of a person signed in is counted (the cart is an area above)."""
    global _count_cart  # noqa: PLW0603
    _count_cart = count


NameStore = Callable[[int], str]


def _nameless(store_id: int) -> str:
    return ""


_name_store: NameStore = _nameless


def name_store_with(name: NameStore) -> None:
    """Say how a store is called that somebody helps (stores are an area above)."""
    global _name_store  # noqa: PLW0603
    _name_store = name


def csrf_field() -> Markup:
    """The hidden field that every form carries which changes something."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def register(app: Flask, config: Config) -> None:
    app.jinja_env.globals.update(
        site_name=config.site_name,
        tagline=config.tagline,
        site_url=config.site_url,
        complaints={
            "phone": config.complaints_phone,
            "email": config.complaints_email,
            "hours": config.complaints_hours,
        },
        csrf_field=csrf_field,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def visitor() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "helped_store": _name_store(actor.helping.store_id) if actor.helping else "",
            "cart_count": _count_cart() if actor.is_signed_in else None,
            "current_path": request.path,
            "language": current_language(),
        }
