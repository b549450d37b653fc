"""Who enters a pathway, and the end of a year for a class."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cohorts.actions import pathway as entering
from cohorts.actions import progression as actions
from cohorts.forms.cohorts import ReasonForm
from cohorts.forms.entrants import EntrantListForm, confirmed
from cohorts.forms.pathway import EntrantForm, EntryForm
from cohorts.forms.progression import ProgressionForm
from cohorts.models import Cohort, Enrolment, PlaceOfStudy, Progression, Stay
from cohorts.permissions import can_run_pathway
from cohorts.queries.pathway import Spot, next_spot
from cohorts.states import ProgrammeKind
from portal import audit
from portal.accounts.roles import HOST_STAFF
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render

# Entrants ------------------------------------------------------------------------------


def load_entry_year(request: HttpRequest, pk: int) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).filter(programme__kind=ProgrammeKind.PATHWAY)
    cohort = get_object_or_404(rows.select_related("programme", "host"), pk=pk)
    require(can_run_pathway(request.user, cohort.programme))
    return cohort


def first_places(cohort: Cohort) -> QuerySet[PlaceOfStudy]:
    """The schools at which the pathway begins."""
    rows = PlaceOfStudy.objects.filter(stage__programme=cohort.programme_id, stage__position=1)
    return rows.select_related("school", "stage").order_by("school__name")


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Those who are enrolled and whose way has not begun: to which school do they go?"""
    cohort = load_entry_year(request, pk)
    rows = Enrolment.objects.active().filter(cohort=cohort, stays=None).select_related("person", "track")
    waiting = list(rows.order_by("number"))
    if waiting:
        audit.saw(request.user, "entry.listed", host_id=cohort.host_id, people=len(waiting))
    data = sent(request)
    form = EntryForm(data, waiting=waiting, places=list(first_places(cohort)))
    back = reverse("cohorts:pathway-classes", args=[cohort.programme_id])
    if form.carries_out(lambda: entering.enter(cohort, form.chosen(), by=request.user)):
        stays = form.result
        sentence = ngettext("%(n)d person has entered.", "%(n)d people have entered.", len(stays))
        messages.success(request, sentence % {"n": len(stays)})
        return redirect(back)
    context = {"form": form, "cohort": cohort, "waiting": waiting, "cancel_url": back}
    return render(request, "cohorts/entry.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def entrant_admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody whom a school has admitted, without an application."""
    cohort = load_entry_year(request, pk)
    form = EntrantForm(request.POST or None, cohort=cohort, places=first_places(cohort))
    if form.carries_out(lambda: entering.admit_entrant(cohort, entering.Entrant(**form.cleaned_data), by=request.user)):
        made = form.result
        messages.success(request, _("%(name)s has entered.") % {"name": made.person.name})
        return redirect("cohorts:way", made.pk)
    back = reverse("cohorts:pathway-classes", args=[cohort.programme_id])
    context = {"form": form, "cohort": cohort, "cancel_url": back}
    return render(request, "cohorts/entrant_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def entrant_list(request: HttpRequest, pk: int) -> HttpResponse:
    """A school's list from a spreadsheet: look at every line, then take all of it in."""
    cohort = load_entry_year(request, pk)
    places = list(first_places(cohort))
    back = reverse("cohorts:pathway-classes", args=[cohort.programme_id])
    context = {"cohort": cohort, "cancel_url": back}
    if "lines" in request.POST:
        try:
            made = entering.admit_entrants(cohort, confirmed(request.POST["lines"], places), by=request.user)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("cohorts:entrant-list", cohort.pk)
        sentence = ngettext("%(n)d person has entered.", "%(n)d people have entered.", len(made))
        messages.success(request, sentence % {"n": len(made)})
        return redirect(f"{reverse('cohorts:way-list')}?entry={cohort.pk}")
    files = request.FILES if request.method == "POST" else None
    form = EntrantListForm(sent(request), files, cohort=cohort, places=places)
    if not form.is_valid():
        return render(request, "cohorts/entrant_list.html", context | {"form": form}, status=form_status(form))
    right = form.is_right
    context |= {"form": form, "is_right": right}
    return render(request, "cohorts/entrant_list_check.html", context, status=200 if right else 422)


# The end of a year ---------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def progression(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """A class at the end of its year: decide line by line, look at what that means, then do it."""
    place = get_object_or_404(PlaceOfStudy.objects.visible_to(request.user).for_list(), pk=pk)
    programme = place.stage.programme
    require(can_run_pathway(request.user, programme))
    if not 1 <= year <= place.stage.years:
        raise Http404
    after = next_spot(list(programme.stages.all()), Spot(place.stage, year))
    moves = after is not None and after.stage != place.stage
    schools = list(PlaceOfStudy.objects.filter(stage=after.stage).for_list()) if after and moves else []
    rows = Stay.objects.at_school().filter(place=place, year=year).select_related("person", "enrolment__cohort")
    stays = list(rows.order_by("person__name", "pk"))
    form = ProgressionForm(stays, after, schools, sent(request))
    if stays:
        audit.saw(request.user, "class.viewed", host_id=place.host_id, people=len(stays))
    back = reverse("cohorts:pathway-classes", args=[programme.pk])
    context = {"form": form, "place": place, "spot": Spot(place.stage, year), "programme": programme, "back": back}
    if request.method == "GET" or "change" in request.POST:
        return render(request, "cohorts/progression.html", context)
    if not form.is_valid():
        return render(request, "cohorts/progression.html", context, status=422)
    if "confirm" not in request.POST:
        return render(request, "cohorts/progression_check.html", context)
    try:
        actions.progress_class(place, year, form.decisions(), on=form.day.cleaned_data["on"], by=request.user)
    except ActionRefused as refusal:
        form.day.refuse(refusal)
        return render(request, "cohorts/progression.html", context, status=422)
    messages.success(request, _("The end of the year was decided. Until midnight it can be undone here."))
    return redirect(back)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def progression_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before everybody of a class is where they were, and why."""
    found = get_object_or_404(Progression.objects.visible_to(request.user).for_list(), pk=pk)
    programme = found.place.stage.programme
    require(can_run_pathway(request.user, programme))
    form = ReasonForm(request.POST or None)
    back = reverse("cohorts:pathway-classes", args=[programme.pk])
    if form.carries_out(lambda: actions.undo_progression(found, reason=form.cleaned_data["reason"], by=request.user)):
        messages.success(request, _("Everybody of the class is again where they were."))
        return redirect(back)
    context = {"form": form, "progression": found, "spot": Spot(found.place.stage, found.year), "cancel_url": back}
    return render(request, "cohorts/progression_undo.html", context, status=form_status(form))
