"""Compliance checks (이행점검): opened by the calendar, filled in, reviewed by another, followed up."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import emails
from partners.actions.calendar import fillers_of, officials_of
from partners.models import Agreement, CheckFinding, ComplianceCheck
from partners.periods import check_period_end
from partners.states import CHECK_TRANSITIONS, WANTING, AgreementState, CheckState
from portal import audit, notify
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from portal.common.dates import roll_forward
from portal.common.exceptions import ActionRefused

DAYS_TO_FILL = 30  # [D]
NOTICE = 7  # days before a check is due; and after that day for a review that nobody made

Finding = tuple[str, str]  # a Fulfilment, a note


# What the calendar does ----------------------------------------------------------------


def open_checks() -> int:
    """Open the check of each agreement in force whose interval is over, and ask for it; how many."""
    today = timezone.localdate()
    running = Agreement.objects.filter(
        state=AgreementState.IN_FORCE, host__ordinance__check_interval_months__gt=0
    ).select_related("host__ordinance", "in_charge")
    over = {}
    for agreement in running:
        ordinance = agreement.host.ordinance
        begins = agreement.valid_from or agreement.signed_on
        months = ordinance.check_interval_months
        if begins and months and agreement.signed_on and ordinance.covers(agreement.signed_on):
            over[agreement] = check_period_end(begins, months, today)
    there = set(ComplianceCheck.objects.filter(agreement__in=over).values_list("agreement_id", "covers_until"))
    missing = {one: end for one, end in over.items() if end and (one.pk, end) not in there}
    opened = [open_check(agreement, by=None, covers_until=end) for agreement, end in missing.items()]
    officials = officials_of({check.host_id for check in opened})
    notify.queue_many(
        emails.check_due(check, reader, slot="opened")
        for check in opened
        for reader in fillers_of(check.agreement, officials.get(check.host_id, []))
    )
    return len(opened)


@transaction.atomic
def open_check(agreement: Agreement, *, by: User | None, covers_until: date) -> ComplianceCheck:
    """One check per interval; the one that is there comes back as it is."""
    due = roll_forward(timezone.localdate() + timedelta(days=DAYS_TO_FILL))
    check, made = ComplianceCheck.objects.get_or_create(
        agreement=agreement, covers_until=covers_until, defaults={"host_id": agreement.host_id, "due_on": due}
    )
    if made:
        after = {"covers_until": covers_until.isoformat(), "due_on": due.isoformat()}
        audit.record(check, "check.opened", by=by, after=after)
    return check


def remind_of_checks() -> int:
    """Ask who is in charge a week before a check is due; what is overdue goes one level up, step by step. Each once."""
    today = timezone.localdate()
    rows = ComplianceCheck.objects.for_list()
    soon = list(rows.open().filter(due_on__range=(today, today + timedelta(days=NOTICE))))
    late = [(check, "overdue") for check in rows.overdue()]
    late += [(check, "follow_up") for check in rows.follow_up_overdue()]
    officials = officials_of({check.host_id for check in [*soon, *(check for check, _slot in late)]})
    messages = [
        emails.check_due(check, reader, slot="soon")
        for check in soon
        for reader in fillers_of(check.agreement, officials.get(check.host_id, []))
    ]
    unreviewed = rows.overdue().unreviewed_since(today - timedelta(days=NOTICE))
    admins = _admins() if late else []
    messages += [emails.check_due(check, reader, slot="review") for check in unreviewed for reader in admins]
    messages += [
        emails.check_due(check, reader, slot=slot)
        for check, slot in late
        for reader in _level_above(check, officials.get(check.host_id, []), admins)
    ]
    return len(notify.queue_many(messages))


def _level_above(check: ComplianceCheck, officials: list[User], admins: list[User]) -> list[User]:
    """The officials above the person in charge; the programme's admins above officials."""
    asked = {user.pk for user in fillers_of(check.agreement, officials)}
    return [user for user in officials if user.pk not in asked] or admins


def _admins() -> list[User]:
    found = Membership.objects.live().filter(role=Role.ADMIN).select_related("user").order_by("pk")
    return [member.user for member in found if member.user.is_active]


# What people do ------------------------------------------------------------------------


