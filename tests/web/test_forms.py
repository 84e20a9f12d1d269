"""The base of all forms."""

from __future__ import annotations

import warnings

from flask import Flask
from wtforms import RadioField, SelectField, SelectMultipleField

from marketplace.web.forms import BaseForm


class Chosen(BaseForm):
    """One field of each kind."""

    one = SelectField("Satu", choices=[("", "Pilih"), ("a", "A")])
    many = SelectMultipleField("Banyak", choices=(("a", "A"), ("b", "B")))
    shown = RadioField("Salah satu", choices=[("a", "A")])


def test_choices_written_as_pairs_are_what_wtforms_wants(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"one": "a", "many": ["a", "b"], "shown": "x"}):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            form = Chosen()
            form.validate()
            page = form.one()
        assert (form.one.data, form.many.data) == ("a", ["a", "b"])
        assert (bool(form.one.errors), bool(form.shown.errors)) == (False, True)
        assert '<option selected value="a">A</option>' in page
