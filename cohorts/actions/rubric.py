"""Setting the rubric (평가표) of a stage: criteria that give 100 points together, until the first score is given."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Criterion, ReviewDraft, Score
from cohorts.rubric import WHOLE
from cohorts.states import HAS_ENDED, Stage
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class CriterionPlan:
    """A criterion as it shall be; `minimum` and `low_below` in points of it, None for none."""

    name: str
    most: int
    name_en: str = ""
    description: str = ""
    description_en: str = ""
    minimum: int | None = None
    low_below: int | None = None


@transaction.atomic
def set_rubric(cohort: Cohort, stage: Stage, plans: Sequence[CriterionPlan], *, by: "User | None") -> list[Criterion]:
    """Replace the criteria of a stage; without any, the stage is judged by one number again.

    Refuses as soon as a score of the stage exists: what has been given was given for these criteria.
    """
    # As `score_application` does: nobody scores by criteria that go at this moment.
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.has_started or cohort.state in HAS_ENDED:
        raise ActionRefused(_("The selection of this cohort is over, so its rubrics stay as they are."))
    if Score.objects.filter(application__cohort=cohort, stage=stage).exists():
        raise ActionRefused(_("Scores of this stage have been given, so its rubric stays as it is."))
    _refuse_faults(plans)
    before = said(stage, cohort.criteria.filter(stage=stage))
    cohort.criteria.filter(stage=stage).delete()
    ReviewDraft.objects.filter(application__cohort=cohort).delete()  # typed for criteria that are gone
    made = Criterion.objects.bulk_create(
        Criterion(cohort=cohort, host_id=cohort.host_id, stage=stage, position=position, **vars(plan))
        for position, plan in enumerate(plans, start=1)
    )
    audit.record(cohort, "cohort.rubric_set", by=by, before={"rubric": before}, after={"rubric": said(stage, plans)})
    return made


def said(stage: Stage, criteria: Iterable[Criterion | CriterionPlan]) -> str:
    """As the history keeps a rubric: "면접: 문제해결 40 (≥ 16, < 12), 협업 60"."""
    parts = []
    for one in criteria:
        limits = [f"≥ {one.minimum}"] * (one.minimum is not None) + [f"< {one.low_below}"] * (one.low_below is not None)
        parts.append(f"{one.name} {one.most}" + (f" ({', '.join(limits)})" if limits else ""))
    return f"{stage.label}: {', '.join(parts)}" if parts else ""


def _refuse_faults(plans: Sequence[CriterionPlan]) -> None:
    names = Counter(plan.name for plan in plans)
    for place, plan in enumerate(plans):
        if names[plan.name] > 1:
            raise ActionRefused(_("Two criteria have this name. Choose another."), f"criteria-{place}-name")
        for field in ("minimum", "low_below"):
            limit = getattr(plan, field)
            if limit is not None and not 1 <= limit <= plan.most:
                sentence = _("Enter 1 to %(most)d, or leave it empty: the criterion gives %(most)d points.")
                raise ActionRefused(sentence % {"most": plan.most}, f"criteria-{place}-{field}")
    if plans and (found := sum(plan.most for plan in plans)) != WHOLE:
        sentence = _("The criteria give %(sum)d points together. They must give 100.")
        raise ActionRefused(sentence % {"sum": found})
