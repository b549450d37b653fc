"""Input of licence pools and their seats."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts import queries
from cohorts.models import Cohort, LicencePool
from cohorts.states import CohortState
from partners.models import Agreement, Commitment, Organization
from partners.states import Measure
from portal.accounts.models import User
from portal.common.fields import DateField, IntegerField, TextField, refuse_end_before_start
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class LicencePoolFilter(FilterForm):
    SHOWN = (("usable", _("Seats can be assigned")), ("over", _("Pool is over")))

    q = SearchField(label=_("Search by tool or provider"))
    show = forms.ChoiceField(label=_("State"), choices=SHOWN)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(tool__icontains=q) | rows.filter(provider__name__icontains=q)
        return {"usable": rows.usable, "over": rows.over}.get(chosen.get("show", ""), rows.all)()


class LicenceSeatFilter(FilterForm):
    SHOWN = (("held", _("Lent out")), ("returned", _("Returned")))

    q = SearchField(label=_("Name"))
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    show = forms.ChoiceField(label=_("State"), choices=SHOWN)

    def __init__(self, *args: Any, pool: LicencePool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_seats = pool.assignments.order_by().values("enrolment__cohort")
        self.fields["cohort"].queryset = Cohort.objects.filter(pk__in=with_seats)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(enrolment__person__name__icontains=q)
        if cohort := chosen.get("cohort"):
            rows = rows.filter(enrolment__cohort=cohort)
        if show := chosen.get("show"):
            held = rows.model.objects.held().values("pk")
            rows = rows.filter(pk__in=held) if show == "held" else rows.exclude(pk__in=held)
        return rows


class CommitmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, commitment: Any) -> str:
        return f"{commitment.what} ({commitment.party}, {commitment.agreement})"


class LicencePoolForm(PortalForm):
    """A new pool, or one to amend; under which agreement and by whom it was given stays."""

    agreement = forms.ModelChoiceField(
        label=_("Agreement"), queryset=Agreement.objects.none(), empty_label=_("Choose"),
        help_text=_("Of the own register, or one that the own programmes run under."),
    )  # fmt: skip
    provider = forms.ModelChoiceField(
        label=_("Given by"), queryset=Organization.objects.none(), empty_label=_("Choose"),
        help_text=_("A party of the agreement."),
    )  # fmt: skip
    tool = TextField(label=_("Tool"), max_letters=100, help_text=_("Such as 3D익스피리언스 플랫폼."))
    seats = IntegerField(label=_("Number of seats"), min_value=1, max_value=100_000)
    valid_from = DateField(label=_("Valid from"))
    valid_until = DateField(label=_("Valid until"))
    commitment = CommitmentChoice(
        label=_("Commitment it serves"), queryset=Commitment.objects.none(), required=False, empty_label=_("None"),
        help_text=_("Left empty, it counts towards every licence commitment of the provider."),
    )  # fmt: skip
    note = TextField(
        label=_("Note"), max_letters=1_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No licence keys or passwords: those stay with the provider’s own accounts."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, pool: LicencePool | None = None, **kwargs: Any) -> None:
        if pool:
            names = ("tool", "seats", "valid_from", "valid_until", "note")
            kwargs["initial"] = {name: getattr(pool, name) for name in names} | {"commitment": pool.commitment_id}
        super().__init__(*args, **kwargs)
        agreements = queries.agreements_for_licences(user)
        promised = Commitment.objects.filter(measure=Measure.LICENCES).select_related(
            "party__organization", "agreement"
        )
        if pool:
            del self.fields["agreement"], self.fields["provider"]
            promised = promised.filter(agreement=pool.agreement_id, party__organization=pool.provider_id)
        else:
            self.fields["agreement"].queryset = agreements
            self.fields["provider"].queryset = queries.providers_of(agreements)
            promised = promised.filter(agreement__in=agreements.values("pk"))
        self.fields["commitment"].queryset = promised

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self, "valid_from", "valid_until")
        return self.cleaned_data


class LendForm(PortalForm):
    """To whom seats are lent, and for how long. The trainees are ticked in the preview."""

    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none(), empty_label=_("Choose"))
    starts_on = DateField(label=_("From"))
    until = DateField(
        label=_("Until"), help_text=_("Returned automatically after this day, or when the training ends.")
    )

    def __init__(self, *args: Any, pool: LicencePool, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        first = max(timezone.localdate(), pool.valid_from)
        initial = {"starts_on": first, "until": pool.valid_until} | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **kwargs)
        in_training = cohorts.filter(host=pool.host_id).exclude(state__in=(CohortState.FINISHED, CohortState.CANCELLED))
        self.fields["cohort"].queryset = in_training

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self, "starts_on", "until")
        return self.cleaned_data
