"""How the lists around the register look as a file and on paper (`portal.common.sheets`)."""

from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from partners.models import Amendment, Commitment, MeetingDecision
from partners.queries import amendment_changes
from partners.states import Measure, PromiseState
from portal.common.korean import mask_email
from portal.common.sheets import Field, Sheet


def in_charge(row: Any) -> Any:
    """Of a row with an agreement: who is in charge of that, else the department."""
    return row.agreement.in_charge or row.agreement.department


COMMITMENTS = Sheet(
    _("Commitments"), "commitments", [
        Field(_("What is promised"), "commitment.what", width=40),
        Field(_("By"), "commitment.party.organization", width=22),
        Field(_("Agreement"), "commitment.agreement", width=36),
        Field(_("Kept by"), "host", width=18),
        Field(_("Delivered"), "number", "integer"),
        Field(_("Promised"), "commitment.quantity", "integer"),
        Field(_("Unit"), "commitment.unit", width=8),
        Field(_("State"), "get_state_display", width=12),
        Field(_("Counted by"), "commitment.get_measure_display", width=22),
        Field(_("Due on"), lambda row: row.commitment.due_on or row.commitment.agreement.valid_until, "date"),
        Field(_("As of"), "as_of", "datetime"),
    ],
)  # fmt: skip


def deliveries(commitment: Commitment) -> Sheet:
    """What was delivered of one commitment; what was withdrawn is listed and does not count."""
    amount, day, note = DELIVERED[commitment.measure == Measure.MONEY]
    counted = lambda row: None if row.withdrawn_at else row.amount  # noqa: E731
    return Sheet(
        _("Deliveries"), "deliveries", [
            Field(day, "delivered_on", "date"),
            Field(amount, "amount", "integer"),
            Field(_("Of it counted"), counted, "integer", total=True),
            Field(_("Unit"), lambda row: commitment.unit, width=8),
            Field(note, "note", "long"),
            Field(_("Evidence"), "name", width=36),
            Field(_("Added"), "uploaded_at", "datetime"),
            Field(_("Added by"), "uploaded_by", width=12),
            Field(_("Withdrawn at"), "withdrawn_at", "datetime"),
            Field(_("Reason of the withdrawal"), "withdrawal_reason", "long"),
        ],
    )  # fmt: skip


# Whether it is money, and what then amount, day and note are called.
DELIVERED = {
    False: (_("Amount"), _("Delivered on"), _("Note")),
    True: (_("Amount (won)"), _("Paid on"), _("What for")),
}


def roll_up(by: str, label: Any) -> Sheet:
    """How many commitments stand where, by party, agreement, initiative or keeper."""
    stands = [Field(state.label, state.value, "integer", total=True) for state in PromiseState]
    everything = Field(_("Commitments"), "total", "integer", total=True)
    return Sheet(label, f"commitments-by-{by}", [Field(_("Name"), str, width=40), everything, *stands])


def changes_in_words(amendment: Amendment) -> str:
    """기간: 2026. 12. 31. → 2027. 12. 31., one line for each change."""
    return "\n".join(f"{one.label}: {one.before or '–'} → {one.after or '–'}" for one in amendment_changes(amendment))


AMENDMENTS = Sheet(
    _("Amendments of agreements"), "amendments", [
        Field(_("Agreement"), "agreement", width=36),
        Field(_("Register number"), "agreement.number", width=14),
        Field(_("Amendment"), str, width=16),
        Field(_("State"), "get_state_display", width=12),
        Field(_("Agreed on"), "agreed_on", "date"),
        Field(_("Reason of the amendment"), "reason", "long"),
        Field(_("What it changes"), changes_in_words, "long", 60),
        Field(_("Consent of the council"), "consent_on", "date"),
        Field(_("Council report due"), "report_due_on", "date"),
        Field(_("Reported to the council on"), "reported_on", "date"),
        Field(_("Person in charge"), in_charge, width=16),
    ],
)  # fmt: skip

CHECKS = Sheet(
    _("Compliance checks"), "compliance-checks", [
        Field(_("Agreement"), "agreement", width=36),
        Field(_("Covers until"), "covers_until", "date"),
        Field(_("State"), "get_state_display", width=12),
        Field(_("Check due on"), "due_on", "date"),
        Field(_("Overdue"), "is_overdue", width=8),
        Field(_("Person in charge"), in_charge, width=16),
        Field(_("Findings"), "findings", "long"),
        Field(_("Improvement"), "improvement", "long"),
        Field(_("Filled in by"), "filled_by", width=12),
        Field(_("Reviewed by"), "reviewed_by", width=12),
        Field(_("Follow-up"), "follow_up", "long"),
        Field(_("Follow-up due on"), "follow_up_due_on", "date"),
        Field(_("Follow-up done on"), "follow_up_done_on", "date"),
    ],
)  # fmt: skip

