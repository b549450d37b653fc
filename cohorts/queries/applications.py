"""Reads of applications, and what is to be done with them."""

from datetime import datetime, time, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import (
    Application,
    InterviewBooking,
    InterviewInvitation,
    Offer,
    Person,
    Supplement,
)
from cohorts.queries.todos import todos_of
from cohorts.states import (
    ApplicationState,
    OfferState,
)
from partners.queries import Todo
from portal.accounts.models import User

MOST_RESEMBLING = 20  # shown; a common name is no news


def my_applications(user: User) -> QuerySet[Application]:
    """One's own, the newest first, each with the pk of its `live_offer`, and its interview if there is one."""
    live = Offer.objects.filter(application=OuterRef("pk"), state=OfferState.LIVE)
    documents = Supplement.objects.to_send().filter(application=OuterRef("pk"))
    booked = InterviewBooking.objects.live().filter(application=OuterRef("pk"))
    invited = InterviewInvitation.objects.filter(application=OuterRef("pk"))
    mine = (
        Application.objects.filter(person__user=user)
        .owing_pledges()
        .with_deadline()
        .annotate(
            live_offer=Subquery(live.values("pk")[:1]),
            asked_documents=Subquery(documents.values("pk")[:1]),
            interview_at=Subquery(booked.values("slot__starts_at")[:1]),
            choose_until=Subquery(invited.values("book_until")[:1]),
        )
    )
    return mine.select_related("cohort__programme", "track").order_by("-created_at", "-pk")


def resembling(person: Person) -> list[str]:
    """The addresses of other records of the host that may be the same person, at most one more than are shown:
    by name and date of birth, or mobile number.
    """
    same = Q(name=person.name, birth_date=person.birth_date) | Q(mobile=person.mobile, name=person.name)
    others = Person.objects.filter(same, host=person.host_id).exclude(pk=person.pk).order_by("pk")
    return list(others.values_list("email", flat=True)[: MOST_RESEMBLING + 1])


def my_application_todos(user: User) -> list[Todo]:
    """The drafts that can still be submitted, each with its deadline."""
    drafts = Application.objects.filter(person__user=user, state=ApplicationState.DRAFT).with_deadline()
    found = []
    for draft in sorted(drafts.select_related("cohort"), key=lambda one: one.deadline.closes_at):
        if not draft.deadline.is_open:
            continue
        last = date_format(timezone.localtime(draft.deadline.stated), "DATETIME_FORMAT")
        label = _("Submit your application for %(cohort)s by %(last)s") % {"cohort": draft.cohort.name, "last": last}
        urgent = draft.deadline.closes_at - timezone.now() < timedelta(days=1)
        found.append(Todo("my_draft", label, 1, reverse("cohorts:apply", args=[draft.cohort_id]), urgent=urgent))
    return found


def application_todos(user: User) -> list[Todo]:
    """What has come in and what is to be examined, where applications are being taken; one query."""
    since = timezone.localdate() - timedelta(days=1)
    start = timezone.make_aware(datetime.combine(since, time.min))
    visible = Application.objects.visible_to(user)
    numbers = visible.aggregate(
        new=Count("pk", filter=Q(submitted_at__gte=start)),
        ineligible=Count("pk", filter=Q(state=ApplicationState.INELIGIBLE)),
    )
    url = reverse("cohorts:application-list")
    return todos_of(
        [
            ("new", _("Applications received since yesterday"), numbers["new"], f"{url}?since={since}"),
            ("ineligible", _("Not eligible: check the reasons"), numbers["ineligible"], f"{url}?state=ineligible"),
        ]
    )
