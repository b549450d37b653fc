"""Meetings of a consortium: planned, held, their minutes approved; what they decide; who is reminded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import emails
from partners.actions.calendar import officials_of, readers_of
from partners.actions.consortium import _known, _lock_consortium, _write
from partners.actions.figures import refresh_figures
from partners.models import Consortium, ConsortiumMember, Meeting, MeetingAttendance, MeetingDecision, MeetingFile
from partners.states import HOST_KINDS, MEETING_TRANSITIONS, MeetingState
from portal import audit, notify
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused

MEETING_FIELDS = ("starts_at", "place", "agenda")
DECISION_FIELDS = ("text", "owner", "person", "due_on")
MOST_FILES = 20
MEETING_NOTICE = timedelta(days=3)
DECISION_NOTICE = timedelta(days=7)

Attendance = tuple[bool, str]  # present, who came


# Meetings ------------------------------------------------------------------------------


@transaction.atomic
def plan_meeting(consortium: Consortium, *, by: User | None, starts_at: datetime, place: str, agenda: str) -> Meeting:
    """The next meeting by number."""
    consortium = _lock_consortium(consortium.pk)
    number = (consortium.meetings.aggregate(last=Max("number"))["last"] or 0) + 1
    meeting = Meeting.objects.create(
        consortium=consortium, host_id=consortium.host_id, number=number, starts_at=starts_at, place=place,
        agenda=agenda,
    )  # fmt: skip
    audit.record(meeting, "meeting.planned", by=by, after={"number": number, "starts_at": starts_at.isoformat()})
    return meeting


@transaction.atomic
def amend_meeting(meeting: Meeting, *, by: User | None, **values: Any) -> Meeting:
    """Another time, place or agenda, as long as it has not been held."""
    meeting = _locked(meeting)
    if meeting.state != MeetingState.PLANNED:
        raise _refused(meeting)
    if change := _write(meeting, _known(values, MEETING_FIELDS)):
        audit.record(meeting, "meeting.amended", by=by, **change)
    return meeting


@transaction.atomic
def write_minutes(meeting: Meeting, *, by: User | None, minutes: str, attendance: Mapping[int, Attendance]) -> Meeting:
    """It took place: who was there (by the member's id) and what was said. Until they are approved, written anew."""
    meeting = _locked(meeting)
    if meeting.state not in (MeetingState.PLANNED, MeetingState.HELD):
        raise _refused(meeting)
    if meeting.starts_at > timezone.now():
        raise ActionRefused(_("The meeting has not begun yet."))
    members = ConsortiumMember.objects.filter(consortium=meeting.consortium_id, pk__in=attendance)
    if members.count() != len(attendance):
        raise ActionRefused(_("The members have changed meanwhile. Open the minutes again."))
    if not any(present for present, _who in attendance.values()):
        raise ActionRefused(_("Nobody was there: cancel the meeting instead."))
    meeting.attendances.all().delete()
    MeetingAttendance.objects.bulk_create(
        MeetingAttendance(
            meeting=meeting, host_id=meeting.host_id, member_id=pk, present=there, who=who if there else ""
        )
        for pk, (there, who) in sorted(attendance.items())
    )
    before = {"state": meeting.state}
    meeting.minutes, meeting.state = minutes, MeetingState.HELD
    meeting.save(update_fields=["minutes", "state"])
    present = sum(there for there, _who in attendance.values())
    after = {"state": meeting.state, "present": present, "invited": len(attendance)}
    audit.record(meeting, "meeting.minutes_written", by=by, before=before, after=after)
    refresh_figures(meeting.consortium.agreement_id)
    return meeting


@transaction.atomic
def approve_minutes(meeting: Meeting, *, by: User | None) -> Meeting:
    """From then on members read them, and nobody changes them."""
    meeting = _locked(meeting, MeetingState.APPROVED)
    if not meeting.minutes.strip():
        raise ActionRefused(_("Write the minutes first."))
    meeting.approved_by, meeting.approved_at = by, timezone.now()
    return _move(meeting, MeetingState.APPROVED, "meeting.approved", "approved_by", "approved_at", by=by)


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: User | None, reason: str) -> Meeting:
    """It does not take place; it keeps its number."""
    meeting = _locked(meeting, MeetingState.CANCELLED)
    if not reason.strip():
        raise ActionRefused(_("Say why the meeting is cancelled."), "reason")
    meeting.cancel_reason = reason
    return _move(meeting, MeetingState.CANCELLED, "meeting.cancelled", "cancel_reason", by=by, reason=reason)


