"""Reads that are more than a queryset: seats, ranking, and what is to be done next."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts import ranking
from cohorts.eligibility import EligibilityRules
from cohorts.models import (
    Application,
    Cohort,
    CohortPolicy,
    CohortStaff,
    Decision,
    Offer,
    Person,
    Score,
    Selection,
    Track,
)
from cohorts.models.cohort import CohortQuerySet
from cohorts.states import (
    FILLS_SEATS,
    HOLDS_A_SEAT,
    IN_SELECTION,
    IN_TRAINING,
    RECEIVED,
    SELECTS,
    TAKES_APPLICATIONS,
    WAS_OFFERED,
    ApplicationState,
    CohortState,
    OfferState,
    Outcome,
    Stage,
)
from partners.queries import Todo
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.models import AuditEvent

# Cohorts -----------------------------------------------------------------------------------


def open_cohorts(now: datetime | None = None) -> QuerySet[Cohort]:
    """Published courses that take applications now or will, the next deadline first. Public facts only."""
    now = now or timezone.now()
    found = Cohort.objects.filter(state__in=TAKES_APPLICATIONS, apply_closes_at__gt=now)
    return found.select_related("programme", "host", "policy").order_by("apply_closes_at", "pk")


def eligibility_rules(policy: CohortPolicy) -> EligibilityRules:
    """The rules of a cohort as `eligibility.judge` takes them. Touches `policy.cohort`."""
    return EligibilityRules(
        closes_at=policy.cohort.apply_closes_at,
        age_min=policy.age_min,
        age_max=policy.age_max,
        age_reference_date=policy.age_reference_date,
        region=policy.region,
        unemployed_only=policy.unemployed_only,
    )


def last_change(cohort: Cohort) -> int:
    """The newest event of a cohort, by which two editors notice each other; 0 if it has none."""
    newest = AuditEvent.objects.filter(object_type="cohorts.cohort", object_id=cohort.pk).aggregate(last=Max("pk"))
    return newest["last"] or 0


def staff_ever(cohort: Cohort) -> list[CohortStaff]:
    """Unsaved rows with the ids of everybody who was ever at work here, for the history."""
    about = Q(after__cohort=cohort.pk) | Q(before__cohort=cohort.pk)
    events = AuditEvent.objects.filter(about, object_type="cohorts.cohortstaff", host=cohort.host_id)
    return [CohortStaff(pk=pk) for pk in events.order_by().values_list("object_id", flat=True).distinct()]


@dataclass(frozen=True)
class CohortNumbers:
    """The figures of a cohort's page."""

    received: int
    seated: int
    in_training: int
    ended: int


def cohort_numbers(cohort: Cohort) -> CohortNumbers:
    """Two queries, however many people."""
    states = dict(cohort.applications.received().order_by().values_list("state").annotate(Count("pk")))
    lives = dict(cohort.enrolments.order_by().values_list("state").annotate(Count("pk")))
    training = sum(lives.get(state, 0) for state in IN_TRAINING)
    seated = sum(states.get(state, 0) for state in HOLDS_A_SEAT)
    return CohortNumbers(sum(states.values()), seated, training, sum(lives.values()) - training)


SOON = timedelta(days=7)
SHOWN: dict[str, str | Promise] = {
    "closing": gettext_lazy("Applications close within seven days"),
    "over": gettext_lazy("Applications have ended, selection not begun"),
    "unpublished": gettext_lazy("Planned, not published"),
    "due": gettext_lazy("The first day has come, not started"),
    "running": gettext_lazy("Training under way"),
    "ended": gettext_lazy("The last day has passed, not finished"),
}


def narrowed(cohorts: CohortQuerySet, show: str) -> CohortQuerySet:
    """The cohorts that a filter of SHOWN means."""
    now, today = timezone.now(), timezone.localdate()
    match show:
        case "closing":
            return cohorts.closing_between(now, now + SOON)
        case "over":
            return cohorts.filter(state__in=TAKES_APPLICATIONS, apply_closes_at__lte=now)
        case "unpublished":
            return cohorts.filter(state=CohortState.PLANNED)
        case "due":
            return cohorts.filter(state=CohortState.SELECTING, starts_on__lte=today)
        case "running":
            return cohorts.filter(state=CohortState.RUNNING)
        case "ended":
            return cohorts.filter(state=CohortState.RUNNING, ends_on__lt=today)
    return cohorts


