"""What an operator decides about a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.claims.queries import ClaimView, LineView
from marketplace.claims.rules import LONGEST_TEXT
from marketplace.web.forms import KeyedForm, RupiahField


class DecisionForm(KeyedForm):
    """How much of each line, and of the delivery fee, goes back. `decision_form` adds the fields of the lines."""

    delivery = RupiahField(_l("Ongkos kirim"), validators=[InputRequired(_l("Isi jumlahnya, 0 bila tidak ada."))])
    text = TextAreaField(
        _l("Alasan, dibaca kedua pihak"),
        validators=[InputRequired(_l("Tulis alasan putusan.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": "4"},
    )
    claim_lines: Sequence[LineView] = ()

    def of_delivery(self) -> int:
        """The rupiah granted of the delivery fee; 0 where none was asked."""
        return int(self.delivery.data or 0) if self.delivery else 0

    def by_line(self) -> dict[int, int]:
        """The rupiah granted for each line, once it is valid."""
        return {line.line_id: self[f"line_{line.line_id}"].data for line in self.claim_lines}


def decision_form(claim: ClaimView, **given: Any) -> DecisionForm:
    """The form for a claim: a sum for each of its lines."""
    fields: dict[str, Any] = {"claim_lines": claim.lines}
    for line in claim.lines:
        label = " · ".join(filter(None, (line.name, line.variant_name)))
        wanted = [InputRequired(_l("Isi jumlahnya, 0 bila tidak ada."))]
        fields[f"line_{line.line_id}"] = RupiahField(label, validators=wanted)
    if not claim.asked_delivery:
        fields["delivery"] = None  # nothing of it is asked back
    made: DecisionForm = type("ClaimDecisionForm", (DecisionForm,), fields)(**given)
    return made
