"""A consortium: its page, its members, and the joint projects it has found."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import consortium as actions
from partners.forms.consortium import (
    ConsortiumFilter,
    ConsortiumForm,
    ConsortiumMemberForm,
    JointProjectFilter,
    JointProjectForm,
    MoveForm,
)
from partners.models import Agreement, Consortium, ConsortiumMember, JointProject, MeetingDecision
from partners.permissions import can_run_consortium
from partners.sheets import CONSORTIA, JOINT_PROJECTS
from partners.states import JOINT_PROJECT_TRANSITIONS, JointProjectState
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.tabs import tabs_of
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR)
KEEPERS = (Role.ADMIN, *HOST_STAFF)
SORTS = {"name": "name", "agreement": "agreement__title", "members": "member_count", "meetings": "meeting_count"}
PROJECT_SORTS = {"title": "title", "state": ("state", "title"), "proposed": ("proposed_on", "title")}


@require_GET
@roles(*READERS)
def consortium_list(request: HttpRequest) -> HttpResponse:
    rows = Consortium.objects.visible_to(request.user).for_list()
    listing = SheetListing(
        request, rows, form=ConsortiumFilter, form_options={"user": request.user}, sorts=SORTS, default_sort="name",
        sheet=CONSORTIA,
    )  # fmt: skip
    return listing.render("partners/consortium_list.html")


def load(request: HttpRequest, pk: int) -> Consortium:
    """The consortium of the agreement `pk`."""
    rows = Consortium.objects.visible_to(request.user).select_related("agreement", "host")
    return get_object_or_404(rows, agreement=pk)


def load_to_run(request: HttpRequest, pk: int) -> Consortium:
    found = load(request, pk)
    require(can_run_consortium(request.user, found))
    return found


@require_GET
@roles(*READERS)
def consortium(request: HttpRequest, pk: int) -> HttpResponse:
    """Who belongs to it, what comes next, and what is to be done. Without one yet, the keeper may found it."""
    found = Consortium.objects.visible_to(request.user).select_related("agreement", "host").filter(agreement=pk).first()
    if found is None:
        agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk, consortium=None)
        if can_run_consortium(request.user, agreement):
            return redirect("partners:consortium-found", pk)
        raise Http404
    decisions = MeetingDecision.objects.visible_to(request.user).filter(meeting__consortium=found).open().for_list()
    context = {
        "consortium": found,
        "runs": can_run_consortium(request.user, found),
        "agreement_visible": Agreement.objects.visible_to(request.user).filter(pk=pk).exists(),
        "members": sorted(found.members.select_related("organization"), key=lambda member: member.rank),
        "meetings": found.meetings.for_list()[:5],
        "decisions": decisions[:5],
        "projects": found.joint_projects.for_list()[:5],
        "tabs": tabs(request, found, "partners:consortium"),
    }
    return render(request, "partners/consortium.html", context)


def tabs(request: HttpRequest, found: Consortium, here: str) -> list[dict[str, Any]]:
    pages = [
        (_("Overview"), "partners:consortium"), (_("Meetings"), "partners:meeting-list"),
        (_("Decisions"), "partners:decision-list"), (_("Joint projects"), "partners:joint-project-list"),
    ]  # fmt: skip
    if can_run_consortium(request.user, found):
        pages.append((_("History"), "partners:consortium-history"))
    return tabs_of(pages, here, found.agreement_id)


@require_GET
@roles(*KEEPERS)
def consortium_history(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    decisions = MeetingDecision.objects.filter(meeting__consortium=found)
    context = {
        "consortium": found,
        "events": history_of(found, *found.members.all(), *decisions),
        "tabs": tabs(request, found, "partners:consortium-history"),
    }
    return render(request, "partners/consortium_history.html", context)


def save(
    request: HttpRequest, form: PortalForm, act: Callable[[dict[str, Any]], Any], *, title: str, to: Any, **context: Any
) -> HttpResponse:
    """Save a valid form by `act` and go on to `to`; otherwise show the form under `title`."""
    if form.carries_out(lambda: act(form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(to)
    cancel = to if isinstance(to, str) else to.get_absolute_url()
    context = {"form": form, "title": title, "cancel_url": cancel, **context}
    return render(request, "partners/consortium_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def consortium_found(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    require(can_run_consortium(request.user, agreement))
    form = ConsortiumForm(request.POST or None)
    to = reverse("partners:consortium", args=[pk])

    def act(values: dict[str, Any]) -> None:
        actions.found_consortium(agreement, by=request.user, **values)

    return save(
        request, form, act, title=_("Found a consortium"), to=to, agreement=agreement, cancel_url=agreement.get_absolute_url()
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def consortium_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = ConsortiumForm(request.POST or None, consortium=found)

    def act(values: dict[str, Any]) -> None:
        actions.amend_consortium(found, by=request.user, **values)

    return save(request, form, act, title=_("Amend the consortium"), to=found, consortium=found)


# Members -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def consortium_member_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = ConsortiumMemberForm(request.POST or None, consortium=found)

    def act(values: dict[str, Any]) -> None:
        actions.add_consortium_member(found, by=request.user, **values)

    return save(request, form, act, title=_("Add a member"), to=found, consortium=found)


def load_member(request: HttpRequest, pk: int) -> ConsortiumMember:
    rows = ConsortiumMember.objects.visible_to(request.user).select_related("consortium", "organization")
    member = get_object_or_404(rows, pk=pk)
    require(can_run_consortium(request.user, member.consortium))
    return member


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def consortium_member_amend(request: HttpRequest, pk: int) -> HttpResponse:
    member = load_member(request, pk)
    form = ConsortiumMemberForm(request.POST or None, consortium=member.consortium, member=member)

    def act(values: dict[str, Any]) -> None:
        actions.amend_consortium_member(member, by=request.user, **values)

    title = _("Amend %(member)s") % {"member": member}
    return save(request, form, act, title=title, to=member.consortium, consortium=member.consortium)


@require_POST
@roles(*KEEPERS)
def consortium_member_end(request: HttpRequest, pk: int) -> HttpResponse:
    member = load_member(request, pk)
    done = _("%(member)s has left the consortium.") % {"member": member}
    return do(request, lambda: actions.end_consortium_member(member, by=request.user), done, member.consortium)


# Joint projects ------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def joint_project_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    rows = found.joint_projects.for_list()
    listing = SheetListing(
        request, rows, form=JointProjectFilter, sorts=PROJECT_SORTS, default_sort="-proposed",
        sheet=JOINT_PROJECTS, about=str(found),
    )  # fmt: skip
    context = {
        "consortium": found,
        "runs": can_run_consortium(request.user, found),
        "tabs": tabs(request, found, "partners:joint-project-list"),
    }
    return listing.render("partners/joint_project_list.html", context)


def load_project(request: HttpRequest, pk: int) -> JointProject:
    rows = JointProject.objects.visible_to(request.user).for_list().select_related("consortium__host")
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*READERS)
def joint_project(request: HttpRequest, pk: int) -> HttpResponse:
    return project_page(request, load_project(request, pk))


def project_page(request: HttpRequest, found: JointProject, **forms: PortalForm) -> HttpResponse:
    """The page, with the form that was sent with mistakes; it stands open."""
    runs = can_run_consortium(request.user, found.consortium)
    goes_on = runs and bool(JOINT_PROJECT_TRANSITIONS[found.state])
    context = {
        "project": found,
        "consortium": found.consortium,
        "may_amend": goes_on,
        "move_form": MoveForm(project=found, auto_id="move_%s") if goes_on else None,
        "runs": runs,
        "events": history_of(found) if runs else [],
        **forms,
    }
    return render(request, "partners/joint_project.html", context, status=form_status(*forms.values()))


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def joint_project_propose(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = JointProjectForm(request.POST or None, consortium=found)
    to = reverse("partners:joint-project-list", args=[pk])

    def act(values: dict[str, Any]) -> None:
        actions.propose_joint_project(found, by=request.user, **values)

    return save(request, form, act, title=_("Propose a joint project"), to=to, consortium=found)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def joint_project_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_project(request, pk)
    require(can_run_consortium(request.user, found.consortium))
    form = JointProjectForm(request.POST or None, consortium=found.consortium, project=found)

    def act(values: dict[str, Any]) -> None:
        actions.amend_joint_project(found, by=request.user, **values)

    return save(request, form, act, title=_("Amend the joint project"), to=found, consortium=found.consortium)


@require_POST
@roles(*KEEPERS)
def joint_project_move(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_project(request, pk)
    require(can_run_consortium(request.user, found.consortium))
    form = MoveForm(request.POST, project=found, auto_id="move_%s")
    if form.is_valid():
        to, reason = JointProjectState(form.cleaned_data["to"]), form.cleaned_data["reason"]
        try:
            actions.move_joint_project(found, to, by=request.user, reason=reason)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The project is “%(state)s” now.") % {"state": to.label})
            return redirect(found)
    return project_page(request, found, move_form=form)
