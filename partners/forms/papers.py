"""Input for the text of papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.papers.making import PLACEHOLDERS
from portal.common.fields import IntegerField, TextField
from portal.common.forms import PortalForm


class PaperTemplateForm(PortalForm):
    version = IntegerField(widget=forms.HiddenInput, required=False)
    body = TextField(
        label=_("Text of the paper"), max_letters=20_000, lines=True, widget=forms.Textarea(attrs={"rows": 30})
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind])
        self.fields["body"].help_text = _(
            "“# 목적” begins an article, “---” the closing words. What stands in braces is filled in: %(names)s; "
            "{조:목적} is the number of that article."
        ) % {"names": names}
