"""Which cohort to copy the set-up from, and what of it; the next cohort planned from the one before."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cohorts.actions.setup import COPIERS
from cohorts.copying import moves_of, planned
from cohorts.forms.cohorts import CohortForm
from cohorts.models import Cohort
from portal.accounts.models import User
from portal.common.fields import DateField
from portal.common.forms import PortalForm


class SetupForm(PortalForm):
    source = forms.ModelChoiceField(label=_("Copy from"), queryset=Cohort.objects.none(), empty_label=_("Choose"))
    parts = forms.MultipleChoiceField(
        label=_("What is copied"), widget=forms.CheckboxSelectMultiple,
        choices=[(name, one.label) for name, one in COPIERS.items()], initial=list(COPIERS),
        help_text=_("It takes the place of what this cohort has. People, applications and notices never come along."),
    )  # fmt: skip

    def __init__(self, *args: Any, sources: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources
        self.fields["source"].label_from_instance = lambda one: f"{one} ({date_format(one.starts_on)} ~)"
        self.fields["source"].widget.choices = self.fields["source"].choices


class FirstDayForm(PortalForm):
    """The distance by which the dates of the plan move."""

    first_day = DateField(
        label=_("New first day"),
        help_text=_("The other dates move with it, keep their weekdays and skip holidays."),
    )

    def __init__(self, *args: Any, source: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].earliest = source.starts_on


class NextCohortForm(CohortForm):
    """The plan of the cohort after `source`: what that one had, its dates moved with `first_day`."""

    parts = forms.MultipleChoiceField(
        label=_("What is copied"), widget=forms.CheckboxSelectMultiple, required=False,
        choices=[(name, one.label) for name, one in COPIERS.items()], initial=list(COPIERS),
        help_text=_("People and applications never come along. You can change all of it until the notice is published."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, source: Cohort, first_day: date, **kwargs: Any) -> None:
        plan, _rules = planned(source, moves_of(source, first_day))
        plan["apply_closes_at"] -= timedelta(minutes=1)  # as a notice says it
        plan |= {name: getattr(source, name) for name in ("place", "capacity", "notice")}
        tracks = [{"name": one.name, "capacity": one.capacity} for one in source.tracks.all()]
        super().__init__(*args, user=user, programme=source.programme, tracks=tracks, initial=plan, **kwargs)
