"""A consortium: founded under an agreement, its members, and the joint projects it finds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.figures import refresh_figures
from partners.models import Agreement, Consortium, ConsortiumMember, JointProject, Meeting, Organization
from partners.states import JOINT_PROJECT_TRANSITIONS, JointProjectState
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

CONSORTIUM_FIELDS = ("name", "purpose", "founded_on")
MEMBER_FIELDS = ("sector", "representative", "title", "contact", "joined_on")
PROJECT_FIELDS = ("title", "description", "meeting")


@transaction.atomic
def found_consortium(agreement: Agreement, *, by: User | None, **values: Any) -> Consortium:
    """One consortium for an agreement, kept by the office that keeps the agreement."""
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    if Consortium.objects.filter(agreement=agreement).exists():
        raise ActionRefused(_("This agreement has a consortium already."))
    consortium = Consortium.objects.create(
        agreement=agreement, host_id=agreement.host_id, **_known(values, CONSORTIUM_FIELDS)
    )
    audit.record(consortium, "consortium.founded", by=by, after={"agreement": agreement.pk})
    return consortium


@transaction.atomic
def amend_consortium(consortium: Consortium, *, by: User | None, **values: Any) -> Consortium:
    consortium = _lock_consortium(consortium.pk)
    if change := _write(consortium, _known(values, CONSORTIUM_FIELDS)):
        audit.record(consortium, "consortium.amended", by=by, **change)
    return consortium


# Members -------------------------------------------------------------------------------


@transaction.atomic
def add_consortium_member(
    consortium: Consortium, *, by: User | None, organization: Organization, **values: Any
) -> ConsortiumMember:
    """Any organization, a party or not. One that had left comes back to its old place."""
    consortium = _lock_consortium(consortium.pk)
    values = _known(values, MEMBER_FIELDS)
    member = consortium.members.filter(organization=organization).first()
    if member and member.left_on is None:
        raise ActionRefused(_("This organization is a member already."), "organization")
    member = member or ConsortiumMember(consortium=consortium, host_id=consortium.host_id, organization=organization)
    member.left_on = None
    for name, value in values.items():
        setattr(member, name, value)
    member.save()
    after = {"organization": organization.pk, "sector": member.sector}
    audit.record(member, "consortium.member_added", by=by, after=after)
    return member


@transaction.atomic
def amend_consortium_member(member: ConsortiumMember, *, by: User | None, **values: Any) -> ConsortiumMember:
    """Who speaks for it, and from which sector it comes."""
    _lock_consortium(member.consortium_id)
    member = ConsortiumMember.objects.get(pk=member.pk)
    if change := _write(member, _known(values, MEMBER_FIELDS)):
        people = {"representative", "title", "contact"}  # the history names fields, not people
        kept: dict[str, Any] = {
            side: {name: value for name, value in told.items() if name not in people} for side, told in change.items()
        }
        audit.record(member, "consortium.member_amended", by=by, **kept)
    return member


@transaction.atomic
def end_consortium_member(member: ConsortiumMember, *, by: User | None) -> ConsortiumMember:
    """It leaves today; what it decided and attended stays."""
    _lock_consortium(member.consortium_id)
    member = ConsortiumMember.objects.get(pk=member.pk)
    if member.left_on:
        raise ActionRefused(_("This organization has left already."))
    if member.decisions.open().exists():
        raise ActionRefused(_("Tasks of this organization are still open. Finish them, or give them to others."))
    member.left_on = timezone.localdate()
    member.save(update_fields=["left_on"])
    audit.record(member, "consortium.member_left", by=by, after={"left_on": member.left_on.isoformat()})
    return member


# Joint projects ------------------------------------------------------------------------


@transaction.atomic
def propose_joint_project(
    consortium: Consortium, *, by: User | None, title: str, members: Iterable[ConsortiumMember], **values: Any
) -> JointProject:
    """A project that some members may do together; it counts once it is agreed on."""
    consortium = _lock_consortium(consortium.pk)
    values = _known(values, PROJECT_FIELDS)
    members = list(members)
    _refuse_wrong_project(consortium, None, title, values.get("meeting"), members)
    project = JointProject.objects.create(
        consortium=consortium, host_id=consortium.host_id, title=title, proposed_on=timezone.localdate(), **values
    )
    project.members.set(members)
    after = {"state": project.state, "members": sorted(member.pk for member in members)}
    audit.record(project, "joint_project.proposed", by=by, after=after)
    return project


@transaction.atomic
def amend_joint_project(
    project: JointProject, *, by: User | None, members: Iterable[ConsortiumMember] | None = None, **values: Any
) -> JointProject:
    """`members` None leaves them as they are."""
    consortium = _lock_consortium(project.consortium_id)
    project = JointProject.objects.get(pk=project.pk)
    if not JOINT_PROJECT_TRANSITIONS[project.state]:
        raise ActionRefused(_("This project has ended and is kept as it is."))
    before = sorted(project.members.values_list("pk", flat=True))
    chosen = before if members is None else sorted(member.pk for member in members)
    values = _known(values, PROJECT_FIELDS)
    joined = list(consortium.members.filter(pk__in=chosen))
    title, meeting = values.get("title", project.title), values.get("meeting", project.meeting)
    _refuse_wrong_project(consortium, project, title, meeting, joined if len(joined) == len(chosen) else [])
    change = _write(project, values)
    if chosen != before:
        project.members.set(chosen)
        change = {"before": change.get("before", {}) | {"members": before}} | {
            "after": change.get("after", {}) | {"members": chosen}
        }
    if change:
        audit.record(project, "joint_project.amended", by=by, **change)
    return project


@transaction.atomic
def move_joint_project(
    project: JointProject, to: JointProjectState, *, by: User | None, reason: str = ""
) -> JointProject:
    """On to its next state; one that is dropped says why."""
    consortium = _lock_consortium(project.consortium_id)
    project = JointProject.objects.get(pk=project.pk)
    if to not in JOINT_PROJECT_TRANSITIONS[project.state]:
        words = {"now": project.get_state_display(), "wanted": JointProjectState(to).label}
        raise ActionRefused(_("This project is “%(now)s” and cannot become “%(wanted)s”.") % words)
    if to == JointProjectState.DROPPED and not reason.strip():
        raise ActionRefused(_("Say why the project is dropped."), "reason")
    before, project.state, project.end_reason = {"state": project.state}, to, reason
    project.save(update_fields=["state", "end_reason"])
    audit.record(project, "joint_project.moved", by=by, before=before, after={"state": str(to)}, reason=reason)
    refresh_figures(consortium.agreement_id)
    return project


def _refuse_wrong_project(
    consortium: Consortium,
    project: JointProject | None,
    title: str,
    meeting: Meeting | None,
    members: list[ConsortiumMember],
) -> None:
    same = consortium.joint_projects.filter(title=title).exclude(pk=project.pk if project else 0)
    if same.exists():
        raise ActionRefused(_("The consortium has a joint project with this title already."), "title")
    if meeting and meeting.consortium_id != consortium.pk:
        raise ActionRefused(_("Choose a meeting of this consortium."), "meeting")
    if not members or any(member.consortium_id != consortium.pk for member in members):
        raise ActionRefused(_("Choose members of this consortium."), "members")


# What they share -----------------------------------------------------------------------


def _lock_consortium(pk: int) -> Consortium:
    """The lock under which members, meetings and projects are written."""
    return Consortium.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _known(values: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    if unknown := values.keys() - {*fields}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    return values


def _write(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Save what differs; before and after of it for the history, nothing where nothing does."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return {}
    before = {name: _plain(getattr(row, name)) for name in changed}
    for name in changed:
        setattr(row, name, values[name])
    row.save(update_fields=changed)
    return {"before": before, "after": {name: _plain(getattr(row, name)) for name in changed}}


def _plain(value: Any) -> Any:
    """A value as the audit event keeps it: ids for rows, ISO for days and moments."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)
