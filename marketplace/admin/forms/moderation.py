"""What an operator decides about a product or a shop that was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.curation.rules import REASONS
from marketplace.moderation.rules import LONGEST_NOTE, OUTCOMES, SHORTEST_NOTE, Kind, Outcome, Verdict
from marketplace.web.forms import BaseForm

ACTS = {
    Outcome.SET_ASIDE: _l("Tidak ada yang salah"),
    Outcome.LETTER: _l("Tulis surat ke toko"),
    Outcome.TAKEN_OFF: _l("Turunkan sampai diperbaiki"),
    Outcome.SUSPENDED: _l("Tangguhkan toko"),
}
"""What the operator may do, as it stands on the button."""
ENDED = {
    Outcome.SET_ASIDE: _l("Tidak ada yang salah"),
    Outcome.LETTER: _l("Toko disurati"),
    Outcome.TAKEN_OFF: _l("Produk diturunkan"),
    Outcome.SUSPENDED: _l("Toko ditangguhkan"),
}
EXPLAINED = {
    Outcome.SET_ASIDE: _l("Laporan ditutup. Toko tidak dikabari."),
    Outcome.LETTER: _l("Toko menerima surat Anda. Yang dijual tetap tampil."),
    Outcome.TAKEN_OFF: _l(
        "Produk tidak tampil lagi. Penjual menemukannya sebagai perbaikan; kurator meloloskan versi barunya."
    ),
    Outcome.SUSPENDED: _l("Toko dan barangnya tidak tampil sampai Anda membukanya lagi. Pesanan yang ada berjalan."),
}
NOTES = {
    Outcome.SET_ASIDE: _l("Alasan, hanya untuk pengelola"),
    Outcome.LETTER: _l("Isi surat"),
    Outcome.TAKEN_OFF: _l("Apa yang perlu diperbaiki, dibaca penjual"),
    Outcome.SUSPENDED: _l("Alasan, dibaca penjual"),
}


class VerdictForm(BaseForm):
    """Why, and for what is taken off sale a reason of the curators' list. Made by `verdict_forms`."""

    outcome: Outcome
    reason = SelectField(
        _l("Alasan"),
        choices=[("", _l("Pilih alasan")), *((code, _l(text)) for code, text in REASONS.items())],
        validators=[InputRequired(_l("Pilih alasannya."))],
    )
    note = TextAreaField(
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(SHORTEST_NOTE, LONGEST_NOTE, message=_l("Tulis %(min)d sampai %(max)d huruf.")),
        ],
        render_kw={"rows": "3"},
    )

    @property
    def button(self) -> Any:
        return ACTS[self.outcome]

    @property
    def explained(self) -> Any:
        return EXPLAINED[self.outcome]

    def verdict(self) -> Verdict:
        """What was decided, once it is valid."""
        return Verdict(self.outcome, self.note.data or "", self.reason.data if self.reason else "")


def verdict_form(outcome: Outcome, **given: Any) -> VerdictForm:
    """The form of one act; its fields carry the act's name, so that several stand on one page."""
    form = VerdictForm(prefix=outcome.value, **given)
    form.outcome, form.note.label.text = outcome, NOTES[outcome]
    if outcome is not Outcome.TAKEN_OFF:
        del form.reason
    return form


def verdict_forms(kind: Kind, sent: VerdictForm | None = None, *, is_sold: bool = True) -> Sequence[VerdictForm]:
    """A form for each act that fits: what is not sold cannot be taken off sale. `sent` stands where it was refused."""
    possible = [each for each in OUTCOMES[kind] if is_sold or each in (Outcome.SET_ASIDE, Outcome.LETTER)]
    return [sent if sent and sent.outcome is each else verdict_form(each, formdata=None) for each in possible]
