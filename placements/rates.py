"""The figures an AI school is measured by (domain.md section 3), each with all that is needed to check it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from placements.states import JobKind
from portal.common.dates import add_months, period_end
from portal.common.numbers import percent

EMPLOYED_WITHIN_MONTHS: Final = 6  # of the end of training (S1 art. 40)
EVIDENCE_WITHIN_MONTHS: Final = 7
RETAINED_MONTHS: Final = 6
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """A published figure. Never print the value without the rest: 55 of 80 and 55 of 155 are both true."""

    numerator: int
    denominator: int
    excluded: int  # people left out of the denominator
    as_of: date

    def __post_init__(self) -> None:
        if not (0 <= self.numerator <= self.denominator and self.excluded >= 0):
            raise ValueError(
                f"{self.numerator} of {self.denominator}, {self.excluded} excluded: somebody is miscounted."
            )

    @property
    def value(self) -> Decimal | None:
        """Percent with one decimal, a half up; None where nobody is in the denominator, never 0."""
        return percent(self.numerator, self.denominator)


def pooled(rates: Iterable[Rate], as_of: date) -> Rate:
    """One rate over several cohorts: the sum of the counts, not the mean of the percentages (S20)."""
    counted = list(rates)
    return Rate(
        sum(rate.numerator for rate in counted),
        sum(rate.denominator for rate in counted),
        sum(rate.excluded for rate in counted),
        as_of,
    )


def completion_rate(completed: int, enrolled: int, as_of: date) -> Rate:
    """수료율: those who completed among all who took part (S1 art. 39)."""
    return Rate(completed, enrolled, 0, as_of)


def employment_rate(employed: int, early: int, completed: int, excluded: int, as_of: date) -> Rate:
    """취업률 as it is usually published: (employed + early) of (completed + early - excluded).

    `employed`: completers with a job that `counts_as_employed`. `early`: employed before they met completion
    (조기취업). `excluded`: completers without a job in military service, further study, long illness, prison,
    abroad for good, or dead. Example: (45 + 2) of (78 + 2 - 6) = 63.5.
    """
    return Rate(employed + early, completed + early - excluded, excluded, as_of)


def strict_employment_rate(employed: int, early: int, completed: int, as_of: date) -> Rate:
    """취업률 with nobody left out. Example: 47 of 80 = 58.8."""
    return employment_rate(employed, early, completed, 0, as_of)


@dataclass(frozen=True)
class Hire:
    hired_on: date
    left_on: date | None = None  # the last day with this employer


def retention_6(hires: Iterable[Hire], as_of: date) -> Rate:
    """고용유지율: hires still with the same employer six months later, of those hired so long ago.

    Younger hires are 미도래: not yet countable, so they are the `excluded` of this rate.
    """
    counted = list(hires)
    mature = [hire for hire in counted if _retained_on(hire) <= as_of]
    stayed = [hire for hire in mature if hire.left_on is None or hire.left_on >= _retained_on(hire)]
    return Rate(len(stayed), len(mature), len(counted) - len(mature), as_of)


def _retained_on(hire: Hire) -> date:
    return add_months(hire.hired_on, RETAINED_MONTHS)


def employment_deadline(training_end: date, months: int = EMPLOYED_WITHIN_MONTHS) -> date:
    """The last day on which a job may begin that still counts (S1 art. 40)."""
    return period_end(training_end + _DAY, months)


def evidence_due(training_end: date) -> date:
    """The last day to hand in evidence of a job that no insurance record shows (S1 art. 40)."""
    return period_end(training_end + _DAY, EVIDENCE_WITHIN_MONTHS)


def counts_as_employed(
    kind: JobKind,
    started_on: date,
    training_end: date,
    *,
    completed_on: date | None = None,
    months: int = EMPLOYED_WITHIN_MONTHS,
) -> bool:
    """Whether a completer's job belongs in the numerator of the employment rate (S1 art. 40).

    It must begin within so many months of the end of training, and after the day on which completion was met,
    which is the end of training unless given. Daily work never counts during training.
    """
    opens = training_end if completed_on is None or kind == JobKind.DAILY else completed_on
    return opens < started_on <= employment_deadline(training_end, months)
