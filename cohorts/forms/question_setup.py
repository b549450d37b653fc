"""What an operator says of one question."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cohorts.models import Question, QuestionKind
from cohorts.models.questions import DECIDES, HAS_CHOICES, TEXTS
from portal.common.fields import IntegerField, TextField
from portal.common.forms import PortalForm

USUAL_LIMIT = {QuestionKind.SHORT: 100, QuestionKind.LONG: 1_000}
SHORT_INPUT = {"inputmode": "numeric", "class": "p-short"}
BELONGS = {
    "most_letters": TEXTS, "least": (QuestionKind.NUMBER,), "most": (QuestionKind.NUMBER,), "choices": HAS_CHOICES,
    "turns_away": HAS_CHOICES, "turned_away": HAS_CHOICES, "turned_away_en": HAS_CHOICES,
}  # fmt: skip


class QuestionForm(PortalForm):
    """Only the fields that the kind of answer needs; `earlier` are the questions it may depend on."""

    label = TextField(label=_("Question"), max_letters=200)
    label_en = TextField(label=_("Question in English"), max_letters=200, required=False)
    help = TextField(label=_("Help text"), max_letters=500, required=False, help_text=_("Shown below the question."))
    help_en = TextField(label=_("Help text in English"), max_letters=500, required=False)
    most_letters = IntegerField(
        label=_("At most (letters)"), min_value=1, max_value=5_000, widget=forms.TextInput(attrs=SHORT_INPUT),
        help_text=_("A Korean syllable, a blank and a line break count one each."),
    )  # fmt: skip
    least = IntegerField(label=_("Smallest number"), required=False, widget=forms.TextInput(attrs=SHORT_INPUT))
    most = IntegerField(label=_("Largest number"), required=False, widget=forms.TextInput(attrs=SHORT_INPUT))
    choices = TextField(
        label=_("Choices"), max_letters=3_000, lines=True, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line; after a | the same in English: 있음 | Yes"),
    )  # fmt: skip
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    page = TextField(
        label=_("Title of the page"), max_letters=60,
        help_text=_("Questions that follow each other under the same title stand on one page."),
    )  # fmt: skip
    page_en = TextField(label=_("Title of the page in English"), max_letters=60, required=False)
    asked = forms.MultipleChoiceField(
        label=_("Asked only after one of these answers"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: everybody is asked. Tick answers to one question only."),
    )  # fmt: skip
    turns_away = TextField(
        label=_("Answers that exclude"), max_letters=1_000, lines=True, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who gives one of these answers cannot apply. One a line, as it stands among the choices."),
    )  # fmt: skip
    turned_away = TextField(
        label=_("What those are told"), max_letters=200, required=False, help_text=_("Why they cannot apply.")
    )
    turned_away_en = TextField(label=_("The same in English"), max_letters=200, required=False)
    blind = forms.BooleanField(
        label=_("Hide the answer from reviewers"), required=False,
        help_text=_("For what tells who somebody is. It counts where the cohort is reviewed blind."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, kind: str, earlier: Iterable[Question], question: Question | None = None, **kwargs: Any
    ) -> None:
        self.kind, self.earlier = QuestionKind(kind), {one.pk: one for one in earlier if one.kind in DECIDES}
        kwargs.setdefault("initial", {})
        kwargs["initial"] |= (
            typed(question) if question else {"required": True, "most_letters": USUAL_LIMIT.get(self.kind)}
        )
        super().__init__(*args, **kwargs)
        for name in [name for name, kinds in BELONGS.items() if kind not in kinds]:
            del self.fields[name]
        if self.earlier:
            self.fields["asked"].choices = [
                (f"{place}. {one}", [(f"{one.pk}:{value}", one.shown(value)) for value in one.values])
                for place, one in enumerate(self.earlier.values(), 1)
            ]
        else:
            del self.fields["asked"]
        if kind == QuestionKind.CONSENT:
            self.fields["label"].help_text = _("The sentence to agree to.")
            self.fields["required"].label = _("Without this consent nobody can apply")
            self.fields["required"].help_text = _("Leave it unticked for a consent that may be refused.")

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields in sections, as the page shows them."""
        parts = [
            (_now("What is asked"), ["label", "label_en", "help", "help_en"]),
            (_now("What may be answered"), ["most_letters", "least", "most", "choices", "required"]),
            (_now("Where and when it is asked"), ["page", "page_en", "asked"]),
            (_now("Who may apply"), ["turns_away", "turned_away", "turned_away_en"]),
            (_now("For the reviewers"), ["blind"]),
        ]
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]
        return [(title, fields) for title, fields in found if fields]

    def clean_choices(self) -> list[dict[str, str]]:
        pairs = [line.partition("|")[::2] for line in self.cleaned_data["choices"].split("\n") if line.strip()]
        return [{"ko": ko.strip(), "en": en.strip()} for ko, en in pairs]

    def clean_turns_away(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["turns_away"].split("\n") if line.strip()]

    def clean_asked(self) -> list[tuple[int, str]]:
        pairs = [(int(pk), value) for pk, _colon, value in (one.partition(":") for one in self.cleaned_data["asked"])]
        if len({pk for pk, _value in pairs}) > 1:
            raise forms.ValidationError(_now("Tick answers to one question only."))
        return pairs

    def asks(self) -> dict[str, Any]:
        """For the actions."""
        told = {"kind": self.kind, **self.cleaned_data}
        pairs = told.pop("asked", [])
        told["asked_if"] = self.earlier[pairs[0][0]] if pairs else None
        told["asked_values"] = [value for _pk, value in pairs]
        return told


def typed(question: Question) -> dict[str, Any]:
    """A question as its form begins with it."""
    told = {name: getattr(question, name) for name in QuestionForm.base_fields if hasattr(question, name)}
    told["choices"] = "\n".join(" | ".join(filter(None, (one["ko"], one.get("en")))) for one in question.choices)
    told["turns_away"] = "\n".join(question.turns_away)
    told["asked"] = [f"{question.asked_if_id}:{value}" for value in question.asked_values]
    return told
