"""What buyer and shop write to each other."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.desks.forms.pictures import PICTURES_ONLY, PicturesForm
from marketplace.talks.rules import LONGEST_REASON, LONGEST_TEXT
from marketplace.web.forms import BaseForm


class MessageForm(PicturesForm):
    """A message."""

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
        render_kw=PICTURES_ONLY,
    )


class ReportForm(BaseForm):
    """Why the operator should look at a message."""

    reason = TextAreaField(
        _l("Apa yang tidak beres?"),
        validators=[DataRequired(_l("Tulis apa yang tidak beres.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )
