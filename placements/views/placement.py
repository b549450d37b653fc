"""Preferences of trainees, the matching, and the teams that come of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Cohort, Enrolment
from placements import actions
from placements.forms.filters import PlacementFilter, TeamFilter
from placements.forms.work import MentorForm, PlaceForm, PreferenceForm, ReasonForm
from placements.matching import Cause
from placements.models import MentoringLog, Project, Team, TeamMember
from placements.permissions import can_choose_preferences, can_place, can_write_log
from placements.queries.placement import (
    Plan,
    faces,
    free_teams,
    placed_by_choice,
    plan_of,
    preferences_open,
    unplaced,
    with_placement,
)
from placements.queries.rows import team_rows
from placements.queries.todos import approved_hours, with_last_log
from placements.views import save
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.listing import Keyed, Listing
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
CAUSES = {
    Cause.NOT_OFFERED: gettext_lazy("not offered any more"),
    Cause.BLOCKED: gettext_lazy("blocked"),
    Cause.LACKS_MODULES: gettext_lazy("a needed module is missing"),
    Cause.FULL: gettext_lazy("full"),
    Cause.TOO_FEW: gettext_lazy("too few for a team"),
}

# Preferences ---------------------------------------------------------------------------


@require_GET
@roles(Role.TRAINEE)
def my_project(request: HttpRequest) -> HttpResponse:
    """One's own team; before there is one, the projects to choose from and what one has chosen."""
    mine = Enrolment.objects.visible_to(request.user).select_related("cohort").order_by("-starts_on")
    enrolment = mine.first()
    place = enrolment and enrolment.team_places.filter(left_on=None).first()
    if place:
        return redirect("placements:team", place.team_id)
    context: dict = {"enrolment": enrolment}
    if enrolment:
        projects = Project.objects.filter(cohort=enrolment.cohort).open().for_list().prefetch_related("needs")
        context |= {
            "projects": projects,
            "chosen": enrolment.preferences.select_related("project__company"),
            "may_choose": enrolment.is_active and preferences_open(enrolment.cohort),
        }
    return render(request, "placements/my_project.html", context)


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def preferences_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Up to three projects of the own cohort, changeable until the teams are formed."""
    mine = Enrolment.objects.visible_to(request.user).select_related("cohort", "person")
    enrolment = get_object_or_404(mine, pk=pk)
    require(can_choose_preferences(request.user, enrolment))
    offered = Project.objects.filter(cohort=enrolment.cohort).open()
    projects = offered.select_related("company").prefetch_related("needs")
    chosen = list(enrolment.preferences.values_list("project", flat=True))
    form = PreferenceForm(sent(request), projects=projects, chosen=chosen)
    back = reverse("placements:my-project")
    return save(
        request, form,
        lambda values: actions.choose_preferences(enrolment, values["projects"], by=request.user),
        "placements/preferences_choose.html", done=_("Your choices were saved."), to=back,
        projects=projects, cancel_url=back,
        closed=not (enrolment.is_active and preferences_open(enrolment.cohort)),
    )  # fmt: skip


# Placement of a cohort -----------------------------------------------------------------


@require_GET
@roles(*READERS)
def placement_list(request: HttpRequest) -> HttpResponse:
    """The cohorts, with how many trainees have chosen and have a team."""
    cohorts = with_placement(Cohort.objects.visible_to(request.user).filter(state__in=("running", "finished")))
    sorts = {"name": "name", "starts": ("starts_on", "name")}
    listing = Listing(request, cohorts, form=PlacementFilter, sorts=sorts, default_sort="-starts")
    return listing.render("placements/placement_list.html")


def load_cohort(request: HttpRequest, pk: int) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).select_related("policy", "programme")
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*READERS)
def placement(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in which team, who is in none, and which choice came true."""
    cohort = load_cohort(request, pk)
    met = placed_by_choice(cohort)
    waiting = list(unplaced(cohort).select_related("person").prefetch_related("preferences__project"))
    if waiting:
        audit.saw(request.user, "placement.viewed", host_id=cohort.host_id, people=len(waiting))
    inside = sum(met.values())
    first = met.get(1, 0)
    context = {
        "cohort": cohort,
        "teams": Team.objects.filter(cohort=cohort).for_list(),
        "waiting": waiting,
        "inside": inside,
        "may_place": can_place(request.user, cohort),
        "chart": [(label, met.get(number, 0)) for number, label in choices()] + [(_("By hand"), met.get(None, 0))],
        "finding": ngettext(
            "%(first)s of %(n)s placed trainee got the first choice.",
            "%(first)s of %(n)s placed trainees got the first choice.",
            inside,
        ) % {"first": first, "n": inside},
    }  # fmt: skip
    return render(request, "placements/placement.html", context)