@transaction.atomic
def add_meeting_file(meeting: Meeting, *, by: User | None, upload: "UploadedFile[Any]") -> MeetingFile:
    """A paper that `portal.common.uploads` has accepted: the signed minutes, a presentation."""
    meeting = _locked(meeting)
    if meeting.state == MeetingState.CANCELLED:
        raise _refused(meeting)
    file = MeetingFile.from_upload(upload, meeting=meeting, host_id=meeting.host_id, uploaded_by=by)
    if meeting.files.filter(sha256=file.sha256).exists():
        raise ActionRefused(_("This very file is among the documents already."), "file")
    if meeting.files.count() >= MOST_FILES:
        raise ActionRefused(_("This meeting has %(most)s files already.") % {"most": MOST_FILES}, "file")
    file.save()
    audit.record(meeting, "meeting.file_added", by=by, after={"meeting_file": file.pk})
    return file


# Decisions -----------------------------------------------------------------------------


@transaction.atomic
def record_decision(meeting: Meeting, *, by: User | None, **values: Any) -> MeetingDecision:
    """What was decided, whose task it is, and until when."""
    meeting = _locked(meeting)
    if not meeting.took_place:
        raise ActionRefused(_("Write the minutes first: a meeting decides once it is held."))
    if meeting.is_approved:
        raise ActionRefused(_("The minutes are approved. What was decided then stays as they say."))
    decision = MeetingDecision(meeting=meeting, host_id=meeting.host_id, **_known(values, DECISION_FIELDS))
    _refuse_wrong_owner(meeting, decision)
    decision.save()
    after = {"meeting": meeting.pk, "owner": decision.owner_id, "due_on": decision.due_on.isoformat()}
    audit.record(decision, "decision.recorded", by=by, after=after)
    return decision


@transaction.atomic
def amend_decision(decision: MeetingDecision, *, by: User | None, **values: Any) -> MeetingDecision:
    """Another owner or day, until it is done; its words stay once the minutes are approved."""
    decision = _open_decision(decision)
    values = _known(values, DECISION_FIELDS)
    if decision.meeting.is_approved and values.get("text", decision.text) != decision.text:
        raise ActionRefused(_("The minutes are approved. What was decided then stays as they say."), "text")
    wanted = MeetingDecision(owner=values.get("owner", decision.owner), person=values.get("person", decision.person))
    _refuse_wrong_owner(decision.meeting, wanted)
    if change := _write(decision, values):
        kept: dict[str, Any] = {
            side: {name: value for name, value in told.items() if name != "person"} for side, told in change.items()
        }
        audit.record(decision, "decision.amended", by=by, **kept)
    return decision


@transaction.atomic
def finish_decision(decision: MeetingDecision, *, by: User | None, outcome: str = "") -> MeetingDecision:
    """Done today."""
    decision = _open_decision(decision)
    decision.done_on, decision.outcome = timezone.localdate(), outcome
    decision.save(update_fields=["done_on", "outcome"])
    audit.record(decision, "decision.done", by=by, after={"done_on": decision.done_on.isoformat()})
    return decision


# What the calendar does ----------------------------------------------------------------


