"""Indonesian first, English behind a switch. Catalogues are read from the .po files themselves: nothing to compile.

Texts on screens are their own Indonesian message ids; refusals carry ids like `catalog.out_of_stock`, which stand in
the Indonesian catalogue as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext

from marketplace.core.errors import Refusal
from marketplace.web.filters import number

LANGUAGES = ("id", "en")
COOKIE = "belintt_bahasa"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


class PoDomain(Domain):
    """Looks a message up in the .po file of the visitor's language, read once a process."""

    def get_translations(self) -> NullTranslations:
        return catalogue(current_language())


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The messages of one language."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def current_language() -> str:
    """'id' or 'en'."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "id"


def choose_language() -> str:
    """The visitor's choice (a cookie), else Indonesian; outside a request, Indonesian."""
    chosen = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return chosen if chosen in LANGUAGES else "id"


def explain(refusal: Refusal) -> str:
    """A refusal in the visitor's words; its numbers as they are written here, 10.000."""
    values = {name: number(value) if type(value) is int else value for name, value in refusal.values.items()}
    return gettext(refusal.message_id, **values)


def explained(message_id: str, values: Mapping[str, object]) -> str:
    """The words of a refusal that was written down."""
    return explain(Refusal(message_id, **values))


def register(app: Flask) -> None:
    app.jinja_env.filters["explained"] = explained
    babel = Babel(app, default_locale="id", locale_selector=choose_language)
    babel.domain_instance = PoDomain()