def choices() -> list[tuple[int, str]]:
    return [(1, _("First choice")), (2, _("Second choice")), (3, _("Third choice"))]


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def teams_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows whom the matching would put where; a POST writes exactly that."""
    cohort = load_cohort(request, pk)
    require(can_place(request.user, cohort))
    if request.method == "POST":
        looked_at = request.POST.get("fingerprint", "")
        return do(
            request, lambda: actions.form_teams(cohort, by=request.user, fingerprint=looked_at),
            _("The teams are formed. Assign their mentors, then start the projects."),
            reverse("placements:placement", args=[cohort.pk]),
        )  # fmt: skip
    plan = plan_of(cohort)
    if plan.trainees:
        audit.saw(request.user, "placement.viewed", host_id=cohort.host_id, people=len(plan.trainees))
    return render(request, "placements/teams_form.html", {"cohort": cohort, **shown(plan)})


def shown(plan: Plan) -> dict:
    """A plan as its page tells it."""
    teams = [
        (plan.projects[project], [(plan.trainees[one], plan.choice(one, project)) for one in group])
        for project, groups in sorted(plan.result.teams.items())
        for group in groups
    ]
    unmatched = [
        (plan.trainees[one.trainee], [(plan.projects.get(project), CAUSES[cause]) for project, cause in one.causes])
        for one in plan.result.unmatched
    ]
    first = plan.met[1]
    return {
        "plan": plan,
        "teams": teams,
        "unmatched": unmatched,
        "closed": [plan.projects[pk] for pk in plan.result.closed],
        "chart": [(label, plan.met[number]) for number, label in choices()] + [(_("No team"), len(unmatched))],
        "finding": _("%(first)s of %(all)s trainees would get their first choice.")
        % {"first": first, "all": len(plan.trainees)},
    }


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def trainee_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Place somebody by hand."""
    rows = Enrolment.objects.visible_to(request.user).select_related("person", "cohort__policy")
    enrolment = get_object_or_404(rows, pk=pk)
    require(can_place(request.user, enrolment.cohort))
    form = PlaceForm(sent(request), teams=free_teams(enrolment.cohort))
    back = reverse("placements:placement", args=[enrolment.cohort_id])
    audit.saw(request.user, "trainee.viewed", host_id=enrolment.host_id, subject_id=enrolment.person_id)
    return save(
        request, form,
        lambda values: actions.place_trainee(enrolment, values["team"], reason=values["reason"], by=request.user),
        "placements/trainee_place.html", done=_("The trainee was placed."), to=back,
        enrolment=enrolment, cancel_url=back, wishes=enrolment.preferences.select_related("project"),
    )  # fmt: skip


# Teams ---------------------------------------------------------------------------------


class TeamListing(Keyed):
    read = team_rows


@require_GET
@roles(*READERS, Role.MENTOR)
def team_list(request: HttpRequest) -> HttpResponse:
    """A mentor's own teams; the teams of a city for its staff."""
    rows = with_last_log(Team.objects.visible_to(request.user))
    sorts = {"name": "name", "project": ("project__title", "name"), "quiet": ("quiet_since", "name")}
    listing = TeamListing(
        request, rows, form=TeamFilter, form_options={"user": request.user}, sorts=sorts, default_sort="project"
    )
    return listing.render("placements/team_list.html", {"mentor": request.user.role == Role.MENTOR})


def load_team(request: HttpRequest, pk: int) -> Team:
    """A mentor reaches a team only while its project runs."""
    rows = Team.objects.visible_to(request.user).for_list().select_related("cohort__policy", "project__company")
    return get_object_or_404(rows.running() if request.user.role == Role.MENTOR else rows, pk=pk)


@require_GET
@roles(*READERS, Role.MENTOR, Role.TRAINEE)
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """The project, the people as the reader may see them, and the logs."""
    found = load_team(request, pk)
    members = faces(request.user, found)
    visible = sum(bool(face.name) for face in members)
    if visible:
        audit.saw(request.user, "team.viewed", host_id=found.host_id, people=visible)
    logs = MentoringLog.objects.visible_to(request.user).filter(team=found).current()
    context = {
        "team": found,
        "project": found.project,
        "members": members,
        "contacts": request.user.role != Role.TRAINEE,
        "hidden": len(members) - visible,
        "logs": logs.for_list()[:50],
        "hours": approved_hours(MentoringLog.objects.filter(team=found)),
        "may_place": can_place(request.user, found.cohort),
        "may_write": can_write_log(request.user, found),
        "own": request.user.role == Role.TRAINEE,
        "events": history_of(found) if request.user.role in HOST_STAFF else None,
    }
    return render(request, "placements/team.html", context)


@require_POST
@roles(*HOST_STAFF)
def team_add(request: HttpRequest, pk: int) -> HttpResponse:
    """An empty team in a project, to be filled by hand."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("cohort"), pk=pk)
    require(can_place(request.user, project.cohort))
    return do(request, lambda: actions.add_team(project, by=request.user), _("The team was added."), project)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def team_mentor(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_team(request, pk)
    require(can_place(request.user, found.cohort))
    form = MentorForm(sent(request), team=found)
    return save(
        request, form, lambda values: actions.assign_mentor(found, values["mentor"], by=request.user),
        "placements/team_mentor.html", done=_("The mentor was assigned."), to=found,
        team=found, cancel_url=found.get_absolute_url(),
    )  # fmt: skip


def load_member(request: HttpRequest, pk: int) -> TeamMember:
    rows = TeamMember.objects.filter(team__in=Team.objects.visible_to(request.user), left_on=None)
    found = get_object_or_404(rows.select_related("team__cohort__policy", "enrolment__person"), pk=pk)
    require(can_place(request.user, found.team.cohort))
    return found


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def member_move(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_member(request, pk)
    form = PlaceForm(sent(request), teams=free_teams(found.team.cohort).exclude(pk=found.team_id))
    return save(
        request, form,
        lambda values: actions.move_member(found, values["team"], reason=values["reason"], by=request.user),
        "placements/trainee_place.html", done=_("The trainee was moved."), to=found.team,
        enrolment=found.enrolment, moved_from=found.team, cancel_url=found.team.get_absolute_url(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_member(request, pk)
    form = ReasonForm(sent(request))
    return save(
        request, form, lambda values: actions.remove_member(found, by=request.user, **values),
        "placements/reason_form.html", done=_("The trainee was taken out of the team."), to=found.team,
        title=_("Take out of the team"), thing=found.team, cancel_url=found.team.get_absolute_url(),
        consequence=_("%(number)s. %(name)s is then without a team.")
        % {"number": found.enrolment.number, "name": found.enrolment.person.name},
    )  # fmt: skip
