"""What the groups of quotas are called."""

from cohorts.models import Application, Cohort, QuotaGroup, SeatQuota, Track
from cohorts.quotas import Quota, QuotaRule


def group_names(cohort: Cohort) -> dict[str, str]:
    """Of the quotas and bonus rules of a cohort, by code, as an office writes them; two queries."""
    found = {rule.group: rule.name for rule in cohort.bonus_rules.all()}
    return found | {quota.group: name_of(quota, found) for quota in cohort.quotas.all()}


def quotas_of(track: Track) -> tuple[list[Quota], dict[str, str]]:
    """What holds in a track, and what its groups are called; one query, two where something holds."""
    found = [one for one in SeatQuota.objects.filter(cohort=track.cohort_id) if one.track_id in (None, track.pk)]
    bonus = {rule.group: rule.name for rule in track.cohort.bonus_rules.all()} if found else {}
    quotas = [Quota(one.group, QuotaRule(one.rule), one.seats_of(track.capacity)) for one in found]
    return quotas, {one.group: name_of(one, bonus) for one in found}


def name_of(quota: SeatQuota, bonus: dict[str, str]) -> str:
    if quota.kind == QuotaGroup.EDUCATION:
        return str(dict(Application.Education.choices).get(quota.value, quota.value))
    return bonus.get(quota.group, quota.value)
