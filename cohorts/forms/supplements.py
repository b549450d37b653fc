"""Input of requests for documents."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.actions.supplements import MOST_DAYS, MOST_DOCUMENTS
from cohorts.models import Supplement, SupplementItem
from cohorts.states import SupplementState
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import UploadField

NAME_MAX = 100
USUAL_DAYS = 5


class AskForm(PortalForm):
    documents = TextField(
        label=_("Documents to send"), lines=True, max_letters=600,
        help_text=_("One on each line, at most five, as the applicant knows them: 주민등록초본, 고용보험 자격이력내역서."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    due_on = DateField(label=_("Send by"), help_text=_("Until the end of this day, in Korea."))
    message = TextField(
        label=_("Message to the applicant"), lines=True, max_letters=1000, required=False,
        help_text=_("What was missing or cannot be read, for example. It stands in the mail."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["due_on"].earliest, self.fields["due_on"].latest = today, today + timedelta(days=MOST_DAYS)
        self.fields["due_on"].initial = today + timedelta(days=USUAL_DAYS)

    def clean_documents(self) -> list[str]:
        names = list(dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["documents"].splitlines()))
        names = [name for name in names if name]
        if len(names) > MOST_DOCUMENTS:
            raise ValidationError(_("Name at most %(most)d documents.") % {"most": MOST_DOCUMENTS})
        if long := next((name for name in names if len(name) > NAME_MAX), None):
            raise ValidationError(_("Shorten this name to 100 letters: %(name)s…") % {"name": long[:30]})
        return names


class AnswerForm(PortalForm):
    """A file for each document that has not come yet; some of them may follow later."""

    def __init__(self, *args: Any, items: Iterable[SupplementItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = [item for item in items if item.file_id is None]
        for item in missing:
            self.fields[f"item_{item.pk}"] = UploadField(
                label=item.name, required=len(missing) == 1,
                error_messages={"required": _("Attach at least one of the documents.")},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error(next(iter(self.fields), None), _("Attach at least one of the documents."))
        return cleaned

    def uploads(self) -> dict[int, Any]:
        return {int(name.removeprefix("item_")): file for name, file in self.cleaned_data.items() if file}


class CancelForm(PortalForm):
    reason = TextField(label=_("Reason"), max_letters=300, required=False, help_text=_("It stands in the mail."))


class SupplementFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    state = forms.ChoiceField(label=_("State"), choices=SupplementState.choices)
    show = forms.ChoiceField(label=_("To be done"), choices=[("check", _("to be checked"))])

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> "QuerySet[Supplement]":
        if q := chosen.get("q"):
            by_name = rows.filter(application__person__name__icontains=q)
            rows = by_name | rows.filter(application__receipt_number__icontains=q)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows.to_check() if chosen.get("show") else rows
