"""Input of visits: who, when and where; how many were there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.models import OutreachRound, Visit
from cohorts.outreach_states import Grade
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.common.fields import DateTimeField, IntegerField, NameField, TextField
from portal.common.forms import PortalForm


class ArrangeForm(PortalForm):
    expert = forms.ModelChoiceField(
        label=_("Mentor of the company"), queryset=Membership.objects.none(), required=False,
        empty_label=_("Nobody with an account"),
    )  # fmt: skip
    expert_name = NameField(
        label=_("or the name of the expert"), required=False, help_text=_("For somebody without an account.")
    )
    starts_at = DateTimeField(label=_("Begins"), help_text=_("Korean time."))
    ends_at = DateTimeField(label=_("Ends"))
    place = TextField(label=_("Place"), max_letters=200)

    def __init__(self, *args: Any, round: OutreachRound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentors = Membership.objects.live().filter(organization=round.company_id, role=Role.MENTOR)
        field = self.fields["expert"]
        field.queryset = mentors.select_related("user").order_by("user__name", "pk")
        field.label_from_instance = lambda one: str(one.user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("expert")) == bool(cleaned.get("expert_name")):
            self.add_error("expert", _("Choose a mentor of the company, or write the name of the expert."))
        return cleaned


class HeadcountForm(PortalForm):
    """A number for each grade of the round; no name."""

    teachers = IntegerField(label=_("Teachers"), min_value=0, max_value=500)
    report = TextField(
        label=_("Report"), max_letters=2_000, lines=True, required=False,
        help_text=_("What was done, what to do better. Please write nothing about single pupils."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        counted = visit.headcount or {visit.request.grade: None}
        kwargs["initial"] = {f"grade_{grade}": n for grade, n in counted.items()} | {
            "teachers": visit.teachers, "report": visit.report,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.grades = [grade for grade in Grade if grade in {*visit.round.grades, *visit.headcount}]
        asked = {
            f"grade_{grade.value}": IntegerField(
                label=_("Pupils: %(grade)s") % {"grade": grade.label}, min_value=0, max_value=2_000, required=False
            )
            for grade in self.grades
        }
        self.fields = {**asked, **self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(self.headcount.values()):
            first = f"grade_{self.grades[0].value}"
            self.add_error(first, _("Say how many pupils were there. A visit without pupils was not held."))
        return cleaned

    @property
    def headcount(self) -> dict[str, int]:
        found = {grade.value: self.cleaned_data.get(f"grade_{grade.value}") for grade in self.grades}
        return {grade: number for grade, number in found.items() if number}

    def values(self) -> dict[str, Any]:
        return {
            "headcount": self.headcount,
            "teachers": self.cleaned_data["teachers"],
            "report": self.cleaned_data["report"],
        }