URGENT = ("over", "due", "ended")  # somebody should have acted


def cohort_todos(user: User) -> list[Todo]:
    """What is to be done next with the cohorts one may see; one query, empty numbers left out."""
    visible = Cohort.objects.visible_to(user).order_by()
    counted = {show: Count("pk", filter=Q(pk__in=narrowed(visible, show).values("pk"))) for show in SHOWN}
    numbers = visible.aggregate(**counted)
    url = reverse("cohorts:cohort-list")
    shown = ((show, str(label), numbers[show]) for show, label in SHOWN.items())
    return [Todo(show, label, n, f"{url}?show={show}", show in URGENT) for show, label, n in shown if n]


# Seats and the waitlist --------------------------------------------------------------------


def seats_open(tracks: Sequence[Track]) -> dict[int, int]:
    """Seats neither taken nor offered, by the pk of the track; one query. True only under the tracks' locks."""
    offered = dict(
        Offer.objects.live().filter(track__in=tracks).order_by().values_list("track").annotate(number=Count("pk"))
    )
    return {track.pk: track.seats_free - offered.get(track.pk, 0) for track in tracks}


def waitlist_valid_until(cohort: Cohort) -> date:
    """The last day on which a seat goes to the next in line: as the policy says, or the first day of training."""
    return cohort.policy.waitlist_until or cohort.starts_on


def waitlist_is_valid(cohort: Cohort) -> bool:
    return cohort.state in FILLS_SEATS and timezone.localdate() <= waitlist_valid_until(cohort)


def waitlist_place(application: Application) -> int:
    """How many wait before this application in its track, and one."""
    mine = Application.objects.with_rank().values_list("rank", flat=True).get(pk=application.pk)
    waiting = Application.objects.waitlisted().filter(track=application.track_id)
    if mine is not None:
        waiting = waiting.filter(Q(rank__lt=mine) | Q(rank=mine, pk__lt=application.pk))
    return waiting.count() + 1


def tracks_with_seats_to_offer() -> list[Track]:
    """Tracks in which a seat is free, somebody waits and the waitlist is valid."""
    waiting = Application.objects.filter(track=OuterRef("pk"), state=ApplicationState.WAITLISTED)
    live = Count("offers", filter=Q(offers__state=OfferState.LIVE))
    tracks = (
        Track.objects.filter(Exists(waiting), cohort__state__in=FILLS_SEATS)
        .annotate(live=live)
        .filter(capacity__gt=F("seats_taken") + F("live"))
        .select_related("cohort__policy")
        .order_by("pk")
    )
    return [track for track in tracks if waitlist_is_valid(track.cohort)]


def track_seats(cohort: Cohort) -> QuerySet[Track]:
    """The tracks of a cohort with `live` offers, the number `waiting`, and who is `next_pk` and `next_number`."""
    waiting = Application.objects.waitlisted().filter(track=OuterRef("pk"))
    return cohort.tracks.annotate(
        live=Count("offers", filter=Q(offers__state=OfferState.LIVE), distinct=True),
        waiting=Count("applications", filter=Q(applications__state=ApplicationState.WAITLISTED), distinct=True),
        next_pk=Subquery(waiting.values("pk")[:1]),
        next_number=Subquery(waiting.values("receipt_number")[:1]),
        free=F("capacity") - F("seats_taken") - F("live"),
    )


# Pictures ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """Rows of a chart and its finding in one sentence."""

    rows: list[Any]
    finding: str
    series: list[str] = field(default_factory=list)


