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
# Every kind of access that a view writes down (`audit.saw`); the tests find one without words.
SEEN: dict[str, Any] = {
    "application.viewed": gettext_lazy("Application opened"),
    "application.listed": gettext_lazy("List of applicants opened"),
    "application.downloaded": gettext_lazy("File of an application downloaded"),
    "attendance.viewed": gettext_lazy("Attendance sheet opened"),
    "class.viewed": gettext_lazy("Class of a pathway opened"),
    "employment.viewed": gettext_lazy("Job of a trainee opened"),
    "enrolment.listed": gettext_lazy("List of trainees opened"),
    "enrolment.viewed": gettext_lazy("Enrolment opened"),
    "entry.listed": gettext_lazy("List of entrants to a pathway opened"),
    "evidence.downloaded": gettext_lazy("Evidence of a job downloaded"),
    "export.downloaded": gettext_lazy("Export downloaded"),
    "extension.listed": gettext_lazy("List of deadline extensions opened"),
    "interview.listed": gettext_lazy("List of job interviews opened"),
    "invitations.downloaded": gettext_lazy("Invitations downloaded"),
    "licences.downloaded": gettext_lazy("Licence seats downloaded"),
    "licences.listed": gettext_lazy("Licence seats opened"),
    "log.viewed": gettext_lazy("Mentoring log opened"),
    "mail.viewed": gettext_lazy("Mail opened"),
    "members.downloaded": gettext_lazy("People and roles downloaded"),
    "offer.viewed": gettext_lazy("Offer of a seat opened"),
    "outcome.viewed": gettext_lazy("Outcomes of trainees opened"),
    "placement.viewed": gettext_lazy("Matching to projects opened"),
    "register.downloaded": gettext_lazy("Rows of an old register downloaded"),
    "roster.downloaded": gettext_lazy("Rows of a roster downloaded"),
    "roster.viewed": gettext_lazy("Rows of a roster opened"),
    "school_request.downloaded": gettext_lazy("School requests downloaded"),
    "school_request.viewed": gettext_lazy("School request opened"),
    "scores.downloaded": gettext_lazy("Reviewers’ scores downloaded"),
    "selection.downloaded": gettext_lazy("Selection downloaded"),
    "team.viewed": gettext_lazy("Project team opened"),
    "trainee.viewed": gettext_lazy("Trainee opened"),
    "visit.downloaded": gettext_lazy("School visits downloaded"),
    "visit.viewed": gettext_lazy("People of a school visit opened"),
    "way.downloaded": gettext_lazy("People of pathways downloaded"),
    "way.listed": gettext_lazy("List of people of pathways opened"),
    "way.viewed": gettext_lazy("Pathway of a person opened"),
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
        said = sorted(((action, str(words)) for action, words in SEEN.items()), key=lambda one: one[1])
        choices = [("", _("All")), *said]
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
