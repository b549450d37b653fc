"""The mail of this app."""

from datetime import date

from django.urls import reverse

from placements.models import Employment, MentoringLog, Team
from portal.accounts.models import User
from portal.notify import Message, Recipient


def log_returned(log: MentoringLog, *, by: User | None) -> Message:
    moment = log.submitted_at.isoformat() if log.submitted_at else ""
    return Message(
        key=f"log_returned:{log.pk}:{moment}",
        to=log.mentor.user,
        template="placements/log_returned",
        context={"log": log, "path": reverse("placements:log", args=[log.pk])},
        host=log.host_id,
        by=by,
    )


def silent_team(team: Team, *, since: date, days: int, slot: int) -> Message:
    """`slot`: how many times the policy's days of silence have passed; one mail for each."""
    assert team.mentor is not None  # noqa: S101
    return Message(
        key=f"silent_team:{team.pk}:{since}:{slot}",
        to=team.mentor.user,
        template="placements/silent_team",
        context={
            "team": team,
            "days": days,
            "since": since,
            "path": reverse("placements:log-write", args=[team.pk]),
        },
        host=team.host_id,
        by=None,
    )


def employment_rejected(job: Employment, *, reason: str, by: User | None) -> Message:
    return Message(
        key=f"employment_rejected:{job.pk}:{reason}",
        to=trainee(job),
        template="placements/employment_rejected",
        context={"job": job, "reason": reason, "path": reverse("placements:employment", args=[job.pk])},
        host=job.host_id,
        by=by,
    )


def evidence_due(job: Employment, *, due: date, notice: int) -> Message:
    """`notice`: days before the last day on which evidence may come."""
    return Message(
        key=f"evidence_due:{job.pk}:{due}:{notice}",
        to=trainee(job),
        template="placements/evidence_due",
        context={"job": job, "due": due, "path": reverse("placements:employment", args=[job.pk])},
        host=job.host_id,
        by=None,
    )


def trainee(job: Employment) -> Recipient:
    person = job.enrolment.person
    language = person.user.language if person.user else "ko"
    return Recipient(person.email, language, person_id=person.pk, user_id=person.user_id, name=person.name)
