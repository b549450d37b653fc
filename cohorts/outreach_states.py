"""The lives of a round of school visits, a school's request and a visit. Imports nothing but Django."""

from django.db import models
from django.utils.translation import pgettext_lazy


class VisitFormat(models.TextChoices):
    AT_SCHOOL = "at_school", pgettext_lazy("visit", "An expert visits the school")
    AT_COMPANY = "at_company", pgettext_lazy("visit", "The class visits the company")


class Grade(models.TextChoices):
    E1 = "e1", pgettext_lazy("grade", "Elementary school, year 1")
    E2 = "e2", pgettext_lazy("grade", "Elementary school, year 2")
    E3 = "e3", pgettext_lazy("grade", "Elementary school, year 3")
    E4 = "e4", pgettext_lazy("grade", "Elementary school, year 4")
    E5 = "e5", pgettext_lazy("grade", "Elementary school, year 5")
    E6 = "e6", pgettext_lazy("grade", "Elementary school, year 6")
    M1 = "m1", pgettext_lazy("grade", "Middle school, year 1")
    M2 = "m2", pgettext_lazy("grade", "Middle school, year 2")
    M3 = "m3", pgettext_lazy("grade", "Middle school, year 3")
    H1 = "h1", pgettext_lazy("grade", "High school, year 1")
    H2 = "h2", pgettext_lazy("grade", "High school, year 2")
    H3 = "h3", pgettext_lazy("grade", "High school, year 3")


class RoundState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("round of visits", "Draft")
    PUBLISHED = "published", pgettext_lazy("round of visits", "Published")
    DECIDED = "decided", pgettext_lazy("round of visits", "Decided")
    CANCELLED = "cancelled", pgettext_lazy("round of visits", "Cancelled")


R = RoundState
ROUND_TRANSITIONS: dict[str, frozenset[str]] = {
    R.DRAFT: frozenset({R.PUBLISHED, R.CANCELLED}),
    R.PUBLISHED: frozenset({R.DECIDED, R.CANCELLED}),
    R.DECIDED: frozenset(),
    R.CANCELLED: frozenset(),
}
ROUND_VERBS: dict[str, str] = {"publish": R.PUBLISHED, "cancel": R.CANCELLED}
TAKES_REQUESTS = (R.PUBLISHED,)
SHOWN_TO_SCHOOLS = (R.PUBLISHED, R.DECIDED)
SHOWN_TO_COMPANY = (R.PUBLISHED, R.DECIDED, R.CANCELLED)
ROUND_EDITABLE = (R.DRAFT,)  # what schools have read stays as it is
ROUND_WIDENABLE = (R.PUBLISHED,)  # but schools may be offered more than they have read


class RequestState(models.TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("school request", "Received")
    ACCEPTED = "accepted", pgettext_lazy("school request", "Accepted")
    WAITLISTED = "waitlisted", pgettext_lazy("school request", "On the waitlist")
    TURNED_DOWN = "turned_down", pgettext_lazy("school request", "Not chosen")
    WITHDRAWN = "withdrawn", pgettext_lazy("school request", "Withdrawn by the school")
    CANCELLED = "cancelled", pgettext_lazy("school request", "Cancelled")


Q = RequestState
REQUEST_TRANSITIONS: dict[str, frozenset[str]] = {
    Q.SUBMITTED: frozenset({Q.ACCEPTED, Q.WAITLISTED, Q.TURNED_DOWN, Q.WITHDRAWN, Q.CANCELLED}),
    Q.WAITLISTED: frozenset({Q.ACCEPTED, Q.WITHDRAWN, Q.CANCELLED}),
    Q.ACCEPTED: frozenset({Q.WITHDRAWN, Q.CANCELLED}),
    Q.TURNED_DOWN: frozenset(),
    Q.WITHDRAWN: frozenset(),
    Q.CANCELLED: frozenset(),
}
TAKES_A_VISIT = (Q.ACCEPTED,)
CAN_BE_CANCELLED = tuple(state for state, after in REQUEST_TRANSITIONS.items() if Q.CANCELLED in after)
CAN_BE_WITHDRAWN = tuple(state for state, after in REQUEST_TRANSITIONS.items() if Q.WITHDRAWN in after)


class VisitState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("visit", "Planned")
    HELD = "held", pgettext_lazy("visit", "Held")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


class ConsentWay(models.TextChoices):
    """How somebody's consent to the keeping of a pupil's name was obtained."""

    PAPER = "paper", pgettext_lazy("consent", "Signed paper")
    TELEPHONE = "telephone", pgettext_lazy("consent", "By telephone")
    MESSAGE = "message", pgettext_lazy("consent", "By the school's messenger or e-mail")
