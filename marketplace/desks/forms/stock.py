"""What a seller notes about a shelf."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from marketplace.catalog.rules import MOST_STOCK, MovementKind
from marketplace.desks.forms.products import WHOLE, whole
from marketplace.web.forms import BaseForm

KEY = Length(max=43)
RECEIVED, SPOILED, MORE, FEWER = "masuk", "rusak", "tambah", "kurang"
KINDS = {
    RECEIVED: (MovementKind.RECEIVED, 1),
    SPOILED: (MovementKind.SPOILAGE, -1),
    MORE: (MovementKind.CORRECTION, 1),
    FEWER: (MovementKind.CORRECTION, -1),
}


def new_key() -> str:
    """A key that makes a form count once, however often it is sent."""
    return secrets.token_urlsafe(24)


def pieces() -> IntegerField:
    """A number of pieces from 1 on."""
    bounds = NumberRange(1, MOST_STOCK, message=_l("Isi angka dari 1 sampai %(max)s."))
    return IntegerField(
        _l("Jumlah"), validators=[InputRequired(WHOLE), bounds], render_kw={"inputmode": "numeric", "min": "1"}
    )


class KeyedForm(BaseForm):
    """A form that counts once."""

    form_key = HiddenField(validators=[KEY], default=new_key)

    @property
    def key(self) -> str | None:
        """The key it was sent with; None when it was sent without: then it counts each time."""
        return self.form_key.data or None


class MovementForm(KeyedForm):
    """Pieces that came or went, and why."""

    kind = RadioField(
        _l("Apa yang terjadi?"),
        choices=[
            (RECEIVED, _l("Barang masuk")),
            (SPOILED, _l("Rusak atau basi")),
            (MORE, _l("Pembetulan: ternyata lebih")),
            (FEWER, _l("Pembetulan: ternyata kurang")),
        ],
        default=RECEIVED,
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    quantity = pieces()
    reason = StringField(
        _l("Alasan"),
        description=_l("Wajib untuk pembetulan. Misalnya: dua buah ketemu di gudang."),
        validators=[Length(max=200, message=_l("Paling panjang %(max)d huruf."))],
        render_kw={"autocomplete": "off"},
    )

    @property
    def movement(self) -> tuple[MovementKind, int]:
        """The kind, and the signed change."""
        kind, sign = KINDS[str(self.kind.data)]
        return kind, sign * int(self.quantity.data)


class LowStockForm(BaseForm):
    """When to warn."""

    low_stock = whole(_l("Ingatkan bila tinggal"), MOST_STOCK)


class MoreTodayForm(KeyedForm):
    """More came from the kitchen."""

    quantity = pieces()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quantity.label.text = str(_l("Tambah porsi"))
