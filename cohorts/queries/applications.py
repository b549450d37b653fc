"""Reads of applications, and what is to be done with them."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from cohorts.models import (
    Application,
    Cohort,
    InterviewBooking,
    InterviewInvitation,
    Offer,
    Person,
    Supplement,
)
from cohorts.states import (
    OfferState,
)
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


def begun_forms(user: User) -> QuerySet[Cohort]:
    """Where one has typed on the first page of a form and not sent it: there is no application yet."""
    mine = Application.objects.live().filter(person__user=user)
    return Cohort.objects.public().filter(typed_answers__account=user).exclude(pk__in=mine.values("cohort"))


def resembling(person: Person) -> list[str]:
    """The addresses of other records of the host that may be the same person, at most one more than are shown:
    by name and date of birth, or mobile number.
    """
    same = Q(name=person.name, birth_date=person.birth_date) | Q(mobile=person.mobile, name=person.name)
    others = Person.objects.filter(same, host=person.host_id).exclude(pk=person.pk).order_by("pk")
    return list(others.values_list("email", flat=True)[: MOST_RESEMBLING + 1])
