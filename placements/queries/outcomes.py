"""What became of a cohort, each figure with the very people behind it (domain.md section 3)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import COUNTS_AS_TRAINEE, RECEIVED, EnrolmentState
from placements import rates
from placements.models import Employment, OutcomeExclusion
from placements.states import JobKind, JobState


@dataclass(frozen=True)
class Person:
    """A trainee of a cohort as the rates see one."""

    enrolment_id: int
    state: EnrolmentState
    job: Employment | None  # the verified job that counts, the earliest
    excluded: bool  # an exclusion is on record; it counts only without a job
    reported: bool  # a job waits to be verified


@dataclass(frozen=True)
class Outcome:
    """The figures of a cohort on a day. `groups` holds the enrolments behind each, by name."""

    cohort: Cohort
    as_of: date
    applicants: int
    groups: dict[str, frozenset[int]]
    completion: rates.Rate
    employment: rates.Rate
    strict: rates.Rate
    retention: rates.Rate

    def count(self, group: str) -> int:
        return len(self.groups[group])


GROUPS = (
    "enrolled", "completed", "not_completed", "early", "left", "employed", "looking", "excluded", "to_verify",
    "conventional", "strict", "hires", "retained", "immature",
)  # fmt: skip


def outcome_of(cohort: Cohort, as_of: date | None = None) -> Outcome:
    """All figures of a cohort as of a day, today unless given. Three queries, however many trainees.

    What was hired, verified or excluded after that day does not count.
    """
    as_of = as_of or timezone.localdate()
    people = _people(cohort, as_of)
    groups = _groups(people, as_of)
    early, completed = len(groups["early"]), len(groups["completed"])
    employed = sum(one.job is not None and one.state == EnrolmentState.COMPLETED for one in people)
    hires = [rates.Hire(one.job.hired_on, one.job.left_on) for one in people if one.job]
    applications = Application.objects.filter(cohort=cohort, state__in=RECEIVED)
    return Outcome(
        cohort=cohort,
        as_of=as_of,
        applicants=applications.count(),
        groups=groups,
        completion=rates.completion_rate(completed, len(groups["enrolled"]), as_of),
        employment=rates.employment_rate(employed, early, completed, len(groups["excluded"]), as_of),
        strict=rates.strict_employment_rate(employed, early, completed, as_of),
        retention=rates.retention_6(hires, as_of),
    )


def groups_of(cohort: Cohort, as_of: date) -> dict[str, frozenset[int]]:
    """The enrolments behind each figure, by name. Two queries."""
    return _groups(_people(cohort, as_of), as_of)


def _people(cohort: Cohort, as_of: date) -> list[Person]:
    jobs: dict[int, list[Employment]] = defaultdict(list)
    for job in Employment.objects.filter(enrolment__cohort=cohort, hired_on__lte=as_of).order_by("hired_on", "pk"):
        jobs[job.enrolment_id].append(job)
    excluded = Exists(OutcomeExclusion.objects.filter(enrolment=OuterRef("pk"), since__lte=as_of))
    people = []
    for enrolment in Enrolment.objects.filter(cohort=cohort).annotate(is_excluded=excluded):
        state = _state_on(enrolment, as_of)
        mine = jobs[enrolment.pk]
        counting = next((one for one in mine if _counts(one, state, enrolment.ended_on, cohort, as_of)), None)
        waiting = any(one.state == JobState.REPORTED for one in mine)
        people.append(Person(enrolment.pk, state, counting, enrolment.is_excluded, waiting))
    return people


def _state_on(enrolment: Enrolment, day: date) -> EnrolmentState:
    """Who ended later was still in training then; who never counted (S1 art. 38) does not count then either."""
    if enrolment.state not in COUNTS_AS_TRAINEE:
        return EnrolmentState(enrolment.state)
    ended = enrolment.ended_on is not None and enrolment.ended_on <= day
    return EnrolmentState(enrolment.state) if ended else EnrolmentState.ACTIVE


def _counts(job: Employment, state: EnrolmentState, ended_on: date | None, cohort: Cohort, as_of: date) -> bool:
    """A verified job of a completer by S1 art. 40, or the one somebody left the course for."""
    if job.state != JobState.VERIFIED or job.verified_on is None or job.verified_on > as_of:
        return False
    if state == EnrolmentState.EARLY_EMPLOYED:
        return True
    if state != EnrolmentState.COMPLETED:
        return False
    months = cohort.policy.employment_months
    return rates.counts_as_employed(
        JobKind(job.kind), job.hired_on, cohort.ends_on, completed_on=ended_on, months=months
    )


def _groups(people: Iterable[Person], as_of: date) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {name: set() for name in GROUPS}
    for one in people:
        for name in _groups_of(one, as_of):
            found[name].add(one.enrolment_id)
    return {name: frozenset(ids) for name, ids in found.items()}


def _groups_of(one: Person, as_of: date) -> list[str]:
    """The groups a person is in."""
    names = ["to_verify"] if one.reported else []
    if one.state in COUNTS_AS_TRAINEE:
        names.append("enrolled")
    if one.job:
        stayed = rates.retention_6([rates.Hire(one.job.hired_on, one.job.left_on)], as_of)
        names.append("hires" if stayed.denominator else "immature")
        names += ["retained"] if stayed.numerator else []
    match one.state:
        case EnrolmentState.COMPLETED:
            standing = "employed" if one.job else "excluded" if one.excluded else "looking"
            names += ["completed", "strict", standing] + ([] if standing == "excluded" else ["conventional"])
        case EnrolmentState.EARLY_EMPLOYED:
            names += ["early", "employed", "strict", "conventional"]
        case EnrolmentState.NOT_COMPLETED:
            names.append("not_completed")
        case EnrolmentState.DROPPED | EnrolmentState.EXPELLED:
            names.append("left")
    return names


def outcomes_of(cohorts: Iterable[Cohort], as_of: date | None = None) -> list[Outcome]:
    """The same for several cohorts; `rates.pooled` adds them up."""
    return [outcome_of(cohort, as_of) for cohort in cohorts]


def with_outcomes(cohorts: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Cohorts with the numbers that need no rule: trainees, completers, jobs reported, jobs to verify."""
    jobs = Employment.objects.filter(enrolment=OuterRef("enrolments"), hired_on__lte=timezone.localdate())
    reported = jobs.filter(state=JobState.REPORTED)
    return cohorts.annotate(
        trainee_count=Count("enrolments", filter=Q(enrolments__state__in=COUNTS_AS_TRAINEE), distinct=True),
        completed_count=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.COMPLETED), distinct=True),
        early_count=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.EARLY_EMPLOYED), distinct=True),
        verify_count=Count("enrolments", filter=Exists(reported), distinct=True),
    )
