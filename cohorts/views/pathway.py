"""A pathway to look at: the picture of its entry years, its classes and schools, its people."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import pathway as actions
from cohorts.forms.pathway import AsOfForm, PlaceForm, WayFilter
from cohorts.models import PlaceOfStudy, Programme, Progression, Stay
from cohorts.permissions import can_run_pathway
from cohorts.queries import pathway as queries
from cohorts.sheets import WAYS
from cohorts.states import ProgrammeKind
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.tabs import tabs_of
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF)
PEOPLE_READERS = (*READERS, Role.INSTRUCTOR)
SORTS = {
    "name": "person__name", "entry": ("enrolment__cohort__starts_on", "enrolment__number"),
    "school": ("place__school__name", "person__name"),
    "spot": ("place__stage__position", "year", "standing", "person__name"), "since": ("starts_on", "person__name"),
}  # fmt: skip
RECENT = 10  # progressions shown


def load(request: HttpRequest, pk: int) -> Programme:
    pathways = Programme.objects.visible_to(request.user).filter(kind=ProgrammeKind.PATHWAY)
    return get_object_or_404(pathways.select_related("host", "agreement").prefetch_related("stages"), pk=pk)


def tabs(found: Programme, here: str) -> list[dict[str, Any]]:
    pages = [
        (_("Programme"), "cohorts:programme"), (_("Where the entrants stand"), "cohorts:pathway"),
        (_("Classes and schools"), "cohorts:pathway-classes"),
    ]  # fmt: skip
    shown = tabs_of(pages, here, found.pk)
    return [*shown, {"label": _("People"), "url": queries.people_url(programme=found.pk), "current": False}]


@require_GET
@roles(*READERS)
def pathway(request: HttpRequest, pk: int) -> HttpResponse:
    """How many of each entry year stand where on a day, and how they came there; nobody's name."""
    found, form = load(request, pk), AsOfForm(request.GET)
    day, stages = form.day, list(found.stages.all())
    cohorts = queries.entry_years(request.user, found)
    picture, table = queries.standings(request.user, found, stages, cohorts, day)
    context = {
        "programme": found,
        "form": form,
        "as_of": day,
        "then": queries.year_before(day),
        "picture": picture,
        "colours": queries.colours(stages),
        "table": table,
        "flow": queries.flow(request.user, found, stages, day),
        "tabs": tabs(found, "cohorts:pathway"),
    }
    return render(request, "cohorts/pathway.html", context, status=form_status(form))


@require_GET
@roles(*READERS)
def pathway_classes(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is where today, class by class; the entry years, the schools, and what was decided last."""
    found = load(request, pk)
    stages, places = list(found.stages.all()), list(PlaceOfStudy.objects.filter(stage__programme=found).for_list())
    cohorts = queries.entry_years(request.user, found)
    waiting = queries.waiting_for_a_school(cohorts)
    context = {
        "programme": found,
        "classes": queries.classes(found, stages, places),
        "places": places,
        "entries": [(cohort, waiting.get(cohort.pk, 0)) for cohort in cohorts],
        "progressions": Progression.objects.filter(place__stage__programme=found).for_list()[:RECENT],
        "may_run": can_run_pathway(request.user, found),
        "tabs": tabs(found, "cohorts:pathway-classes"),
    }
    return render(request, "cohorts/pathway_classes.html", context)


# Schools -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def place_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_run_pathway(request.user, found))
    form = PlaceForm(request.POST or None, programme=found)
    back = reverse("cohorts:pathway-classes", args=[found.pk])
    if form.carries_out(
        lambda: actions.add_place(form.cleaned_data["stage"], form.cleaned_data["school"], by=request.user)
    ):
        messages.success(request, _("%(school)s was added.") % {"school": form.result.school})
        return redirect(back)
    context = {"form": form, "programme": found, "cancel_url": back}
    return render(request, "cohorts/place_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def place_remove(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PlaceOfStudy.objects.visible_to(request.user).for_list()
    place = get_object_or_404(rows, pk=pk)
    require(can_run_pathway(request.user, place.stage.programme))
    to = reverse("cohorts:pathway-classes", args=[place.stage.programme_id])
    return do(request, lambda: actions.remove_place(place, by=request.user), _("The school was removed."), to)


# People --------------------------------------------------------------------------------


@require_GET
@roles(*PEOPLE_READERS)
def way_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has entered a pathway, and where they stand on a day."""
    took = partial(audit.saw, request.user, "way.downloaded", host_id=request.user.organization_id)
    listing = SheetListing(
        request, Stay.objects.visible_to(request.user).for_list(), form=WayFilter, form_options={"user": request.user},
        sorts=SORTS, default_sort="-entry", sheet=WAYS, saw=lambda people: took(people=people),
    )  # fmt: skip
    if len(listing):
        audit.saw(request.user, "way.listed", host_id=request.user.organization_id, people=len(listing))
    return listing.render("cohorts/way_list.html", {"as_of": listing.chosen.get("as_of") or timezone.localdate()})
