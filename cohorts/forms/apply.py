"""The pages of the application form: one topic each."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.consents import Asked
from cohorts.forms.double_benefit import DoubleBenefitForm
from cohorts.models import Application, ApplicationFile, Cohort, Consent, ConsentText, Track
from cohorts.states import ConsentKind
from portal.common.fields import DateField, MobileField, NameField, TextField
from portal.common.forms import PortalForm
from portal.common.uploads import UploadField

MOTIVATION_MAX = 1_000


class StepForm(PortalForm):
    """A page of the form; it knows the cohort it is for."""

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        self.cohort = cohort
        super().__init__(*args, **kwargs)

    def so_far(self) -> dict[str, Any]:
        """What is valid, or is a text that was emptied."""
        texts = [name for name, field in self.fields.items() if isinstance(field, TextField)]
        return self.cleaned_data | {name: "" for name in texts if self.has_error(name, "required")}


class AboutForm(StepForm):
    name = NameField(
        label=_("Name"),
        help_text=_("As on your identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    birth_date = DateField(
        label=_("Date of birth"),
        help_text=_("Like 2000-03-05. Never enter your resident registration number."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )
    mobile = MobileField(label=_("Mobile telephone"), help_text=_("Like 010-1234-5678."))
    address = TextField(
        label=_("Address"),
        max_letters=200,
        help_text=_("Where you are registered as a resident, beginning with the province or city."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_date"].latest = timezone.localdate()


class SituationForm(StepForm, DoubleBenefitForm):
    field_order = ("education", "major", "employment")

    education = forms.ChoiceField(label=_("Education"), choices=Application.Education.choices, widget=forms.RadioSelect)
    major = TextField(
        label=_("Major"), max_letters=100, required=False, help_text=_("What you studied, if you have a major.")
    )
    employment = forms.ChoiceField(
        label=_("Present situation"), choices=Application.Employment.choices, widget=forms.RadioSelect
    )
    track: "forms.ModelChoiceField[Track]" = forms.ModelChoiceField(
        None, label=_("Track"), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = self.cohort.tracks.all()
        self.ask_double_benefit(self.cohort.policy.asks_double_benefit)


class MotivationForm(StepForm):
    motivation = TextField(
        label=_("Motivation"),
        lines=True,
        max_letters=MOTIVATION_MAX,
        help_text=_("Why you want to take this course and what you want to do afterwards, in at most 1,000 letters."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class FileForm(StepForm):
    kind = forms.ChoiceField(label=_("Kind of file"), choices=ApplicationFile.Kind.choices)
    file = UploadField(label=_("File"))


class ConsentForm(StepForm):
    """A box, never ticked beforehand, for each text in use that is not agreed to yet."""

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for text in (text for text, given in asked if given is None):
            label = _("I agree") if text.required else _("I agree (you may refuse)")
            needed = {"required": _("This consent is needed for an application. Please tick it, or stop here.")}
            self.fields[text.kind] = forms.BooleanField(label=label, required=text.required, error_messages=needed)

    @property
    def pairs(self) -> list[tuple[ConsentText, Consent | None, Any]]:
        """Each text with the consent to it, or the box that gives it."""
        return [(text, given, None if given else self[text.kind]) for text, given in self.asked]

    def ticked(self) -> list[ConsentKind]:
        return [ConsentKind(kind) for kind, on in self.cleaned_data.items() if on]


class SubmitForm(forms.Form):
    """The key given out with the draft."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
