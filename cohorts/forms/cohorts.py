"""Input of cohorts: their plan with its tracks, their policy, their people."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, CohortPolicy, Programme
from cohorts.planning import TrackPlan, cohort_faults, first_too_late, policy_faults
from cohorts.queries import SHOWN, last_change, narrowed
from cohorts.states import WINDOW_OPEN, CohortState
from partners.models import Agreement
from portal.accounts.models import Membership, User
from portal.accounts.roles import COHORT_STAFF
from portal.common.exceptions import ActionRefused
from portal.common.fields import DateField, DateTimeField, DecimalField, IntegerField, TextField
from portal.common.forms import PortalForm, PortalModelForm
from portal.common.listing import FilterForm, SearchField
from portal.common.rows import Rows

SMALL = 32_767  # what the column holds


class CohortFilter(FilterForm):
    q = SearchField(label=_("Search by name"))
    state = forms.ChoiceField(label=_("State"), choices=CohortState.choices)
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    show = forms.ChoiceField(label=_("To be done"), choices=[*SHOWN.items(), ("published", _("Published"))])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["programme"].queryset = Programme.objects.visible_to(user)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q) | rows.filter(programme__name__icontains=q)
        for name in ("state", "programme"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        if show := chosen.get("show"):
            rows = rows.public() if show == "published" else narrowed(rows, show)
        if (agreement := self.data.get("agreement", "")).isascii() and agreement.isdigit():
            known = Agreement.objects.visible_to(self.user).filter(
                pk__in=[int(agreement)] if len(agreement) < 10 else []
            )
            rows = rows.filter(programme__agreement__in=known)
        return rows


class TrackForm(PortalForm):
    name = TextField(label=_("Track"), max_letters=50, required=False)
    capacity = IntegerField(label=_("Seats"), min_value=1, max_value=10_000, required=False)

    def plan(self) -> TrackPlan:
        return TrackPlan(self.cleaned_data["name"], self.cleaned_data["capacity"], self.initial.get("pk"))


class CohortForm(PortalForm):
    """The closing minute is typed as a notice says it, and kept as the first instant that is too late."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=_("Choose"))
    number = IntegerField(
        label=_("Cohort number"), min_value=1, max_value=SMALL, required=False,
        help_text=_("If left empty: the programme's next number."),
    )  # fmt: skip
    name = TextField(
        label=_("Name"), max_letters=100, required=False, help_text=_("If left empty: the programme and its number.")
    )
    place = TextField(label=_("Place"), max_letters=150, required=False)
    capacity = IntegerField(label=_("Capacity"), min_value=1, max_value=10_000)
    apply_opens_at = DateTimeField(label=_("Applications open"), help_text=_("Korean time."))
    apply_closes_at = DateTimeField(
        label=_("Applications close"), help_text=_("The last minute that counts; 18:00 includes all of 18:00.")
    )
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    notice = TextField(
        label=_("Recruitment notice"), max_letters=8000, lines=True, required=False,
        help_text=_("Shown to everybody on the public page."),
    )  # fmt: skip
    seen = IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        user: User,
        cohort: Cohort | None = None,
        programme: Programme | None = None,
        tracks: Iterable[dict[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        """Edits `cohort`; or plans one, of `programme` if that is settled, beginning with `tracks`."""
        if cohort:
            names = [name for name in self.base_fields if name not in ("programme", "seen")]
            kwargs["initial"] = {name: getattr(cohort, name) for name in names} | {
                "apply_closes_at": cohort.closes_at_stated,
                "seen": last_change(cohort),
            }
            tracks = [{"pk": one.pk, "name": one.name, "capacity": one.capacity} for one in cohort.tracks.all()]
        super().__init__(*args, **kwargs)
        self.cohort, self.settled = cohort, cohort.programme if cohort else programme
        if self.settled:
            del self.fields["programme"]
        if cohort:
            for name in ("number", "name"):
                self.fields[name].required, self.fields[name].help_text = True, ""
            self._hold_what_has_happened(cohort)
        else:
            del self.fields["seen"]
        if not self.settled:
            self.fields["programme"].queryset = Programme.objects.visible_to(user).select_related("agreement")
        self.rows = Rows(TrackForm, "tracks", args[0] if args else None, tracks, ("name", "capacity"))

    def _hold_what_has_happened(self, cohort: Cohort) -> None:
        held = () if cohort.state in WINDOW_OPEN else ("apply_opens_at", "apply_closes_at")
        for name in (*held, *(("starts_on",) if cohort.has_started else ())):
            self.fields[name].disabled = True

    def clean_apply_closes_at(self) -> Any:
        return first_too_late(self.cleaned_data["apply_closes_at"])

    def is_valid(self) -> bool:
        if not self.is_bound:
            return False
        valid = all([super().is_valid(), self.rows.is_valid(self)])
        programme = self.settled or self.cleaned_data.get("programme")
        if not programme:
            return False
        tracks = self.rows.plans() if valid else []
        for fault in cohort_faults(programme, self.cleaned_data, tracks):
            self.refuse(ActionRefused(fault.sentence, fault.field))
            valid = False
        return valid

    def refuse(self, refusal: ActionRefused) -> None:
        if refusal.field and self.rows.add_error(refusal.field, str(refusal)):
            self.add_error(None, _now("One of the rows below the form is not right yet."))
        else:
            super().refuse(refusal)

    def values(self) -> dict[str, Any]:
        """For the actions. No track filled in means: one with all seats."""
        return {name: value for name, value in self.cleaned_data.items() if name != "programme"} | {
            "tracks": self.rows.plans()
        }

    def overwrite_next_time(self, cohort: Cohort) -> None:
        """Somebody else saved first: saving again is then a decision."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = str(last_change(cohort))
        self.data = data


class PolicyForm(PortalModelForm):
    age_min = IntegerField(label=_("Age from"), min_value=0, max_value=120, required=False)
    age_max = IntegerField(label=_("Age to"), min_value=0, max_value=120, required=False)
    age_reference_date = DateField(
        label=_("Age counted on"), required=False, help_text=_("Left empty, the day on which applications close.")
    )
    region = TextField(
        label=_("Residents of"), max_letters=20, required=False,
        help_text=_("A province, or a city after its province: 대구광역시, 경상북도 구미시. Left empty, everywhere."),
    )  # fmt: skip
    weight_document = IntegerField(label=_("Weight of documents (%)"), min_value=0, max_value=100)
    weight_test = IntegerField(label=_("Weight of the coding test (%)"), min_value=0, max_value=100)
    weight_interview = IntegerField(
        label=_("Weight of the interview (%)"), min_value=0, max_value=100,
        help_text=_("The three make 100 together. 0 leaves a stage out."),
    )  # fmt: skip
    minimum_total = DecimalField(label=_("Least total for a seat"), min_value=0, max_value=100, places=2)
    minimum_document = DecimalField(
        label=_("Minimum mark of the documents"), min_value=0, max_value=100, places=2, required=False,
        help_text=_("Who is below it is turned down whatever the total. Left empty, there is none."),
    )  # fmt: skip
    minimum_test = DecimalField(
        label=_("Minimum mark of the coding test"), min_value=0, max_value=100, places=2, required=False
    )
    minimum_interview = DecimalField(
        label=_("Minimum mark of the interview"), min_value=0, max_value=100, places=2, required=False
    )
    bonus_limit = DecimalField(
        label=_("Most bonus points"), min_value=0, max_value=99, places=2, required=False,
        help_text=_("Left empty, all confirmed points count."),
    )  # fmt: skip
    offer_hours = IntegerField(label=_("Time to answer an offer (hours)"), min_value=1, max_value=720)
    interview_change_hours = IntegerField(
        label=_("Interview can be changed until (hours before)"), min_value=0, max_value=720,
        help_text=_("Until then applicants choose, change and cancel the time themselves; afterwards they telephone."),
    )  # fmt: skip
    waitlist_until = DateField(
        label=_("Waitlist is valid until"),
        required=False,
        help_text=_("Left empty, as long as seats are filled again."),
    )
    contact_attempts = IntegerField(
        label=_("Failed contacts before a seat may go on"), min_value=1, max_value=20,
        help_text=_("After so many the office may offer the seat to the next before the deadline."),
    )  # fmt: skip
    replacement_days = IntegerField(
        label=_("Days in which a seat is filled again"), min_value=0, max_value=365,
        help_text=_("After the first day. Who leaves until then withdraws; who leaves later has dropped out."),
    )  # fmt: skip
    confirm_days_needed = IntegerField(
        label=_("Days to attend at the least"), min_value=0, max_value=60, help_text=_("0 asks for none.")
    )
    confirm_days_window = IntegerField(label=_("Of the first days"), min_value=1, max_value=60)
    grace_minutes = IntegerField(label=_("Minutes of grace"), min_value=0, max_value=120)
    absent_below_percent = IntegerField(label=_("Absent below (% of the day)"), min_value=0, max_value=100)
    events_per_absence = IntegerField(label=_("Lates and leaves that make an absence"), min_value=1, max_value=100)
    minimum_rate = DecimalField(label=_("Least attendance rate (%)"), min_value=0, max_value=100, places=1)
    team_min = IntegerField(label=_("Smallest team"), min_value=1, max_value=100)
    team_max = IntegerField(label=_("Largest team"), min_value=1, max_value=100)
    silent_days = IntegerField(label=_("Days without an approved log before a reminder"), min_value=1, max_value=365)
    employment_months = IntegerField(label=_("Months in which a job counts"), min_value=1, max_value=60)

    GROUPS = (
        (
            _("Who may apply"), _("Checked when an application is submitted."),
            ("age_min", "age_max", "age_reference_date", "region", "unemployed_only"),
        ),
        (
            _("Marks and weights"), _("Each stage is marked out of 100; the weighted sum is the total."),
            (
                "weight_document", "weight_test", "weight_interview", "minimum_document", "minimum_test",
                "minimum_interview", "minimum_total", "bonus_limit", "bonus_above_full",
            ),
        ),
        (_("Fairness of the selection"), "", ("blind_review", "blind_education", "four_eyes", "shows_cut_off")),
        (
            _("Interviews, offers and the waitlist"), "",
            ("interview_change_hours", "offer_hours", "contact_attempts", "waitlist_until"),
        ),
        (
            _("Entry"), _("From the acceptance of a seat to the first days of the training."),
            ("confirm_days_needed", "confirm_days_window", "replacement_days", "asks_double_benefit", "needs_pledge"),
        ),
        (
            _("A day of training"), "",
            (
                "day_starts", "day_ends", "break_starts", "break_ends", "grace_minutes", "absent_below_percent",
                "events_per_absence", "minimum_rate", "compound_counts_twice",
            ),
        ),
        (_("Field projects and outcomes"), "", ("team_min", "team_max", "silent_days", "employment_months")),
    )  # fmt: skip

    class Meta:
        model = CohortPolicy
        fields = [
            "age_min", "age_max", "age_reference_date", "region", "unemployed_only", "weight_document", "weight_test",
            "weight_interview", "minimum_document", "minimum_test", "minimum_interview", "minimum_total",
            "bonus_limit", "bonus_above_full", "four_eyes", "shows_cut_off", "blind_review", "blind_education",
            "interview_change_hours", "offer_hours", "waitlist_until", "contact_attempts", "replacement_days",
            "confirm_days_needed", "confirm_days_window", "asks_double_benefit", "needs_pledge", "day_starts", "day_ends",
            "break_starts", "break_ends", "grace_minutes", "absent_below_percent", "events_per_absence",
            "compound_counts_twice", "minimum_rate", "team_min", "team_max", "silent_days", "employment_months",
        ]  # fmt: skip

    @property
    def groups(self) -> list[tuple[Any, Any, list[forms.BoundField]]]:
        return [(label, lead, [self[name] for name in names]) for label, lead, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for fault in policy_faults(dict(cleaned)):
            self.add_error(fault.field, fault.sentence)
        return cleaned

    def _post_clean(self) -> None:
        """The action writes the row, and `policy_faults` knows its constraints: the instance stays as it is."""


class AssignForm(PortalForm):
    membership = forms.ModelChoiceField(
        label=_("Instructor or reviewer"), queryset=Membership.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Membership.objects.live().filter(organization=cohort.host_id, role__in=COHORT_STAFF)
        people = free.exclude(assignments__cohort=cohort).select_related("user", "organization")
        self.fields["membership"].queryset = people.order_by("user__name", "pk")


class ReasonForm(PortalForm):
    reason = TextField(label=_("Reason"), max_letters=500, lines=True)
