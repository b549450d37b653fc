"""The home page of each role: what is to be done next comes first.

One function per role returns the context of its page. Each takes at most twelve queries,
those of the session and the role included, whatever there is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Application, Cohort, Enrolment, LicenceSeat, Offer, Score, Stay, Supplement, Visit
from cohorts.models.pathway import is_pathway
from cohorts.outreach import outreach_todos, outreach_work
from cohorts.queries import cohort_todos, selection_todos
from cohorts.queries.interviews import interview_todos, interviews_to_choose, interviews_today
from cohorts.states import TAKES_LATE, ApplicationState, CohortState
from curriculum.models import TrainingDay
from curriculum.queries import (
    expulsions_of,
    near_limit,
    newcomers,
    progress_of,
    todays_lessons,
    unconfirmed,
    with_first_days,
)
from partners.models import CommitmentFigure, Consortium, Organization, Proposal
from partners.queries import agreement_todos, check_todos
from partners.states import PromiseState, ProposalState
from placements.models import Employment, MentoringLog, Preference, Project, Team, TeamMember
from placements.queries import mentor_todos, mentor_work
from placements.queries.todos import silent, without_team
from placements.states import JobState, LogState, ProjectState
from portal.accounts.models import Invitation, User
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.counting import counted_per, counts_per_role
from portal.common.prepared import NOW, TODAY, Prepared, Slot, per_role
from portal.common.todos import Todo, waiting, where
from portal.dashboard.cards import (
    Tile,
    absences_per_day,
    applications_per_day,
    cohorts_in_progress,
    open_cohorts,
)
from portal.jobs.models import Job

Page = dict[str, Any]
SHOWN = 6  # lines of a list on a home page


def missing_days(user: User) -> Any:
    """Training days that have come without a saved register, of running cohorts."""
    days = TrainingDay.objects.visible_to(user).filter(date__lte=TODAY, registered_at=None)
    return days.filter(cohort__state=CohortState.RUNNING)


def course_work(user: User) -> dict[str, Any]:
    """What waits in running courses, for who teaches or runs them."""
    return {
        "missing": missing_days(user),
        "unconfirmed": unconfirmed(with_first_days(newcomers(Enrolment.objects.visible_to(user)))),
        "logs": MentoringLog.objects.visible_to(user).filter(state=LogState.SUBMITTED),
        "silent": silent(Team.objects.visible_to(user)),
    }


def course_todos(found: dict[str, int]) -> list[Todo]:
    return [
        Todo(_("Registers that are not saved yet"), found["missing"], where("curriculum:day-list", saved="no"), True),
        Todo(
            _("Trainees not confirmed after the first days"),
            found["unconfirmed"],
            where("curriculum:first-days-list", show="unconfirmed"),
            True,
        ),
        Todo(_("Mentoring logs to approve"), found["logs"], where("placements:log-list", state="submitted")),
        Todo(_("Teams without a recent log"), found["silent"], where("placements:team-list", show="silent")),
    ]


# Who is not signed in -----------------------------------------------------------------------


def public_home() -> Page:
    return {"cohorts": open_cohorts()}


# Applicants and trainees --------------------------------------------------------------------


@per_role
def newest_applications(reader: User) -> QuerySet[Application]:
    """The own ones, each with the offer to be answered and the documents asked for."""
    offers = Offer.objects.live().filter(application=OuterRef("pk"))
    documents = Supplement.objects.to_send().filter(application=OuterRef("pk"))
    mine = (
        Application.objects.visible_to(reader)
        .owing_pledges()
        .with_deadline()
        .select_related("cohort__programme", "track")
    )
    return mine.annotate(
        offer_pk=Subquery(offers.values("pk")[:1]),
        offer_until=Subquery(offers.values("deadline")[:1]),
        documents_pk=Subquery(documents.values("pk")[:1]),
        documents_due=Subquery(documents.values("due_on")[:1]),
    ).order_by("-created_at", "-pk")[:SHOWN]


def trainee_home(user: User) -> Page:
    """What waits for an answer, the course of today, and one's applications. Eight queries of its own."""
    applications = newest_applications(user)
    for application in applications:
        application.url = where("cohorts:application", application.pk)
    course = next(iter(newest_course(user)), None)
    due = (*answers_due(applications), *interviews_due(user), *choices_due(course))
    page: Page = {"applications": applications, "todos": waiting(due)}
    if course:
        page |= course_of(course, user)
    if not applications:
        page["open_cohorts"] = open_cohorts(3)
    return page


