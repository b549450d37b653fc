"""Drafts that are not submitted: a reminder in time, and how they end."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cohorts import emails
from cohorts.actions.extensions import lock_time
from cohorts.models import Application, ApplicationFile, Cohort, Consent, Person, TypedAnswers
from portal import audit, notify

if TYPE_CHECKING:
    from datetime import datetime


REMIND_BEFORE = timedelta(hours=24)
STILL_WRITING = timedelta(hours=1)


def remind_of_drafts(now: "datetime | None" = None) -> int:
    """Write once to everybody whose draft closes within 24 hours; returns how many are due."""
    now = now or timezone.now()
    due = Application.objects.drafts_closing(now, now + REMIND_BEFORE).filter(updated_at__lte=now - STILL_WRITING)
    mails = [emails.application_draft(draft) for draft in due.select_related("cohort", "person__user")]
    return len(notify.queue_many(mails)) if mails else 0


@transaction.atomic
def destroy_drafts(now: "datetime | None" = None) -> int:
    """Destroy the drafts of which nothing can come any more, with their files; how many.

    The record of a person goes too where it was made for the draft alone. The history keeps the number of each
    cohort. Done again, it finds nothing. Order of locks: cohorts, people, drafts.
    """
    due = Application.objects.drafts_expired(now or timezone.now())
    due = due.filter(cohort__in=lock_time(due))
    people = list(Person.objects.filter(pk__in=due.values("person")).order_by("pk").select_for_update())
    drafts = list(due.filter(person__in=people).order_by("pk").select_for_update(of=("self",)))
    if not drafts:
        return 0
    files = list(ApplicationFile.objects.filter(application__in=drafts))
    number: dict[int, int] = {}
    accounts = {one.pk: one.user_id for one in people}
    for draft in drafts:
        number[draft.cohort_id] = number.get(draft.cohort_id, 0) + 1
        TypedAnswers.objects.of(accounts[draft.person_id], draft.cohort_id).delete()
    Application.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    _destroy_people(people)
    for file in files:
        transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
    for cohort in Cohort.objects.filter(pk__in=number).order_by("pk"):
        audit.record(cohort, "cohort.drafts_destroyed", by=None, before={"drafts": number[cohort.pk]})
    return len(drafts)


def _destroy_people(people: list[Person]) -> None:
    """Who is known for nothing else. The consents stand in the name of the account again, as before the draft."""
    alone = Person.objects.filter(pk__in=[one.pk for one in people], user__isnull=False)
    alone = alone.filter(applications=None, enrolments=None, stays=None)
    pks = list(alone.values_list("pk", flat=True))
    for one in (one for one in people if one.pk in pks):
        Consent.objects.filter(person=one).update(account=one.user_id, person=None)
    Person.objects.filter(pk__in=pks).delete()
