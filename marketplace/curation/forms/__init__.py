"""What a curator fills in."""

from marketplace.curation.forms.decisions import PassForm, RefusalForm

__all__ = ["PassForm", "RefusalForm"]