def answers_due(applications: list[Application]) -> list[Todo]:
    """Offers to answer first, then drafts to finish before the window closes."""
    now, found = timezone.now(), []
    for one in applications:
        if one.documents_pk:  # type: ignore[attr-defined]  # annotated
            label = _("Send the documents asked for: %(cohort)s") % {"cohort": one.cohort}
            due = _("until %(when)s") % {"when": date_format(one.documents_due, "MONTH_DAY_FORMAT")}  # type: ignore[attr-defined]
            found.append(Todo(label, 1, where("cohorts:supplement", one.documents_pk), True, due))  # type: ignore[attr-defined]
        if one.offer_pk and one.offer_until > now:  # type: ignore[attr-defined]  # annotated
            label = _("Answer the offer of a seat: %(cohort)s") % {"cohort": one.cohort}
            found.append(Todo(label, 1, where("cohorts:offer", one.offer_pk), True, until(one.offer_until)))  # type: ignore[attr-defined]
        elif one.owes_pledge:  # type: ignore[attr-defined]
            label = _("Agree to the rules before the first day: %(cohort)s") % {"cohort": one.cohort}
            found.append(Todo(label, 1, where("cohorts:pledge", one.pk), True))
        elif one.state == ApplicationState.DRAFT and one.deadline.is_open:
            label = _("Finish your application: %(cohort)s") % {"cohort": one.cohort}
            found.append(Todo(label, 1, where("cohorts:apply", one.cohort_id), note=until(one.deadline.stated)))
    return found


def interviews_due(user: User) -> list[Todo]:
    """Times of interviews to be chosen; one query."""
    return [
        Todo(_("Choose the time of your interview: %(cohort)s") % {"cohort": one.cohort}, 1,
             where("cohorts:admission-interview", one.pk), True, until(one.interview_invitation.book_until))
        for one in interviews_to_choose(user)
    ]  # fmt: skip


def until(moment: Any) -> str:
    return _("until %(when)s") % {"when": date_format(timezone.localtime(moment), "MONTH_DAY_TIME_FORMAT")}


@per_role
def newest_course(reader: User) -> QuerySet[Enrolment]:
    """The newest enrolment, with what it needs to know of field projects."""
    place = TeamMember.objects.filter(enrolment=OuterRef("pk"), left_on=None)
    open_projects = Project.objects.filter(cohort=OuterRef("cohort"), state=ProjectState.OPEN)
    return (
        Enrolment.objects.visible_to(reader)
        .select_related("cohort__policy", "cohort__programme", "person")
        .annotate(
            team_pk=Subquery(place.values("team")[:1]),
            team_name=Subquery(place.values("team__name")[:1]),
            project_title=Subquery(place.values("team__project__title")[:1]),
            has_chosen=Exists(Preference.objects.filter(enrolment=OuterRef("pk"))),
            may_choose=Exists(open_projects),
            teams_formed=Exists(Team.objects.filter(cohort=OuterRef("cohort"))),
        )
        .order_by("-starts_on", "-pk")[:1]
    )


_licences = Prepared(LicenceSeat.objects.held().filter(enrolment=Slot("enrolment")).select_related("pool"))


def choices_due(course: Any) -> list[Todo]:
    if course is None or not course.is_active or course.cohort.state != CohortState.RUNNING:
        return []
    if course.may_choose and not course.has_chosen and not course.teams_formed:
        return [Todo(_("Choose your field projects"), 1, where("placements:my-project"), True, _("not chosen yet"))]
    return []


