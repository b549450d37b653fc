"""The mail of this app."""

from django.urls import reverse

from cohorts.models import Enrolment
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


def first_days_warning(trainee: Enrolment) -> Message:
    """One more missed day ends the registration. Join the policy and `person.user`."""
    return _of_first_days(trainee, "first_days_warning", None)


def first_days_ended(trainee: Enrolment, by: User | None) -> Message:
    return _of_first_days(trainee, "first_days_ended", by)


def _of_first_days(trainee: Enrolment, template: str, by: User | None) -> Message:
    person, policy = trainee.person, trainee.cohort.policy
    language = person.user.language if person.user else "ko"
    return Message(
        key=f"{template}:{trainee.pk}",
        to=Recipient(person.email, language, person_id=person.pk, user_id=person.user_id, name=person.name),
        template=f"curriculum/{template}",
        context={
            "cohort": trainee.cohort.name,
            "came": trainee.came,  # type: ignore[attr-defined]
            "held": trainee.held,  # type: ignore[attr-defined]
            "needed": policy.confirm_days_needed,
            "window": policy.confirm_days_window,
            "path": reverse("curriculum:trainee", args=[trainee.pk]),
        },
        host=trainee.host_id,
        by=by,
    )
