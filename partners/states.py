"""The life of an agreement, and the kinds of things it joins. Imports nothing but Django."""

from django.db import models
from django.utils.translation import pgettext_lazy


class OrganizationKind(models.TextChoices):
    LOCAL_GOVERNMENT = "local_government", pgettext_lazy("organization", "Local government")
    MINISTRY = "ministry", pgettext_lazy("organization", "Ministry")
    PUBLIC_AGENCY = "public_agency", pgettext_lazy("organization", "Public agency")
    COMPANY = "company", pgettext_lazy("organization", "Company")
    UNIVERSITY = "university", pgettext_lazy("organization", "University")
    SCHOOL = "school", pgettext_lazy("organization", "School")
    ASSOCIATION = "association", pgettext_lazy("organization", "Association")


# Those that may keep a register of agreements and run cohorts.
HOST_KINDS = (
    OrganizationKind.LOCAL_GOVERNMENT,
    OrganizationKind.MINISTRY,
    OrganizationKind.PUBLIC_AGENCY,
    OrganizationKind.UNIVERSITY,
)
# Of these there is one each, and it keeps its own register: nobody makes one by a guess at its name.
OFFICE_KINDS = (OrganizationKind.LOCAL_GOVERNMENT, OrganizationKind.MINISTRY)
# Those at which a stage of a pathway can be done.
OFFERS_STAGES = (OrganizationKind.SCHOOL, OrganizationKind.UNIVERSITY)


class AgreementKind(models.TextChoices):
    MOU = "mou", pgettext_lazy("agreement", "Memorandum of understanding (MOU)")
    MOA = "moa", pgettext_lazy("agreement", "Memorandum of agreement (MOA)")
    LOI = "loi", pgettext_lazy("agreement", "Letter of intent (LOI)")


class AgreementState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("agreement", "Under review")
    SIGNED = "signed", pgettext_lazy("agreement", "Signed")
    IN_FORCE = "in_force", pgettext_lazy("agreement", "In force")
    RENEWED = "renewed", pgettext_lazy("agreement", "Renewed")
    FULFILLED = "fulfilled", pgettext_lazy("agreement", "Fulfilled")
    EXPIRED = "expired", pgettext_lazy("agreement", "Expired")
    TERMINATED = "terminated", pgettext_lazy("agreement", "Terminated")


S = AgreementState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.SIGNED}),
    S.SIGNED: frozenset({S.IN_FORCE, S.TERMINATED}),
    S.IN_FORCE: frozenset({S.RENEWED, S.FULFILLED, S.EXPIRED, S.TERMINATED}),
    S.RENEWED: frozenset(),
    S.FULFILLED: frozenset(),
    S.EXPIRED: frozenset({S.RENEWED}),
    S.TERMINATED: frozenset(),
}
EDITABLE = (S.DRAFT,)
LIVE = (S.SIGNED, S.IN_FORCE)
# What an official may do, and the state it leads to; `expire` is left to the calendar.
VERBS: dict[str, str] = {
    "sign": S.SIGNED,
    "bring_into_force": S.IN_FORCE,
    "fulfil": S.FULFILLED,
    "renew": S.RENEWED,  # once the new agreement is in force
    "terminate": S.TERMINATED,
}
SIGNED_ONCE = tuple(state for state in S if state != S.DRAFT)


class DatePrecision(models.TextChoices):
    """How exactly a date is known. Sources say "December 2019" or "the 12th"."""

    DAY = "day", pgettext_lazy("date precision", "day")
    MONTH = "month", pgettext_lazy("date precision", "month")


class ConsentRule(models.TextChoices):
    """For which agreements an ordinance asks for the council's consent, or a report, before signing (domain.md 4: S41)."""

    NONE = "none", pgettext_lazy("consent rule", "For none")
    BURDEN = "burden", pgettext_lazy("consent rule", "For those with a financial burden")
    ALWAYS = "always", pgettext_lazy("consent rule", "For every agreement")
    REPORT = "report", pgettext_lazy("consent rule", "For none; a financial burden is reported before signing")


class CouncilActKind(models.TextChoices):
    REPORT = "report", pgettext_lazy("council", "Report to the council")
    CONSENT = "consent", pgettext_lazy("council", "Consent of the council")
    PRIOR = "prior", pgettext_lazy("council", "Report before signing")


class AmendmentState(models.TextChoices):
    """The life of an amendment (변경)."""

    DRAFT = "draft", pgettext_lazy("amendment", "Being prepared")
    EFFECTIVE = "effective", pgettext_lazy("amendment", "In effect")
    DROPPED = "dropped", pgettext_lazy("amendment", "Dropped")


AMENDMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    AmendmentState.DRAFT: frozenset({AmendmentState.EFFECTIVE, AmendmentState.DROPPED}),
    AmendmentState.EFFECTIVE: frozenset(),
    AmendmentState.DROPPED: frozenset(),
}


class CommitmentChange(models.TextChoices):
    """What an amendment does with a commitment."""

    ADD = "add", pgettext_lazy("commitment change", "Added")
    CHANGE = "change", pgettext_lazy("commitment change", "Changed")
    REMOVE = "remove", pgettext_lazy("commitment change", "Removed")


class PaperKind(models.TextChoices):
    """What an office's papers are."""

    AGREEMENT = "agreement", pgettext_lazy("paper", "Agreement paper")
    AMENDMENT = "amendment", pgettext_lazy("paper", "Amendment paper")


class CheckState(models.TextChoices):
    """The life of a compliance check (이행점검)."""

    OPEN = "open", pgettext_lazy("check", "To be filled in")
    FILLED = "filled", pgettext_lazy("check", "To be reviewed")
    REVIEWED = "reviewed", pgettext_lazy("check", "Reviewed")


