"""What the office does next with one application: one button in front, one beside it, the others in a menu. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.states import CAN_BE_CONTACTED, IN_SELECTION

if TYPE_CHECKING:
    from cohorts.models import Application

LABELS: Final[dict[str, str | Promise]] = {  # in the order of the menu
    "selection": _("Scores and selection"),
    "contact-list": _("Contacts"),
    "application-result": _("Result and reasons"),
    "admission-interview": pgettext_lazy("admission", "Interview"),
    "supplement-ask": _("Ask for documents"),
    "application-bonus": _("Bonus points"),
    "extension-grant": _("Give more time"),
    "conflict-declare": _("Declare a conflict of interest"),
    "application-withdraw": _("Withdraw"),
}


@dataclass(frozen=True, slots=True)
class Act:
    label: str | Promise
    url: str
    css: str  # of its button


@dataclass(frozen=True, slots=True)
class Acts:
    shown: list[Act]
    more: list[Act]


def acts_of(urls: Mapping[str, str], application: "Application", *, likely: bool = True) -> Acts:
    """`urls`: by name, of what may be done. In selection the scores come first, with a seat to give the contact, and
    after the decision its reasons."""
    first = (
        "selection"
        if application.state in IN_SELECTION
        else "contact-list"
        if application.state in CAN_BE_CONTACTED
        else "application-result"
    )
    names = sorted((name for name in LABELS if urls.get(name)), key=lambda name: name != first)
    buttons = ("primary", "secondary") if likely else ("secondary",)
    shown = [Act(LABELS[name], urls[name], css) for name, css in zip(names, buttons, strict=False)]
    return Acts(shown, [Act(LABELS[name], urls[name], "tertiary") for name in names[len(buttons) :]])
