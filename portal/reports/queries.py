"""What became of the trainees of a cohort, as of a day: one row each, and the figures that follow.

Figures are added up from the very rows that are printed, so the two cannot differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from cohorts.models import Cohort, Enrolment
from cohorts.states import EnrolmentState
from placements.models import Employment, OutcomeExclusion
from placements.rates import (
    Hire,
    Rate,
    completion_rate,
    counts_as_employed,
    employment_rate,
    retention_6,
    strict_employment_rate,
)
from placements.states import JobKind, JobState

CHUNK = 2000  # rows read at a time


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads inside see the database of one moment (REPEATABLE READ); opens its own transaction."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True)
class Outcome:
    """One trainee as of a day. `job` is the one that counts, or the newest verified one where none does."""

    name: str
    birth_year: int
    sex: str
    address: str
    major: str
    state: str
    ended_on: date | None
    job: Mapping[str, Any] | None
    employed: bool  # a completer with a job that counts (S1 art. 40)
    exclusion: str
    reported: bool  # a job is reported whose evidence nobody has verified yet

    @property
    def completed(self) -> bool:
        return self.state == EnrolmentState.COMPLETED

    @property
    def early(self) -> bool:
        return self.state == EnrolmentState.EARLY_EMPLOYED

    @property
    def in_work(self) -> bool:
        return self.employed or self.early

    @property
    def excluded(self) -> bool:
        """Left out of the denominator: a completer without a job that counts, for a recorded reason."""
        return self.completed and not self.employed and bool(self.exclusion)

    @property
    def hire(self) -> Hire | None:
        return Hire(self.job["hired_on"], self.job["left_on"]) if self.job and self.in_work else None


DATES = ("hired_on", "left_on", "insured_on", "verified_on")
TEXTS = ("kind", "company", "business_number", "in_region", "work", "contract", "verification")


def outcome_rows(cohort: Cohort, as_of: date) -> QuerySet[Any, Any]:
    """The trainees who count (수강인원) with all that is known of them on `as_of`; one query."""
    mine = Employment.objects.filter(enrolment=OuterRef("pk"), hired_on__lte=as_of)
    verified = mine.verified().filter(verified_on__lte=as_of).order_by("hired_on", "pk")
    excluded = OutcomeExclusion.objects.filter(enrolment=OuterRef("pk"), since__lte=as_of)
    return (
        Enrolment.objects.filter(cohort=cohort)
        .counted()
        .annotate(
            name=F("person__name"),
            birth_date=F("person__birth_date"),
            sex=F("person__sex"),
            address=Coalesce("application__address", "person__address"),
            major=F("application__major"),
            jobs=ArraySubquery(verified.values(json=JSONObject(**{name: name for name in (*DATES, *TEXTS)}))),
            exclusion_reason=Subquery(excluded.values("reason")),
            reported=Exists(mine.filter(state=JobState.REPORTED)),
        )
        .order_by("number")
        .values("name", "birth_date", "sex", "address", "major", "state", "ended_on", "jobs",
                "exclusion_reason", "reported")
    )  # fmt: skip


def outcomes(cohort: Cohort, as_of: date) -> Iterator[Outcome]:
    """Read through a server-side cursor: a hundred thousand take no more memory than a hundred."""
    months = cohort.policy.employment_months
    for row in outcome_rows(cohort, as_of).iterator(chunk_size=CHUNK):
        yield outcome(row, cohort.ends_on, months, as_of)


def outcome(row: Mapping[str, Any], ends_on: date, months: int, as_of: date) -> Outcome:
    """A row as of a day: who ended later was still in training then."""
    ended = row["ended_on"] if row["ended_on"] and row["ended_on"] <= as_of else None
    state = row["state"] if ended else EnrolmentState.ACTIVE.value
    jobs = [{**job, **{name: day(job[name]) for name in DATES}} for job in row["jobs"]]
    counting = [
        job
        for job in jobs
        if counts_as_employed(JobKind(job["kind"]), job["hired_on"], ends_on, completed_on=ended, months=months)
    ]
    employed = state == EnrolmentState.COMPLETED and bool(counting)
    first = (counting if employed else jobs)[:1]
    return Outcome(
        name=row["name"],
        birth_year=row["birth_date"].year,
        sex=row["sex"],
        address=row["address"],
        major=row["major"] or "",
        state=state,
        ended_on=ended,
        job=first[0] if first else None,
        employed=employed,
        exclusion=row["exclusion_reason"] or "",
        reported=row["reported"],
    )


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass
class Figures:
    """The counts of a cohort as of a day, and the rates that follow from them."""

    as_of: date
    trainees: int = 0
    states: Counter[str] = field(default_factory=Counter)
    employed: int = 0
    excluded: int = 0
    in_region: int = 0
    hires: Counter[Hire] = field(default_factory=Counter)
    exclusions: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Iterable[Outcome], as_of: date) -> "Figures":
        figures = cls(as_of)
        for row in rows:
            figures.add(row)
        return figures

    def add(self, row: Outcome) -> None:
        self.trainees += 1
        self.states[row.state] += 1
        self.employed += row.employed
        if row.excluded:
            self.excluded += 1
            self.exclusions[row.exclusion] += 1
        if row.hire and row.job:
            self.hires[row.hire] += 1
            self.in_region += bool(row.job["in_region"])

    @property
    def completed(self) -> int:
        return self.states[EnrolmentState.COMPLETED]

    @property
    def early(self) -> int:
        return self.states[EnrolmentState.EARLY_EMPLOYED]

    @property
    def in_work(self) -> int:
        return self.employed + self.early

    @cached_property
    def completion(self) -> Rate:
        return completion_rate(self.completed, self.trainees, self.as_of)

    @cached_property
    def employment(self) -> Rate:
        return employment_rate(self.employed, self.early, self.completed, self.excluded, self.as_of)

    @cached_property
    def strict_employment(self) -> Rate:
        return strict_employment_rate(self.employed, self.early, self.completed, self.as_of)

    @cached_property
    def retention(self) -> Rate:
        return retention_6(self.hires.elements(), self.as_of)

    @cached_property
    def regional(self) -> Rate:
        """Jobs within the host's region, of all jobs that count; an early job without evidence is the difference."""
        return Rate(self.in_region, self.hires.total(), self.in_work - self.hires.total(), self.as_of)

    @property
    def unfinished(self) -> int:
        return self.states[EnrolmentState.ACTIVE]


def figures_of(cohort: Cohort, as_of: date) -> Figures:
    """All figures of a cohort; one query beside the cohort's policy."""
    return Figures.of(outcomes(cohort, as_of), as_of)