@transaction.atomic
def fill_check(
    check: ComplianceCheck,
    *,
    by: User | None,
    findings: str,
    improvement: str = "",
    commitments: Mapping[int, Finding],
) -> ComplianceCheck:
    """How each commitment stands (by its id), what was found, and what is to get better."""
    check = _locked(check, CheckState.FILLED)
    asked = set(check.agreement.commitments.values_list("pk", flat=True))
    if commitments.keys() != asked:
        raise ActionRefused(_("The commitments have changed meanwhile. Open the check again and fill in each of them."))
    if not improvement.strip() and any(state in WANTING for state, _note in commitments.values()):
        raise ActionRefused(_("Something is delayed or not done: say how it is made good."), "improvement")
    check.lines.all().delete()
    CheckFinding.objects.bulk_create(
        CheckFinding(compliance_check=check, host_id=check.host_id, commitment_id=pk, state=state, note=note)
        for pk, (state, note) in sorted(commitments.items())
    )
    check.findings, check.improvement = findings, improvement
    check.filled_by, check.filled_at = by, timezone.now()
    return _move(check, CheckState.FILLED, "check.filled", "findings", "improvement", "filled_by", "filled_at", by=by)


@transaction.atomic
def return_check(check: ComplianceCheck, *, by: User | None, reason: str) -> ComplianceCheck:
    """Back to who filled it in, with the reason; what was written stays."""
    check = _locked(check, CheckState.OPEN)
    _refuse_own(check, by)
    return _move(check, CheckState.OPEN, "check.returned", by=by, reason=reason)


@transaction.atomic
def review_check(
    check: ComplianceCheck,
    *,
    by: User | None,
    review_note: str = "",
    follow_up: str = "",
    follow_up_due_on: date | None = None,
) -> ComplianceCheck:
    """Agreed to by an official who did not fill it in; what is left to do has its day."""
    check = _locked(check, CheckState.REVIEWED)
    _refuse_own(check, by)
    if bool(follow_up) != bool(follow_up_due_on):
        field = "follow_up_due_on" if follow_up else "follow_up"
        raise ActionRefused(_("A follow-up needs both: what is to be done, and by when."), field)
    if follow_up_due_on and follow_up_due_on < timezone.localdate():
        raise ActionRefused(_("This day has passed."), "follow_up_due_on")
    check.review_note, check.follow_up, check.follow_up_due_on = review_note, follow_up, follow_up_due_on
    check.reviewed_by, check.reviewed_at = by, timezone.now()
    written = ("review_note", "follow_up", "follow_up_due_on", "reviewed_by", "reviewed_at")
    return _move(check, CheckState.REVIEWED, "check.reviewed", *written, by=by)


@transaction.atomic
def finish_follow_up(check: ComplianceCheck, *, by: User | None) -> ComplianceCheck:
    """What the review left to do is done today."""
    check = ComplianceCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if check.follow_up_due_on is None or check.follow_up_done_on is not None:
        raise ActionRefused(_("Nothing is left to follow up."))
    check.follow_up_done_on = timezone.localdate()
    check.save(update_fields=["follow_up_done_on"])
    after = {"follow_up_done_on": check.follow_up_done_on.isoformat()}
    audit.record(check, "check.followed_up", by=by, after=after)
    return check


def _locked(check: ComplianceCheck, to: CheckState) -> ComplianceCheck:
    check = ComplianceCheck.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=check.pk)
    if to not in CHECK_TRANSITIONS[check.state]:
        words = {"now": check.get_state_display()}
        raise ActionRefused(_("This check is “%(now)s”, so that is not possible any more.") % words)
    return check


def _refuse_own(check: ComplianceCheck, by: User | None) -> None:
    if by and check.filled_by_id == by.pk:
        raise ActionRefused(_("You filled in this check yourself; another official reviews it."))


def _move(
    check: ComplianceCheck, to: CheckState, verb: str, *fields: str, by: User | None, reason: str = ""
) -> ComplianceCheck:
    before, check.state = {"state": check.state}, to
    check.save(update_fields=["state", *fields])
    audit.record(check, verb, by=by, before=before, after={"state": str(to)}, reason=reason)
    return check
