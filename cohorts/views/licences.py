"""Licence pools: the list, one with its seats, lending and taking back; and the numbers for an agreement."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import licences as actions
from cohorts.forms.licences import LendForm, LicencePoolFilter, LicencePoolForm, LicenceSeatFilter
from cohorts.models import Cohort, Enrolment, LicencePool, LicenceSeat
from cohorts.permissions import can_lend_licences, can_register_licence_pool
from partners.measures import delivered
from partners.models import Agreement
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.korean import mask_name
from portal.common.sheets import Field, Sheet, SheetListing
from portal.common.tabs import tabs_of
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF)
SORTS = {"tool": ("tool", "-valid_until"), "provider": ("provider__name", "tool"), "seats": "seats",
         "use": "in_use", "until": ("valid_until", "tool")}  # fmt: skip
SEAT_SORTS = {"number": ("enrolment__cohort", "enrolment__number"), "name": "enrolment__person__name",
              "from": ("starts_on", "enrolment__number"), "until": ("until", "enrolment__number")}  # fmt: skip
POOLS = Sheet(
    gettext_lazy("Licence pools"), "licence-pools", [
        Field(gettext_lazy("Tool"), "tool", width=30),
        Field(gettext_lazy("Given by"), "provider", width=22),
        Field(gettext_lazy("Agreement"), "agreement", width=36),
        Field(gettext_lazy("Lent out"), "in_use", "integer", total=True),
        Field(gettext_lazy("Seats provided"), "seats", "integer", total=True),
        Field(gettext_lazy("From"), "valid_from", "date"),
        Field(gettext_lazy("Until"), "valid_until", "date"),
    ],
)  # fmt: skip
# For the provider, who has to know how many and until when: a name is masked as in every file.
HOLDERS = Sheet(
    gettext_lazy("Licence holders"), "licence-holders", [
        Field(gettext_lazy("Cohort"), "enrolment.cohort", width=16),
        Field(gettext_lazy("Trainee no."), "enrolment.number", width=12),
        Field(gettext_lazy("Name"), lambda seat: mask_name(seat.enrolment.person.name), width=12),
        Field(gettext_lazy("From"), "starts_on", "date"),
        Field(gettext_lazy("Until"), "until", "date"),
        Field(gettext_lazy("Returned on"), lambda seat: None if seat.is_held else seat.over_on, "date"),
    ],
)  # fmt: skip


# Pools -------------------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def licence_list(request: HttpRequest) -> HttpResponse:
    rows = LicencePool.objects.visible_to(request.user).for_list().select_related("agreement")
    listing = SheetListing(request, rows, form=LicencePoolFilter, sorts=SORTS, default_sort="-until", sheet=POOLS)
    return listing.render("cohorts/licence_list.html", {"may_register": can_register_licence_pool(request.user)})


def load(request: HttpRequest, pk: int) -> LicencePool:
    return get_object_or_404(LicencePool.objects.visible_to(request.user).for_detail(), pk=pk)


@require_GET
@roles(*READERS)
def licence_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """What is provided and in use, and who has the seats."""
    pool = load(request, pk)
    listing = SheetListing(
        request, pool.assignments.for_list(), form=LicenceSeatFilter, form_options={"pool": pool},
        sorts=SEAT_SORTS, default_sort="number", sheet=HOLDERS, about=str(pool),
        saw=lambda people: audit.saw(request.user, "licences.downloaded", host_id=pool.host_id, people=people),
    )  # fmt: skip
    audit.saw(request.user, "licences.listed", host_id=pool.host_id, people=len(listing))
    context = {
        "pool": pool,
        "may_lend": can_lend_licences(request.user, pool),
        "agreement_visible": Agreement.objects.visible_to(request.user).filter(pk=pool.agreement_id).exists(),
        "use": queries.licence_use([pool]),
        "tabs": tabs(pool, "cohorts:licence-pool"),
    }
    return listing.render("cohorts/licence_pool.html", context)


def tabs(pool: LicencePool, here: str) -> list[dict[str, Any]]:
    pages = [(_("Licence seats"), "cohorts:licence-pool"), (_("History"), "cohorts:licence-history")]
    return tabs_of(pages, here, pool.pk)


@require_GET
@roles(*READERS)
def licence_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done to the pool and to the newest of its seats; trainees stand there by number."""
    pool = load(request, pk)
    newest = pool.assignments.order_by("-pk")[:100]
    context = {"pool": pool, "events": history_of(pool, *newest), "tabs": tabs(pool, "cohorts:licence-history")}
    return render(request, "cohorts/licence_history.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def licence_register(request: HttpRequest) -> HttpResponse:
    form = LicencePoolForm(request.POST or None, user=request.user)
    host = request.user.acting.organization
    if form.carries_out(lambda: actions.register_licence_pool(by=request.user, host=host, **form.cleaned_data)):
        messages.success(request, _("The licence pool was registered. Its seats can be assigned."))
        return redirect(form.result)
    context = {"form": form, "title": _("New licence pool"), "cancel_url": reverse("cohorts:licence-list")}
    return render(request, "cohorts/licence_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def licence_amend(request: HttpRequest, pk: int) -> HttpResponse:
    pool = load(request, pk)
    require(can_lend_licences(request.user, pool))
    form = LicencePoolForm(request.POST or None, user=request.user, pool=pool)
    if form.carries_out(lambda: actions.amend_licence_pool(pool, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(pool)
    context = {"form": form, "title": _("Amend the licence pool"), "pool": pool, "cancel_url": pool.get_absolute_url()}
    return render(request, "cohorts/licence_form.html", context, status=form_status(form))


# Seats -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def licence_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """A cohort and a time are chosen; the preview says who gets a seat and who does not; then it is done."""
    pool = load(request, pk)
    require(can_lend_licences(request.user, pool))
    sent = request.POST or (request.GET if "until" in request.GET else None)
    cohorts = Cohort.objects.visible_to(request.user)
    form = LendForm(sent, pool=pool, cohorts=cohorts, initial=first_terms(pool, cohorts, request.GET.get("cohort", "")))
    asked = form.is_valid()
    terms = dict(form.cleaned_data) if asked else {}  # a refusal takes what is wrong out of the form's own
    candidates = queries.licence_candidates(pool, terms["cohort"]) if asked else []
    ticked = chosen(request, candidates)
    if asked and request.method == "POST":
        try:
            seats = actions.assign_licences(
                pool, ticked, by=request.user, until=terms["until"], starts_on=terms["starts_on"]
            )
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            sentence = ngettext("%(n)s seat was assigned.", "%(n)s seats were assigned.", len(seats))
            messages.success(request, sentence % {"n": len(seats)})
            return redirect(pool)
    if candidates:
        audit.saw(request.user, "licences.listed", host_id=pool.host_id, people=len(candidates))
    context = {
        "pool": pool, "form": form, "asked": asked, "candidates": candidates,
        "ticked": {one.pk for one in ticked}, "terms": terms, "all_served": all(one.seat for one in candidates), "cancel_url": pool.get_absolute_url(),
    }  # fmt: skip
    return render(request, "cohorts/licence_assign.html", context, status=form_status(form))


def first_terms(pool: LicencePool, cohorts: QuerySet[Cohort], pk: str) -> dict[str, Any]:
    """For a cohort that was named: until its last day, or the pool's."""
    cohort = cohorts.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    return {"cohort": cohort.pk, "until": min(cohort.ends_on, pool.valid_until)} if cohort else {}


def chosen(request: HttpRequest, candidates: list[queries.Candidate]) -> list[Enrolment]:
    """Who is ticked; before anything is sent, those who get a seat."""
    if request.method == "POST":
        sent = set(request.POST.getlist("trainees"))
        return [one.enrolment for one in candidates if str(one.enrolment.pk) in sent]
    return [one.enrolment for one in candidates if one.gets]


@require_POST
@roles(*HOST_STAFF)
def licence_return(request: HttpRequest, pk: int) -> HttpResponse:
    seat = get_object_or_404(LicenceSeat.objects.visible_to(request.user).select_related("pool"), pk=pk)
    require(can_lend_licences(request.user, seat.pool))
    done = _("The seat was returned and can be assigned again.")
    return do(request, lambda: actions.return_licence(seat, by=request.user), done, seat.pool)


@require_GET
@roles(*READERS)
def cohort_licences(request: HttpRequest, pk: int) -> HttpResponse:
    """The pools whose seats the trainees of a cohort can get, and how many of them have one."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    pools = LicencePool.objects.filter(host=cohort.host_id).usable().for_list()
    context = {
        "cohort": cohort,
        "pools": pools.with_use_of(cohort).order_by("tool", "pk"),
        "training": cohort.enrolments.active().count(),
        "may_lend": request.user.role in HOST_STAFF,
    }
    return render(request, "cohorts/cohort_licences.html", context)


# The agreement -----------------------------------------------------------------------------


@require_GET
@roles(*READERS, Role.MENTOR)
def agreement_licences(request: HttpRequest, pk: int) -> HttpResponse:
    """Provided, in use and promised, for all who may see the agreement: numbers, never names."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    pools: list[Any] = list(LicencePool.objects.filter(agreement=agreement).for_list())
    promised = queries.promised_licences(agreement)
    live = delivered(promised)
    context = {
        "agreement": agreement,
        "pools": pools,
        "own": request.user.organization_id,
        "promised": [(one, live[one.pk].number) for one in promised],
        "provided": sum(pool.seats for pool in pools if pool.is_valid),
        "in_use": sum(pool.in_use for pool in pools),
        "use": queries.licence_use(pools),
    }
    return render(request, "cohorts/agreement_licences.html", context)
