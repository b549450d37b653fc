"""Input of a pathway: the list of its people, entrants, and the steps of one person."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Enrolment, PlaceOfStudy, Programme, ProgrammeStage, Stay
from cohorts.models.pathway import StayQuerySet
from cohorts.queries.pathway import NOT_YET, ON_WAY, STAGE, STANDING_CSS, at, came_from, spots_of
from cohorts.states import ProgrammeKind
from partners.models import Agreement, Organization
from partners.states import OFFERS_STAGES
from portal.accounts.models import User
from portal.common.fields import DateField, EmailField, MobileField, NameField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField

Choices = list[tuple[str, str]]


class AsOfForm(PortalForm):
    """The day of a picture; what is no day means today."""

    as_of = DateField(label=_("As of"))

    def __init__(self, data: Any) -> None:
        super().__init__({"as_of": data.get("as_of") or timezone.localdate().isoformat()}, auto_id="as_%s")

    @property
    def day(self) -> date:
        return self.cleaned_data["as_of"] if self.is_valid() else timezone.localdate()


class WayFilter(FilterForm):
    """Narrows stays to one of each person: where they stand on a day. Two queries for its choices."""

    q = SearchField(label=_("Name"))
    programme = forms.ChoiceField(label=_("Pathway"))
    entry = forms.ChoiceField(label=_("Entry year"))
    school = forms.ChoiceField(label=_("School"))
    spot = forms.ChoiceField(label=_("Stands at"))
    before = forms.ChoiceField(label=_("A year before"))
    as_of = DateField(label=_("As of"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        cohorts = Cohort.objects.visible_to(user).filter(programme__kind=ProgrammeKind.PATHWAY)
        years = list(cohorts.select_related("programme").order_by("programme", "-starts_on"))
        places = list(PlaceOfStudy.objects.visible_to(user).for_list())
        self._offer("programme", dict.fromkeys((str(one.programme_id), one.programme.name) for one in years))
        self._offer("entry", [(str(one.pk), one.name) for one in years])
        self._offer("school", dict.fromkeys((str(one.school_id), one.school.name) for one in places))
        spots = self._spots(places)
        self._offer("spot", spots)
        self._offer("before", [(NOT_YET, gettext("Not entered yet")), *spots])

    def _offer(self, field: str, choices: Any) -> None:
        self.fields[field].choices = [("", gettext("All")), *choices]

    def _spots(self, places: list[PlaceOfStudy]) -> Choices:
        """Each stage and its years, after the name of the pathway where there are several; then the standings."""
        stages = list({place.stage_id: place.stage for place in places}.values())
        several = len({stage.programme_id for stage in stages}) > 1
        found: Choices = []
        for stage in stages:
            name = f"{stage.programme.name}: " if several else ""
            found.append((f"{STAGE}{stage.pk}", name + gettext("%(stage)s, all years") % {"stage": stage.name}))
            found += [(spot.key, f"{name}{spot}") for spot in spots_of([stage])]
        standings = [(str(one), str(one.label)) for one in STANDING_CSS]
        return [*found, (ON_WAY, gettext("At school or on leave")), *standings]

    @property
    def day(self) -> date:
        return self.cleaned_data.get("as_of") or timezone.localdate()

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> StayQuerySet:
        rows = rows.as_of(self.day)
        if q := chosen.get("q"):
            rows = rows.filter(person__name__icontains=q)
        for name, column in (
            ("programme", "enrolment__cohort__programme"), ("entry", "enrolment__cohort"), ("school", "place__school"),
        ):  # fmt: skip
            if value := chosen.get(name):
                rows = rows.filter(**{column: value})
        if spot := chosen.get("spot"):
            rows = at(rows, spot)
        if before := chosen.get("before"):
            rows = came_from(self.user, rows, before, self.day)
        return self._narrow_by_address(rows)

    def _narrow_by_address(self, rows: StayQuerySet) -> StayQuerySet:
        """What figures elsewhere lead to, without a field of its own."""
        if self.data.get("overdue"):
            rows = rows.overdue()
        if (agreement := self.data.get("agreement", "")).isascii() and agreement.isdigit():
            known = Agreement.objects.visible_to(self.user).filter(
                pk__in=[int(agreement)] if len(agreement) < 10 else []
            )
            rows = rows.filter(enrolment__cohort__programme__agreement__in=known)
        return rows


class PlaceForm(PortalForm):
    stage = forms.ModelChoiceField(label=_("Stage"), queryset=ProgrammeStage.objects.none(), empty_label=_("Choose"))
    school = forms.ModelChoiceField(
        label=_("School"), queryset=Organization.objects.filter(kind__in=OFFERS_STAGES), empty_label=_("Choose"),
        help_text=_("Schools and universities stand among the organizations; enter a new one there first."),
    )  # fmt: skip

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = programme.stages.select_related("programme")


class EntrantForm(PortalForm):
    """Somebody whom a school has admitted."""

    name = NameField(label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    birth_date = DateField(label=_("Date of birth"))
    mobile = MobileField(label=_("Mobile telephone"), help_text=_("Like 010-1234-5678."))
    email = EmailField(label=_("E-mail address"))
    address = TextField(label=_("Address"), max_letters=200, required=False)
    place = forms.ModelChoiceField(label=_("School"), queryset=PlaceOfStudy.objects.none(), empty_label=_("Choose"))
    on = DateField(label=_("First day"))

    def __init__(self, *args: Any, cohort: Cohort, places: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": cohort.starts_on}
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places


class EntryForm(PortalForm):
    """For each of those who are enrolled and have no school yet, the school; left empty, later."""

    def __init__(self, data: Any, *, waiting: list[Enrolment], places: list[PlaceOfStudy]) -> None:
        super().__init__(data)
        self.places = {str(place.pk): place for place in places}
        choices = [("", gettext("Later")), *((pk, str(place)) for pk, place in self.places.items())]
        for one in waiting:
            guessed = [pk for pk, place in self.places.items() if one.track and place.school.name == one.track.name]
            alone = [*self.places] if len(self.places) == 1 else []
            self.fields[f"place-{one.pk}"] = forms.ChoiceField(
                label=f"{one.number}. {one.person.name}",
                choices=choices,
                required=False,
                initial=(guessed or alone or [""])[0],
            )

    def chosen(self) -> dict[int, PlaceOfStudy]:
        """By the pk of the enrolment."""
        return {int(name.removeprefix("place-")): self.places[pk] for name, pk in self.cleaned_data.items() if pk}


# One person's steps ------------------------------------------------------------------------


class LeaveForm(PortalForm):
    on = DateField(label=_("First day of the leave"))
    expected_on = DateField(label=_("Expected back on"), required=False, help_text=_("Left empty while nobody knows."))
    reason = TextField(label=_("Reason"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(PortalForm):
    on = DateField(label=_("First day back at school"))


class TransferForm(PortalForm):
    to = forms.ModelChoiceField(label=_("New school"), queryset=PlaceOfStudy.objects.none(), empty_label=_("Choose"))
    on = DateField(label=_("First day at the new school"))
    reason = TextField(label=_("Reason"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = PlaceOfStudy.objects.filter(stage=stay.place.stage_id).exclude(pk=stay.place_id)
        self.fields["to"].queryset = others.select_related("school").order_by("school__name")


class EndWayForm(PortalForm):
    on = DateField(label=_("Last day"))
    reason = TextField(label=_("Reason"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3}))
