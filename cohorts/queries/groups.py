"""What the groups of quotas are called."""

from cohorts.models import Application, Cohort, QuotaGroup, SeatQuota


def group_names(cohort: Cohort) -> dict[str, str]:
    """Of the quotas and bonus rules of a cohort, by code, as an office writes them; two queries."""
    found = {rule.group: rule.name for rule in cohort.bonus_rules.all()}
    return found | {quota.group: name_of(quota, found) for quota in cohort.quotas.all()}


def name_of(quota: SeatQuota, bonus: dict[str, str]) -> str:
    if quota.kind == QuotaGroup.EDUCATION:
        return str(dict(Application.Education.choices).get(quota.value, quota.value))
    return bonus.get(quota.group, quota.value)
