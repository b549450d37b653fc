"""What the calendar does for school visits: reminders, each once, and the destruction of names (domain.md 6.3, 6.4)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from cohorts import outreach_emails as emails
from cohorts.models import SchoolRequest, Visit
from cohorts.models.visit import REPORT_WITHIN
from cohorts.outreach_states import RequestState, VisitState
from portal import audit, notify
from portal.accounts.models import User
from portal.common.dates import add_months

NOTICES = (1, 7)  # days before a visit
NAMES_KEPT = timedelta(days=1)  # after the visit; the law allows five
CONTACT_KEPT_MONTHS = 12


@transaction.atomic
def remind_of_visits() -> int:
    """Write to teacher and expert 7 days and 1 day before a visit; how many mails were asked for.

    The mail's key names the time of the visit and the notice: after a day on which nothing ran, the next makes
    up for it, nothing is sent twice, and a visit that was moved is told anew.
    """
    today = timezone.localdate()
    soon = Visit.objects.planned().filter(
        starts_at__gt=timezone.now(), starts_at__date__lte=today + timedelta(days=NOTICES[-1])
    )
    messages = []
    for visit in soon.select_related("round", "school", "expert__user", "request__round"):
        days = (timezone.localdate(visit.starts_at) - today).days
        notice = next(notice for notice in NOTICES if days <= notice)
        slot = f"{visit.starts_at:%Y%m%d%H%M}:{notice}"
        messages += emails.visit_to_school(visit, "visit_soon", by=None, slot=slot)
        messages += emails.visit_to_expert(visit, "visit_soon", by=None, slot=slot)
    return len(notify.queue_many(messages))


@transaction.atomic
def remind_of_reports() -> int:
    """Three days after a visit without a headcount, once: the expert; where that is no account, who arranged it."""
    late = Visit.objects.unreported().filter(ends_at__lte=timezone.now() - REPORT_WITHIN)
    messages = []
    for visit in late.select_related("round", "school", "expert__user", "arranged_by"):
        reader = visit.expert.user if visit.expert else visit.arranged_by
        if reader and reader.is_active:
            slot = f"{visit.starts_at:%Y%m%d%H%M}"
            messages += emails.visit_to(reader, visit, "visit_unreported", by=None, slot=slot)
    return len(notify.queue_many(messages))


@transaction.atomic
def destroy_names(*, by: User | None = None) -> int:
    """Destroy the pupils' names once the gate is passed, for good; how many. The history keeps the number."""
    over = Visit.objects.filter(ends_at__lte=timezone.now() - NAMES_KEPT, named_pupils__isnull=False).distinct()
    destroyed = 0
    for visit in Visit.objects.select_for_update(of=("self",)).filter(pk__in=over.order_by().values("pk")):
        names, _rows = visit.named_pupils.all().delete()
        audit.record(visit, "visit.names_destroyed", by=by, before={"names": names})
        destroyed += names
    return destroyed


@transaction.atomic
def destroy_contacts(*, by: User | None = None) -> int:
    """Empty the teachers' names, addresses and numbers a year after the result or the visit; how many."""
    until = add_months(timezone.localdate(), -CONTACT_KEPT_MONTHS)
    live = Q(visits__state=VisitState.PLANNED) | Q(state__in=(RequestState.SUBMITTED, RequestState.WAITLISTED))
    kept = SchoolRequest.objects.exclude(contact_email="").annotate(last_visit=Max("visits__ends_at"))
    due = kept.filter(Q(decided_at__date__lte=until) | Q(decided_at=None, submitted_at__date__lte=until))
    due = due.filter(Q(last_visit=None) | Q(last_visit__date__lte=until)).exclude(live)
    found = SchoolRequest.objects.select_for_update(of=("self",)).filter(pk__in=due.order_by().values("pk"))
    requests = list(found)
    for request in requests:
        request.contact_name = request.contact_email = request.contact_mobile = request.note = ""
        request.save(update_fields=["contact_name", "contact_email", "contact_mobile", "note"])
        audit.record(request, "school_request.contact_destroyed", by=by)
    return len(requests)
