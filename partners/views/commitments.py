"""Commitments of all agreements, and what they add up to by party, agreement, initiative and keeper."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from partners import sheets
from partners.forms.commitments import CommitmentFilter, RollUpFilter, names_of
from partners.measures import promise_of
from partners.models import Agreement, CommitmentFigure, Initiative, Organization, tallied
from partners.states import PromiseState
from partners.views.agreements import READERS
from portal.accounts.roles import Role
from portal.common.guards import roles
from portal.common.sheets import SheetListing

SORTS = {
    "added": "commitment", "what": "commitment__what", "agreement": ("agreement__title", "commitment"),
    "party": ("organization__name", "commitment"), "state": ("state", "commitment"), "due": "commitment__due_on",
}  # fmt: skip


@require_GET
@roles(*READERS)
def commitment_list(request: HttpRequest) -> HttpResponse:
    """Every commitment one may see, with its figure and the way to its records."""
    rows = CommitmentFigure.objects.visible_to(request.user).for_list()
    listing = SheetListing(
        request, rows, form=CommitmentFilter, form_options={"user": request.user}, sorts=SORTS, default_sort="-added",
        sheet=sheets.COMMITMENTS,
    )  # fmt: skip
    for figure in listing:
        figure.commitment.figure = figure  # it has been read: no query for each row
        figure.promise = promise_of(request.user, figure.commitment)
    context = {
        "as_of": min((figure.as_of for figure in listing), default=None),
        "narrowed": names_of(listing.chosen),
    }
    return listing.render("partners/commitment_list.html", context)


@dataclass(frozen=True)
class Kind:
    """By what commitments are added up: its name, what is listed, and the way from there to the figures."""

    label: Text
    model: Any
    figures: str
    name: str = "name"


KINDS = {
    "party": Kind(_("By party"), Organization, "figures"),
    "agreement": Kind(_("By agreement"), Agreement, "figures", "title"),
    "initiative": Kind(_("By initiative"), Initiative, "agreements__figures"),
    "host": Kind(_("By keeper"), Organization, "kept_figures"),
}


@require_GET
@roles(*READERS)
def roll_up(request: HttpRequest, by: str) -> HttpResponse:
    """How many commitments stand where; each number leads to exactly those."""
    if by not in KINDS:
        raise Http404
    kind, visible = KINDS[by], CommitmentFigure.objects.visible_to(request.user)
    rows = tallied(kind.model.objects.order_by(), kind.figures, request.user)
    numbers = ("total", *PromiseState.values)
    sorts = {"name": kind.name, "added": "pk"} | {number: (number, kind.name) for number in numbers}
    listing = SheetListing(
        request, rows, form=RollUpFilter, sorts=sorts, default_sort="-added" if by == "agreement" else "name",
        sheet=sheets.roll_up(by, kind.label),
    )  # fmt: skip
    for row in listing:
        row.stands = [(state, getattr(row, state.value)) for state in PromiseState]
    everything = visible.tally()
    context = {
        "by": by,
        "kind": kind,
        "opens": by in ("agreement", "initiative") or request.user.role != Role.MENTOR,
        "tiles": [(state, everything[state.value]) for state in PromiseState],
        "total": everything["total"],
        "as_of": everything["as_of"],
        "states": list(PromiseState),
        "tabs": [
            {"label": one.label, "url": reverse("partners:roll-up", args=[key]), "current": key == by}
            for key, one in KINDS.items()
        ],
    }
    return listing.render("partners/roll_up.html", context)
