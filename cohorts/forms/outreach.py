"""Input of rounds of school visits, and the filters of their lists."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import OutreachRound, Programme
from cohorts.outreach_planning import WIDENED, round_faults, widening_faults
from cohorts.outreach_states import ROUND_WIDENABLE, Grade, RequestState, RoundState, VisitFormat, VisitState
from cohorts.planning import first_too_late
from partners.models import Agreement, Organization
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.fields import DateField, DateTimeField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


class RoundFilter(FilterForm):
    q = SearchField(label=_("Search by topic or company"))
    state = forms.ChoiceField(label=_("State"), choices=RoundState.choices)
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = OutreachRound.objects.visible_to(user).filter(programme=OuterRef("pk"))
        self.fields["programme"].queryset = Programme.objects.filter(Exists(rounds))

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(topic__icontains=q) | Q(company__name__icontains=q))
        for name in ("state", "programme"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        return rows


class PublicRoundFilter(FilterForm):
    q = SearchField(label=_("Search by topic, company or office"))
    format = forms.ChoiceField(label=_("Format"), choices=VisitFormat.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(topic__icontains=q) | Q(company__name__icontains=q) | Q(host__name__icontains=q))
        if format := chosen.get("format"):
            rows = rows.filter(format=format)
        return rows


class RequestFilter(FilterForm):
    SHOWN = (("to_decide", _("To decide on")), ("to_plan", _("Accepted, without a day")))

    q = SearchField(label=_("Search by school, office of education or receipt number"))
    state = forms.ChoiceField(label=_("State"), choices=RequestState.choices)
    rural = forms.ChoiceField(label=_("Rural school"), choices=YES_OR_NO)
    round = forms.ModelChoiceField(label=_("Round of visits"), queryset=OutreachRound.objects.none())
    show = forms.ChoiceField(label=_("To be done"), choices=SHOWN)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = OutreachRound.objects.visible_to(user)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            found = Q(school_name__icontains=q) | Q(office__icontains=q) | Q(region__icontains=q)
            rows = rows.filter(found | Q(receipt_number__icontains=q))
        for name in ("state", "round"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        if rural := chosen.get("rural"):
            rows = rows.filter(rural=rural == "yes")
        match chosen.get("show"):
            case "to_decide":
                rows = rows.to_decide()  # type: ignore[attr-defined]
            case "to_plan":
                rows = rows.to_plan()  # type: ignore[attr-defined]
        return rows


class VisitFilter(FilterForm):
    SHOWN = (("unreported", _("Without a report")), ("soon", _("Planned, still to come")))

    q = SearchField(label=_("Search by school, topic or expert"))
    state = forms.ChoiceField(label=_("State"), choices=VisitState.choices)
    rural = forms.ChoiceField(label=_("Rural school"), choices=YES_OR_NO)
    show = forms.ChoiceField(label=_("To be done"), choices=SHOWN)
    round = forms.ModelChoiceField(label=_("Round of visits"), queryset=OutreachRound.objects.none())
    agreement = forms.ModelChoiceField(label=_("Agreement"), queryset=Agreement.objects.none())
    party = forms.ModelChoiceField(label=_("Company or host"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = OutreachRound.objects.visible_to(user)
        self.fields["round"].queryset = rounds
        if user.role not in (Role.ADMIN, *HOST_STAFF):
            del self.fields["party"]
        else:
            given = Q(pk__in=rounds.values("company")) | Q(pk__in=rounds.values("host"))
            self.fields["party"].queryset = Organization.objects.filter(given)
        under = rounds.filter(programme__agreement=OuterRef("pk"))
        self.fields["agreement"].queryset = Agreement.objects.visible_to(user).filter(Exists(under))

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            found = Q(school__name__icontains=q) | Q(round__topic__icontains=q) | Q(expert_name__icontains=q)
            rows = rows.filter(found | Q(expert__user__name__icontains=q))
        for name in ("state", "round"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        if rural := chosen.get("rural"):
            rows = rows.filter(request__rural=rural == "yes")
        if agreement := chosen.get("agreement"):
            rows = rows.filter(round__programme__agreement=agreement)
        if party := chosen.get("party"):
            rows = rows.filter(Q(company=party) | Q(host=party))
        match chosen.get("show"):
            case "unreported":
                rows = rows.unreported()  # type: ignore[attr-defined]
            case "soon":
                rows = rows.planned().exclude(pk__in=rows.unreported().values("pk"))  # type: ignore[attr-defined]
        return rows


class RoundForm(PortalForm):
    """The closing minute is typed as a notice says it, and kept as the first instant that is too late."""

    company = forms.ModelChoiceField(
        label=_("Company"), queryset=Organization.objects.none(), empty_label=_("Choose"),
        help_text=_("Its experts give the visits."),
    )  # fmt: skip
    format = forms.ChoiceField(label=_("Format"), choices=VisitFormat.choices, widget=forms.RadioSelect)
    topic = TextField(label=_("Topic"), max_letters=100)
    description = TextField(
        label=_("Description"), max_letters=4000, lines=True, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    grades = forms.MultipleChoiceField(label=_("Grades"), choices=Grade.choices, widget=forms.CheckboxSelectMultiple)
    place = TextField(
        label=_("Place"),
        max_letters=150,
        required=False,
        help_text=_("Where classes come to. Leave it empty for visits to schools."),
    )
    visits_from = DateField(label=_("Visits from"))
    visits_until = DateField(label=_("Visits until"))
    visits_most = IntegerField(label=_("Number of visits"), min_value=1, max_value=500)
    pupils_most = IntegerField(label=_("Pupils at most, each visit"), min_value=1, max_value=500)
    minutes = IntegerField(label=_("Length (minutes)"), min_value=20, max_value=480)
    apply_opens_at = DateTimeField(label=_("Requests open"), help_text=_("Korean time."))
    apply_closes_at = DateTimeField(
        label=_("Requests close"), help_text=_("The last minute that counts; 18:00 includes all of 18:00.")
    )
    rural_first = forms.BooleanField(
        label=_("Rural schools first"), required=False,
        help_text=_("Schools whose address names an 읍 or 면. Then who asked first."),
    )  # fmt: skip
    rural_percent = IntegerField(
        label=_("Visits kept for rural schools (%)"), min_value=0, max_value=100,
        help_text=_("100: all of them come before the others. What they leave goes to the others."),
    )  # fmt: skip
    once_per_school = forms.BooleanField(label=_("One visit for each school while others wait"), required=False)
    waitlist_most = IntegerField(label=_("Length of the waitlist"), min_value=0, max_value=500)
    names_needed = forms.BooleanField(
        label=_("The names of the pupils are needed at the gate"), required=False,
        help_text=_("Only for visits to a company. Under 14, no name is kept without the consent of a guardian."),
    )  # fmt: skip

    DEFAULTS = {
        "minutes": 90, "pupils_most": 30, "visits_most": 10, "rural_first": True, "rural_percent": 100,
        "once_per_school": True, "waitlist_most": 10,
    }  # fmt: skip

    def __init__(self, *args: Any, programme: Programme, round: OutreachRound | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = self.DEFAULTS
        if round:
            kwargs["initial"] = {name: getattr(round, name) for name in self.base_fields} | {
                "apply_closes_at": round.closes_at_stated, "company": round.company_id,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.programme, self.published = programme, None
        if round and round.state in ROUND_WIDENABLE:
            self.published = round
            for name in self.fields.keys() - {*WIDENED}:
                del self.fields[name]
            return
        joined = Q(parties__agreement=programme.agreement_id) if programme.agreement_id else Q()
        companies = Organization.objects.companies().filter(joined).distinct()
        self.fields["company"].queryset = companies

    def clean_apply_closes_at(self) -> Any:
        return first_too_late(self.cleaned_data["apply_closes_at"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        faults = [*round_faults(self.programme, cleaned)]
        if self.published:
            faults += widening_faults(self.published, cleaned)
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)
        return cleaned
