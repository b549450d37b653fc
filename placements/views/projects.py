"""Field projects: the list, one project, and its life."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Cohort
from partners.models import JointProject, Organization
from placements import actions
from placements.forms.filters import ProjectFilter
from placements.forms.work import ProjectForm, ReasonForm
from placements.models import Project, Team
from placements.permissions import available_moves, can_edit_project, can_move_project, can_place
from placements.views import save
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.listing import Listing
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR, Role.MENTOR, Role.TRAINEE)
WRITERS = (*HOST_STAFF, Role.MENTOR)
SORTS = {
    "title": "title",
    "company": ("company__name", "title"),
    "cohort": ("cohort__name", "title"),
    "wishes": ("preference_count", "title"),
    "state": ("state", "title"),
}


@require_GET
@roles(*READERS)
def project_list(request: HttpRequest) -> HttpResponse:
    rows = Project.objects.visible_to(request.user).for_list()
    options = {"user": request.user}
    listing = Listing(request, rows, form=ProjectFilter, form_options=options, sorts=SORTS, default_sort="title")
    return listing.render("placements/project_list.html", {"may_write": request.user.role in WRITERS})


def load(request: HttpRequest, pk: int) -> Any:
    rows = Project.objects.visible_to(request.user).for_list().select_related("company", "cohort__policy")
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*READERS)
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, who has chosen it, its teams; its history for the host's side."""
    found = load(request, pk)
    moves = available_moves(request.user, found)
    staff = request.user.role in (Role.ADMIN, *HOST_STAFF)
    teams = Team.objects.visible_to(request.user).filter(project=found).for_list() if request.user.acting else []
    context = {
        "project": found,
        "needs": list(found.needs.all()),
        "teams": teams,
        "moves": moves,
        "may_edit": can_edit_project(request.user, found) and found.state in ("proposed", "open", "running"),
        "may_add_team": can_place(request.user, found.cohort)
        and found.state in ("open", "running")
        and len(teams) < found.teams_max,
        "reason_form": ReasonForm(auto_id="withdraw_%s"),
        "joint_project": joint_project_of(request.user, found),
        "events": history_of(found) if staff else None,
    }
    return render(request, "placements/project.html", context)


def joint_project_of(user: User, project: Project) -> JointProject | None:
    """The joint project it is part of, for those who see that consortium; no query where it is part of none."""
    if not project.joint_project_id:
        return None
    return JointProject.objects.visible_to(user).filter(pk=project.joint_project_id).first()


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def project_create(request: HttpRequest) -> HttpResponse:
    """The host's staff offer a project; a company's mentor proposes one."""
    form = ProjectForm(sent(request), user=request.user)
    proposes = request.user.role == Role.MENTOR

    def write(values: dict) -> Project:
        if proposes:
            company = Organization.objects.get(pk=request.user.organization_id)
            return actions.propose_project(by=request.user, company=company, **values)
        return actions.offer_project(by=request.user, **values)

    done = _("The project was proposed. The city opens it for the trainees.") if proposes else _("It is offered now.")
    return save(
        request, form, write, "placements/project_form.html", done=done, to=None,
        proposes=proposes, cancel_url=reverse("placements:project-list"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_edit_project(request.user, found))
    form = ProjectForm(sent(request), user=request.user, project=found)
    return save(
        request, form, lambda values: actions.edit_project(found, by=request.user, **values),
        "placements/project_form.html", done=_("The changes were saved."), to=found,
        project=found, cancel_url=found.get_absolute_url(),
    )  # fmt: skip


def load_to_move(request: HttpRequest, pk: int) -> Project:
    found = load(request, pk)
    require(can_move_project(request.user, found))
    return found


@require_POST
@roles(*HOST_STAFF)
def project_open(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_move(request, pk)
    done = _("The project is open for preferences.")
    return do(request, lambda: actions.open_project(found, by=request.user), done, found)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def project_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_move(request, pk)
    form = ReasonForm(sent(request))
    return save(
        request, form, lambda values: actions.withdraw_project(found, by=request.user, **values),
        "placements/reason_form.html", done=_("The project was withdrawn."), to=found,
        title=_("Withdraw the project"), thing=found, cancel_url=found.get_absolute_url(),
        consequence=_("Trainees can no longer choose it, and it cannot be opened again."),
    )  # fmt: skip


@require_POST
@roles(*HOST_STAFF)
def project_start(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_move(request, pk)
    done = _("The project runs. Its mentors now see their teams.")
    return do(request, lambda: actions.start_project(found, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def projects_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start all projects of a cohort that have a team."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_place(request.user, cohort))
    to = reverse("placements:placement", args=[cohort.pk])
    return do(request, lambda: actions.start_projects(cohort, by=request.user), _("The projects run."), to)


@require_POST
@roles(*HOST_STAFF)
def project_finish(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_move(request, pk)
    return do(request, lambda: actions.finish_project(found, by=request.user), _("The project is finished."), found)
