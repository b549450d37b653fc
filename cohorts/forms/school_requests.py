"""What a teacher types on the public pages: the request, the list for the gate, the feedback."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import ConsentText, OutreachRound, VisitFeedback
from cohorts.outreach_planning import WISHES, request_faults
from cohorts.outreach_states import ConsentWay, Grade
from portal.common.fields import DateField, EmailField, IntegerField, MobileField, NameField, TextField
from portal.common.forms import PortalForm


class SchoolRequestForm(PortalForm):
    """The consents stand before the first field about a person (PIPA art. 15)."""

    school_name = TextField(label=_("School"), max_letters=60, help_text=_("Its whole name, like 봉화초등학교."))
    office = TextField(label=_("Office of education"), max_letters=60, help_text=_("Such as 경상북도봉화교육지원청."))
    address = TextField(
        label=_("Address of the school"), max_letters=200,
        help_text=_("Beginning with the province: 경상북도 봉화군 봉화읍 내성로 1."),
    )  # fmt: skip
    rural = forms.ChoiceField(
        label=_("Is it a rural school?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect,
        help_text=_("Yes, if its address lies in an 읍 or 면."),
    )  # fmt: skip
    grade = forms.ChoiceField(label=_("Grade"), choices=[])
    pupils = IntegerField(label=_("Number of pupils"), min_value=1, max_value=2_000)
    wish_1 = DateField(label=_("Wished day, first choice"))
    wish_2 = DateField(label=_("Wished day, second choice"), required=False)
    wish_3 = DateField(label=_("Wished day, third choice"), required=False)
    note = TextField(
        label=_("What the expert should know"), max_letters=500, lines=True, required=False,
        help_text=_("Equipment, what the class has done before. Please write nothing about single pupils."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    consent = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("This consent is needed for a request. Please tick it, or stop here.")},
    )
    sharing = forms.BooleanField(label=_("I agree (you may refuse)"), required=False)
    contact_name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    contact_email = EmailField(
        label=_("E-mail address"), help_text=_("The receipt, the result and your link come here.")
    )
    contact_mobile = MobileField(label=_("Mobile telephone"), help_text=_("Like 010-1234-5678."))
    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    ABOUT_SCHOOL = ("school_name", "office", "address", "rural")
    ABOUT_VISIT = ("grade", "pupils", "wish_1", "wish_2", "wish_3", "note")
    ABOUT_TEACHER = ("contact_name", "contact_email", "contact_mobile")

    def __init__(self, *args: Any, round: OutreachRound, texts: list[ConsentText], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"submission_key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.round, self.texts = round, texts
        self.fields["grade"].choices = [("", _("Choose")), *((one, Grade(one).label) for one in round.grades)]
        for number in range(1, WISHES + 1):
            field = self.fields[f"wish_{number}"]
            field.widget.attrs |= {"min": f"{round.visits_from:%Y-%m-%d}", "max": f"{round.visits_until:%Y-%m-%d}"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "rural" in cleaned:
            cleaned["rural"] = cleaned["rural"] == "yes"
        days = [cleaned.get(f"wish_{number}") for number in range(1, WISHES + 1)]
        cleaned["wishes"] = [day for day in days if day]
        for fault in request_faults(self.round, {**cleaned, "wishes": []}):
            self.add_error(fault.field, fault.sentence)
        for number, day in enumerate(days, 1):
            for fault in request_faults(self.round, {"wishes": [day]}) if day else ():
                self.add_error(f"wish_{number}", fault.sentence)
        for number in range(2, WISHES + 1):
            if days[number - 1] and days[number - 1] in days[: number - 1]:
                self.add_error(f"wish_{number}", _("You have wished for this day already. Choose another."))
        return cleaned

    def groups(self) -> list[tuple[str, Any, list[Any]]]:
        """What is asked, part by part: id, heading, fields. The consents come before the teacher."""
        return [
            ("school", _("The school"), [self[name] for name in self.ABOUT_SCHOOL]),
            ("visit", _("The visit"), [self[name] for name in self.ABOUT_VISIT]),
        ]

    @property
    def consents(self) -> list[tuple[ConsentText, Any]]:
        return list(zip(self.texts, (self["consent"], self["sharing"]), strict=True))

    @property
    def teacher(self) -> list[Any]:
        return [self[name] for name in self.ABOUT_TEACHER]

    def values(self) -> dict[str, Any]:
        """For the action."""
        names = ("school_name", "office", "address", "rural", "grade", "pupils", "wishes", "note", *self.ABOUT_TEACHER)
        told = {name: self.cleaned_data[name] for name in names}
        return told | {
            "shares_contact": self.cleaned_data["sharing"],
            "submission_key": self.cleaned_data["submission_key"],
        }


class PupilForm(PortalForm):
    """One pupil of the list for the gate."""

    name = NameField(label=_("Name of the pupil"))
    under_14 = forms.BooleanField(label=_("Younger than 14"), required=False, initial=True)
    guardian = NameField(label=_("Guardian who consented"), required=False, help_text=_("Needed for a child under 14."))
    consent_way = forms.ChoiceField(label=_("How the consent was given"), choices=ConsentWay.choices)
    consented_on = DateField(label=_("Consent given on"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("under_14") and not cleaned.get("guardian") and "guardian" not in self.errors:
            self.add_error("guardian", _("A child under 14 needs the consent of a guardian. Say who gave it."))
        if (day := cleaned.get("consented_on")) and day > timezone.localdate():
            self.add_error("consented_on", _("This day lies in the future."))
        return cleaned


class FeedbackForm(PortalForm):
    words = TextField(
        label=_("In your words"), max_letters=1_000, lines=True, required=False,
        help_text=_("What was good, what could be better. Please name nobody."),
    )  # fmt: skip

    MARKS = [("5", _("5 · very much")), ("4", "4"), ("3", "3"), ("2", "2"), ("1", _("1 · not at all"))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {
            name: forms.TypedChoiceField(
                label=VisitFeedback._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                choices=self.MARKS,
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": _("Give a mark from 1 to 5.")},
            )
            for name in VisitFeedback.QUESTIONS
        }
        self.fields = {**asked, **self.fields}
