"""What a consortium does counts towards the commitments of its agreement."""

from django.db.models import Count
from django.urls import reverse

from partners.measures import counts, keepers
from partners.models import Commitment, JointProject, Meeting
from partners.states import Measure
from portal.accounts.models import User
from portal.accounts.roles import Role


def officials(user: User, commitment: Commitment) -> bool:
    """The keeper's people, and officials of the parties: they see the whole consortium."""
    return user.role == Role.OFFICIAL or keepers(user, commitment)


def _meetings_of(commitment: Commitment) -> str:
    return f"{reverse('partners:meeting-list', args=[commitment.agreement_id])}?show=held"


def _projects_of(commitment: Commitment) -> str:
    return f"{reverse('partners:joint-project-list', args=[commitment.agreement_id])}?show=found"


def _spread(commitments: list[Commitment], found: dict[int, int]) -> dict[int, int]:
    """Numbers by agreement, the same for each of its commitments."""
    return {one.pk: found.get(one.agreement_id, 0) for one in commitments}


@counts(Measure.MEETINGS, url=_meetings_of, opens=officials)
def meetings(commitments: list[Commitment]) -> dict[int, int]:
    """Meetings of the consortium that took place, their minutes approved or not yet."""
    under = "consortium__agreement"
    held = Meeting.objects.took_place().filter(consortium__agreement__in={one.agreement_id for one in commitments})
    return _spread(commitments, dict(held.order_by().values_list(under).annotate(Count("pk"))))


@counts(Measure.JOINT_PROJECTS, url=_projects_of, opens=officials)
def joint_projects(commitments: list[Commitment]) -> dict[int, int]:
    """Joint projects that the consortium has agreed on, whether they are to run, run or ran."""
    under = "consortium__agreement"
    found = JointProject.objects.found().filter(consortium__agreement__in={one.agreement_id for one in commitments})
    return _spread(commitments, dict(found.order_by().values_list(under).annotate(Count("pk"))))
