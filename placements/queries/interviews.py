"""Whom one may enter a job interview of, and whose name one reads."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from cohorts.models import Consent, Enrolment
from placements.models import JobInterview, Team, TeamMember
from portal.accounts.models import User
from portal.accounts.roles import Role


def interviewees(user: User) -> QuerySet[Enrolment]:
    """The host's trainees; of a mentor, those of the own running teams who let companies know of them."""
    if user.role != Role.MENTOR:
        return Enrolment.objects.visible_to(user)
    teams = Team.objects.visible_to(user).running()
    inside = TeamMember.objects.filter(enrolment=OuterRef("pk"), left_on=None, team__in=teams)
    agreed = Consent.objects.to_companies().filter(person=OuterRef("person"))
    return Enrolment.objects.filter(Exists(inside), Exists(agreed))


def named(user: User, interviews: Iterable[JobInterview]) -> set[int]:
    """The enrolments (ids) among these whose name `user` may read; one query for a mentor, none for others."""
    people = {one.enrolment_id for one in interviews}
    if user.role != Role.MENTOR:
        return people
    return set(interviewees(user).filter(pk__in=people).values_list("pk", flat=True))
