"""What is typed at the application form and not sent yet: kept until it is, and never longer than of use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from cohorts.actions.extensions import lock_time
from cohorts.models import TypedAnswers
from portal import audit
from portal.common.korean import has_broken_letters, holds_resident_number

if TYPE_CHECKING:
    from datetime import datetime

    from cohorts.models import Cohort

LONGEST: Final = 10_000  # letters of one value; the longest answer has 5,000
Pages = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Typed:
    """A page of the form, and by field what stands there as it was typed; empty when it was sent."""

    page: str
    values: Mapping[str, str]


def put_typed(cohort: "Cohort", account: int, typed: Typed, pages: Pages | None) -> Pages:
    """Put a page in the place of what was typed there before; returns what is kept now, by page.

    `pages` is what was kept so far, read under the caller's lock.
    """
    before = pages or {}
    kept = {name: value for name, value in typed.values.items() if may_be_kept(value)}
    if kept == before.get(typed.page, {}):
        return before
    now = {page: values for page, values in before.items() if page != typed.page}
    if kept:
        now[typed.page] = kept
    if not now:
        forget_typed(cohort.pk, account)
        return {}
    row = TypedAnswers(cohort=cohort, host_id=cohort.host_id, account_id=account, pages=now, updated_at=timezone.now())
    TypedAnswers.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["cohort", "account"], update_fields=["pages", "updated_at"]
    )
    return now


def may_be_kept(value: str) -> bool:
    """Never a resident number (PIPA art. 24-2), nor a book, nor what PostgreSQL cannot hold."""
    fits = len(value) <= LONGEST and "\x00" not in value and not has_broken_letters(value)
    return fits and not holds_resident_number(value)


def forget_typed(cohort: int, account: int | None) -> None:
    TypedAnswers.objects.of(account, cohort).delete()


@transaction.atomic
def destroy_typed(now: "datetime | None" = None) -> int:
    """Destroy what nothing can come of any more; how many people's. The history keeps the number of each cohort."""
    due = TypedAnswers.objects.expired(now or timezone.now())
    due = due.filter(cohort__in=lock_time(due))
    found: dict[Cohort, list[int]] = {}
    for row in due.select_for_update(of=("self",)).select_related("cohort"):
        found.setdefault(row.cohort, []).append(row.pk)
    for cohort, pks in found.items():
        TypedAnswers.objects.filter(pk__in=pks).delete()
        audit.record(cohort, "cohort.typed_destroyed", by=None, before={"people": len(pks)})
    return sum(map(len, found.values()))
