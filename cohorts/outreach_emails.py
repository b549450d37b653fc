"""Mail about school visits: to the teacher who asked, to the expert, to the office. Texts: templates/emails/cohorts/."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from portal import notify

if TYPE_CHECKING:
    from cohorts.models import SchoolRequest, Visit
    from portal.accounts.models import User


def teacher(request: "SchoolRequest") -> notify.Recipient:
    return notify.Recipient(request.contact_email, language=request.language, name=request.contact_name)


def to_school(
    request: "SchoolRequest", template: str, *, by: "User | None", slot: object = "once", **context: Any
) -> list[notify.Message]:
    """A message about a request, with the teacher's link; none once the address is destroyed. Join `round`."""
    if not request.contact_email:
        return []
    message = notify.Message(
        key=f"{template}:{request.pk}:{slot}",
        to=teacher(request),
        template=f"cohorts/{template}",
        context={
            "round": request.round.topic,
            "school": request.school_name,
            "receipt_number": request.receipt_number,
            "path": reverse("cohorts:school-mine", args=[request.token]),
        }
        | context,
        host=request.host_id,
        by=by,
    )
    return [message]


def _day(visit: "Visit") -> dict[str, Any]:
    return {
        "school": str(visit.school),
        "round": visit.round.topic,
        "starts": timezone.localtime(visit.starts_at),
        "ends": timezone.localtime(visit.ends_at),
        "place": visit.place,
        "expert": visit.who,
    }


def visit_to_school(
    visit: "Visit", template: str, *, by: "User | None", slot: object, **context: Any
) -> list[notify.Message]:
    """To the teacher. Join `request.round`, `school` and `expert.user`."""
    return to_school(visit.request, template, by=by, slot=f"{visit.pk}:{slot}", **_day(visit) | context)


def visit_to_expert(
    visit: "Visit", template: str, *, by: "User | None", slot: object, **context: Any
) -> list[notify.Message]:
    """To the expert, if they have an account."""
    return visit_to(visit.expert.user, visit, template, by=by, slot=slot, **context) if visit.expert else []


def visit_to(
    user: "User", visit: "Visit", template: str, *, by: "User | None", slot: object, **context: Any
) -> list[notify.Message]:
    message = notify.Message(
        key=f"{template}:{visit.pk}:{slot}:u{user.pk}",
        to=user,
        template=f"cohorts/{template}",
        context=_day(visit) | {"path": visit.get_absolute_url()} | context,
        host=visit.host_id,
        by=by,
    )
    return [message]


def moment_slot(moment: datetime) -> str:
    """Tells one arrangement of a visit from the next."""
    return f"{moment:%Y%m%d%H%M%S%f}"
