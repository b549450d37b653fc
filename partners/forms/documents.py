"""Input for the papers of agreements."""

import hashlib
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import AgreementDocument
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import LARGEST, MEGABYTE, UploadField

Kind = AgreementDocument.Kind
SCAN_HINT = _("Only for a scanned original: the copy that it shows on paper.")


class DocumentFilter(FilterForm):
    SHOWN = (
        ("superseded", _("Older versions")),
        ("withdrawn", _("Withdrawn")),
        ("every", _("Every version, withdrawn ones too")),
    )
    q = SearchField(label=_("Search by title, file name or agreement"))
    kind = forms.ChoiceField(label=_("Kind of document"), choices=Kind.choices)
    since = DateField(label=_("Added since"))
    until = DateField(label=_("Added until"))
    show = forms.ChoiceField(label=_("Versions"), choices=[("", _("Current ones")), *SHOWN])

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.titled_like(q)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if since := chosen.get("since"):
            rows = rows.filter(uploaded_at__date__gte=since)
        if until := chosen.get("until"):
            rows = rows.filter(uploaded_at__date__lte=until)
        shown = {"superseded": rows.superseded, "withdrawn": rows.withdrawn, "every": rows.all}
        return shown.get(chosen.get("show", ""), rows.current)()


class DocumentForm(PortalForm):
    """Adds a paper; of `copies`, the signed ones that stand, a scan names the one it shows."""

    kind = forms.ChoiceField(label=_("Kind of document"), choices=Kind.choices)
    title = TextField(
        label=_("Title of the document"),
        max_letters=150,
        required=False,
        help_text=_("Left empty, it is called as its file."),
    )
    scan_of = forms.ModelChoiceField(
        label=_("Scan of"), queryset=AgreementDocument.objects.none(), required=False, empty_label=_("Of none"),
        help_text=SCAN_HINT,
    )  # fmt: skip
    file = UploadField(label=_("File"))

    def __init__(self, *args: Any, copies: list[AgreementDocument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not copies:
            del self.fields["scan_of"]
            return
        field = self.fields["scan_of"]
        field.queryset = AgreementDocument.objects.filter(pk__in=[one.pk for one in copies])
        field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in copies)]


class DescribeForm(PortalForm):
    title = TextField(label=_("Title of the document"), max_letters=150)
    kind = forms.ChoiceField(label=_("Kind of document"), choices=Kind.choices)
    scan_of = forms.ModelChoiceField(
        label=_("Scan of"), queryset=AgreementDocument.objects.none(), required=False, empty_label=_("Of none"),
        help_text=SCAN_HINT,
    )  # fmt: skip

    def __init__(self, *args: Any, document: AgreementDocument, **kwargs: Any) -> None:
        kwargs["initial"] = {"title": document.title, "kind": document.kind, "scan_of": document.scan_of_id}
        super().__init__(*args, **kwargs)
        copies = document.agreement.documents.current().filter(kind=Kind.SIGNED)
        self.fields["scan_of"].queryset = copies.exclude(pk=document.pk)


class NewVersionForm(PortalForm):
    file = UploadField(label=_("File of the new version"))


class VerifyForm(PortalForm):
    """A file, or its SHA-256; the file is read and not kept."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("Of any kind. It is read here and not kept."),
        allow_empty_file=True,
    )
    sha256 = TextField(
        label=_("or its SHA-256"), max_letters=100, required=False, help_text=_("64 digits and letters from a to f.")
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload and upload.size > LARGEST:
            limit = {"limit": LARGEST // MEGABYTE}
            raise forms.ValidationError(_("No document of the register is larger than %(limit)s MB.") % limit)
        return upload

    def clean_sha256(self) -> str:
        typed = re.sub(r"[\s:-]", "", self.cleaned_data["sha256"]).lower()
        if typed and not re.fullmatch(r"[0-9a-f]{64}", typed):
            raise forms.ValidationError(_("A SHA-256 has 64 digits and letters from a to f; check what was pasted."))
        return typed

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data.get("file") and not self.cleaned_data.get("sha256"):
            self.add_error("file", _("Attach a file, or enter its SHA-256 below."))
        return self.cleaned_data

    def digest(self) -> str:
        """Of the file if there is one, otherwise what was typed."""
        if not (upload := self.cleaned_data.get("file")):
            return str(self.cleaned_data["sha256"])
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        return digest.hexdigest()