def course_of(course: Any, user: User) -> Page:
    if is_pathway(course.cohort.programme):
        return {"way": course, "way_url": where("cohorts:way", course.pk)}
    whole, units = progress_of(course)
    return {
        "course": course,
        "progress": whole,
        "expulsions": expulsions_of(course, whole, units),
        "minimum": course.cohort.policy.minimum_rate,
        "lessons": todays_lessons(user) if course.is_active else [],
        "licences": _licences(enrolment=course.pk) if course.is_active else [],
        "course_url": where("curriculum:trainee", course.pk),
        "timetable_url": where("curriculum:my-timetable", course.pk),
        "team_url": where("placements:team", course.team_pk) if course.team_pk else "",
        "job_url": where("placements:my-outcome"),
    }


# Who works with trainees ----------------------------------------------------------------------


course_numbers = counts_per_role(course_work)


@per_role
def days_of_today(reader: User) -> QuerySet[TrainingDay]:
    return TrainingDay.objects.visible_to(reader).filter(date=TODAY).select_related("cohort").order_by("cohort__name")


@per_role
def running_cohorts(reader: User) -> QuerySet[Cohort]:
    return Cohort.objects.visible_to(reader).filter(state=CohortState.RUNNING).select_related("policy")


def instructor_home(user: User) -> Page:
    """Registers due and missing, and who comes near the limit of absences. Seven queries of its own."""
    lessons, cohorts = todays_lessons(user), running_cohorts(user)
    risks = near_limit(cohorts) if cohorts else []
    found = course_numbers(user)
    return {
        "todos": waiting(course_todos(found)),
        "today": [
            {"day": day, "lessons": [one for one in lessons if one.day_id == day.pk], "url": where("curriculum:register", day.pk)}
            for day in days_of_today(user)
        ],
        "risks": [
            {"risk": risk, "url": where("curriculum:trainee", risk.enrolment.pk)} for risk in risks[:SHOWN]
        ],
        "risk_count": len(risks),
    }  # fmt: skip


@per_role
def reviews(reader: User) -> QuerySet[Any, Any]:
    """Of each cohort: how many applications are to be scored, and how many of them one has not."""
    mine = Score.objects.filter(reviewer=reader.pk).values("application")
    rows = Application.objects.visible_to(reader).in_selection().order_by().values_list("cohort")
    return rows.annotate(whole=Count("pk"), unscored=Count("pk", filter=~Q(pk__in=mine)))


@per_role
def cohorts_to_review(reader: User) -> QuerySet[Any, Any]:
    cohorts = Cohort.objects.visible_to(reader).filter(state__in=TAKES_LATE)
    return cohorts.order_by("apply_closes_at", "pk").values_list("pk", "name")


def reviewer_home(user: User) -> Page:
    """Who comes to the interview today, and what is to be scored, by cohort. Three queries of its own."""
    counted = {cohort: numbers for cohort, *numbers in reviews(user)}  # by the cohort alone: half the time
    found: list[Todo] = []
    for pk, name in [cohort for cohort in cohorts_to_review(user) if cohort[0] in counted][:SHOWN]:
        whole, unscored = counted[pk]
        note = _("%(unscored)s of %(whole)s not scored by you") % {"unscored": unscored, "whole": whole}
        label = _("Applications to review: %(cohort)s") % {"cohort": name}
        found.append(Todo(label, whole, where("cohorts:score-list", cohort=pk), bool(unscored), note))
    return {"todos": waiting([*interviews_today(user), *found])}


@counts_per_role
def mentor_numbers(reader: User) -> dict[str, Any]:
    return mentor_work(reader) | {"visits_unreported": Visit.objects.visible_to(reader).unreported()}


@per_role
def visits_to_come(reader: User) -> QuerySet[Visit]:
    coming = Visit.objects.visible_to(reader).planned().filter(ends_at__gt=NOW)
    return coming.for_list().order_by("starts_at", "pk")[:SHOWN]