def funnel(cohort: Cohort) -> Picture:
    """From the applications received to the people enrolled; one query."""
    states = dict(cohort.applications.received().order_by().values_list("state").annotate(Count("pk")))

    def among(chosen: Iterable[str]) -> int:
        return sum(states.get(state, 0) for state in chosen)

    received, offered, seated = among(RECEIVED), among(WAS_OFFERED), among(HOLDS_A_SEAT)
    rows = [
        (_("Received"), received),
        (_("Eligible"), received - states.get(ApplicationState.INELIGIBLE, 0)),
        (_("Offered a seat"), offered),
        (_("Accepted"), seated),
        (_("Enrolled"), states.get(ApplicationState.ENROLLED, 0)),
    ]
    finding = _("Of %(received)d applications %(offered)d were offered a seat and %(seated)d have taken it.")
    return Picture(rows, finding % {"received": received, "offered": offered, "seated": seated})


BIN = 10  # points


def distribution(totals: Iterable[tuple[Decimal | None, str]]) -> Picture:
    """How many have which total, by what is decided of them."""
    found = [(min(int(total) // BIN * BIN, 100 - BIN), outcome) for total, outcome in totals if total is not None]
    counts = Counter(found)
    bins = range(min((low for low, _outcome in found), default=0), 100, BIN)
    rows = [
        (f"{low}–{low + BIN - 1 if low + BIN < 100 else 100}", [counts[low, outcome] for outcome in Outcome])
        for low in bins
    ]
    whole = sum(counts.values())
    top = max(rows, key=lambda row: sum(row[1]))
    finding = _("Most of the %(whole)d totals lie between %(range)s points.") % {"whole": whole, "range": top[0]}
    return Picture(rows, finding, [str(outcome.label) for outcome in Outcome])


# Ranking -----------------------------------------------------------------------------------


@dataclass
class Ranking:
    """What the scores of a cohort say at the moment. `decisions` are unsaved, by track and rank."""

    tracks: list[Track]
    seats: dict[int, int]  # by track: those that the selection may give
    waiting: dict[int, int]  # by track: those that wait since an earlier selection
    decisions: list[Decision] = field(default_factory=list)
    unranked: list[Application] = field(default_factory=list)  # a score that counts, or the track, is missing
    scores: dict[int, ranking.Scores] = field(default_factory=dict)  # by application

    def rows(self) -> "InOrder":
        """The decisions for a list; `tied`: somebody else of the track has the same total."""
        same = Counter((one.application.track_id, one.total) for one in self.decisions)
        for one in self.decisions:
            one.tied = same[one.application.track_id, one.total] > 1  # type: ignore[attr-defined]
        return InOrder(self.decisions)


class InOrder(list[Decision]):
    """Rows that a list shows page by page as they are."""

    ordered = True


def weights_of(policy: CohortPolicy) -> ranking.Weights:
    return ranking.Weights(policy.weight_document, policy.weight_test, policy.weight_interview)


def stages_of(policy: CohortPolicy) -> list[Stage]:
    """The stages that count in this cohort."""
    return [stage for stage in Stage if getattr(policy, f"weight_{stage}")]


def mean_scores(cohort: Cohort) -> dict[int, ranking.Scores]:
    """The panel's mean by stage of each application in selection that has a score."""
    points: dict[int, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    scores = Score.objects.filter(application__cohort=cohort, application__state__in=IN_SELECTION)
    for application, stage, given in scores.order_by().values_list("application", "stage", "points"):
        points[application][stage].append(given)
    return {
        application: ranking.Scores(**{stage: ranking.panel_mean(given) for stage, given in stages.items()})
        for application, stages in points.items()
    }


def rank(cohort: Cohort) -> Ranking:
    """Rank the applications in selection by the cohort's policy; four queries.

    The seats are those neither taken nor offered nor waited for. Ranks go on after those of
    earlier selections, so that a line of waiting people is never jumped.
    """
    tracks = list(cohort.tracks.all())
    seats = seats_open(tracks)
    released = Decision.objects.filter(selection__cohort=cohort, selection__released_at__isnull=False)
    waiting = Count("pk", filter=Q(application__state=ApplicationState.WAITLISTED))
    earlier = released.order_by().values_list("application__track").annotate(highest=Max("rank"), waits=waiting)
    last, waits = {}, {}
    for track, highest, number in earlier:
        last[track], waits[track] = highest, number
    found = Ranking(tracks, {pk: max(number - waits.get(pk, 0), 0) for pk, number in seats.items()}, waits)
    _fill(found, cohort, last)
    return found


def _fill(found: Ranking, cohort: Cohort, last: dict[int, int]) -> None:
    weights, means = weights_of(cohort.policy), mean_scores(cohort)
    found.scores = means
    candidates, applications = [], {}
    tracks = {track.pk: track for track in found.tracks}
    for application in cohort.applications.in_selection().select_related("person").defer("motivation").order_by("pk"):
        scores = means.get(application.pk, ranking.Scores())
        total = ranking.weighted_total(scores, weights)
        if total is None or application.track_id is None or application.submitted_at is None:
            found.unranked.append(application)
            continue
        application.track = tracks[application.track_id]
        applications[application.pk] = application
        candidates.append(
            ranking.Candidate(application.pk, str(application.track_id), scores, total, application.submitted_at)
        )
    seats = {str(track): number for track, number in found.seats.items()}
    chosen = ranking.select(candidates, seats, minimum=cohort.policy.minimum_total)
    for track, before in ((track, last.get(track, 0)) for track in found.seats):
        mine = [candidate for candidate in chosen.rejected if candidate.track == str(track)]
        ordered = [
            *((Outcome.SELECTED, candidate) for candidate in chosen.selected[str(track)]),
            *((Outcome.WAITLISTED, candidate) for candidate in chosen.waitlisted[str(track)]),
            *((Outcome.REJECTED, candidate) for candidate in mine),
        ]
        for number, (outcome, candidate) in enumerate(ordered, start=before + 1):
            found.decisions.append(
                Decision(
                    application=applications[candidate.id],
                    host_id=cohort.host_id,
                    outcome=outcome,
                    rank=number,
                    total=candidate.total,
                    scores=as_strings(candidate.scores),
                )
            )


@dataclass(frozen=True)
class TrackNumbers:
    """What a selection says of one track."""

    track: Track
    seats: int
    selected: int
    waitlisted: int
    rejected: int
    cut_off: Decimal | None  # the lowest total that gets a seat


def preview_numbers(found: Ranking) -> list[TrackNumbers]:
    rows = [(one.application.track_id, one.outcome, one.total) for one in found.decisions]
    counts = Counter((track, outcome) for track, outcome, _total in rows)
    cut_off = {track: total for track, outcome, total in rows if outcome == Outcome.SELECTED}  # the last one stays
    return [_track_numbers(track, found.seats[track.pk], counts, cut_off) for track in found.tracks]


def decision_numbers(selection: Selection) -> list[TrackNumbers]:
    """As prepared; two queries."""
    by = selection.decisions.order_by().values_list("application__track", "outcome").annotate(Count("pk"), Min("total"))
    rows = list(by)
    counts = Counter({(track, outcome): number for track, outcome, number, _least in rows})
    cut_off = {track: least for track, outcome, _number, least in rows if outcome == Outcome.SELECTED}
    seats = {int(track): number for track, number in selection.inputs["seats"].items()}
    tracks = Track.objects.filter(cohort=selection.cohort_id)
    return [_track_numbers(track, seats.get(track.pk, 0), counts, cut_off) for track in tracks]


def _track_numbers(
    track: Track, seats: int, counts: Counter[tuple[int | None, str]], cut_off: dict[int | None, Decimal | None]
) -> TrackNumbers:
    numbers = {str(outcome): counts[track.pk, outcome] for outcome in Outcome}
    return TrackNumbers(track, seats, cut_off=cut_off.get(track.pk), **numbers)


def as_strings(scores: ranking.Scores) -> dict[str, str]:
    """As a decision keeps them: {"document": "82.00", …} without what is missing."""
    return {str(stage): str(points) for stage in Stage if (points := getattr(scores, stage)) is not None}


# What is to be done next -------------------------------------------------------------------


def selection_todos(user: User) -> list[Todo]:
    """Scores, selections, offers and enrolments that wait for this user; one query."""
    if user.role == Role.REVIEWER:
        mine = Score.objects.filter(application=OuterRef("pk"), reviewer=user)
        open_ones = Application.objects.visible_to(user).in_selection().filter(~Exists(mine))
        return _said([("to_score", _("Applications to score"), open_ones.count(), reverse("cohorts:score-list"))])
    if user.role == Role.TRAINEE:
        offers = Offer.objects.visible_to(user).live().filter(deadline__gt=timezone.now()).order_by("deadline")
        label = _("Answer the offer of a seat")
        return [Todo("my_offer", label, 1, offer.get_absolute_url(), urgent=True) for offer in offers]
    if user.role not in HOST_STAFF:
        return []
    return _said(row for cohort in _counted(user) for row in _rows_of(cohort))


def _counted(user: User) -> QuerySet[Cohort]:
    """The cohorts that fill their seats, with the numbers of what waits in each."""

    def number(rows: QuerySet[Any]) -> Subquery:
        mine = rows.filter(cohort=OuterRef("pk")).order_by().values("cohort").annotate(n=Count("pk"))
        return Subquery(mine.values("n"))

    states = {state: number(Application.objects.filter(state=state)) for state in ("submitted", "offered", "accepted")}
    prepared = number(Selection.objects.filter(released_at=None))
    return Cohort.objects.visible_to(user).filter(state__in=FILLS_SEATS).annotate(prepared=prepared, **states)


def _rows_of(cohort: Any) -> Iterable[tuple[str, str, int, str]]:
    """What waits in one cohort: (key, label, number, link)."""
    selection = reverse("cohorts:selection", args=[cohort.pk])
    waitlist = reverse("cohorts:selection-waitlist", args=[cohort.pk])
    name = {"cohort": cohort.name}
    if cohort.prepared:
        yield "to_release", _("%(cohort)s: a selection to release") % name, cohort.prepared, selection
    elif cohort.state in SELECTS:
        yield "to_decide", _("%(cohort)s: applications to decide on") % name, cohort.submitted or 0, selection
    yield "offers", _("%(cohort)s: offers without an answer") % name, cohort.offered or 0, f"{waitlist}?state=offered"
    enrol = reverse("cohorts:enrolment-start", args=[cohort.pk])
    yield "to_enrol", _("%(cohort)s: accepted, to be enrolled") % name, cohort.accepted or 0, enrol


def _said(rows: Iterable[tuple[str, str, int, str]]) -> list[Todo]:
    return [Todo(key, label, number, url) for key, label, number, url in rows if number]


# Applications ------------------------------------------------------------------------------


def my_applications(user: User) -> QuerySet[Application]:
    """One's own, the newest first, each with the pk of its `live_offer`."""
    live = Offer.objects.filter(application=OuterRef("pk"), state=OfferState.LIVE)
    mine = Application.objects.filter(person__user=user).annotate(live_offer=Subquery(live.values("pk")[:1]))
    return mine.select_related("cohort__programme", "track").order_by("-created_at", "-pk")


def resembling(person: Person) -> QuerySet[Person]:
    """Other records of the host that may be the same person: by name and date of birth, or mobile number."""
    same = Q(name=person.name, birth_date=person.birth_date) | Q(mobile=person.mobile, name=person.name)
    return Person.objects.filter(same, host=person.host_id).exclude(pk=person.pk).order_by("pk")


def my_application_todos(user: User) -> list[Todo]:
    """The drafts that can still be submitted, each with its deadline."""
    drafts = Application.objects.filter(
        person__user=user,
        state=ApplicationState.DRAFT,
        cohort__state__in=TAKES_APPLICATIONS,
        cohort__apply_closes_at__gt=timezone.now(),
    )
    found = []
    for pk, name, closes in drafts.order_by("cohort__apply_closes_at").values_list(
        "cohort", "cohort__name", "cohort__apply_closes_at"
    ):
        last = timezone.localtime(closes - timedelta(minutes=1))
        label = _("Submit your application for %(cohort)s by %(last)s") % {
            "cohort": name, "last": f"{last:%Y-%m-%d %H:%M}"
        }  # fmt: skip
        urgent = closes - timezone.now() < timedelta(days=1)
        found.append(Todo("my_draft", label, 1, reverse("cohorts:apply", args=[pk]), urgent=urgent))
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
    return _said(
        [
            ("new", _("Applications received since yesterday"), numbers["new"], f"{url}?since={since}"),
            ("ineligible", _("Not eligible: check the reasons"), numbers["ineligible"], f"{url}?state=ineligible"),
        ]
    )