def remind_of_meetings() -> int:
    """Write to the members' accounts three days before a meeting, once for each day it is planned for."""
    now = timezone.now()
    soon = Meeting.objects.to_come().filter(starts_at__lte=now + MEETING_NOTICE).for_list()
    meetings = list(soon.select_related("consortium__agreement__in_charge"))
    accounts = _accounts_of(meeting.consortium_id for meeting in meetings)
    officials = officials_of({meeting.host_id for meeting in meetings})
    messages = [
        emails.meeting_soon(meeting, reader)
        for meeting in meetings
        for reader in _each_once(
            [
                *readers_of(meeting.consortium.agreement, officials),
                *(user for users in accounts[meeting.consortium_id].values() for user in users),
            ]
        )
    ]
    return len(notify.queue_many(messages))


def remind_of_decisions() -> int:
    """Write to the owner's accounts and the keeper a week before a task is due, and once more when it is late."""
    today = timezone.localdate()
    due = MeetingDecision.objects.open().filter(due_on__lte=today + DECISION_NOTICE).for_list()
    decisions = list(due.select_related("meeting__consortium__agreement__in_charge"))
    accounts = _accounts_of(decision.meeting.consortium_id for decision in decisions)
    officials = officials_of({decision.host_id for decision in decisions})
    messages = [
        emails.decision_due(decision, reader, overdue=decision.due_on < today)
        for decision in decisions
        for reader in _each_once(
            [
                *readers_of(decision.meeting.consortium.agreement, officials),
                *(accounts[decision.meeting.consortium_id][decision.owner_id] if decision.meeting.is_approved else []),
            ]
        )
    ]
    return len(notify.queue_many(messages))


def _accounts_of(consortia: Iterable[int]) -> dict[int, dict[int | None, list[User]]]:
    """Who of each member may read along: officials of an office, mentors of a company. By consortium and member."""
    found: dict[int, dict[int | None, list[User]]] = defaultdict(lambda: defaultdict(list))
    members = list(
        ConsortiumMember.objects.current().filter(consortium__in=set(consortia)).select_related("organization")
    )
    live = Membership.objects.live().filter(organization__in={member.organization_id for member in members})
    people: dict[tuple[int, str], list[User]] = defaultdict(list)
    for membership in live.filter(role__in=(Role.OFFICIAL, Role.MENTOR)).select_related("user").order_by("pk"):
        people[membership.organization_id, membership.role].append(membership.user)
    for member in members:
        role = Role.OFFICIAL if member.organization.kind in HOST_KINDS else Role.MENTOR
        found[member.consortium_id][member.pk] += people[member.organization_id, role]
    return found


def _each_once(users: Iterable[User]) -> list[User]:
    return list({user.pk: user for user in users}.values())


# What they share -----------------------------------------------------------------------


def _locked(meeting: Meeting, to: MeetingState | None = None) -> Meeting:
    meeting = (
        Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("consortium").get(pk=meeting.pk)
    )
    if to and to not in MEETING_TRANSITIONS[meeting.state]:
        raise _refused(meeting)
    return meeting


def _refused(meeting: Meeting) -> ActionRefused:
    words = {"now": meeting.get_state_display()}
    return ActionRefused(_("This meeting is “%(now)s”, so that is not possible any more.") % words)


def _open_decision(decision: MeetingDecision) -> MeetingDecision:
    rows = MeetingDecision.objects.select_for_update(of=("self",), no_key=True).select_related("meeting", "owner")
    decision = rows.get(pk=decision.pk)
    if decision.done_on:
        raise ActionRefused(_("This task is done already."))
    return decision


def _refuse_wrong_owner(meeting: Meeting, decision: MeetingDecision) -> None:
    if decision.owner is None and not decision.person.strip():
        raise ActionRefused(_("Name the member or the person whose task it is."), "owner")
    if decision.owner and decision.owner.consortium_id != meeting.consortium_id:
        raise ActionRefused(_("Choose members of this consortium."), "owner")


def _move(meeting: Meeting, to: MeetingState, verb: str, *fields: str, by: User | None, reason: str = "") -> Meeting:
    before, meeting.state = {"state": meeting.state}, to
    meeting.save(update_fields=["state", *fields])
    audit.record(meeting, verb, by=by, before=before, after={"state": str(to)}, reason=reason)
    return meeting
