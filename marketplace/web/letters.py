"""The words of letters: Jinja templates under templates/mail, in the language of who reads them."""

from __future__ import annotations

from flask import Flask
from flask_babel import force_locale


class Letters:
    """Fills a letter's template in. Letters are plain text: nothing is escaped, nothing is needed to be."""

    def __init__(self, app: Flask) -> None:
        self._env = app.jinja_env

    def render(self, template: str, language: str, **values: object) -> str:
        """The text of `templates/mail/<template>.txt` in a language; its first line is the subject."""
        with force_locale(language):
            return self._env.get_template(f"mail/{template}.txt").render(values)
