"""Bonus points (가점): what gives them, who claims them with which evidence, and what an official confirms of it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.applications import _lock, _require_changeable, attach_file
from cohorts.actions.board import refuse_once_selected
from cohorts.models import Application, ApplicationFile, BonusClaim, BonusRule, Cohort, QuotaGroup
from cohorts.states import BONUS_TRANSITIONS, OPEN_TO_CHANGE, BonusState
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User


# What gives points -------------------------------------------------------------------------


@transaction.atomic
def set_bonus_rule(
    cohort: Cohort, *, by: "User | None", name: str, points: Decimal, evidence: str, rule: BonusRule | None = None
) -> BonusRule:
    """A new rule, or `rule` changed. Refuses once a selection rests on the rules, and a name twice."""
    cohort = _lock_cohort(cohort)
    refuse_once_selected(cohort)
    others = cohort.bonus_rules.exclude(pk=rule.pk) if rule else cohort.bonus_rules.all()
    if others.filter(name=name).exists():
        raise ActionRefused(_("This cohort has a bonus rule of this name already."), "name")
    before = _told(rule) if rule else {}
    rule = rule or BonusRule(cohort=cohort, host_id=cohort.host_id)
    rule.name, rule.points, rule.evidence = name, points, evidence
    rule.save()
    audit.record(rule, "bonus_rule.changed" if before else "bonus_rule.made", by=by, before=before, after=_told(rule))
    return rule


@transaction.atomic
def remove_bonus_rule(rule: BonusRule, *, by: "User | None") -> None:
    """Refuses once somebody has claimed by it or a quota names it."""
    cohort = _lock_cohort(rule.cohort)
    refuse_once_selected(cohort)
    if rule.claims.exists():
        raise ActionRefused(_("Somebody has claimed these points already, so the rule stays."))
    if cohort.quotas.filter(kind=QuotaGroup.BONUS, value=str(rule.pk)).exists():
        raise ActionRefused(_("A quota names this group. Change the quota first."))
    audit.record(rule, "bonus_rule.removed", by=by, before=_told(rule))
    rule.delete()


def _told(rule: BonusRule) -> dict[str, Any]:
    return {"name": rule.name, "points": str(rule.points), "evidence": rule.evidence}


def _lock_cohort(cohort: Cohort) -> Cohort:
    return Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)


# Claims ------------------------------------------------------------------------------------


@transaction.atomic
def claim_bonus(
    application: Application,
    rule: BonusRule,
    *,
    by: "User",
    upload: "UploadedFile[Any] | None" = None,
    note: str = "",
) -> BonusClaim:
    """Claim the points of a rule with a file; the office, for somebody whose paper it has, with a note instead.

    The applicant until the deadline, the office until the selection is prepared; once for each rule.
    """
    application = _lock(application)
    own = application.person.user_id == by.pk
    _require_claimable(application, own=own)
    if rule.cohort_id != application.cohort_id:
        raise ActionRefused(_("Choose a bonus rule of this cohort."), "rule")
    if application.bonus_claims.filter(rule=rule).exists():
        raise ActionRefused(_("These points have been claimed already."), "rule")
    if upload is None and (own or not note):
        raise ActionRefused(_("Attach the evidence: %(evidence)s.") % {"evidence": rule.evidence}, "file")
    file = _attach(application, upload, by=by, own=own) if upload is not None else None
    claim = BonusClaim.objects.create(
        application=application, host_id=application.host_id, rule=rule, file=file, note=note
    )
    audit.record(application, "application.bonus_claimed", by=by, after={"rule": rule.pk, "file": file and file.pk})
    return claim


def _attach(application: Application, upload: "UploadedFile[Any]", *, by: "User", own: bool) -> ApplicationFile:
    if own:
        return attach_file(application, upload, kind=ApplicationFile.Kind.BONUS, by=by)
    file = ApplicationFile.from_upload(
        upload, application=application, host_id=application.host_id, kind=ApplicationFile.Kind.BONUS, uploaded_by=by
    )
    file.save()
    audit.record(application, "application.file_attached", by=by, after={"file": file.pk, "sha256": file.sha256})
    return file


@transaction.atomic
def take_back_bonus_claim(claim: BonusClaim, *, by: "User") -> Application:
    """As long as nobody has decided on it; the file stays with the application."""
    application = _lock(claim.application)
    _require_claimable(application, own=application.person.user_id == by.pk)
    gone, _rows = application.bonus_claims.undecided().filter(pk=claim.pk).delete()
    if not gone:
        raise ActionRefused(_("This claim has been decided already."))
    audit.record(application, "application.bonus_taken_back", by=by, before={"rule": claim.rule_id})
    return application


@transaction.atomic
def confirm_bonus(claim: BonusClaim, *, by: "User", reason: str = "") -> BonusClaim:
    """From now on its points count."""
    return _decide(claim, BonusState.CONFIRMED, by=by, reason=reason)


@transaction.atomic
def refuse_bonus(claim: BonusClaim, *, by: "User", reason: str) -> BonusClaim:
    """It does not count; the applicant reads the reason."""
    if not reason.strip():
        raise ActionRefused(_("Say why the claim is refused. The applicant reads it."), "reason")
    return _decide(claim, BonusState.REFUSED, by=by, reason=reason)


def _decide(claim: BonusClaim, to: BonusState, *, by: "User", reason: str) -> BonusClaim:
    application = _lock(claim.application)
    claim = BonusClaim.objects.select_related("rule", "application").get(pk=claim.pk)
    _require_no_selection(application)
    if to not in BONUS_TRANSITIONS[claim.state]:
        raise ActionRefused(
            _("This is no longer possible: the claim is in the state “%(state)s”.")
            % {"state": claim.get_state_display()}
        )
    was, claim.state = claim.state, to
    claim.decided_at, claim.decided_by, claim.reason = timezone.now(), by, reason
    claim.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    after = {"state": to, "rule": claim.rule_id}
    audit.record(application, f"application.bonus_{to}", by=by, before={"state": was}, after=after, reason=reason)
    return claim


def _require_claimable(application: Application, *, own: bool) -> None:
    """The applicant like every other answer, until the deadline; the office until the selection."""
    if own:
        _require_changeable(application)
    else:
        _require_no_selection(application)


def _require_no_selection(application: Application) -> None:
    if application.state not in OPEN_TO_CHANGE or (application.cohort.selections.filter(released_at=None).exists()):
        raise ActionRefused(_("A selection counts on this already. While it is only prepared, it can be discarded."))
