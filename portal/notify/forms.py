"""Filters of the lists of mail."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.listing import FilterForm, SearchField
from portal.jobs.states import DEAD_LETTERS, JobState
from portal.notify.models import STATE_LABELS

ATTENTION = "attention"
STATES = [
    (ATTENTION, pgettext_lazy("mail", "Did not arrive")),
    *((state.value, STATE_LABELS.get(state, state.label)) for state in JobState),
]


class MailSearch(FilterForm):
    q = SearchField(help_text=_("The whole address, or a part of the subject"))

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(address__iexact=q) | Q(subject__icontains=q))
        return rows


class MailFilter(MailSearch):
    state = forms.ChoiceField(label=_("State"), choices=STATES)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        rows = super().narrow(rows, chosen)
        if state := chosen.get("state"):
            rows = rows.filter(job__state__in=DEAD_LETTERS if state == ATTENTION else [state])
        return rows
