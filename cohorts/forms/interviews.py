"""Panels, their times, invitations to the interview, and the list of who has chosen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.interviewing import MOST_SLOTS_A_DAY, Span, slots_of_day, slots_of_days
from cohorts.models import Cohort, InterviewPanel, Track
from cohorts.queries.interviews import SHOW, narrowed_people
from portal.accounts.models import User
from portal.common.fields import DateField, DateTimeField, DecimalField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class PanelForm(PortalForm):
    name = TextField(label=_("Name of the panel"), max_letters=50, help_text=_("Such as: Panel 1."))
    place = TextField(
        label=_("Place"), max_letters=200, required=False, help_text=_("Building and room, as applicants find it.")
    )
    link = forms.URLField(
        label=_("Link of the online meeting"), max_length=500, required=False, assume_scheme="https",
        help_text=_("For an interview by video. Applicants get it by mail and see it on their page."),
    )  # fmt: skip
    reviewers = forms.ModelMultipleChoiceField(
        label=_("Panellists"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("Reviewers of the cohort; three or more."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[User], panel: InterviewPanel | None = None, **kwargs: Any) -> None:
        if panel:
            sitting = [one.reviewer_id for one in panel.members.all()]
            kwargs["initial"] = {"name": panel.name, "place": panel.place, "link": panel.link, "reviewers": sitting}
        super().__init__(*args, **kwargs)
        reviewers = self.fields["reviewers"]
        reviewers.queryset = User.objects.filter(pk__in=[one.pk for one in people]).order_by("name", "pk")

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"reviewers": list(self.cleaned_data["reviewers"])}


class SlotsForm(PortalForm):
    """Days and hours; `spans` are the times that fit."""

    first = DateField(label=_("First day"))
    last = DateField(label=_("Last day"), required=False, help_text=_("If left empty: the first day alone."))
    weekends = forms.BooleanField(label=_("Saturdays and Sundays too"), required=False)
    begins = forms.TimeField(label=_("Begins at"))
    ends = forms.TimeField(label=_("Ends at"))
    minutes = IntegerField(label=_("Minutes for each interview"), min_value=5, max_value=240)
    rest = IntegerField(label=_("Minutes of break between them"), min_value=0, max_value=120)
    capacity = IntegerField(
        label=_("Applicants at a time"), min_value=1, max_value=20, help_text=_("More than one for a group interview.")
    )

    SHORT = (("first", "last"), ("begins", "ends"), ("minutes", "rest", "capacity"))
    DAYS_AT_MOST = 60

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"begins": "09:30", "ends": "12:00", "minutes": 20, "rest": 5, "capacity": 1})
        super().__init__(*args, **kwargs)
        for name in ("minutes", "rest", "capacity"):
            self.fields[name].widget.attrs["class"] = "p-short"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        elif first and last and (last - first).days >= self.DAYS_AT_MOST:
            self.add_error("last", _("These are more than sixty days. Open them in parts."))
        if cleaned.get("begins") and cleaned.get("ends") and cleaned["ends"] <= cleaned["begins"]:
            self.add_error("ends", _("The end is before the beginning."))
        if not self.errors and len(self._of_day()) > MOST_SLOTS_A_DAY:
            self.add_error("minutes", _("These are too many interviews for one day."))
        return cleaned

    def _of_day(self) -> list[Span]:
        told = self.cleaned_data
        return slots_of_day(told["first"], told["begins"], told["ends"], minutes=told["minutes"], rest=told["rest"])

    def spans(self) -> list[Span]:
        told = self.cleaned_data
        last = told["last"] or told["first"]
        hours = {"minutes": told["minutes"], "rest": told["rest"]}
        weekends = told["weekends"] or last == told["first"]  # a single day is meant as it is named
        return list(slots_of_days(told["first"], last, told["begins"], told["ends"], **hours, weekends=weekends))


class DayForm(PortalForm):
    """The day whose free times are closed, behind a question."""

    day = forms.DateField(widget=forms.HiddenInput)


class CancelForm(PortalForm):
    reason = TextField(
        label=_("Reason"), max_letters=300, required=False, help_text=_("Stands in the mail to the applicant.")
    )


class InviteForm(PortalForm):
    who = forms.ChoiceField(
        label=_("Who is invited"),
        choices=[
            ("all", _("Everybody in selection who is not invited yet")),
            ("marked", _("Of these, whoever has at least this mark for the documents")),
            ("unbooked", _("Again, with a new deadline: who was invited and has no time yet")),
        ],
        widget=forms.RadioSelect,
    )
    mark = DecimalField(
        label=_("Minimum document score"), min_value=0, max_value=100, places=2, required=False,
        help_text=_("The mean of the reviewers' points, 0 to 100. Only used with the second choice."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "p-short"}),
    )  # fmt: skip
    track = forms.ModelChoiceField(label=_("Track"), queryset=Track.objects.none(), required=False)
    book_until = DateTimeField(label=_("Choose a time until"), help_text=_("Korean time, as the mail says it."))

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = cohort.tracks.all()
        self.fields["track"].empty_label = _("All")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("who") == "marked" and cleaned.get("mark") is None and not self.has_error("mark"):
            self.add_error("mark", _("Enter the least mark."))
        if cleaned.get("book_until") and cleaned["book_until"] <= timezone.now():
            self.add_error("book_until", _("This moment has passed. Choose a later one."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """As `queries.interviews.invitable` takes it."""
        return {name: self.cleaned_data[name] for name in ("who", "mark", "track")}


class InterviewPeopleFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    show = forms.ChoiceField(label=_("Interview"), choices=list(SHOW.items()))

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(person__name__icontains=q) | Q(receipt_number__icontains=q))
        return narrowed_people(rows, chosen.get("show", ""))