@per_role
def own_teams(reader: User) -> QuerySet[Team]:
    return Team.objects.visible_to(reader).running().for_list()[:SHOWN]


def mentor_home(user: User) -> Page:
    """Logs to write or to mend, visits to report and to give, and the own teams. Three queries of its own."""
    rows = [
        {"team": team, "url": where("placements:team", team.pk), "write_url": where("placements:log-write", team.pk)}
        for team in own_teams(user)
    ]
    found = mentor_numbers(user)
    page: Page = {"todos": waiting([*mentor_todos(found), *outreach_todos(found)]), "visits": visits_to_come(user)}
    if rows or not page["visits"]:
        page["teams"] = rows
    return page


# Who runs cohorts -----------------------------------------------------------------------------


@counts_per_role
def office_numbers(reader: User) -> dict[str, Any]:
    """What waits with an office, and its key figures."""
    enrolments, cohorts = Enrolment.objects.visible_to(reader), Cohort.objects.visible_to(reader)
    work = {
        **course_work(reader),
        **outreach_work(reader),
        "jobs": Employment.objects.visible_to(reader).filter(state=JobState.REPORTED),
        "unplaced": without_team().filter(pk__in=enrolments.values("pk")),
        "consortia": Consortium.objects.visible_to(reader).with_overdue(reader),
        "dead": Job.objects.visible_to(reader).dead_letters(),
        "on_leave": Stay.objects.visible_to(reader).overdue(),
    }
    if reader.role == Role.OFFICIAL:
        work["invitations"] = Invitation.objects.visible_to(reader).run_out()
        work["proposals"] = Proposal.objects.visible_to(reader).open()
        work["at_risk"] = CommitmentFigure.objects.visible_to(reader).filter(state=PromiseState.AT_RISK)
    figures = {
        "recruiting": cohorts.filter(state=CohortState.RECRUITING),
        "in_selection": Application.objects.visible_to(reader).in_selection(),
        "running": cohorts.filter(state=CohortState.RUNNING),
        "training": enrolments.active(),
        "visits_planned": Visit.objects.visible_to(reader).planned(),
    }
    return work | figures


def staff_home(user: User) -> Page:
    """Tasks, key figures, cohorts under way, and the applications of two weeks. Eight queries of its own."""
    found = office_numbers(user)
    todos = [
        *staff_todos(found), *outreach_todos(found), *selection_todos(user), *interview_todos(user),
        *cohort_todos(user), *agreement_todos(user), *check_todos(user),
    ]  # fmt: skip
    return {
        "todos": waiting(todos),
        "tiles": staff_tiles(found),
        "cohorts": cohorts_in_progress(user),
        # While nobody recruits, what happens in the class rooms says more.
        "chart": (None if found["recruiting"] else absences_per_day(user)) or applications_per_day(user),
    }


def staff_tiles(found: dict[str, int]) -> list[Tile]:
    selecting = where("cohorts:application-list", state="submitted")
    visits = Tile(_("School visits planned"), found["visits_planned"], where("cohorts:visit-list", state="planned"))
    return [
        Tile(_("Recruiting cohorts"), found["recruiting"], where("cohorts:cohort-list", state="recruiting")),
        Tile(_("Applications in selection"), found["in_selection"], selecting),
        Tile(_("Running cohorts"), found["running"], where("cohorts:cohort-list", state="running")),
        Tile(_("In training"), found["training"], where("cohorts:enrolment-list", state="active"), _("people")),
        *([visits] if found["visits_planned"] else []),
    ]


