"""The mail of this app."""

from django.urls import reverse

from partners.models import Agreement, Amendment, Commitment, ComplianceCheck, Meeting, MeetingDecision, Proposal
from portal.accounts.models import User
from portal.notify import Message


def agreement_ending(agreement: Agreement, to: User, *, notice: int) -> Message:
    """Says that an agreement ends. `notice`: 90, 60, 30 or 7 days; each goes to each reader once."""
    return Message(
        key=f"agreement_ending:{agreement.pk}:{agreement.valid_until}:{notice}:{to.pk}",
        to=to,
        template="partners/agreement_ending",
        context={
            "agreement": agreement,
            "days": agreement.days_left,
            "last_notice": None if agreement.notice_given_on else agreement.last_notice_day,
            "path": reverse("partners:agreement", args=[agreement.pk]),
        },
        host=agreement.host_id,
        by=None,
    )


def notice_day_near(agreement: Agreement, to: User) -> Message:
    """Says that an agreement extends itself unless notice is given; once to each reader for each term."""
    return Message(
        key=f"notice_day_near:{agreement.pk}:{agreement.valid_until}:{to.pk}",
        to=to,
        template="partners/notice_day_near",
        context={"agreement": agreement, "path": agreement.get_absolute_url()},
        host=agreement.host_id,
        by=None,
    )


def report_due(agreement: Agreement, to: User, *, overdue: bool) -> Message:
    """Asks for the report to the council: once when it is due soon, once when it is overdue."""
    slot = "overdue" if overdue else "soon"
    return Message(
        key=f"report_due:{agreement.pk}:{agreement.report_due_on}:{slot}:{to.pk}",
        to=to,
        template="partners/report_due",
        context={
            "agreement": agreement,
            "overdue": overdue,
            "path": reverse("partners:agreement", args=[agreement.pk]),
        },
        host=agreement.host_id,
        by=None,
    )


def amendment_report_due(amendment: Amendment, to: User, *, overdue: bool) -> Message:
    """As `report_due`, for an amendment in effect."""
    slot = "overdue" if overdue else "soon"
    return Message(
        key=f"amendment_report_due:{amendment.pk}:{amendment.report_due_on}:{slot}:{to.pk}",
        to=to,
        template="partners/amendment_report_due",
        context={
            "amendment": amendment,
            "agreement": amendment.agreement,
            "overdue": overdue,
            "path": amendment.get_absolute_url(),
        },
        host=amendment.host_id,
        by=None,
    )


def check_due(check: ComplianceCheck, to: User, *, slot: str) -> Message:
    """Asks for a compliance check. `slot`: opened, soon, overdue, review or follow_up; each goes to each reader once."""
    due = check.follow_up_due_on if slot == "follow_up" else check.due_on
    return Message(
        key=f"check_due:{check.pk}:{due}:{slot}:{to.pk}",
        to=to,
        template="partners/check_due",
        context={
            "check": check,
            "agreement": check.agreement,
            "slot": slot,
            "due": due,
            "path": check.get_absolute_url(),
        },
        host=check.host_id,
        by=None,
    )


def meeting_soon(meeting: Meeting, to: User) -> Message:
    """Says that the consortium meets; once to each reader for each moment it is planned for."""
    return Message(
        key=f"meeting_soon:{meeting.pk}:{meeting.starts_at:%Y%m%d%H%M}:{to.pk}",
        to=to,
        template="partners/meeting_soon",
        context={"meeting": meeting, "consortium": meeting.consortium, "path": meeting.get_absolute_url()},
        host=meeting.host_id,
        by=None,
        expires_at=meeting.starts_at,
    )


def decision_due(decision: MeetingDecision, to: User, *, overdue: bool) -> Message:
    """Asks for what a meeting decided: once when it is due soon, once when it is overdue."""
    slot = "overdue" if overdue else "soon"
    return Message(
        key=f"decision_due:{decision.pk}:{decision.due_on}:{slot}:{to.pk}",
        to=to,
        template="partners/decision_due",
        context={
            "decision": decision,
            "consortium": decision.meeting.consortium,
            "overdue": overdue,
            "path": decision.meeting.get_absolute_url(),
        },
        host=decision.host_id,
        by=None,
    )


def proposal_made(proposal: Proposal, to: User, *, by: User | None) -> Message:
    return Message(
        key=f"proposal_made:{proposal.pk}:{to.pk}",
        to=to,
        template="partners/proposal_made",
        context={"proposal": proposal, "path": proposal.get_absolute_url()},
        host=proposal.host_id,
        by=by,
    )


def proposal_decided(proposal: Proposal, to: User, *, by: User | None) -> Message:
    """Taken into the register, or turned down with the reason."""
    return Message(
        key=f"proposal_decided:{proposal.pk}:{to.pk}",
        to=to,
        template="partners/proposal_decided",
        context={"proposal": proposal, "path": proposal.get_absolute_url()},
        host=proposal.host_id,
        by=by,
    )


def commitment_due(commitment: Commitment, to: User, *, slot: str) -> Message:
    """Says that a commitment is due or falls behind. `slot`: soon, at_risk or missed; each goes to each reader once."""
    due = commitment.due_on or commitment.agreement.valid_until
    return Message(
        key=f"commitment_due:{commitment.pk}:{due}:{slot}:{to.pk}",
        to=to,
        template="partners/commitment_due",
        context={
            "commitment": commitment,
            "figure": commitment.figure,
            "agreement": commitment.agreement,
            "slot": slot,
            "due": due,
            "path": reverse("partners:delivery-list", args=[commitment.agreement_id, commitment.pk]),
        },
        host=commitment.agreement.host_id,
        by=None,
    )
