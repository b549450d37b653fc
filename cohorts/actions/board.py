"""By what rules a cohort selects: adopted together with a reason, as long as no selection rests on them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.actions.cohorts import edit_policy
from cohorts.eligibility import province_of
from cohorts.models import Application, Cohort, CohortPolicy, QuotaGroup, QuotaRuleChoice, QuotaUnit, SeatQuota, Track
from cohorts.planning import Fault
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class QuotaPlan:
    """A quota as it shall be; `track` None means each track."""

    track: int | None
    kind: str
    value: str
    rule: str
    amount: int
    unit: str

    def row(self, cohort: Cohort) -> SeatQuota:
        """Unsaved, as the ranking takes it too."""
        return SeatQuota(cohort=cohort, host_id=cohort.host_id, track_id=self.track, **self.plain())

    def plain(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "track"}


@transaction.atomic
def adopt_rules(
    cohort: Cohort, *, by: "User | None", reason: str, quotas: Sequence[QuotaPlan], **policy: Any
) -> CohortPolicy:
    """Write tried rules into the policy (fields of it as `policy`) and replace the quotas by `quotas`.

    Refuses without a reason, and once a selection rests on the present rules.
    """
    if not reason.strip():
        raise ActionRefused(_("Say why the rules are changed."), "reason")
    changed = edit_policy(cohort, by=by, reason=reason, **policy)
    cohort = changed.cohort
    refuse_once_selected(cohort)
    rules = [str(pk) for pk in cohort.bonus_rules.values_list("pk", flat=True)]
    for fault in quota_faults(cohort, list(cohort.tracks.all()), rules, quotas):
        raise ActionRefused(fault.sentence, fault.field)
    before = [plan_of(quota) for quota in cohort.quotas.all()]
    if before != list(quotas):
        cohort.quotas.all().delete()
        SeatQuota.objects.bulk_create(plan.row(cohort) for plan in quotas)
        was, now = ({"quotas": [vars(plan) for plan in plans]} for plans in (before, quotas))
        audit.record(changed, "policy.quotas_set", by=by, before=was, after=now, reason=reason)
    return changed


def plan_of(quota: SeatQuota) -> QuotaPlan:
    return QuotaPlan(quota.track_id, quota.kind, quota.value, quota.rule, quota.amount, quota.unit)


def refuse_once_selected(cohort: Cohort) -> None:
    if cohort.selections.exists():
        raise ActionRefused(_("A selection rests on these rules. While it is only prepared, it can be discarded."))


# What must hold ----------------------------------------------------------------------------


def quota_faults(
    cohort: Cohort, tracks: Sequence[Track], rules: Collection[str], plans: Sequence[QuotaPlan]
) -> Iterator[Fault]:
    """What is wrong with each quota alone, then with all of a track together; fields are `quotas-<place>-<name>`.

    `rules`: the pks of the cohort's bonus rules.
    """
    known = {track.pk for track in tracks}
    seen: Counter[tuple[Any, ...]] = Counter()
    for place, plan in enumerate(plans):
        value = f"quotas-{place}-{'region' if plan.kind == QuotaGroup.REGION else 'group'}"
        seen[plan.track, plan.kind, plan.value, plan.rule] += 1
        if seen[plan.track, plan.kind, plan.value, plan.rule] > 1:
            yield Fault(value, _("This group has such a quota already."))
        if plan.track is not None and plan.track not in known:
            yield Fault(f"quotas-{place}-track", _("Choose a track of this cohort."))
        if plan.kind == QuotaGroup.REGION and province_of(plan.value) is None:
            yield Fault(value, _("Begin with the province, like 대구광역시 or 경상북도 구미시."))
        if plan.kind == QuotaGroup.BONUS and plan.value not in rules:
            yield Fault(value, _("Choose a bonus rule of this cohort."))
        if plan.kind == QuotaGroup.EDUCATION and plan.value not in Application.Education.values:
            yield Fault(value, _("Choose an education."))
        if plan.unit == QuotaUnit.PERCENT and plan.amount > 100:
            yield Fault(f"quotas-{place}-amount", _("A part of the seats is at most 100%."))
    for track in tracks:
        yield from _track_faults(cohort, track, plans)


def _track_faults(cohort: Cohort, track: Track, plans: Sequence[QuotaPlan]) -> Iterator[Fault]:
    kept, limits = 0, dict[str, int]()
    seats: dict[str, dict[str, int]] = defaultdict(dict)
    for place, plan in enumerate(plans):
        if plan.track not in (None, track.pk):
            continue
        quota = plan.row(cohort)
        number = quota.seats_of(track.capacity)
        seats[quota.group][plan.rule] = number
        if plan.rule == QuotaRuleChoice.AT_LEAST:
            kept += number
            if kept > track.capacity:
                sentence = _("“%(track)s” has %(seats)d seats; with this quota %(kept)d would be kept.")
                told = {"track": track.name, "seats": track.capacity, "kept": kept}
                yield Fault(f"quotas-{place}-amount", sentence % told)
        limits[quota.group] = place
    for group, by_rule in seats.items():
        least, most = by_rule.get(QuotaRuleChoice.AT_LEAST, 0), by_rule.get(QuotaRuleChoice.AT_MOST)
        if most is not None and most < least:
            sentence = _("In “%(track)s” this group would have at least %(least)d seats and at most %(most)d.")
            yield Fault(
                f"quotas-{limits[group]}-amount", sentence % {"track": track.name, "least": least, "most": most}
            )
