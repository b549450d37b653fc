"""Who reviews what: reviewers' loads and progress, giving applications out, and conflicts of interest."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import reviewing as actions
from cohorts.assignment import Assignment
from cohorts.forms.reviewing import AssignReviewersForm, ConflictForm, NameConflictForm, RollFilter
from cohorts.models import Application, Cohort
from cohorts.permissions import can_assign_reviewers, can_declare_conflict
from portal import audit
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

SEES = (Role.ADMIN, *HOST_STAFF)


def load(request: HttpRequest, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)


@require_GET
@roles(*SEES)
def reviewing(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reviewers are; `?each=3` shows what giving out would do, and writes nothing."""
    cohort = load(request, pk)
    form = AssignReviewersForm(request.GET if "each" in request.GET else None)
    return _page(request, cohort, form)


@require_POST
@roles(*HOST_STAFF)
def reviewing_assign(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = load(request, pk)
    require(can_assign_reviewers(request.user, cohort))
    form = AssignReviewersForm(request.POST)
    if form.carries_out(lambda: actions.assign_reviewers(cohort, by=request.user, **form.cleaned_data)):
        messages.success(request, told(form.result))
        return redirect("cohorts:reviewing", cohort.pk)
    return _page(request, cohort, form)


def told(found: Assignment) -> str:
    loads = found.loads.values()
    return _("Each application has its reviewers: %(least)d to %(most)d applications for each of them.") % {
        "least": min(loads), "most": max(loads),
    }  # fmt: skip


@require_POST
@roles(*HOST_STAFF)
def reviewing_open(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = load(request, pk)
    require(can_assign_reviewers(request.user, cohort))
    done, back = _("Every reviewer sees every application again."), reverse("cohorts:reviewing", args=[cohort.pk])
    return do(request, lambda: actions.open_to_all_reviewers(cohort, by=request.user), done, back)


def _page(request: HttpRequest, cohort: Cohort, form: AssignReviewersForm) -> HttpResponse:
    found = queries.reviewing_of(cohort)
    context: dict[str, Any] = {
        "cohort": cohort,
        "reviewing": found,
        "form": form,
        "may_act": can_assign_reviewers(request.user, cohort),
        "conflicts": queries.conflicts_of(request.user, cohort),
        "series": [_("Scored"), _("Still to do")],
        "chart": [(str(row.reviewer), [row.scored, row.left]) for row in found.rows],
        "finding": _("%(done)d of %(whole)d reviews are done.") % {"done": found.scored, "whole": found.whole},
    }
    if request.method == "GET" and form.is_bound and form.is_valid():
        context["plan"] = _plan(cohort, form, {row.reviewer.pk: row.reviewer for row in found.rows})
    status = form_status(form) if request.method == "POST" else 200
    return render(request, "cohorts/reviewing.html", context, status=status)


def _plan(cohort: Cohort, form: AssignReviewersForm, names: dict[int, User]) -> dict[str, Any] | None:
    """The preview: loads by name, what is short, and who cannot hand over enough."""
    try:
        found = actions.plan_assignment(cohort, form.cleaned_data["each"])
    except ActionRefused as refusal:
        form.refuse(refusal)
        return None
    short = Application.objects.filter(pk__in=list(found.short)[:20]).order_by("pk")
    return {
        "loads": [(names[pk], number) for pk, number in found.loads.items()],
        "short": [(one, found.short[one.pk]) for one in short],
        "short_count": len(found.short),
        "uneven": [names[pk] for pk in sorted(found.uneven)],
        "each": form.cleaned_data["each"],
    }


# Conflicts -----------------------------------------------------------------------------


@require_GET
@roles(Role.REVIEWER)
def conflict_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The names alone, so that conflicts are declared before a file is opened; in a blind review, a form for a name."""
    cohort = load(request, pk)
    if cohort.policy.blind_review:
        return _name_page(request, cohort, NameConflictForm(reviewers=None))
    rows = queries.roll_of(request.user, cohort)
    listing = Listing(request, rows, form=RollFilter, sorts={"name": "person__name"}, default_sort="name", page_size=50)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    declared = queries.conflicts_of(request.user, cohort)
    return listing.render("cohorts/conflict_list.html", {"cohort": cohort, "declared": declared})


@require_POST
@roles(Role.REVIEWER)
def conflict_name(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer is the same whether somebody of that name has applied or not."""
    cohort = load(request, pk)
    form = NameConflictForm(request.POST, reviewers=None)
    if form.carries_out(
        lambda: actions.declare_conflicts_with(cohort, request.user, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("If somebody of that name has applied, the file is closed to you for good."))
        return redirect("cohorts:conflict-list", cohort.pk)
    return _name_page(request, cohort, form)


def _name_page(request: HttpRequest, cohort: Cohort, form: NameConflictForm) -> HttpResponse:
    context = {"cohort": cohort, "form": form, "cancel_url": cohort.get_absolute_url()}
    return render(request, "cohorts/conflict_name.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF, Role.REVIEWER)
def conflict_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """A reviewer for oneself, before or after opening the file; the office for a reviewer."""
    application = _on_roll(request, pk)
    require(can_declare_conflict(request.user, application))
    mine = request.user.role == Role.REVIEWER
    reviewers = None if mine else queries.reviewers_of(application.cohort)
    form = ConflictForm(request.POST or None, reviewers=reviewers)
    back = "cohorts:conflict-list" if mine else "cohorts:reviewing"
    if form.is_valid():
        values = dict(form.cleaned_data)
        reviewer = values.pop("reviewer", request.user)
        try:
            actions.declare_conflict(application, reviewer, by=request.user, **values)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The file is closed to the reviewer for good."))
            return redirect(back, application.cohort_id)
    name = "" if mine and application.cohort.policy.blind_review else application.person.name
    cancel_url = reverse(back, args=[application.cohort_id])
    context = {"form": form, "application": application, "name": name, "cancel_url": cancel_url}
    return render(request, "cohorts/conflict_declare.html", context, status=form_status(form))


def _on_roll(request: HttpRequest, pk: int) -> Application:
    if request.user.role != Role.REVIEWER:
        rows = Application.objects.visible_to(request.user).in_selection()
        return get_object_or_404(rows.select_related("person", "cohort__policy"), pk=pk)
    cohorts = Cohort.objects.visible_to(request.user)
    cohort = get_object_or_404(cohorts.filter(applications=pk))
    return get_object_or_404(queries.roll_of(request.user, cohort), pk=pk)
