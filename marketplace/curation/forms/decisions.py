"""A decision on a submission."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.curation.rules import CHECKS, LONGEST_NOTE, REASONS, SHORTEST_NOTE
from marketplace.web.forms import BaseForm


class PassForm(BaseForm):
    """What the curator has looked at; kept with the decision."""

    checks = SelectMultipleField(
        _l("Yang sudah saya periksa"),
        choices=[(name, _l(text)) for name, text in CHECKS.items()],
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def ticked(self) -> dict[str, bool]:
        """Each check with whether it was ticked."""
        return {name: name in (self.checks.data or ()) for name in CHECKS}


class RefusalForm(BaseForm):
    """Why not, or not yet: a reason from the list, and words for the seller."""

    reason = SelectField(
        _l("Alasan"),
        choices=[("", _l("Pilih alasan")), *((code, _l(text)) for code, text in REASONS.items())],
        validators=[InputRequired(_l("Pilih alasannya."))],
    )
    note = TextAreaField(
        _l("Catatan untuk penjual"),
        description=_l("Tulis apa yang perlu dilakukan. Penjual menerimanya lewat surel."),
        validators=[
            InputRequired(_l("Tulis catatan untuk penjual.")),
            Length(SHORTEST_NOTE, LONGEST_NOTE, message=_l("Tulis %(min)d sampai %(max)d huruf.")),
        ],
        render_kw={"rows": "3"},
    )
