"""Who is reminded of what, each once (domain.md 9)."""

from django.db import transaction
from django.utils import timezone

from placements import emails
from placements.models import Employment
from placements.queries.todos import silent_teams
from placements.rates import evidence_due
from placements.states import JobState
from portal import notify

EVIDENCE_NOTICES = (7, 30)  # days before the last day


@transaction.atomic
def remind_silent_teams() -> int:
    """One mail to the mentor each time the policy's days have passed without an approved log; how many asked for.

    The mail's key names the team, the day of the last log and which of these times it is: after a day on
    which nothing ran, the next makes up for it, and nothing is sent twice.
    """
    messages = []
    for silence in silent_teams():
        slot = silence.days // silence.team.cohort.policy.silent_days
        messages.append(emails.silent_team(silence.team, since=silence.since, days=silence.days, slot=slot))
    return len(notify.queue_many(messages))


@transaction.atomic
def remind_of_evidence() -> int:
    """Ask for the evidence of reported jobs 30 and 7 days before it is due (S1 art. 40); how many asked for.

    Not for a job that an insurance record shows.
    """
    today = timezone.localdate()
    waiting = Employment.objects.filter(state=JobState.REPORTED, insured_on=None, evidence=None)
    rows = waiting.select_related("enrolment__cohort", "enrolment__person__user")
    messages = []
    for job in rows:
        due = evidence_due(job.enrolment.cohort.ends_on)
        if notice := _notice((due - today).days):
            messages.append(emails.evidence_due(job, due=due, notice=notice))
    return len(notify.queue_many(messages))


def _notice(days_left: int) -> int | None:
    """The last of the notices that is due; none before the first, nor after the day itself."""
    return next((notice for notice in EVIDENCE_NOTICES if 0 <= days_left <= notice), None)
