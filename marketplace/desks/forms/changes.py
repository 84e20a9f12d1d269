"""What shop and buyer say about a change of an order. The fields about lines are made for the order at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from marketplace.changes.queries import Substitute
from marketplace.changes.rules import LONGEST_REASON, Asked, LineNow, Wish, field_of
from marketplace.web.filters import rupiah
from marketplace.web.forms import BaseForm, RupiahField, optional

MOST_PIECES = 100_000
WHOLE = _l("Tulis angka bulat, misalnya 3.")


class PiecesField(IntegerField):
    """How many pieces, 0 for none; the service knows the bounds."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "numeric", "min": "0", "autocomplete": "off"})
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        try:
            self.data = int(valuelist[0].strip() or "0")
        except ValueError as error:
            self.data = None
            raise ValueError(str(WHOLE)) from error


def _pieces(label: Any, default: int, validators: Sequence[Any] = ()) -> PiecesField:
    return PiecesField(label, default=default, validators=[*validators, NumberRange(0, MOST_PIECES, message=WHOLE)])


class ChangeForm(BaseForm):
    """What both sides may say; `seen` is the mark of the page that was shown."""

    seen = HiddenField(validators=[Length(max=32)])

    def about(self, kind: str, line_id: int) -> Any:
        """The field about one line."""
        return self[field_of(kind, line_id)]

    def said(self, kind: str, line_id: int) -> Any:
        """What was said in it; None for a form without such a field."""
        name = field_of(kind, line_id)
        return self[name].data if name in self else None


class ProposalForm(ChangeForm):
    """What the shop proposes."""

    reason = TextAreaField(
        _l("Alasan untuk pembeli"),
        validators=[DataRequired(_l("Tulis alasannya; pembeli akan membacanya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "3", "maxlength": str(LONGEST_REASON)},
    )
    ready_by = DateField(_l("Siap paling lambat"), validators=optional())


class RequestForm(ChangeForm):
    """What the buyer asks for."""

    note = TextAreaField(
        _l("Catatan untuk toko"),
        validators=[*optional(), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2", "maxlength": str(LONGEST_REASON)},
    )
    reason = TextAreaField(
        _l("Alasan"),
        validators=[*optional(), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2", "maxlength": str(LONGEST_REASON)},
    )


class PartForm(ChangeForm):
    """What goes into a part that is sent before the rest."""

    tracking_number = StringField(
        _l("Nomor resi"),
        validators=[*optional(), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "maxlength": "60"},
    )


def proposal_form(lines: Sequence[LineNow], offered: Sequence[Substitute], **given: Any) -> ProposalForm:
    """The form of a shop's proposal about these lines, with what could come instead."""
    choices = [
        ("", _l("Tidak ada pengganti")),
        *((str(o.variant_id), f"{o.name} ({rupiah(o.price)})") for o in offered),
    ]
    fields: dict[str, Any] = {}
    for line in lines:
        fields[field_of("quantity", line.line_id)] = _pieces(_l("Bisa dipenuhi"), line.quantity, [InputRequired(WHOLE)])
        fields[field_of("price", line.line_id)] = RupiahField(
            _l("Harga satuan"), minimum=1, default=line.unit_price, validators=[InputRequired(_l("Harga wajib diisi."))]
        )
        fields[field_of("substitute", line.line_id)] = SelectField(
            _l("Barang pengganti"), choices=choices, validate_choice=False, default=""
        )
        fields[field_of("pieces", line.line_id)] = _pieces(_l("Jumlah pengganti"), 0)
    made: ProposalForm = type("Proposal", (ProposalForm,), fields)(**given)
    return made


def request_form(lines: Sequence[LineNow], **given: Any) -> RequestForm:
    """The form of a buyer's request about these lines."""
    fields = {
        field_of("quantity", line.line_id): _pieces(_l("Jadi berapa?"), line.quantity, [InputRequired(WHOLE)])
        for line in lines
    }
    made: RequestForm = type("Request", (RequestForm,), fields)(**given)
    return made


def part_form(lines: Sequence[LineNow], **given: Any) -> PartForm:
    """The form of a part: how many pieces of each line that is not sent yet."""
    fields = {
        field_of("quantity", line.line_id): _pieces(_l("Diserahkan sekarang"), 0)
        for line in lines
        if line.quantity > line.sent
    }
    made: PartForm = type("Part", (PartForm,), fields)(**given)
    return made


def asked(form: ProposalForm | RequestForm, lines: Sequence[LineNow]) -> Asked:
    """What a valid form asks for."""
    wishes = {line.line_id: _wish(form, line) for line in lines}
    if isinstance(form, ProposalForm):
        return Asked(wishes, form.reason.data or "", form.ready_by.data)
    return Asked(wishes, form.reason.data or "", None, form.note.data or "")


def _wish(form: ChangeForm, line: LineNow) -> Wish:
    chosen = str(form.said("substitute", line.line_id) or "")
    variant_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None
    pieces = form.said("pieces", line.line_id) or 0
    quantity, price = form.said("quantity", line.line_id), form.said("price", line.line_id)
    return Wish(quantity, price, variant_id, pieces if variant_id is not None else 0)