def staff_todos(found: dict[str, int]) -> list[Todo]:
    dead = where("jobs:job-list", state="attention")
    invitations = where("partners:invitation-list", show="expired")
    return [
        *course_todos(found),
        Todo(_("Jobs to verify"), found["jobs"], where("placements:employment-list", state="reported")),
        Todo(_("Trainees without a team"), found["unplaced"], where("placements:placement-list", show="unplaced")),
        Todo(
            _("Not back from leave on the expected day"), found["on_leave"], where("cohorts:way-list", overdue=1), True
        ),
        Todo(
            _("Consortia with overdue decisions"),
            found["consortia"],
            where("partners:consortium-list", show="overdue"),
            True,
        ),
        Todo(_("Background jobs that need attention"), found["dead"], dead, True),
        Todo(_("Invitations that ran out"), found.get("invitations", 0), invitations),
        Todo(
            _("Proposed agreements to decide on"),
            found.get("proposals", 0),
            where("partners:proposal-list", state=ProposalState.OPEN),
            True,
        ),
        Todo(
            _("Commitments at risk"),
            found.get("at_risk", 0),
            where("partners:commitment-list", state=PromiseState.AT_RISK),
        ),
    ]


@counts_per_role
def portal_numbers(_reader: User) -> dict[str, Any]:
    yesterday = TODAY - timedelta(days=1)
    return {
        "dead": Job.objects.dead_letters(),
        "running": Cohort.objects.filter(state=CohortState.RUNNING),
        "recruiting": Cohort.objects.filter(state=CohortState.RECRUITING),
        "training": Enrolment.objects.active(),
        "exported": AccessRecord.objects.filter(action="export.downloaded", at__date__gte=yesterday),
        "events": AuditEvent.objects.filter(at__date__gte=yesterday),
    }


@per_role
def busiest_hosts(_reader: User) -> QuerySet[Organization]:
    live = Cohort.objects.filter(state__in=(CohortState.RECRUITING, CohortState.SELECTING, CohortState.RUNNING))
    hosts = Organization.objects.hosts().filter(Exists(Cohort.objects.filter(host=OuterRef("pk"))))
    counted = hosts.annotate(
        cohort_count=counted_per(live, "host"), trainee_count=counted_per(Enrolment.objects.active(), "host")
    )
    return counted.order_by("-cohort_count", "name")[:12]


def admin_home(user: User) -> Page:
    """The hosts, what has gone wrong, and who took what. Six queries of its own."""
    yesterday = timezone.localdate() - timedelta(days=1)
    found = portal_numbers(user)
    due = Todo(_("Background jobs that need attention"), found["dead"], where("jobs:job-list", state="attention"), True)
    return {
        "todos": waiting([due, *cohort_todos(user), *agreement_todos(user), *check_todos(user)]),
        "tiles": [
            Tile(_("Running cohorts"), found["running"], where("cohorts:cohort-list", state="running")),
            Tile(_("Recruiting cohorts"), found["recruiting"], where("cohorts:cohort-list", state="recruiting")),
            Tile(_("In training"), found["training"], where("cohorts:enrolment-list", state="active"), _("people")),
            Tile(
                _("Files taken since yesterday"),
                found["exported"],
                where("access-list", action="export.downloaded", since=yesterday.isoformat()),
            ),
            Tile(_("Events since yesterday"), found["events"], where("event-list", since=yesterday.isoformat())),
        ],
        "hosts": [{"host": host, "url": where("partners:organization", host.pk)} for host in busiest_hosts(user)],
        "chart": applications_per_day(user),
    }


# The role decides -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Home:
    template: str
    of: Callable[[User], Page]


HOMES: dict[Role, Home] = {
    Role.ADMIN: Home("dashboard/home_work.html", admin_home),
    Role.OFFICIAL: Home("dashboard/home_work.html", staff_home),
    Role.OPERATOR: Home("dashboard/home_work.html", staff_home),
    Role.INSTRUCTOR: Home("dashboard/home_work.html", instructor_home),
    Role.REVIEWER: Home("dashboard/home_work.html", reviewer_home),
    Role.MENTOR: Home("dashboard/home_work.html", mentor_home),
    Role.TRAINEE: Home("dashboard/home_trainee.html", trainee_home),
}