CHECK_TRANSITIONS: dict[str, frozenset[str]] = {
    CheckState.OPEN: frozenset({CheckState.FILLED}),
    CheckState.FILLED: frozenset({CheckState.REVIEWED, CheckState.OPEN}),
    CheckState.REVIEWED: frozenset(),
}


class Fulfilment(models.TextChoices):
    """이행상태 of a commitment, as a check finds it (domain.md section 4)."""

    ON_TRACK = "on_track", pgettext_lazy("fulfilment", "On course")
    DELAYED = "delayed", pgettext_lazy("fulfilment", "Delayed")
    NOT_DONE = "not_done", pgettext_lazy("fulfilment", "Not done")
    COMPLETED = "completed", pgettext_lazy("fulfilment", "Completed")


WANTING = (Fulfilment.DELAYED, Fulfilment.NOT_DONE)  # a check says how they are made good


class Sector(models.TextChoices):
    """산·학·연·관: from where a member of a consortium comes."""

    INDUSTRY = "industry", pgettext_lazy("sector", "Industry")
    ACADEMIA = "academia", pgettext_lazy("sector", "Academia")
    RESEARCH = "research", pgettext_lazy("sector", "Research")
    GOVERNMENT = "government", pgettext_lazy("sector", "Government")


class MeetingState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("meeting", "Planned")
    HELD = "held", pgettext_lazy("meeting", "Held, minutes to approve")
    APPROVED = "approved", pgettext_lazy("meeting", "Minutes approved")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")


MEETING_TRANSITIONS: dict[str, frozenset[str]] = {
    MeetingState.PLANNED: frozenset({MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.HELD: frozenset({MeetingState.APPROVED}),
    MeetingState.APPROVED: frozenset(),
    MeetingState.CANCELLED: frozenset(),
}
TOOK_PLACE = (MeetingState.HELD, MeetingState.APPROVED)


class JointProjectState(models.TextChoices):
    """The life of a joint project (공동 협력 사업) that a consortium has found."""

    PROPOSED = "proposed", pgettext_lazy("joint project", "Proposed")
    AGREED = "agreed", pgettext_lazy("joint project", "Agreed")
    RUNNING = "running", pgettext_lazy("joint project", "Running")
    FINISHED = "finished", pgettext_lazy("joint project", "Finished")
    DROPPED = "dropped", pgettext_lazy("joint project", "Dropped")


J = JointProjectState
JOINT_PROJECT_TRANSITIONS: dict[str, frozenset[str]] = {
    J.PROPOSED: frozenset({J.AGREED, J.DROPPED}),
    J.AGREED: frozenset({J.RUNNING, J.DROPPED}),
    J.RUNNING: frozenset({J.FINISHED, J.DROPPED}),
    J.FINISHED: frozenset(),
    J.DROPPED: frozenset(),
}
COUNTS_AS_FOUND = (J.AGREED, J.RUNNING, J.FINISHED)


class PromiseState(models.TextChoices):
    """Where a commitment stands on the day of its figure."""

    MET = "met", pgettext_lazy("promise", "Met")
    ON_COURSE = "on_track", pgettext_lazy("promise", "On course")
    AT_RISK = "delayed", pgettext_lazy("promise", "At risk")
    MISSED = "not_done", pgettext_lazy("promise", "Missed")


WORRYING = (PromiseState.AT_RISK, PromiseState.MISSED)


class Measure(models.TextChoices):
    """What live records count towards a commitment."""

    NONE = "none", pgettext_lazy("measure", "Entered by hand, with evidence")
    SEATS = "seats", pgettext_lazy("measure", "Seats offered in cohorts")
    TRAINEES = "trainees", pgettext_lazy("measure", "Trainees enrolled")
    MENTORS = "mentors", pgettext_lazy("measure", "Mentors at work")
    MENTOR_HOURS = "mentor_hours", pgettext_lazy("measure", "Mentoring hours approved")
    PROJECTS = "projects", pgettext_lazy("measure", "Field projects offered")
    INTERVIEWS = "interviews", pgettext_lazy("measure", "Job interviews held")
    LECTURES = "lectures", pgettext_lazy("measure", "Lectures and visits held")
    PUPILS = "pupils", pgettext_lazy("measure", "Pupils reached")
    LICENCES = "licences", pgettext_lazy("measure", "Licence seats provided")
    MEETINGS = "meetings", pgettext_lazy("measure", "Meetings of the consortium")
    JOINT_PROJECTS = "joint_projects", pgettext_lazy("measure", "Joint projects found")
    ENTRANTS = "entrants", pgettext_lazy("measure", "Entrants of a pathway")
    MONEY = "money", pgettext_lazy("measure", "Money paid (won)")


BY_HAND = (Measure.NONE, Measure.MONEY)  # no live record counts: each entry needs its evidence


class ProposalState(models.TextChoices):
    """Of an agreement that a company proposes to an office."""

    OPEN = "proposed", pgettext_lazy("proposal", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Taken into the register")
    TURNED_DOWN = "declined", pgettext_lazy("proposal", "Turned down")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")


PROPOSAL_TRANSITIONS: dict[str, frozenset[str]] = {
    ProposalState.OPEN: frozenset({ProposalState.ACCEPTED, ProposalState.TURNED_DOWN, ProposalState.WITHDRAWN}),
    ProposalState.ACCEPTED: frozenset(),
    ProposalState.TURNED_DOWN: frozenset(),
    ProposalState.WITHDRAWN: frozenset(),
}
