"""The life of a field project: proposed or offered, open, running, finished."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from curriculum.models import Module
from partners.actions.figures import refresh_figures
from partners.models import Organization
from placements.models import Project, TeamMember
from placements.states import PROJECT_TRANSITIONS, ProjectState
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

FIELDS = ("title", "description", "teams_max", "nda", "joint_project")


@transaction.atomic
def offer_project(
    cohort: Cohort, *, company: Organization, by: User | None, needs: Iterable[Module] = (), **fields: Any
) -> Project:
    """A project that trainees may choose at once. `fields`: title, description, teams_max, nda."""
    return _write_new(cohort, company, ProjectState.OPEN, "project.offered", needs, fields, by)


@transaction.atomic
def propose_project(
    cohort: Cohort, *, company: Organization, by: User | None, needs: Iterable[Module] = (), **fields: Any
) -> Project:
    """A company's proposal: the host's staff open it, or withdraw it."""
    return _write_new(cohort, company, ProjectState.PROPOSED, "project.proposed", needs, fields, by)


def _write_new(
    cohort: Cohort,
    company: Organization,
    state: ProjectState,
    verb: str,
    needs: Iterable[Module],
    fields: dict[str, Any],
    by: User | None,
) -> Project:
    needs = _of_programme(needs, cohort)
    try:
        with transaction.atomic():
            project = Project.objects.create(
                cohort=cohort, host_id=cohort.host_id, company=company, state=state, **_known(fields)
            )
    except IntegrityError:
        raise _named_already() from None
    project.needs.set(needs)
    audit.record(project, verb, by=by, after={"state": state, "company": company.pk, "teams_max": project.teams_max})
    refresh_figures(cohort.programme.agreement_id)
    return project


@transaction.atomic
def edit_project(project: Project, *, by: User | None, needs: Iterable[Module] | None = None, **fields: Any) -> Project:
    """Change what is asked; never the company or the cohort. Refused once it is over."""
    project = _locked(project)
    if project.state in (ProjectState.FINISHED, ProjectState.WITHDRAWN):
        raise ActionRefused(_("This project is over and is kept as it is."))
    wanted = _known(fields)
    if wanted.get("teams_max", project.teams_max) < project.teams.count():
        raise ActionRefused(_("This project has more teams already."), "teams_max")
    before = {name: _plain(getattr(project, name)) for name in wanted if getattr(project, name) != wanted[name]}
    for name, value in wanted.items():
        setattr(project, name, value)
    try:
        with transaction.atomic():
            project.save(update_fields=list(wanted))
    except IntegrityError:
        raise _named_already() from None
    if needs is not None:
        project.needs.set(_of_programme(needs, project.cohort))
    audit.record(project, "project.edited", by=by, before=before, after={name: _plain(wanted[name]) for name in before})
    return project


@transaction.atomic
def open_project(project: Project, *, by: User | None) -> Project:
    """Let trainees choose it."""
    return _move(project, ProjectState.OPEN, by=by)


@transaction.atomic
def withdraw_project(project: Project, *, by: User | None, reason: str) -> Project:
    """Take a project back; refused while somebody is placed in it."""
    if TeamMember.objects.filter(team__project=project, left_on=None).exists():
        raise ActionRefused(_("Trainees are placed in this project. Move them to other teams first."))
    return _move(project, ProjectState.WITHDRAWN, by=by, reason=reason)


@transaction.atomic
def start_project(project: Project, *, by: User | None) -> Project:
    """Begin: from now on the mentors see their teams. Needs a team, and each as large as the policy asks."""
    project = _locked(project)
    sizes = [team.member_count for team in project.teams.for_list()]  # type: ignore[attr-defined]
    if not any(sizes):
        raise ActionRefused(_("“%(project)s” has no team yet.") % {"project": project})
    least = project.cohort.policy.team_min
    if any(0 < size < least for size in sizes):
        raise ActionRefused(_("A team of “%(project)s” has fewer than %(least)s members.") % {
            "project": project, "least": least,
        })  # fmt: skip
    return _move(project, ProjectState.RUNNING, by=by, started_on=timezone.localdate())


@transaction.atomic
def start_projects(cohort: Cohort, *, by: User | None) -> int:
    """Begin all open projects of a cohort that have a team; returns how many."""
    ready = Project.objects.filter(cohort=cohort, teams__members__left_on=None, teams__members__isnull=False).open()
    projects = list(ready.distinct().order_by("pk"))
    if not projects:
        raise ActionRefused(_("No open project has a team yet."))
    for project in projects:
        start_project(project, by=by)
    return len(projects)


@transaction.atomic
def finish_project(project: Project, *, by: User | None) -> Project:
    """The project is over; its mentors no longer see who was in the team."""
    return _move(project, ProjectState.FINISHED, by=by, finished_on=timezone.localdate())


# What they share -----------------------------------------------------------------------


def _move(project: Project, to: ProjectState, *, by: User | None, reason: str = "", **dates: Any) -> Project:
    """The only writer of Project.state. Call inside a transaction."""
    project = _locked(project)
    was = project.state
    if to not in PROJECT_TRANSITIONS[was]:
        raise ActionRefused(
            _("This is no longer possible: the project is in the state “%(state)s”.")
            % {"state": project.get_state_display()}
        )
    project.state = to
    for name, value in dates.items():
        setattr(project, name, value)
    project.save(update_fields=["state", *dates])
    verb = {"open": "opened", "running": "started"}.get(to, str(to))
    audit.record(project, f"project.{verb}", by=by, before={"state": was}, after={"state": to}, reason=reason)
    refresh_figures(project.cohort.programme.agreement_id)
    return project


def _locked(project: Project) -> Project:
    """Cohort and policy are read once the lock is held: joined to it, they would be as they were before the wait."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    return Project.objects.select_related("cohort__policy", "cohort__programme", "company").get(pk=project.pk)


def _plain(value: Any) -> Any:
    """A value as the history keeps it: ids for rows."""
    return getattr(value, "pk", value)


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - {*FIELDS}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    return fields


def _of_programme(needs: Iterable[Module], cohort: Cohort) -> list[Module]:
    chosen = list(needs)
    if any(module.programme_id != cohort.programme_id for module in chosen):
        raise ActionRefused(_("Choose modules of the programme of this cohort."), "needs")
    return chosen


def _named_already() -> ActionRefused:
    return ActionRefused(_("This company already has a project of this title in this cohort."), "title")
