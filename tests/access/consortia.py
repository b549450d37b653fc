"""A consortium: its members, meetings, decisions and joint projects."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners.models import JointProject, MeetingDecision, MeetingFile
from tests import factories as make
from tests.access import row
from tests.files import pdf

#        admin official operator instructor reviewer mentor trainee
READ = {
    "own": "200 200 200 403 403 200 403",  # the mentor's company is a member
    "same": "200 200 200 403 403 404 403",
    "other": "200 404 404 403 403 404 403",
}
KEEP = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
VERB = {"own": "302 302 302 403 403 403 403", "other": "302 404 404 403 403 403 403"}
DAY = str(timezone.localdate())


def extend(w):
    """A consortium under the city's agreement, in which the company sits."""
    w.consortium = make.make_consortium(agreement=w.agreement, members=1)
    w.company_place = make.make_consortium_member(w.consortium, w.company)
    w.meeting = make.make_meeting(w.consortium, state="approved", minutes="논의했다.")
    w.held_meeting = make.make_meeting(w.consortium, state="held", minutes="논의했다.")
    w.next_meeting = make.make_meeting(w.consortium, days_ago=-3)
    w.decision = MeetingDecision.objects.create(
        meeting=w.meeting, host=w.city, text="설비 조사", owner=w.company_place, due_on=timezone.localdate()
    )
    w.joint_project = JointProject.objects.create(
        consortium=w.consortium, host=w.city, title="공동 물류", meeting=w.meeting, proposed_on=timezone.localdate()
    )
    w.joint_project.members.add(w.company_place)
    w.meeting_file = MeetingFile.from_upload(SimpleUploadedFile("회의록.pdf", pdf()), meeting=w.meeting, host=w.city)
    w.meeting_file.save()
    w.guest = make.make_company()


def agreed(w):
    return [w.agreement.pk]


def member(w):
    return [w.consortium.members.exclude(pk=w.company_place.pk).get().pk]


def named(w):
    return {"sector": "industry", "representative": "김대표", "joined_on": DAY, "organization": w.guest.pk}


def planned(w):
    when = timezone.localtime() + timedelta(days=9)
    return {"starts_at": f"{when:%Y-%m-%dT%H:%M}", "place": "시청", "agenda": "안건"}


def minuted(w):
    return {f"present_{one.pk}": "on" for one in w.consortium.members.all()} | {"minutes": "논의했다."}


def found(w):
    return {"title": "새 사업", "members": [w.company_place.pk]}


FOUNDED = {"name": "협의체", "founded_on": DAY}
DECIDED = {"text": "설비 조사", "person": "박과장", "due_on": DAY}
TABLE = [
    row("partners:consortium-list", own=READ["own"]),
    row("partners:consortium", arguments=agreed, **READ),
    row("partners:consortium-found", arguments=lambda w: [w.draft.pk], **KEEP),
    row("partners:consortium-found", "POST", lambda w: [w.draft.pk], **VERB, data=lambda w: FOUNDED),
    row("partners:consortium-amend", arguments=agreed, **KEEP),
    row("partners:consortium-amend", "POST", agreed, **VERB, data=lambda w: FOUNDED),
    row("partners:consortium-history", arguments=agreed, **KEEP),
    row("partners:consortium-member-add", arguments=agreed, **KEEP),
    row("partners:consortium-member-add", "POST", agreed, **VERB, data=named),
    row("partners:consortium-member-amend", arguments=member, **KEEP),
    row("partners:consortium-member-amend", "POST", member, **VERB, data=named),
    row("partners:consortium-member-end", "POST", member, **VERB),
    row("partners:joint-project-list", arguments=agreed, **READ),
    row("partners:joint-project-propose", arguments=agreed, **KEEP),
    row("partners:joint-project-propose", "POST", agreed, **VERB, data=found),
    row("partners:joint-project", arguments=lambda w: [w.joint_project.pk], **READ),
    row("partners:joint-project-amend", arguments=lambda w: [w.joint_project.pk], **KEEP),
    row("partners:joint-project-amend", "POST", lambda w: [w.joint_project.pk], **VERB, data=found),
    row("partners:joint-project-move", "POST", lambda w: [w.joint_project.pk], **VERB, data=lambda w: {"to": "agreed"}),
    row("partners:meeting-list", arguments=agreed, **READ),
    row("partners:meeting-plan", arguments=agreed, **KEEP),
    row("partners:meeting-plan", "POST", agreed, **VERB, data=planned),
    row("partners:meeting", arguments=lambda w: [w.meeting.pk], **READ),
    row("partners:meeting-print", arguments=lambda w: [w.meeting.pk], **READ),
    row("partners:meeting-amend", arguments=lambda w: [w.next_meeting.pk], **KEEP),
    row("partners:meeting-amend", "POST", lambda w: [w.next_meeting.pk], **VERB, data=planned),
    row("partners:meeting-minutes", arguments=lambda w: [w.held_meeting.pk], **KEEP),
    row("partners:meeting-minutes", "POST", lambda w: [w.held_meeting.pk], **VERB, data=minuted),
    row("partners:meeting-approve", "POST", lambda w: [w.held_meeting.pk], **VERB),
    row("partners:meeting-cancel", "POST", lambda w: [w.next_meeting.pk], **VERB, data=lambda w: {"reason": "태풍"}),
    row("partners:meeting-file-add", "POST", lambda w: [w.held_meeting.pk], **{
        relation: codes.replace("302", "422") for relation, codes in VERB.items()}),
    row("partners:meeting-file", arguments=lambda w: [w.meeting.pk, w.meeting_file.pk], **READ),
    row("partners:decision-list", arguments=agreed, **READ),
    row("partners:decision-record", arguments=lambda w: [w.held_meeting.pk], **KEEP),
    row("partners:decision-record", "POST", lambda w: [w.held_meeting.pk], **VERB, data=lambda w: DECIDED),
    row("partners:decision-amend", arguments=lambda w: [w.decision.pk], **KEEP),
    row("partners:decision-amend", "POST", lambda w: [w.decision.pk], **VERB, data=lambda w: DECIDED),
    row("partners:decision-finish", "POST", lambda w: [w.decision.pk], **VERB),
]  # fmt: skip
