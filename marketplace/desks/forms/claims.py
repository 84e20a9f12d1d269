"""What buyer and shop say in a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.claims.queries import Window
from marketplace.claims.queries.windows import LineWindow
from marketplace.claims.rules import LONGEST_TEXT, Reason, Remedy
from marketplace.claims.services import NewClaim, Wanted
from marketplace.desks.claim_words import REASONS
from marketplace.desks.forms.pictures import PICTURES_ONLY, PicturesForm
from marketplace.web.forms import RupiahField, as_choices, optional

WISHES = (
    (Remedy.MONEY, _l("Uang kembali")),
    (Remedy.SWAP, _l("Barang pengganti")),
    (Remedy.RETURN, _l("Barang saya kembalikan, lalu uang kembali")),
)
OFFERS = (
    (Remedy.MONEY, _l("Uang kembali, dengan jumlah lain")),
    (Remedy.SWAP, _l("Barang pengganti")),
    (Remedy.RETURN, _l("Barang dikembalikan dulu, lalu uang kembali")),
)
MANY_PIECES = 1_000_000


class StepForm(PicturesForm):
    """Words and pictures with a step."""

    text = TextAreaField(
        _l("Penjelasan"),
        validators=[Length(max=LONGEST_TEXT, message=_l("Penjelasan paling panjang 1.000 huruf."))],
        render_kw={"rows": "4"},
    )
    pictures = MultipleFileField(
        _l("Foto"),
        description=_l("Sampai 4 foto JPG, PNG, atau WebP. Hanya Anda, pihak lain, dan pengelola yang melihatnya."),
        render_kw=PICTURES_ONLY,
    )


class OfferForm(StepForm):
    """What the shop offers instead of what was asked."""

    remedy = RadioField(_l("Yang Anda tawarkan"), validators=[InputRequired(_l("Pilih yang Anda tawarkan."))])
    goods = RupiahField(_l("Uang kembali untuk barang"), validators=optional())
    delivery = RupiahField(_l("Uang kembali untuk ongkos kirim"), validators=optional())

    def offer(self, may_give_money: bool, is_late: bool) -> None:
        """Which remedies may be chosen: money and returns by those who may bind the shop's money."""
        left_out = set() if may_give_money else {Remedy.MONEY, Remedy.RETURN}
        left_out |= {Remedy.RETURN} if is_late else set()
        self.remedy.choices = as_choices((each.value, words) for each, words in OFFERS if each not in left_out)


class OpenForm(StepForm):
    """What is wrong with which pieces, and what the buyer wants. The fields of the lines are added by `open_form`."""

    reason = RadioField(_l("Apa yang tidak beres?"), validators=[InputRequired(_l("Pilih apa yang tidak beres."))])
    wish = RadioField(_l("Apa yang Anda inginkan?"), validators=[InputRequired(_l("Pilih apa yang Anda inginkan."))])
    text = TextAreaField(
        _l("Penjelasan"),
        validators=[
            InputRequired(_l("Tulis penjelasannya.")),
            Length(max=LONGEST_TEXT, message=_l("Penjelasan paling panjang 1.000 huruf.")),
        ],
        render_kw={"rows": "4"},
    )
    with_delivery = BooleanField(_l("Ongkos kirim juga kembali"))
    order_lines: Sequence[LineWindow] = ()

    def new_claim(self) -> NewClaim:
        """What was said, once it is valid."""
        lines = []
        for line in self.order_lines:
            pieces, amount = self[f"line_{line.line_id}"].data, self[f"amount_{line.line_id}"].data
            if pieces:
                lines.append(Wanted(line.line_id, pieces, amount))
        return NewClaim(Reason(self.reason.data), Remedy(self.wish.data), lines, self.with_delivery.data)


def open_form(window: Window, **given: Any) -> OpenForm:
    """The form for an order: a count and a sum for each line that can be claimed."""
    lines = tuple(line for line in window.lines if line.is_open)
    fields: dict[str, Any] = {"order_lines": lines}
    for line in lines:
        fields[f"line_{line.line_id}"] = IntegerField(
            _l("Jumlah yang bermasalah"),
            default=1 if len(lines) == 1 and line.pieces == 1 else None,
            validators=[Optional(), NumberRange(0, MANY_PIECES, message=_l("Isi jumlah yang wajar."))],
            render_kw={"inputmode": "numeric", "min": "0", "max": str(line.pieces)},
        )
        fields[f"amount_{line.line_id}"] = RupiahField(_l("Uang kembali yang diminta"), validators=optional())
    made: OpenForm = type("OrderOpenForm", (OpenForm,), fields)(**given)
    made.reason.choices = as_choices((each.value, REASONS[each]) for each in window.reasons)
    made.wish.choices = as_choices(
        (each.value, words) for each, words in WISHES if not (window.is_late and each is Remedy.RETURN)
    )
    return made
