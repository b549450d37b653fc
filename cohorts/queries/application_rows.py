"""The rows of the lists of applications: what they show and nothing else, in dictionaries."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from cohorts.models import Application
from portal.common.korean import mask_email, mask_mobile
from portal.common.prepared import PreparedRows

if TYPE_CHECKING:
    from cohorts.models.application import ApplicationQuerySet

Row = dict[str, Any]
BLIND = ("pk", "receipt_number", "cohort__name", "track__name", "state", "submitted_at")
PERSON = ("person__name", "person__mobile", "person__email")


def fields(*, blind: bool) -> tuple[str, ...]:
    """A reviewer's rows hold nothing of the person, so that no template can show it."""
    return BLIND if blind else BLIND + PERSON


@cache
def _prepared(blind: bool) -> PreparedRows:  # the key of the cache
    return PreparedRows(Application.objects.values(*fields(blind=blind)))


def application_rows(chosen: "list[int] | ApplicationQuerySet", *, blind: bool, in_full: bool = False) -> list[Row]:
    """One query. Of keys, in their order, by one whose SQL is built once. Not `in_full`, contacts are masked."""
    rows = _prepared(blind)(chosen) if isinstance(chosen, list) else list(chosen.values(*fields(blind=blind)))
    if not blind and not in_full:
        for row in rows:
            row["person__mobile"] = mask_mobile(row["person__mobile"])
            row["person__email"] = mask_email(row["person__email"])
    return rows


def review_rows(scored: Iterable[tuple[int, int, Any]]) -> list[Row]:
    """Of the pk, the number of scores and one's own points, as `to_review` gives them."""
    found = {pk: {"score_count": number, "my_points": mine} for pk, number, mine in scored}
    return [row | found[row["pk"]] for row in _prepared(True)(found)]
