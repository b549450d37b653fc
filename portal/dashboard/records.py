"""The history of a host, who has seen whose data, and how the portal is."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.history import SENTENCES
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.fields import DateField
from portal.common.guards import roles
from portal.common.htmx import render
from portal.common.listing import FilterForm, Listing, SearchField
from portal.jobs.models import Job, ScheduleSlot
from portal.jobs.states import JobState

READERS = (Role.ADMIN, Role.OFFICIAL)
SEEN: dict[str, Any] = {
    "application.viewed": gettext_lazy("Application opened"),
    "school_request.viewed": gettext_lazy("School request opened"),
    "visit.viewed": gettext_lazy("People of a school visit opened"),
    "attendance.viewed": gettext_lazy("Attendance sheet opened"),
    "licences.listed": gettext_lazy("Licence seats opened"),
    "licences.downloaded": gettext_lazy("Licence seats downloaded"),
    "members.downloaded": gettext_lazy("People and roles downloaded"),
    "invitations.downloaded": gettext_lazy("Invitations downloaded"),
    "trainee.viewed": gettext_lazy("Trainee opened"),
    "export.downloaded": gettext_lazy("Placement report downloaded"),
}


class PeriodFilter(FilterForm):
    """The records of somebody, of a kind, of a time."""

    column = ""  # that holds the kind

    q = SearchField(label=gettext_lazy("Who (name or e-mail)"))
    since = DateField(label=pgettext_lazy("period", "From"))
    until = DateField(label=pgettext_lazy("period", "To"))

    def narrow(self, rows: QuerySet[Any], chosen: dict[str, Any]) -> QuerySet[Any]:
        if q := chosen.get("q"):
            rows = rows.filter(Q(actor__name__icontains=q) | Q(actor__email__icontains=q))
        if kind := chosen.get(self.column):
            rows = rows.filter(**{self.column: kind})
        if since := chosen.get("since"):
            rows = rows.filter(at__date__gte=since)
        if until := chosen.get("until"):
            rows = rows.filter(at__date__lte=until)
        return rows


class EventFilter(PeriodFilter):
    column = "verb"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = sorted(((verb, str(words)) for verb, words in SENTENCES.items()), key=lambda one: one[1])
        choices = [("", _("All")), *said]
        self.fields["verb"] = forms.ChoiceField(label=_("What happened"), choices=choices, required=False)


class AccessFilter(PeriodFilter):
    column = "action"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *SEEN.items()]
        self.fields["action"] = forms.ChoiceField(label=_("What was seen"), choices=choices, required=False)


def accesses_of(user: User) -> QuerySet[AccessRecord]:
    """An official reviews those to the data of the own host; admins, all."""
    if user.role == Role.ADMIN:
        return AccessRecord.objects.all()
    return AccessRecord.objects.filter(host=user.organization_id)


@require_GET
@roles(*READERS)
def event_list(request: HttpRequest) -> HttpResponse:
    """What was done, by whom and why, the newest first."""
    listing = Listing(
        request,
        AuditEvent.objects.visible_to(request.user).select_related("actor", "host"),
        form=EventFilter,
        sorts={"at": "at"},
        default_sort="-at",
        page_size=50,
    )
    for event in listing:
        event.sentence = SENTENCES.get(event.verb, event.verb)
        event.role_label = Role(event.role).label if event.role in Role.values else ""
    return listing.render("dashboard/event_list.html")


@require_GET
@roles(*READERS)
def access_list(request: HttpRequest) -> HttpResponse:
    """The access record, for the monthly review (안전성 확보조치 기준 제8조)."""
    listing = Listing(
        request,
        accesses_of(request.user).select_related("actor", "host"),
        form=AccessFilter,
        sorts={"at": "at", "people": ("people", "at")},
        default_sort="-at",
        page_size=50,
    )
    for record in listing:
        record.said = SEEN.get(record.action, record.action)
        record.role_label = Role(record.role).label if record.role in Role.values else ""
    people = listing.rows.order_by().aggregate(people=Sum("people"), who=Count("actor", distinct=True))
    return listing.render("dashboard/access_list.html", {"sums": people})


@require_GET
@roles(Role.ADMIN)
def statusz(request: HttpRequest) -> HttpResponse:
    """How long work waits, what has died, and when the sweep last ran (trust.md section 5)."""
    now = timezone.now()
    due = Q(state=JobState.QUEUED, run_at__lte=now)
    numbers = Job.objects.aggregate(
        oldest=Min("run_at", filter=due),
        due=Count("pk", filter=due),
        running=Count("pk", filter=Q(state=JobState.RUNNING)),
        lost=Count("pk", filter=Q(state=JobState.RUNNING, lease_until__lte=now)),
        finished=Max("finished_at"),
    )
    waited = (now - numbers["oldest"]).total_seconds() if numbers["oldest"] else 0
    slot = ScheduleSlot.objects.aggregate(last=Max("slot"))["last"]
    context = {
        "numbers": numbers,
        "dead": Job.objects.dead_letters().count(),
        "waited": round(waited),
        "late": waited > 300,
        "slot": slot,
        "sweep_stopped": slot is None or (now - slot).total_seconds() > 86_400,
        "now": now,
    }
    return render(request, "dashboard/statusz.html", context)


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/privacy.html")


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/accessibility.html")