DOCUMENTS = Sheet(
    _("Documents of agreements"), "agreement-documents", [
        Field(_("Title of the document"), "title", width=40),
        Field(_("Kind"), "get_kind_display", width=14),
        Field(_("Agreement"), "agreement", width=36),
        Field(_("Kept by"), "agreement.host", width=18),
        Field(_("Version"), "version", "integer"),
        Field("SHA-256", "sha256", width=66),
        Field(_("Added"), "uploaded_at", "datetime"),
        Field(_("Added by"), "uploaded_by", width=12),
        Field(_("Withdrawn at"), "withdrawn_at", "datetime"),
    ],
)  # fmt: skip

INITIATIVES = Sheet(
    _("Initiatives and alliances"), "initiatives", [
        Field(_("Name"), "name", width=44),
        Field(_("Led by"), "lead", width=22),
        Field(_("Since (year)"), "since", width=12),
        Field(_("Agreements"), "agreement_count", "integer"),
    ],
)  # fmt: skip

PROPOSALS = Sheet(
    _("Proposals of agreements"), "proposals", [
        Field(_("Title"), "title", width=40),
        Field(_("Company"), "company", width=22),
        Field(_("Office"), "host", width=20),
        Field(_("Proposed on"), "proposed_at", "datetime"),
        Field(_("State"), "get_state_display", width=12),
    ],
)  # fmt: skip

ORGANIZATIONS = Sheet(
    _("Organizations"), "organizations", [
        Field(_("Name"), "name", width=30),
        Field(_("Kind"), "get_kind_display", width=16),
        Field(_("Region"), "region", width=14),
        Field(_("Belongs to"), "parent", width=22),
        Field(_("Agreements"), "agreement_count", "integer"),
    ],
)  # fmt: skip

# Accounts are reviewed by these; an address is masked on its way out, as everywhere.
MEMBERS = Sheet(
    _("People and roles"), "people-and-roles", [
        Field(_("Name"), "user.name", width=14),
        Field(_("Role"), "get_role_display", width=14),
        Field(_("Organization"), "organization", width=24),
        Field(_("E-mail address"), lambda row: mask_email(row.user.email), width=26),
        Field(_("Since"), "created_at", "datetime"),
    ],
)  # fmt: skip
INVITATIONS = Sheet(
    _("Invitations"), "invitations", [
        Field(_("E-mail address"), lambda row: mask_email(row.email), width=26),
        Field(_("Role"), "get_role_display", width=14),
        Field(_("Organization"), "organization", width=24),
        Field(_("Sent on"), "created_at", "datetime"),
        Field(_("Invited by"), "invited_by", width=14),
        Field(_("Works until"), "expires_at", "datetime"),
    ],
)  # fmt: skip

# Consortia -----------------------------------------------------------------------------

CONSORTIA = Sheet(
    _("Consortia"), "consortia", [
        Field(_("Consortium"), "name", width=34),
        Field(_("Agreement"), "agreement", width=36),
        Field(_("Kept by"), "host", width=18),
        Field(_("Member organizations"), "member_count", "integer"),
        Field(_("Meetings held"), "meeting_count", "integer"),
    ],
)  # fmt: skip
MEETINGS = Sheet(
    _("Meetings"), "meetings", [
        Field(_("Which meeting"), "number", "integer"),
        Field(_("Day and time"), "starts_at", "datetime"),
        Field(_("Place"), "place", width=30),
        Field(_("State"), "get_state_display", width=14),
        Field(_("Members present"), lambda row: row.present_count if row.took_place else None, "integer"),
    ],
)  # fmt: skip


def decision_state(decision: MeetingDecision) -> str:
    if decision.done_on:
        return say("Done")
    return say("Overdue") if decision.is_overdue else say("To be done")


DECISIONS = Sheet(
    _("Decisions"), "decisions", [
        Field(_("What was decided"), "text", "long", 50),
        Field(_("Which meeting"), "meeting.number", "integer"),
        Field(_("Whose task"), "owner", width=24),
        Field(_("Person responsible"), "person", width=16),
        Field(_("Due on"), "due_on", "date"),
        Field(_("State"), decision_state, width=12),
        Field(_("Finished on"), "done_on", "date"),
        Field(_("What came of it"), "outcome", "long"),
    ],
)  # fmt: skip
JOINT_PROJECTS = Sheet(
    _("Joint projects"), "joint-projects", [
        Field(_("Joint project"), "title", width=36),
        Field(_("Members that take part"), lambda row: ", ".join(map(str, row.members.all())), "long"),
        Field(_("Found in"), lambda row: row.meeting and say("Meeting no. %(number)s") % {"number": row.meeting.number}),
        Field(_("Proposed on"), "proposed_on", "date"),
        Field(_("State"), "get_state_display", width=12),
    ],
)  # fmt: skip
