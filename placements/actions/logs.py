"""Mentoring logs: draft, submitted, returned or approved; a correction afterwards is a new version."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Enrolment
from partners.actions.figures import refresh_figures
from placements import emails
from placements.models import MentoringLog, Team
from placements.states import LOG_EDITABLE, LOG_TRANSITIONS, MENTOR_MAY_SEE_TEAM, LogState
from portal import audit, notify
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

FIELDS = (
    "starts_at", "ends_at", "mode", "place", "topic", "content", "progress", "issues", "feedback", "next_task",
    "next_due",
)  # fmt: skip
LONGEST = timedelta(hours=12)  # longer than that is a mistyped day


@transaction.atomic
def write_log(team: Team, *, attendees: Iterable[Enrolment], by: User | None, **fields: Any) -> MentoringLog:
    """Save a draft of the team's next meeting; the mentor is the team's."""
    team = Team.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=team.pk)
    if team.mentor_id is None or team.project.state not in MENTOR_MAY_SEE_TEAM:
        raise ActionRefused(_("Logs are written while the project runs."))
    people = _checked(team, list(attendees), fields)
    number = (team.logs.aggregate(last=Max("number"))["last"] or 0) + 1
    log = MentoringLog(team=team, host_id=team.host_id, mentor_id=team.mentor_id, number=number, **fields)
    _save(log)
    log.attendees.set(people)
    audit.record(log, "log.written", by=by, after={"number": number})
    return log


@transaction.atomic
def edit_log(log: MentoringLog, *, attendees: Iterable[Enrolment], by: User | None, **fields: Any) -> MentoringLog:
    """Change a draft, or one that was returned."""
    log = _locked(log)
    if log.state not in LOG_EDITABLE:
        raise ActionRefused(_("This log is submitted or approved and can no longer be changed."))
    people = _checked(log.team, list(attendees), fields)
    changed = sorted(name for name, value in fields.items() if getattr(log, name) != value)
    for name, value in fields.items():
        setattr(log, name, value)
    _save(log)
    log.attendees.set(people)
    audit.record(log, "log.edited", by=by, after={"fields": ", ".join(changed)})
    return log


@transaction.atomic
def discard_log(log: MentoringLog, *, by: User | None) -> None:
    """Throw a draft away that was never submitted."""
    log = _locked(log)
    if log.state != LogState.DRAFT:
        raise ActionRefused(_("Only a draft can be thrown away."))
    audit.record(log, "log.discarded", by=by, before={"number": log.number, "version": log.version})
    log.attendees.clear()
    log.delete()


@transaction.atomic
def submit_log(log: MentoringLog, *, by: User | None) -> MentoringLog:
    """Hand it in to the operators."""
    return _move(log, LogState.SUBMITTED, by=by, submitted_at=timezone.now())


@transaction.atomic
def return_log(log: MentoringLog, *, reason: str, by: User | None) -> MentoringLog:
    """Back to the mentor, who is told why by mail."""
    log = _move(log, LogState.RETURNED, by=by, reason=reason, return_reason=reason)
    notify.queue_many([emails.log_returned(log, by=by)])
    return log


@transaction.atomic
def approve_log(log: MentoringLog, *, by: User | None) -> MentoringLog:
    """From now on it counts, and is never changed. The version before it is replaced."""
    log = _locked(log)
    if by is not None and by.pk == log.mentor.user_id:
        raise ActionRefused(_("Nobody approves a log of one's own."))
    now = timezone.now()
    if log.state == LogState.SUBMITTED:
        earlier = log.team.logs.filter(number=log.number, state=LogState.APPROVED, superseded_at=None)
        earlier.update(superseded_at=now)
    log = _move(log, LogState.APPROVED, by=by, confirmed_by=by, confirmed_at=now, return_reason="")
    refresh_figures(log.team.cohort.programme.agreement_id)
    return log


@transaction.atomic
def amend_log(log: MentoringLog, *, by: User | None) -> MentoringLog:
    """A draft of a new version of an approved log; the approved one counts until the new one is approved."""
    log = _locked(log)
    if log.state != LogState.APPROVED or log.superseded_at is not None:
        raise ActionRefused(_("Only the approved version in force can be amended."))
    if log.team.logs.filter(number=log.number).exclude(state=LogState.APPROVED).exists():
        raise ActionRefused(_("A new version of this log is being written already."))
    version = (log.team.logs.filter(number=log.number).aggregate(last=Max("version"))["last"] or 0) + 1
    fields = {name: getattr(log, name) for name in FIELDS}
    new = MentoringLog.objects.create(
        team=log.team, host_id=log.host_id, mentor_id=log.mentor_id, number=log.number, version=version, **fields
    )
    new.attendees.set(log.attendees.all())
    audit.record(new, "log.amended", by=by, after={"number": new.number, "version": version})
    return new


# What they share -----------------------------------------------------------------------


def _locked(log: MentoringLog) -> MentoringLog:
    rows = MentoringLog.objects.select_for_update(of=("self",)).select_related(
        "team__project", "team__cohort__programme", "mentor__user"
    )
    return rows.get(pk=log.pk)


def _move(log: MentoringLog, to: LogState, *, by: User | None, reason: str = "", **fields: Any) -> MentoringLog:
    """The only writer of MentoringLog.state. Call inside a transaction."""
    log = _locked(log)
    was = log.state
    if to not in LOG_TRANSITIONS[was]:
        raise ActionRefused(
            _("This is no longer possible: the log is in the state “%(state)s”.") % {"state": log.get_state_display()}
        )
    log.state = to
    for name, value in fields.items():
        setattr(log, name, value)
    log.save(update_fields=["state", *fields])
    audit.record(log, f"log.{to}", by=by, before={"state": was}, after={"state": to}, reason=reason)
    return log


def _checked(team: Team, attendees: list[Enrolment], fields: dict[str, Any]) -> list[Enrolment]:
    """The attendees; refuses a meeting that cannot have been (domain.md 5)."""
    if unknown := fields.keys() - {*FIELDS}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    starts, ends = fields["starts_at"], fields["ends_at"]
    if ends <= starts:
        raise ActionRefused(_("The end must be after the beginning."), "ends_at")
    if ends > timezone.now():
        raise ActionRefused(_("This meeting has not ended yet. Write its log afterwards."), "ends_at")
    if ends - starts > LONGEST:
        raise ActionRefused(_("A meeting of more than 12 hours? Check the day of the end."), "ends_at")
    due = fields.get("next_due")
    if due and due < timezone.localdate(starts):
        raise ActionRefused(_("The next task cannot be due before the meeting."), "next_due")
    if not attendees:
        raise ActionRefused(_("Choose who was there."), "attendees")
    day = timezone.localdate(starts)
    there = team.members.filter(Q(left_on=None) | Q(left_on__gte=day)).values_list("enrolment", flat=True)
    if {one.pk for one in attendees} - set(there):
        raise ActionRefused(_("Somebody chosen was not in this team."), "attendees")
    return attendees


def _save(log: MentoringLog) -> None:
    """Save a draft; two meetings of one mentor at one time are refused with the other one named."""
    if clash := _clash(log):
        raise ActionRefused(_meets_already(clash), "starts_at")
    try:
        with transaction.atomic():
            log.save()
    except IntegrityError as error:  # the other one was written at the same moment
        if "mentor_meets_one_team_at_a_time" not in str(error):
            raise
        raise ActionRefused(_("You have a log of another meeting at this time."), "starts_at") from None


def _clash(log: MentoringLog) -> MentoringLog | None:
    others = MentoringLog.objects.current().filter(
        mentor=log.mentor_id, starts_at__lt=log.ends_at, ends_at__gt=log.starts_at
    )
    same = Q(team=log.team_id, number=log.number)
    return others.exclude(same).select_related("team").first()


def _meets_already(other: MentoringLog) -> str:
    def clock(moment: datetime) -> str:
        return date_format(timezone.localtime(moment), "H:i")

    return _("You have a log of another meeting at this time: %(team)s, %(start)s–%(end)s.") % {
        "team": other.team.name, "start": clock(other.starts_at), "end": clock(other.ends_at),
    }  # fmt: skip
