"""Counts anew what is delivered of commitments. Derived from records that have their own history: no event."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from partners.measures import delivered, standing
from partners.models import Agreement, Commitment, CommitmentFigure

BATCH = 500  # agreements
WRITTEN = ("agreement", "host", "organization", "number", "state", "as_of")


def refresh_figures(*agreements: int | None) -> int:
    """Of all commitments of these agreements (ids; None, of a programme without one, is left out); how many.

    Costs as many queries as there are measures, and five.
    """
    wanted = sorted({pk for pk in agreements if pk})
    return _refresh(wanted) if wanted else 0


@transaction.atomic
def _refresh(agreements: list[int]) -> int:
    """Each agreement's row is locked first, so that of two who count at once the later sees what both did."""
    list(Agreement.objects.select_for_update(no_key=True).filter(pk__in=agreements).order_by("pk").values_list("pk"))
    rows = Commitment.objects.filter(agreement__in=agreements).select_related("agreement", "party")
    commitments = list(rows.order_by("pk"))
    live, now = delivered(commitments), timezone.now()
    figures = [
        CommitmentFigure(
            commitment=one,
            agreement=one.agreement,
            host_id=one.agreement.host_id,
            organization_id=one.party.organization_id,
            number=live[one.pk].number if one.pk in live else None,
            state=standing(one.agreement, one, live.get(one.pk)) or "",
            as_of=now,
        )
        for one in commitments
    ]
    CommitmentFigure.objects.bulk_create(
        figures, update_conflicts=True, unique_fields=["commitment"], update_fields=WRITTEN, batch_size=1_000
    )
    return len(figures)


def refresh_all_figures() -> int:
    """Of every agreement, batch after batch, each its own transaction; how many commitments."""
    return sum(refresh_figures(*batch) for batch in _batches())


def _batches() -> Iterator[list[int]]:
    last = 0
    while batch := list(Agreement.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]
