"""Who may do what with projects, teams, mentoring logs and jobs. What one may know of is `visible_to`."""

from cohorts.models import Cohort, Enrolment
from placements.models import Employment, JobInterview, MentoringLog, Project, Team
from placements.states import (
    JOB_TRANSITIONS,
    LOG_EDITABLE,
    LOG_TRANSITIONS,
    MENTOR_MAY_SEE_TEAM,
    PROJECT_TRANSITIONS,
    JobState,
    LogState,
    ProjectState,
)
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role


def _runs(user: User, host_id: int) -> bool:
    return user.role in HOST_STAFF and user.organization_id == host_id


# Projects ------------------------------------------------------------------------------


def can_edit_project(user: User, project: Project) -> bool:
    """The host's staff; and the mentors of the company as long as it is only proposed."""
    own = user.role == Role.MENTOR and user.organization_id == project.company_id
    return _runs(user, project.host_id) or (own and project.state == ProjectState.PROPOSED)


def can_move_project(user: User, project: Project) -> bool:
    """Open, withdraw, start and finish."""
    return _runs(user, project.host_id)


def available_moves(user: User, project: Project) -> set[str]:
    """The states this user may bring the project into from where it stands."""
    return set(PROJECT_TRANSITIONS[project.state]) if can_move_project(user, project) else set()


# Preferences and placement -------------------------------------------------------------


def can_choose_preferences(user: User, enrolment: Enrolment) -> bool:
    """Only the trainee; nobody chooses for somebody else."""
    return enrolment.person.user_id == user.pk and user.role == Role.TRAINEE


def can_place(user: User, cohort: Cohort) -> bool:
    return _runs(user, cohort.host_id)


# Teams and logs ------------------------------------------------------------------------


def can_write_log(user: User, team: Team) -> bool:
    """The team's mentor, while the project runs."""
    own = user.role == Role.MENTOR and user.acting is not None and team.mentor_id == user.acting.pk
    return own and team.project.state in MENTOR_MAY_SEE_TEAM


def can_edit_log(user: User, log: MentoringLog) -> bool:
    return can_write_log(user, log.team) and log.mentor_id == log.team.mentor_id and log.state in LOG_EDITABLE


def can_confirm_log(user: User, log: MentoringLog) -> bool:
    """Approve or return: the host's staff and the assigned instructors, never its mentor."""
    staff = user.role in (*HOST_STAFF, Role.INSTRUCTOR) and user.organization_id == log.host_id
    return staff and log.mentor.user_id != user.pk


def can_amend_log(user: User, log: MentoringLog) -> bool:
    """A new version of an approved log, by its mentor."""
    return can_write_log(user, log.team) and log.state == LogState.APPROVED and log.superseded_at is None


def available_log_verbs(user: User, log: MentoringLog) -> set[str]:
    """edit, submit, discard, approve, return, amend: what this user may do with the log as it stands."""
    after = LOG_TRANSITIONS[log.state]
    verbs = set()
    if can_edit_log(user, log):
        verbs |= {"edit", "submit"} | ({"discard"} if log.state == LogState.DRAFT else set())
    if can_confirm_log(user, log):
        verbs |= {name for name, to in (("approve", LogState.APPROVED), ("return", LogState.RETURNED)) if to in after}
    if can_amend_log(user, log):
        verbs.add("amend")
    return verbs


# Jobs and outcomes ---------------------------------------------------------------------


def can_see_outcome(user: User, enrolment: Enrolment) -> bool:
    """The host's staff, the programme admin, and the trainee: who is let in has been asked by `visible_to`."""
    return user.role in (Role.ADMIN, *HOST_STAFF, Role.TRAINEE)


def can_report_employment(user: User, enrolment: Enrolment) -> bool:
    own = user.role == Role.TRAINEE and enrolment.person.user_id == user.pk
    return own or _runs(user, enrolment.host_id)


def can_edit_employment(user: User, employment: Employment) -> bool:
    """As long as nobody has verified it."""
    return can_report_employment(user, employment.enrolment) and employment.state != JobState.VERIFIED


def can_verify_employment(user: User, employment: Employment) -> bool:
    """The host's staff, but nobody one's own job."""
    return _runs(user, employment.host_id) and employment.enrolment.person.user_id != user.pk


def can_exclude(user: User, enrolment: Enrolment) -> bool:
    return _runs(user, enrolment.host_id)


def can_change_interview(user: User, interview: JobInterview) -> bool:
    """Say what came of it, or take it back: the host's staff, and the mentors of the company."""
    own = user.role == Role.MENTOR and user.organization_id == interview.company_id
    return own or _runs(user, interview.host_id)


def available_job_verbs(user: User, employment: Employment) -> set[str]:
    """edit, evidence, leave, verify, reject, end_course: what this user may do with the job as it stands."""
    after = JOB_TRANSITIONS[employment.state]
    verbs = set()
    if can_edit_employment(user, employment):
        verbs.add("edit")
    if can_report_employment(user, employment.enrolment):
        verbs |= {"evidence"} | ({"leave"} if employment.left_on is None else set())
    if can_verify_employment(user, employment):
        verbs |= {name for name, to in (("verify", JobState.VERIFIED), ("reject", JobState.REJECTED)) if to in after}
        if employment.state == JobState.VERIFIED and employment.enrolment.is_active:
            verbs.add("end_course")
    return verbs
