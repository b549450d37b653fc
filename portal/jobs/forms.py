"""Filters of the list of jobs, and the reason of a cancellation."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.fields import TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm
from portal.jobs.registry import KINDS
from portal.jobs.states import DEAD_LETTERS, JobState

ATTENTION = "attention"


class JobFilter(FilterForm):
    state = forms.ChoiceField(
        label=_("State"), choices=[(ATTENTION, pgettext_lazy("jobs", "Did not succeed")), *JobState.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted((str(kind.label or kind.name), kind.name) for kind in KINDS.values())
        self.fields["kind"].choices = [("", _("All")), *((name, label) for label, name in kinds)]

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        state, kind = chosen.get("state"), chosen.get("kind")
        if kind:
            rows = rows.filter(kind=kind)
        if state:
            return rows.filter(state__in=DEAD_LETTERS if state == ATTENTION else [state])
        if not kind:  # every mail and every minute's routine would bury the rest
            quiet = [known.name for known in KINDS.values() if known.hidden]
            rows = rows.filter(~Q(kind__in=quiet) | Q(state__in=DEAD_LETTERS))
        return rows


class CancelForm(PortalForm):
    reason = TextField(
        label=_("Reason"), max_letters=200, help_text=_("It is kept in the history, for others to read.")
    )
