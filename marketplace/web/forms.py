"""The base of all forms, and the fields that more than one area needs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, PasswordField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from marketplace.core.errors import Invalid
from marketplace.core.phone import phone_number as phone_number
from marketplace.web.language import explain

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,43}")
LARGEST_RUPIAH = 100_000_000_000


def strip(value: Any) -> Any:
    """Trim text and drop control characters, which no field of ours needs."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", value).strip() if isinstance(value, str) else value


def add_error(field: Field, *words: str) -> None:
    """Show words at a field, after those that it has already."""
    field.errors = (*field.errors, *words)


def as_choices(pairs: Iterable[Any]) -> list[SelectChoice]:
    """The choices of a field from (value, words) pairs, in the one form that wtforms takes from 3.4 on."""
    return [SelectChoice(*pair) if isinstance(pair, tuple) else pair for pair in pairs]


class BaseForm(FlaskForm):
    """A form whose text is trimmed (passwords are not) and whose fields can take a refusal of a service.

    A field's `choices` are written down as (value, words) pairs; they become `SelectChoice` here.
    """

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = unbound_field.kwargs.get("filters", [])
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField) and strip not in filters:
                unbound_field.kwargs["filters"] = [*filters, strip]
            said = unbound_field.kwargs.get("choices")
            if isinstance(said, list | tuple):
                unbound_field.kwargs["choices"] = as_choices(said)
            field: Field = unbound_field.bind(form=form, **options)
            return field

    def refuse(self, refusal: Invalid) -> None:
        """Show a service's refusal at its field, or above the form when it names none."""
        words = explain(refusal)
        if refusal.field and refusal.field in self._fields:
            add_error(self._fields[refusal.field], words)
        else:
            self.form_errors.append(words)


class KeyedForm(BaseForm):
    """A form with a `key` of its page's own: what is sent twice from one page is done once."""

    key = HiddenField()

    def form_key(self) -> str:
        """The key that the page brought; a new one where it brought none that can be one."""
        if not FORM_KEY.fullmatch(self.key.data or ""):
            self.key.data = secrets.token_urlsafe(24)
        return str(self.key.data)


class RupiahField(IntegerField):
    """Whole rupiah, typed as people type it: 15000, 15.000, Rp 15.000. Decimals are refused, never cut."""

    widget: Any = TextInput()  # a number box would swallow the dots, and with them the amount

    def __init__(self, label: Any = None, minimum: int = 0, **kwargs: Any) -> None:
        bounds = NumberRange(minimum, LARGEST_RUPIAH, message=_l("Isi angka rupiah yang wajar, tanpa koma."))
        kwargs["validators"] = [*kwargs.get("validators", [InputRequired(_l("Harga wajib diisi."))]), bounds]
        kwargs.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, **kwargs)

    def _value(self) -> str:
        """What was typed, or the amount with its dots."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:,}".replace(",", ".")

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = re.sub(r"^rp\.?", "", valuelist[0].strip().lower()).strip()
        if not re.fullmatch(r"\d{1,15}|\d{1,3}(\.\d{3}){1,4}", text):
            self.data = None
            raise ValueError(self.gettext("Tulis rupiah tanpa koma, misalnya 15.000."))
        self.data = int(text.replace(".", ""))


class PhoneField(StringField):
    """A phone number; `e164` is its normal form after validation."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [DataRequired(_l("Nomor HP wajib diisi."))])
        kwargs["validators"] = [*kwargs["validators"], Length(max=30)]
        kwargs.setdefault("render_kw", {"inputmode": "tel", "autocomplete": "tel"})
        super().__init__(label, **kwargs)
        self.e164 = ""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            self.e164 = phone_number(self.data)
        except ValueError as error:
            raise ValidationError(self.gettext("Nomor HP tidak dikenali. Contoh: 0812-3456-7890.")) from error


def optional() -> list[Any]:
    """The validators of a field that may stay empty."""
    return [Optional(strip_whitespace=True)]
