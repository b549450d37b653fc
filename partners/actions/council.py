"""What an ordinance asks for on the way to the council: its rules, the consent before, the report after."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from partners.models import Agreement, CouncilAct, OrdinanceProfile, Organization
from partners.periods import council_report_due
from partners.states import EDITABLE, SIGNED_ONCE, CouncilActKind
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

ORDINANCE_FIELDS = (
    "name", "applies_from", "report_days", "report_rolls", "check_interval_months", "consent_rule",
)  # fmt: skip


@transaction.atomic
def set_ordinance(organization: Organization, *, by: User | None, **values: Any) -> OrdinanceProfile:
    """Write down what the ordinance of `organization` asks for; the days of reports still due follow it."""
    if unknown := values.keys() - {*ORDINANCE_FIELDS}:
        raise TypeError(f"An ordinance has no {', '.join(sorted(unknown))} to write.")
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if not organization.can_host:
        raise ActionRefused(_("%(name)s cannot keep a register of agreements.") % {"name": organization.name})
    stored = OrdinanceProfile.objects.filter(organization=organization).first()
    profile = stored or OrdinanceProfile(organization=organization)
    changed = [name for name, value in values.items() if stored is None or getattr(stored, name) != value]
    before = {name: _plain(getattr(stored, name)) for name in changed} if stored else {}
    for name in changed:
        setattr(profile, name, values[name])
    if changed:
        profile.save()
        moved = _move_reports(profile)
        after = {name: _plain(getattr(profile, name)) for name in changed}
        audit.record(
            organization, "organization.ordinance_set", by=by,
            before={"rules": before}, after={"rules": after, "agreements_moved": moved},
        )  # fmt: skip
    return profile


def _move_reports(profile: OrdinanceProfile) -> int:
    """The day of each report that is not made yet, by the rules as they are now; how many moved."""
    rows = Agreement.objects.select_for_update(of=("self",)).filter(host=profile.organization_id, state__in=SIGNED_ONCE)
    waiting = rows.exclude(pk__in=CouncilAct.objects.filter(kind=CouncilActKind.REPORT).values("agreement"))
    moved = []
    for agreement in waiting.order_by("pk"):
        due = report_due_on(profile, agreement.signed_on)
        if due != agreement.report_due_on:
            agreement.report_due_on = due
            moved.append(agreement)
    Agreement.objects.bulk_update(moved, ["report_due_on"], batch_size=500)
    return len(moved)


def report_due_on(profile: OrdinanceProfile | None, signed_on: date | None) -> date | None:
    """The last day to report an agreement that was signed on that day; None where nothing asks for it."""
    if profile is None or signed_on is None or profile.report_days is None or not profile.covers(signed_on):
        return None
    return council_report_due(signed_on, profile.report_days, rolls=profile.report_rolls)


def ordinance_of(agreement: Agreement) -> OrdinanceProfile | None:
    return OrdinanceProfile.objects.filter(organization=agreement.host_id).first()


def refuse_without_consent(agreement: Agreement, profile: OrdinanceProfile | None, day: date) -> None:
    """An agreement that needs the council's consent, or is reported first, is not signed before the day of it."""
    if profile is None or not profile.covers(day):
        return
    if profile.asks_prior_report_of(agreement):
        _refuse_unreported(agreement, profile, day)
    if not profile.asks_consent_for(agreement):
        return
    consent = agreement.council_acts.filter(kind=CouncilActKind.CONSENT).first()
    if consent is None:
        sentence = _("“%(ordinance)s” asks for the consent of the council first. Record it, then the signing.")
        raise ActionRefused(sentence % {"ordinance": profile.name})
    if consent.made_on > day:
        shown = formats.date_format(consent.made_on, "DATE_FORMAT")
        raise ActionRefused(_("The council consented on %(day)s only, after this day.") % {"day": shown}, "signed_on")


def _refuse_unreported(agreement: Agreement, profile: OrdinanceProfile, day: date) -> None:
    report = agreement.council_acts.filter(kind=CouncilActKind.PRIOR).first()
    if report is None:
        sentence = _("“%(ordinance)s” asks for a report to the council first. Record it, then the signing.")
        raise ActionRefused(sentence % {"ordinance": profile.name})
    if report.made_on > day:
        shown = formats.date_format(report.made_on, "DATE_FORMAT")
        raise ActionRefused(_("The council heard of it on %(day)s only, after this day.") % {"day": shown}, "signed_on")


@transaction.atomic
def record_consent(agreement: Agreement, *, by: User | None, made_on: date, session: str, note: str = "") -> CouncilAct:
    """The council has agreed to a draft (의회 동의)."""
    agreement = _locked(agreement)
    if agreement.state not in EDITABLE:
        raise ActionRefused(_("Consent is recorded before the signing; this agreement has been signed."))
    return _record(agreement, CouncilActKind.CONSENT, "agreement.consented", by, made_on, session, note)


@transaction.atomic
def report_to_council(
    agreement: Agreement, *, by: User | None, made_on: date, session: str, note: str = ""
) -> CouncilAct:
    """The council has heard of a signed agreement (의회 보고), in time or late; of a draft where that comes first."""
    agreement = _locked(agreement)
    profile = ordinance_of(agreement)
    if agreement.state in EDITABLE and profile and profile.asks_prior_report_of(agreement):
        return _record(agreement, CouncilActKind.PRIOR, "agreement.reported_to_council", by, made_on, session, note)
    if agreement.state not in SIGNED_ONCE or agreement.signed_on is None:
        raise ActionRefused(_("The agreement has not been signed, so there is nothing to report yet."))
    if made_on < agreement.signed_on:
        raise ActionRefused(_("The report would be older than the agreement."), "made_on")
    return _record(agreement, CouncilActKind.REPORT, "agreement.reported_to_council", by, made_on, session, note)


def _record(
    agreement: Agreement, kind: CouncilActKind, verb: str, by: User | None, made_on: date, session: str, note: str
) -> CouncilAct:
    if made_on > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "made_on")
    if agreement.council_acts.filter(kind=kind).exists():
        raise ActionRefused(_("It has been recorded already."))
    act = CouncilAct.objects.create(
        agreement=agreement, host_id=agreement.host_id, kind=kind,
        made_on=made_on, session=session, note=note, recorded_by=by,
    )  # fmt: skip
    audit.record(agreement, verb, by=by, after={"council_act": act.pk, "made_on": made_on.isoformat()})
    return act


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
