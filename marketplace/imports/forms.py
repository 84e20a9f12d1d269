"""A file that is handed in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from marketplace.web.forms import BaseForm


class UploadForm(BaseForm):
    """A sheet, and the shop it is for."""

    store_id = SelectField(_l("Toko"), coerce=int)
    file = FileField(
        _l("Berkas daftar produk"),
        description=_l("Excel (xlsx, xls), LibreOffice (ods), atau CSV. Paling besar 8 MB dan 10.000 baris."),
        validators=[FileRequired(_l("Pilih berkasnya dulu."))],
        render_kw={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv", "required": True},
    )
