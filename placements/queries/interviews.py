"""Whom one may enter a job interview of, and whose name one reads."""

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.expressions import Combinable

from cohorts.models import Consent, Enrolment
from placements.models import Team, TeamMember
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


def name_is_known(user: User) -> Combinable:
    """Of interviews, to annotate: whether `user` may read the trainee's name."""
    if user.role != Role.MENTOR:
        return Value(True)
    return Exists(interviewees(user).filter(pk=OuterRef("enrolment")))
