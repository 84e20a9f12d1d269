"""Where goods are brought to, as an owner says it."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from marketplace.places.forms import RegionFields
from marketplace.shipping.rules import LARGEST_FEE
from marketplace.web.forms import BaseForm, RupiahField, optional


class ZoneForm(RegionFields, BaseForm):
    """A region the shop delivers to: the smallest that is chosen counts."""

    district_code = SelectField(_l("Kecamatan"), validators=[Optional()])
    village_code = SelectField(_l("Kelurahan/Desa"), validators=[Optional()])
    fee = RupiahField(_l("Ongkos antar"), description=_l("Isi 0 bila gratis."))
    note = StringField(
        _l("Catatan"), description=_l("Misalnya: diantar sore hari"), validators=[*optional(), Length(max=120)]
    )

    def region_code(self) -> str:
        """The smallest region chosen."""
        return str(self.village_code.data or self.district_code.data or self.regency_code.data)

    def validate_fee(self, field: RupiahField) -> None:
        """Bounded like the service bounds it, but told at the field."""
        if field.data is not None and field.data > LARGEST_FEE:
            raise ValidationError(gettext("Ongkos antar terlalu besar."))
