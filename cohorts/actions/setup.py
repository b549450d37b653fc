"""Copying the set-up of one cohort to another: last year's rules and questions, with the dates moved.

What else a cohort is set up with joins by one line in COPIERS.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cohorts.actions.board import QuotaPlan, adopt_rules
from cohorts.actions.bonus import set_bonus_rule
from cohorts.actions.cohorts import edit_policy, plan_cohort
from cohorts.actions.questions import copy_questions
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.copying import IN_POLICY, Move, moves_of, rules_of
from cohorts.models import Cohort, QuotaGroup
from cohorts.queries.answers import published_form
from cohorts.states import CohortState, Stage
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Copier:
    label: str | Promise
    count: Callable[[Cohort], int]  # what there is to copy
    copy: Callable[[Cohort, Cohort, "User | None"], None]  # from the one to the other, in place of what is there


def policy_moves(source: Cohort, target: Cohort) -> list[Move]:
    """The dates of the rules, moved by the distance between the first days of the two."""
    return [move for move in moves_of(source, target.starts_on) if move.field in IN_POLICY]


def _policy(source: Cohort, target: Cohort, by: "User | None") -> None:
    dates = {move.field: move.now for move in policy_moves(source, target)}
    edit_policy(target, by=by, **rules_of(source.policy, dates, same_host=source.host_id == target.host_id))


def _questions(source: Cohort, target: Cohort, by: "User | None") -> None:
    if form := published_form(source) or source.forms.first():
        copy_questions(form.questions.all(), target, by=by)


def _question_count(source: Cohort) -> int:
    form = published_form(source) or source.forms.first()
    return form.questions.count() if form else 0


def _rubrics(source: Cohort, target: Cohort, by: "User | None") -> None:
    fields = CriterionPlan.__dataclass_fields__
    for stage in Stage:
        rows = source.criteria.filter(stage=stage)
        plans = [CriterionPlan(**{name: getattr(one, name) for name in fields}) for one in rows]
        if plans:
            set_rubric(target, stage, plans, by=by)


def _bonus(source: Cohort, target: Cohort, by: "User | None") -> None:
    known = {rule.name: rule for rule in target.bonus_rules.all()}
    for one in source.bonus_rules.all():
        rule = known.get(one.name)
        set_bonus_rule(target, by=by, rule=rule, name=one.name, points=one.points, evidence=one.evidence)


def _quotas(source: Cohort, target: Cohort, by: "User | None") -> None:
    """Those whose track and bonus rule the other cohort has too, by their names."""
    tracks, rules = ({one.name: one.pk for one in rows.all()} for rows in (target.tracks, target.bonus_rules))
    names = {str(one.pk): one.name for one in source.bonus_rules.all()}
    plans = []
    for quota in source.quotas.select_related("track"):
        track = tracks.get(quota.track.name) if quota.track else None
        value = str(rules.get(names.get(quota.value, ""), "")) if quota.kind == QuotaGroup.BONUS else quota.value
        if value and (track or not quota.track):
            plans.append(QuotaPlan(track, quota.kind, value, quota.rule, quota.amount, quota.unit))
    if plans:
        adopt_rules(target, by=by, reason=_now("Copied from %(cohort)s") % {"cohort": source}, quotas=plans)


COPIERS: dict[str, Copier] = {
    "policy": Copier(_("Rules: who may apply, weights, offers, training"), lambda source: 1, _policy),
    "questions": Copier(_("Own questions of the application form, as a draft"), _question_count, _questions),
    "rubrics": Copier(_("Rubrics of the stages"), lambda source: source.criteria.count(), _rubrics),
    "bonus": Copier(_("Bonus points"), lambda source: source.bonus_rules.count(), _bonus),
    "quotas": Copier(_("Kept seats and limits"), lambda source: source.quotas.count(), _quotas),  # after bonus
}


@transaction.atomic
def copy_setup(target: Cohort, *, source: Cohort, parts: Collection[str], by: "User | None") -> Cohort:
    """Give `target` the named parts of another cohort of its host, in place of its own; all of them or none.

    Before the notice is published alone: what applicants have read stays. Nobody's data comes along.
    """
    target = Cohort.objects.select_for_update(no_key=True).get(pk=target.pk)
    if target.state != CohortState.PLANNED:
        raise ActionRefused(_now("The notice is published: what applicants have read stays."))
    if source.pk == target.pk or source.host_id != target.host_id:
        raise ActionRefused(_now("Choose another cohort of your organization."), "source")
    if not parts:
        raise ActionRefused(_now("Choose at least one part."), "parts")
    for name, copier in COPIERS.items():
        if name in parts:
            copier.copy(source, target, by)
    audit.record(target, "cohort.setup_copied", by=by, after={"source": source.pk, "parts": sorted(parts)})
    return target


@transaction.atomic
def plan_next_cohort(source: Cohort, *, parts: Collection[str], by: "User | None", **plan: Any) -> Cohort:
    """A new cohort of the same programme, with the named parts of the set-up of `source`; all of it or nothing.

    `plan` as of `plan_cohort`. Without `parts` it begins with the national rules.
    """
    made = plan_cohort(source.programme, by=by, **plan)
    return copy_setup(made, source=source, parts=parts, by=by) if parts else made
