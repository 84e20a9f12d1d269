"""What a seller says about an order."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from marketplace.orders.rules import LONGEST_REASON
from marketplace.web.forms import BaseForm


class ReasonForm(BaseForm):
    """Why an order is declined; the buyer reads it."""

    reason = TextAreaField(
        _l("Alasan untuk pembeli"),
        validators=[DataRequired(_l("Tulis alasannya; pembeli akan membacanya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "3"},
    )


class CodeForm(BaseForm):
    """The four digits that the buyer shows."""

    code = StringField(validators=[Regexp(r"^[0-9]{4}$", message=_l("Kode terdiri dari empat angka."))])
