"""Preferences, the teams made from them, and what is put right by hand."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Enrolment
from partners.actions.figures import refresh_figures
from placements.models import Preference, Project, Team, TeamMember
from placements.queries.placement import plan_of, preferences_open
from placements.states import LIVE_PROJECTS, ProjectState
from portal import audit
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

MOST_CHOICES = 3


@transaction.atomic
def choose_preferences(enrolment: Enrolment, projects: Sequence[Project], *, by: User | None) -> list[Preference]:
    """Write a trainee's choices, the dearest first, instead of any before. None at all takes them back.

    Refused once teams are formed, and for projects that are not open in the own cohort.
    """
    Enrolment.objects.select_for_update(no_key=True).only("pk").get(pk=enrolment.pk)
    enrolment = Enrolment.objects.select_related("cohort").get(pk=enrolment.pk)
    if not enrolment.is_active or not preferences_open(enrolment.cohort):
        raise ActionRefused(_("The choice of projects is closed."))
    if len(projects) > MOST_CHOICES:
        raise ActionRefused(_("Choose at most three projects."))
    if len({project.pk for project in projects}) < len(projects):
        raise ActionRefused(_("Choose each project once only."), f"choice{_repeated(projects)}")
    stored = Project.objects.filter(cohort=enrolment.cohort_id).open().in_bulk([project.pk for project in projects])
    for number, project in enumerate(projects, start=1):
        if project.pk not in stored:
            raise ActionRefused(_("This project is not open any more. Choose another one."), f"choice{number}")
    before = list(enrolment.preferences.values_list("project", flat=True))
    enrolment.preferences.all().delete()
    rows = Preference.objects.bulk_create(
        Preference(enrolment=enrolment, host_id=enrolment.host_id, project=project, rank=rank)
        for rank, project in enumerate(projects, start=1)
    )
    after = [project.pk for project in projects]
    audit.record(enrolment, "preferences.chosen", by=by, before={"projects": before}, after={"projects": after})
    return rows


def _repeated(projects: Sequence[Project]) -> int:
    """The place of the first project that stands there twice."""
    seen: set[int] = set()
    for number, project in enumerate(projects, start=1):
        if project.pk in seen:
            return number
        seen.add(project.pk)
    return len(projects)


@transaction.atomic
def form_teams(cohort: Cohort, *, by: User | None, fingerprint: str | None = None) -> list[Team]:
    """Write the teams of `plan_of` (domain.md 5). The cohort's row is the lock: two officials form them once.

    `fingerprint`: of the plan that was looked at; refused if the plan is another one by now.
    """
    cohort = _locked_cohort(cohort.pk)
    plan = plan_of(cohort)
    if not plan.placed:
        raise ActionRefused(_("There is nobody to place by the preferences."))
    if fingerprint is not None and fingerprint != plan.fingerprint:
        raise ActionRefused(_("Preferences or projects have changed since you looked. Look at the new result."))
    names = _free_names(cohort)
    groups = [(project, group) for project, teams in sorted(plan.result.teams.items()) for group in teams]
    teams = Team.objects.bulk_create(
        Team(cohort=cohort, host_id=cohort.host_id, project_id=project, name=next(names)) for project, _group in groups
    )
    members = TeamMember.objects.bulk_create(
        TeamMember(
            team=team, host_id=cohort.host_id, enrolment=plan.trainees[one], choice=plan.choice(one, project)
        )
        for team, (project, group) in zip(teams, groups, strict=True)
        for one in group
    )  # fmt: skip
    AuditEvent.objects.bulk_create(
        audit.event(
            team, "team.formed", by=by, after={"project": project, "members": sorted(group), "seed": plan.seed}
        )
        for team, (project, group) in zip(teams, groups, strict=True)
    )  # fmt: skip
    numbers = {"teams": len(teams), "members": len(members), "unmatched": len(plan.result.unmatched)}
    audit.record(cohort, "teams.formed", by=by, after={**numbers, "seed": plan.seed})
    return teams


def _free_names(cohort: Cohort) -> Iterator[str]:
    """Team 1, Team 2, … that the cohort does not have yet, in the language of the portal."""
    taken, number = set(Team.objects.filter(cohort=cohort).values_list("name", flat=True)), 0
    while True:
        number += 1
        with translation.override(settings.LANGUAGE_CODE):
            name = _("Team %(number)s") % {"number": number}
        if name not in taken:
            yield name


@transaction.atomic
def add_team(project: Project, *, by: User | None) -> Team:
    """An empty team, to be filled by hand."""
    cohort = _locked_cohort(project.cohort_id)
    project = Project.objects.get(pk=project.pk)
    if project.state not in LIVE_PROJECTS:
        raise ActionRefused(_("This project does not take trainees."))
    if project.teams.count() >= project.teams_max:
        raise ActionRefused(_("This project has all the teams it takes."))
    team = Team.objects.create(cohort=cohort, host_id=cohort.host_id, project=project, name=next(_free_names(cohort)))
    audit.record(team, "team.formed", by=by, after={"project": project.pk, "members": []})
    return team


@transaction.atomic
def place_trainee(enrolment: Enrolment, team: Team, *, reason: str, by: User | None) -> TeamMember:
    """Place somebody in a team by hand, with the reason why."""
    cohort = _locked_cohort(enrolment.cohort_id)
    enrolment = Enrolment.objects.select_related("cohort").get(pk=enrolment.pk)
    _require_room(team, enrolment, cohort)
    if enrolment.team_places.filter(left_on=None).exists():
        raise ActionRefused(_("This trainee is in a team already."))
    wished = enrolment.preferences.filter(project=team.project_id).values_list("rank", flat=True).first()
    member = TeamMember.objects.create(
        team=team, host_id=team.host_id, enrolment=enrolment, choice=wished, reason=reason
    )
    audit.record(team, "team.member_placed", by=by, after={"trainee": enrolment.pk}, reason=reason)
    return member


@transaction.atomic
def move_member(member: TeamMember, team: Team, *, reason: str, by: User | None) -> TeamMember:
    """From one team to another; the first place stays on record with its last day."""
    remove_member(member, reason=reason, by=by)
    return place_trainee(member.enrolment, team, reason=reason, by=by)


@transaction.atomic
def remove_member(member: TeamMember, *, reason: str, by: User | None) -> TeamMember:
    member = TeamMember.objects.select_for_update(of=("self",)).select_related("team", "enrolment").get(pk=member.pk)
    if member.left_on is not None:
        raise ActionRefused(_("This trainee has left the team already."))
    member.left_on = timezone.localdate()
    member.save(update_fields=["left_on"])
    audit.record(member.team, "team.member_removed", by=by, before={"trainee": member.enrolment_id}, reason=reason)
    return member


@transaction.atomic
def assign_mentor(team: Team, mentor: Membership, *, by: User | None) -> Team:
    """Give the team a mentor of the project's company; the one before no longer sees it."""
    team = Team.objects.select_for_update(of=("self",)).select_related("project", "cohort__programme").get(pk=team.pk)
    if mentor.role != Role.MENTOR or mentor.organization_id != team.project.company_id or mentor.ended_at:
        raise ActionRefused(_("Choose a mentor of the company that offers the project."), "mentor")
    was, team.mentor = team.mentor_id, mentor
    team.save(update_fields=["mentor"])
    audit.record(team, "team.mentor_assigned", by=by, before={"mentor": was}, after={"mentor": mentor.pk})
    refresh_figures(team.cohort.programme.agreement_id)
    return team


def _locked_cohort(pk: int) -> Cohort:
    """Its policy is read once the lock is held: joined to it, it would be as it was before the wait."""
    Cohort.objects.select_for_update(no_key=True).only("pk").get(pk=pk)
    return Cohort.objects.select_related("policy", "programme").get(pk=pk)


def _require_room(team: Team, enrolment: Enrolment, cohort: Cohort) -> None:
    if team.cohort_id != enrolment.cohort_id:
        raise ActionRefused(_("This team belongs to another cohort."), "team")
    if not enrolment.is_active:
        raise ActionRefused(_("This trainee is no longer in training."))
    if ProjectState(Project.objects.values_list("state", flat=True).get(pk=team.project_id)) not in LIVE_PROJECTS:
        raise ActionRefused(_("This project does not take trainees."), "team")
    if team.members.filter(left_on=None).count() >= cohort.policy.team_max:
        raise ActionRefused(_("This team is full. Choose another one."), "team")
