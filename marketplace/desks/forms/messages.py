"""What buyer and shop write to each other."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.talks.rules import FORM_KEY, LONGEST_REASON, LONGEST_TEXT
from marketplace.web.forms import BaseForm


class MessageForm(BaseForm):
    """A message. `key` is the page's own: sent twice from one page, it is written once."""

    key = HiddenField()
    text = TextAreaField(
        _l("Tulis pesan"),
        validators=[
            Length(max=LONGEST_TEXT, message=_l("Pesan paling panjang 1.000 huruf. Kirim sisanya sebagai pesan baru."))
        ],
        render_kw={"rows": "4"},
    )
    pictures = MultipleFileField(
        _l("Foto"),
        description=_l("Sampai 3 foto JPG, PNG, atau WebP. Hanya Anda dan pihak lain di pesanan ini yang melihatnya."),
        render_kw={"accept": "image/jpeg,image/png,image/webp", "multiple": True},
    )

    def files(self) -> list[Any]:
        """The files that were chosen; a browser sends an empty one when there are none."""
        return [each for each in self.pictures.data or [] if getattr(each, "filename", "")]

    def form_key(self) -> str:
        """The key that the page brought; a new one where it brought none that can be one."""
        if not FORM_KEY.fullmatch(self.key.data or ""):
            self.key.data = secrets.token_urlsafe(24)
        return str(self.key.data)


class ReportForm(BaseForm):
    """Why the operator should look at a message."""

    reason = TextAreaField(
        _l("Apa yang tidak beres?"),
        validators=[DataRequired(_l("Tulis apa yang tidak beres.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )
