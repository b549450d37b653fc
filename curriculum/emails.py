"""The mail of this app."""

from django.urls import reverse

from curriculum.models import Attendance, TrainingDay
from portal.accounts.models import User
from portal.notify import Message, Recipient


def check_out_missing(row: Attendance) -> Message:
    """To the trainee."""
    person = row.enrolment.person
    language = person.user.language if person.user else "ko"
    return Message(
        key=f"check_out_missing:{row.enrolment_id}:{row.day.date}",
        to=Recipient(person.email, language, person_id=person.pk, user_id=person.user_id, name=person.name),
        template="curriculum/check_out_missing",
        context={"day": row.day.date, "path": reverse("curriculum:trainee", args=[row.enrolment_id])},
        host=row.host_id,
        by=None,
    )


def check_outs_missing(day: TrainingDay, count: int, to: User) -> Message:
    """To an instructor: how many, and the register to complete."""
    return Message(
        key=f"check_outs_missing:{day.pk}:{to.pk}",
        to=to,
        template="curriculum/check_outs_missing",
        context={"day": day.date, "count": count, "path": reverse("curriculum:register", args=[day.pk])},
        host=day.host_id,
        by=None,
    )
