"""Input of the public pages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.eligibility import Candidate, EligibilityRules, Fault, judge, province_of
from cohorts.forms.questions import field_of, name_of
from cohorts.models import Question
from cohorts.questions import holds
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class NoticeFilter(FilterForm):
    q = SearchField(label=_("Search by course or city"))

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(
                Q(name__icontains=q)
                | Q(programme__name__icontains=q)
                | Q(host__name__icontains=q)
                | Q(place__icontains=q)
            )
        return rows


class SelfCheckForm(PortalForm):
    """Asks for no more than the rules of the cohort need, and what its own questions exclude by."""

    ANSWERED: ClassVar = {"birth_date", "address", "employed"}

    birth_date = DateField(label=_("Date of birth"), help_text=_("Such as 2000-03-05."))
    address = TextField(
        label=_("Registered address"), max_letters=100, help_text=_("Province and city are enough: 대구광역시 중구.")
    )
    employed = forms.ChoiceField(
        label=_("Do you have a job?"), choices=[("no", _("No")), ("yes", _("Yes"))], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, rules: EligibilityRules, questions: Sequence[Question] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules, self.questions = rules, questions
        if rules.age_min is None and rules.age_max is None:
            del self.fields["birth_date"]
        if not rules.region:
            del self.fields["address"]
        if not rules.unemployed_only:
            del self.fields["employed"]
        for question in questions:
            self.fields[name_of(question)] = field_of(question)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if province_of(address) is None:
            raise forms.ValidationError(_("Begin with the province, like 대구광역시 중구."))
        return address

    def reasons(self) -> list[Any]:
        """What speaks against the person in sentences, the deadline apart."""
        given = self.cleaned_data
        candidate = Candidate(
            born=given.get("birth_date") or timezone.localdate(),
            address=given.get("address", ""),
            employed=given.get("employed") == "yes",
            submitted_at=timezone.now(),
        )
        found: list[Any] = [one for one in judge(candidate, self.rules) if one.fault != Fault.AFTER_DEADLINE]
        away = [one for one in self.questions if holds(given.get(name_of(one)), one.turns_away)]
        return found + [one.said("turned_away") for one in away]
