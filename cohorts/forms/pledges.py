"""What is filled in between an accepted seat and the first day."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.forms.double_benefit import DoubleBenefitForm
from cohorts.models import Application, CohortPolicy, Consent, ConsentText
from cohorts.queries import lacking
from cohorts.readiness import Lack
from cohorts.states import ConsentKind
from portal.common.fields import DateTimeField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class PledgeForm(DoubleBenefitForm):
    """The agreement to the rules, the question, and a free box for each optional consent not given yet."""

    agree = forms.BooleanField(
        label=_("I have read the rules and will keep them"),
        error_messages={"required": _("Please tick this. Without the rules no enrolment is possible.")},
    )
    field_order = ("agree",)

    def __init__(
        self, *args: Any, policy: CohortPolicy, asked: Iterable[tuple[ConsentText, Consent | None]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        if not policy.needs_pledge:
            del self.fields["agree"]
        self.ask_double_benefit(policy.asks_double_benefit)
        for text, given in self.asked:
            if given is None:
                label = _("I agree (you may refuse)")
                self.fields[text.kind] = forms.BooleanField(label=label, required=False)

    @property
    def own(self) -> list[Any]:
        """The fields that are no consents."""
        names = {text.kind for text, _given in self.asked}
        return [field for field in self if field.name not in names]

    @property
    def pairs(self) -> list[tuple[ConsentText, Consent | None, Any]]:
        return [(text, given, None if given else self[text.kind]) for text, given in self.asked]

    def ticked(self) -> list[ConsentKind]:
        return [ConsentKind(text.kind) for text, _given in self.asked if self.cleaned_data.get(text.kind)]

    def answer(self) -> dict[str, Any]:
        names = ("other_training", "other_training_name")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class RecordEntryForm(DoubleBenefitForm):
    """What the office writes down for one person; what is left empty stays as it is."""

    paper_note = TextField(
        label=_("Agreed to the rules on paper"), max_letters=300, required=False,
        help_text=_("Why on paper, and where the signed form is kept. Left empty, nothing is recorded."),
    )  # fmt: skip
    settled_note = TextField(
        label=_("How the double benefit was settled"), max_letters=300, required=False,
        help_text=_("What you have seen, such as the proof of having left the other course."),
    )  # fmt: skip
    came = forms.TypedChoiceField(
        label=_("Orientation"), coerce=lambda value: value == "True", empty_value=None, required=False,
        choices=[("", _("Not noted")), (True, _("Came")), (False, _("Stayed away"))], widget=forms.RadioSelect,
    )  # fmt: skip
    field_order = ("came", "paper_note", "other_training", "other_training_name", "settled_note")

    def __init__(self, *args: Any, application: Application, pledged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = application.cohort.policy
        if pledged or not policy.needs_pledge:
            del self.fields["paper_note"]
        self.ask_double_benefit(policy.asks_double_benefit)
        if policy.asks_double_benefit:
            self.fields["other_training"].required = False
            self.fields["other_training"].empty_value = None
        else:
            del self.fields["settled_note"]


class OrientationForm(PortalForm):
    at = DateTimeField(label=_("Date and time"))
    place = TextField(label=_("Place"), max_letters=150)


class RulesForm(PortalForm):
    body = TextField(
        label=_("Rules in Korean"), max_letters=8000, lines=True, widget=forms.Textarea(attrs={"rows": 14})
    )
    body_en = TextField(
        label=_("Rules in English"), max_letters=8000, lines=True, required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
    )  # fmt: skip


class DeskFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    show = forms.ChoiceField(
        label=_("Show"),
        choices=[
            ("ready", _("Ready to be enrolled")),
            ("lacking", _("Something is missing")),
            *((lack.value, lack.label) for lack in Lack),
            ("absent", _("Did not come to the orientation")),
        ],
    )

    def __init__(self, *args: Any, policy: CohortPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(person__name__icontains=q) | rows.filter(receipt_number__icontains=q)
        match chosen.get("show"):
            case "ready":
                rows = rows.accepted().exclude(lacking(self.policy, ""))
            case "absent":
                rows = rows.filter(came_to_orientation=False)
            case "lacking":
                rows = rows.accepted().filter(lacking(self.policy, ""))
            case str(lack):
                rows = rows.accepted().filter(lacking(self.policy, lack))
        return rows
