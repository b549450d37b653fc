"""What the days bring: agreements begin, extend themselves, end, and say so in time."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners import emails
from partners.actions.agreements import bring_into_force_agreement, expire_agreement, extend_agreement
from partners.models import Agreement, Amendment, Commitment
from partners.states import LIVE, WORRYING, AgreementState, PromiseState
from portal import notify
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role

NOTICES = (7, 30, 60, 90)  # days before the end (domain.md section 9)
REPORT_NOTICE = 14  # days before a report to the council is due [D]
NOTICE_DAY_NOTICE = 30  # days before the last day on which an extension can be stopped [D]
COMMITMENT_NOTICE = 30  # days before a commitment is due [D]
SLOTS: dict[str, str] = {PromiseState.AT_RISK: "at_risk", PromiseState.MISSED: "missed"}


def turn_agreements() -> dict[str, int]:
    """Bring begun agreements into force, then extend or expire those in force; how many of each."""
    begun = Agreement.objects.filter(state=AgreementState.SIGNED, valid_from__lte=timezone.localdate())
    for agreement in begun.filter(~_over()):
        bring_into_force_agreement(agreement, by=None)
    running = Agreement.objects.filter(state=AgreementState.IN_FORCE, valid_until__isnull=False)
    renewing = running.filter(renewal_months__gt=0, valid_until__lt=_horizon())
    extended = [one for one in renewing if extend_agreement(one).valid_until != one.valid_until]
    ended = [expire_agreement(one) for one in running.filter(_over())]
    return {"extended": len(extended), "ended": len(ended)}


def _over() -> Q:
    return Q(valid_until__isnull=False, valid_until__lt=timezone.localdate())


def _horizon() -> date:
    """Beyond it no agreement's day of notice can have passed: a notice of more than two years is none."""
    return timezone.localdate() + timedelta(days=732)


def remind_of_ending_agreements() -> int:
    """Queue a mail for each reader of each agreement within 90, 60, 30 and 7 days of its end; the number asked for.

    A mail's key names agreement, last day, notice and reader: it is sent once, and a day on which nothing
    ran is made up for on the next.
    """
    ending = list(Agreement.objects.ending_within(max(NOTICES)).select_related("in_charge"))
    officials = officials_of({agreement.host_id for agreement in ending})
    messages = [
        emails.agreement_ending(agreement, reader, notice=_notice(agreement))
        for agreement in ending
        for reader in readers_of(agreement, officials)
    ]
    return len(notify.queue_many(messages + _notice_days()))


def _notice_days() -> list[notify.Message]:
    """Of those that extend themselves a month later: the day of notice may lie long before the end."""
    today = timezone.localdate()
    near = [
        agreement
        for agreement in Agreement.objects.extending_themselves().ending_between(today, _horizon())
        if agreement.last_notice_day and 0 <= (agreement.last_notice_day - today).days <= NOTICE_DAY_NOTICE
    ]
    officials = officials_of({agreement.host_id for agreement in near})
    return [
        emails.notice_day_near(agreement, reader) for agreement in near for reader in readers_of(agreement, officials)
    ]


def remind_of_council_reports() -> int:
    """Queue a mail for each reader of each report that is due within two weeks, and one more once it is late."""
    today = timezone.localdate()
    waiting = Agreement.objects.to_report().filter(report_due_on__lte=today + timedelta(days=REPORT_NOTICE))
    due = list(waiting.select_related("in_charge"))
    officials = officials_of({agreement.host_id for agreement in due})
    messages = [
        emails.report_due(agreement, reader, overdue=agreement.report_due_on < today)  # type: ignore[operator]
        for agreement in due
        for reader in readers_of(agreement, officials)
    ]
    return len(notify.queue_many(messages + _amendment_reports(today)))


def _amendment_reports(today: date) -> list[notify.Message]:
    """The same for amendments."""
    waiting = Amendment.objects.to_report().filter(report_due_on__lte=today + timedelta(days=REPORT_NOTICE))
    due = list(waiting.select_related("agreement__in_charge"))
    officials = officials_of({amendment.host_id for amendment in due})
    return [
        emails.amendment_report_due(amendment, reader, overdue=amendment.is_report_overdue)
        for amendment in due
        for reader in readers_of(amendment.agreement, officials)
    ]


def remind_of_commitments() -> int:
    """Queue a mail to who is in charge of each commitment that is due within a month, at risk or missed, once each."""
    today = timezone.localdate()
    due = Coalesce("due_on", "agreement__valid_until")
    rows = Commitment.objects.filter(agreement__state__in=LIVE).annotate(due=due)
    soon = Q(due__range=(today, today + timedelta(days=COMMITMENT_NOTICE)), figure__state=PromiseState.ON_COURSE)
    wanted = rows.filter(soon | Q(figure__state__in=WORRYING))
    found = list(wanted.select_related("figure", "party__organization", "agreement__in_charge").order_by("pk"))
    officials = officials_of({one.agreement.host_id for one in found})
    messages = [
        emails.commitment_due(one, reader, slot=SLOTS.get(one.figure.state, "soon"))
        for one in found
        for reader in fillers_of(one.agreement, officials[one.agreement.host_id])
    ]
    return len(notify.queue_many(messages))


def _notice(agreement: Agreement) -> int:
    """The last of the notices that is due."""
    days = agreement.days_left
    assert days is not None  # noqa: S101
    return next(notice for notice in NOTICES if days <= notice)


def officials_of(hosts: set[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = defaultdict(list)
    members = Membership.objects.live().filter(organization__in=hosts, role=Role.OFFICIAL)
    for member in members.select_related("user").order_by("pk"):
        found[member.organization_id].append(member.user)
    return found


def readers_of(agreement: Agreement, officials: dict[int, list[User]]) -> list[User]:
    """The person in charge, while the account is open, and the officials of the host; each once."""
    charged = [agreement.in_charge] if agreement.in_charge and agreement.in_charge.is_active else []
    return list({user.pk: user for user in [*charged, *officials[agreement.host_id]]}.values())


def fillers_of(agreement: Agreement, officials: list[User]) -> list[User]:
    """The person in charge; the officials of the office as long as there is none."""
    charged = agreement.in_charge
    return [charged] if charged and charged.is_active else officials
