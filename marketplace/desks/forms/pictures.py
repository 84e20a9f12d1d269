"""What is said with pictures."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField

from marketplace.web.forms import KeyedForm

PICTURES_ONLY = {"accept": "image/jpeg,image/png,image/webp", "multiple": True}


class PicturesForm(KeyedForm):
    """Pictures with something that is said."""

    pictures = MultipleFileField(render_kw=PICTURES_ONLY)

    def files(self) -> list[Any]:
        """The files that were chosen; a browser sends an empty one when there are none."""
        return [each for each in self.pictures.data or [] if getattr(each, "filename", "")]
