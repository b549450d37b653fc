"""What is read of school visits beyond a queryset: who gets a visit, who waits, what there is to do, the figures."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cohorts.models import OutreachRound, SchoolRequest, Visit, VisitFeedback
from cohorts.outreach_choice import choose, line_up
from cohorts.outreach_states import RequestState
from portal.accounts.models import User
from portal.common.numbers import percent, round_half_up
from portal.common.todos import Todo, where


@dataclass(frozen=True)
class Line:
    """What a decision would make of a request; `place` counts within the outcome."""

    request: SchoolRequest
    outcome: str
    place: int

    @property
    def outcome_label(self) -> str:
        return str(RequestState(self.outcome).label)


def proposal(round: OutreachRound) -> list[Line]:
    """What the rule of the round makes of the requests as they are now; one query."""
    requests = {one.pk: one for one in round.requests.submitted().order_by("pk")}
    choice = choose((one.wish for one in requests.values()), round.rule)
    outcomes = (
        (RequestState.ACCEPTED, choice.accepted),
        (RequestState.WAITLISTED, choice.waitlisted),
        (RequestState.TURNED_DOWN, choice.turned_down),
    )
    return [
        Line(requests[wish.id], outcome, place) for outcome, wishes in outcomes for place, wish in enumerate(wishes, 1)
    ]


def fingerprint(lines: Iterable[Line]) -> str:
    """The same for the same outcome: what an official has seen is what is decided."""
    told = ",".join(f"{line.request.pk}={line.outcome}" for line in lines)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def waitlist_of(round: OutreachRound) -> list[SchoolRequest]:
    """Those who wait, the next in line first; one query."""
    standing = round.requests.filter(state__in=(RequestState.ACCEPTED, RequestState.WAITLISTED)).order_by("pk")
    found = {one.pk: one for one in standing}
    waiting = [one.wish for one in found.values() if one.state == RequestState.WAITLISTED]
    taken = [one.wish for one in found.values() if one.state == RequestState.ACCEPTED]
    return [found[wish.id] for wish in line_up(waiting, taken, round.rule, len(waiting))]


@dataclass(frozen=True)
class Number:
    """How many requests are in a state, and how many of them are of rural schools."""

    state: str
    label: str
    number: int
    rural: int


def request_numbers(requests: QuerySet[SchoolRequest]) -> list[Number]:
    """In the order of the states; those nothing is in are left out. One query."""
    counted = requests.order_by().values_list("state").annotate(n=Count("pk"), rural=Count("pk", filter=Q(rural=True)))
    found = {state: (n, rural) for state, n, rural in counted}
    return [Number(state.value, str(state.label), *found[state]) for state in RequestState if state in found]


# Figures -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """Of held visits; the sums are those of the rows."""

    visits: int
    pupils: int
    schools: int
    rural: int
    regions: list[tuple[str, int]]  # the most visited first

    @property
    def rural_share(self) -> Decimal | None:
        return percent(self.rural, self.visits)


def visit_figures(visits: QuerySet[Visit]) -> Figures:
    """Of those of `visits` that were held; two queries."""
    held = visits.held().order_by()  # type: ignore[attr-defined]
    sums = held.aggregate(
        visits=Count("pk"),
        people=Sum("pupils"),
        schools=Count("school", distinct=True),
        rural=Count("pk", filter=Q(request__rural=True)),
    )
    regions = held.values_list("request__region").annotate(n=Count("pk")).order_by("-n", "request__region")
    return Figures(sums["visits"], sums["people"] or 0, sums["schools"], sums["rural"], list(regions))


@dataclass(frozen=True)
class Marks:
    """The mean of each question, with two decimals, and how many schools answered."""

    answers: int
    means: list[tuple[str, Decimal]]
    words: list[str]  # the newest first


def feedback_marks(visits: QuerySet[Visit], *, most_words: int = 10) -> Marks:
    """What the schools of these visits said; two queries."""
    given = VisitFeedback.objects.filter(visit__in=visits.order_by().values("pk"))
    labels = {"level": _("Level"), "interest": _("Interest"), "running": _("Preparation")}
    found = given.aggregate(answers=Count("pk"), **{name: Avg(name) for name in VisitFeedback.QUESTIONS})
    means = [
        (labels[name], round_half_up(Decimal(str(found[name])), 2))
        for name in VisitFeedback.QUESTIONS
        if found[name] is not None
    ]
    words = given.exclude(words="").order_by("-given_at", "-pk").values_list("words", flat=True)[:most_words]
    return Marks(found["answers"], means, list(words))


def rural_rows(visits: QuerySet[Visit], *, most: int = 8) -> list[tuple[str, list[int]]]:
    """Held visits of the rounds with the newest visits: rural schools, others; for a stacked chart."""
    held = visits.held().order_by()  # type: ignore[attr-defined]
    counted: Counter[tuple[int, bool]] = Counter()
    topics: dict[int, str] = {}
    rows = held.values_list("round", "round__topic", "request__rural").annotate(n=Count("pk")).order_by("round")
    for pk, topic, rural, n in rows:
        topics[pk] = topic
        counted[pk, rural] += n
    newest = sorted(topics)[-most:]
    return [(topics[pk], [counted[pk, True], counted[pk, False]]) for pk in newest]


# What is to be done next ----------------------------------------------------------------


def outreach_work(user: User) -> dict[str, QuerySet[Any]]:
    """What waits with the office of an outreach programme."""
    requests = SchoolRequest.objects.visible_to(user)
    return {
        "requests_to_decide": requests.to_decide(),
        "requests_to_plan": requests.to_plan(),
        "visits_unreported": Visit.objects.visible_to(user).unreported(),
    }


def outreach_todos(found: dict[str, int]) -> list[Todo]:
    """`found`: how many rows each of `outreach_work` has, as far as they were counted."""
    shown = (
        ("requests_to_decide", _("School requests to decide on"), "cohorts:school-request-list", "to_decide", True),
        ("requests_to_plan", _("Accepted schools without a day"), "cohorts:school-request-list", "to_plan", False),
        ("visits_unreported", _("School visits without a report"), "cohorts:visit-list", "unreported", True),
    )
    return [Todo(label, found.get(key, 0), where(name, show=show), urgent) for key, label, name, show, urgent in shown]
