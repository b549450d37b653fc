"""Until when somebody may apply: the cohort's deadline, or the own extension of it. Pure; the server's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from cohorts.states import TAKES_APPLICATIONS, TAKES_LATE

if TYPE_CHECKING:
    from cohorts.models import Cohort


@dataclass(frozen=True)
class Deadline:
    opens_at: datetime
    closes_at: datetime  # the first instant that is too late: for "until 18:00" it is 18:01 (domain.md 1.6)
    takes: bool  # what the state of the cohort allows
    extended: bool = False

    @property
    def is_open(self) -> bool:
        return self.takes and self.opens_at <= timezone.now() < self.closes_at

    @property
    def opens_later(self) -> bool:
        return self.takes and timezone.now() < self.opens_at

    @property
    def stated(self) -> datetime:
        """The last minute in time, as a notice says it."""
        return self.closes_at - timedelta(minutes=1)


def deadline(cohort: "Cohort", until: datetime | None = None) -> Deadline:
    """`until`: of an extension. It never shortens what everybody has, and lasts while nothing is selected."""
    closes, takes = cohort.apply_closes_at, cohort.state in TAKES_APPLICATIONS
    if until and (until > closes or not takes):
        return Deadline(cohort.apply_opens_at, until, cohort.state in TAKES_LATE, extended=True)
    return Deadline(cohort.apply_opens_at, closes, takes)
