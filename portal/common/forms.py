"""How every form of the portal looks and speaks: `form_html`, templates/krds/forms/, and its messages."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.template.loader import get_template, select_template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common.exceptions import ActionRefused
from portal.common.form_html import drawn
from portal.common.korean import with_particle


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


class KRDSRenderer(TemplatesSetting):
    """krds/forms/** stands before django/forms/**, for the forms that use this renderer."""

    form_template_name = "krds/forms/form.html"
    field_template_name = "krds/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return found(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        html = drawn(template_name, context)
        return super().render(template_name, context, request) if html is None else html


@cache
def found(template_name: str) -> Any:
    """The template of a form, field or widget; a form has dozens, each tried at two places."""
    if template_name.startswith("django/forms/"):
        return select_template(["krds/forms/" + template_name.removeprefix("django/forms/"), template_name])
    return get_template(template_name)


def required_message(field: forms.Field) -> str:
    """What to do, with the name of the field: 생년월일을 입력하세요, not 필수 항목입니다."""
    label = str(field.label or "")
    if not label:
        return _("Fill in this field.")
    if isinstance(field, forms.BooleanField):
        return _("Please tick “%(label)s”.") % {"label": label}
    named = {"object": object_of(label)}
    if isinstance(field, forms.FileField):
        return _("Attach %(object)s.") % named
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Choose %(object)s.") % named
    return _("Enter %(object)s.") % named


def object_of(label: str) -> str:
    """A label as the object of a sentence in the language of the page."""
    if get_language() == "ko":
        return with_particle(label, "을/를")
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PhoneInput(forms.TextInput):
    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "tel", "inputmode": "tel", **(attrs or {})})


# Without the value that was sent: it may be a book.
NOT_OFFERED = forms.ModelChoiceField.default_error_messages["invalid_choice"]

PICKERS: dict[type, type] = {
    forms.DateInput: DateInput,
    forms.TimeInput: TimeInput,
    forms.DateTimeInput: DateTimeInput,
}


class AtOnce(ModelChoiceIterator):
    """Choices read by one plain query; Django's own open a cursor, fetch and close it."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.queryset)


class PortalFormMixin:
    """Puts a form into the portal's look; its mistakes name the field and say what to do.

    Dates and times get the browser's own picker; "required" is said with the field's name.
    """

    default_renderer = KRDSRenderer
    needs_answers = True  # otherwise no field is ever required
    fields: dict[str, Any]  # of any kind of field
    result: Any = None  # of the action that the form carried out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.label is None:
                field.label = name.replace("_", " ").capitalize()
            if self.needs_answers and field.error_messages.get("required") == type(field).default_error_messages.get(
                "required", forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = required_message(field)
            for key in {"invalid_choice", "invalid_pk_value"} & field.error_messages.keys():
                field.error_messages[key] = NOT_OFFERED
            if picker := PICKERS.get(type(field.widget)):
                field.widget = picker(field.widget.attrs)
            if isinstance(field, forms.ModelChoiceField):
                field.iterator = AtOnce
                field.widget.choices = field.choices

    def carries_out(self, act: Callable[[], Any]) -> bool:
        """Whether the input is valid and `act` did its work; what it returned is `result`. A refusal stands in the form."""
        if not self.is_valid():  # type: ignore[attr-defined]
            return False
        try:
            self.result = act()
        except ActionRefused as refusal:
            self.refuse(refusal)
            return False
        return True

    def refuse(self, refusal: ActionRefused) -> None:
        """Show an action's refusal beside its field, or above the form."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))  # type: ignore[attr-defined]


class PortalForm(PortalFormMixin, forms.Form):
    """Base of every plain form."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    """Base of every form that is saved as one row; name its `Meta.fields` one by one."""
