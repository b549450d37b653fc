"""How many reviewers each application gets, and conflicts of interest."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import ConflictKind
from cohorts.states import Stage
from portal.accounts.models import User
from portal.common.fields import IntegerField, NameField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class AssignReviewersForm(PortalForm):
    each = IntegerField(
        label=_("Reviewers for each application"), min_value=1, max_value=20,
        help_text=_("Nobody gets an application with a conflict; what somebody has scored stays with them."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "p-short"}),
    )  # fmt: skip


class ConflictForm(PortalForm):
    """`reviewers`: for the office, which declares for somebody; a reviewer declares the own."""

    reviewer = forms.ModelChoiceField(label=_("Reviewer"), queryset=User.objects.none(), empty_label=_("Choose"))
    kind = forms.ChoiceField(label=_("Kind of conflict"), choices=ConflictKind.choices, widget=forms.RadioSelect)
    reason = TextField(
        label=_("Reason"), max_letters=300, required=False,
        help_text=_("Such as: taught there, same company. Write no more about the person than is needed."),
    )  # fmt: skip

    def __init__(self, *args: Any, reviewers: Sequence[User] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reviewers is None:
            del self.fields["reviewer"]
            kinds = [one for one in ConflictKind.choices if one[0] != ConflictKind.CHALLENGE]
            self.fields["kind"].choices = kinds
        else:
            self.fields["reviewer"].queryset = User.objects.filter(pk__in=[one.pk for one in reviewers])


class NameConflictForm(ConflictForm):
    """In a blind review a reviewer names the people of a conflict, and is not told whether they applied."""

    name = NameField(label=_("Name of the person"))
    birth_year = IntegerField(
        label=_("Year of birth, if you know it"), min_value=1900, max_value=2100, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "p-short"}),
    )  # fmt: skip
    field_order = ("name", "birth_year", "kind", "reason")


class RollFilter(FilterForm):
    q = SearchField(label=_("Name"))

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return rows.filter(person__name__icontains=chosen["q"]) if chosen.get("q") else rows


class ScoresFilter(FilterForm):
    """Rows in memory: every adjusted score hangs on all of them."""

    q = SearchField(label=_("Name or receipt number"))
    stage = forms.ChoiceField(label=_("Stage"))
    above = IntegerField(label=_("Spread of at least (points)"), min_value=0, max_value=100)

    def __init__(self, *args: Any, stages: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(stage.value, stage.label) for stage in stages]

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = type(rows)(row for row in rows if q in row.name or q.upper() in row.receipt)
        if (least := chosen.get("above")) is not None:
            rows = type(rows)(row for row in rows if row.raw.range >= least)
        return rows
