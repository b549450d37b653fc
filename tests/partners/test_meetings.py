"""Meetings of a consortium: planned, held, approved or cancelled; decisions followed up, and everybody reminded once."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners.actions import meetings as actions
from partners.actions.promises import add_commitment, add_party
from partners.models import CommitmentFigure, Meeting, MeetingDecision, MeetingFile
from partners.states import Measure
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.dates import KST
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import (
    make_agreement,
    make_company,
    make_consortium,
    make_consortium_member,
    make_meeting,
    make_member,
    make_organization,
)
from tests.files import pdf
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, email="official@example.kr")


@pytest.fixture
def consortium(official):
    return make_consortium(agreement=make_agreement(host=official.acting.organization))


def there(consortium, *, absent=()):
    return {one.pk: (one.pk not in absent, "김대표") for one in consortium.members.current()}


def write(meeting, minutes="논의했다.", **fields):
    attendance = fields.pop("attendance", None) or there(meeting.consortium)
    return actions.write_minutes(meeting, by=None, minutes=minutes, attendance=attendance)


def decide(meeting, **fields):
    values = {"text": "설비 조사", "person": "박과장", "due_on": timezone.localdate() + timedelta(days=30)} | fields
    return actions.record_decision(meeting, by=None, **values)


# The life of a meeting -----------------------------------------------------------------


def test_meetings_are_numbered_and_each_step_leaves_an_event(consortium):
    later = timezone.now() + timedelta(days=10)
    first = actions.plan_meeting(consortium, by=None, starts_at=later, place="시청", agenda="안건")
    actions.cancel_meeting(first, by=None, reason="태풍")
    second = actions.plan_meeting(consortium, by=None, starts_at=later, place="시청", agenda="안건")
    actions.amend_meeting(second, by=None, starts_at=timezone.now() - timedelta(hours=1))
    write(write(second), minutes="고쳐 썼다.", attendance=there(consortium, absent=[consortium.members.first().pk]))
    actions.approve_minutes(second, by=None)

    assert (first.number, second.number) == (1, 2)
    second.refresh_from_db()
    assert (second.state, second.minutes) == ("approved", "고쳐 썼다.")
    assert sorted(second.attendances.values_list("present", "who")) == [(False, ""), (True, "김대표")]
    events = AuditEvent.objects.filter(object_type="partners.meeting", object_id=second.pk).order_by("pk")
    assert [event.verb for event in events] == [
        "meeting.planned", "meeting.amended", "meeting.minutes_written", "meeting.minutes_written", "meeting.approved",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["approved", "cancelled"])
def test_what_is_over_stays_as_it_is(state, consortium):
    meeting = make_meeting(consortium, state=state, minutes="논의했다.")

    for act in (
        lambda: actions.amend_meeting(meeting, by=None, place="다른 곳"),
        lambda: write(meeting),
        lambda: actions.approve_minutes(meeting, by=None),
        lambda: actions.cancel_meeting(meeting, by=None, reason="태풍"),
    ):
        with pytest.raises(ActionRefused):
            act()


def test_minutes_are_for_a_meeting_that_took_place_with_somebody_there(consortium):
    with pytest.raises(ActionRefused, match="시작하지 않은"):
        write(make_meeting(consortium, days_ago=-1))
    nobody = [member.pk for member in consortium.members.all()]
    with pytest.raises(ActionRefused, match="참석한 기관이 없습니다"):
        write(make_meeting(consortium), attendance=there(consortium, absent=nobody))
    with pytest.raises(ActionRefused, match="그사이"):
        write(make_meeting(consortium), attendance=there(make_consortium()))
    with pytest.raises(ActionRefused, match="회의록"):
        decide(make_meeting(consortium))


def test_held_meetings_count_and_cancelled_ones_do_not(consortium):
    party = add_party(consortium.agreement, by=None, transcribed_from="제2조", organization=make_company())
    promise = add_commitment(
        consortium.agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what="협의체 운영",
        unit="회",
        measure=Measure.MEETINGS,
    )
    write(make_meeting(consortium))
    actions.cancel_meeting(make_meeting(consortium), by=None, reason="태풍")
    write(make_meeting(make_consortium()))  # of another agreement

    assert CommitmentFigure.objects.get(commitment=promise).number == 1


def test_a_decision_has_an_owner_of_the_consortium_and_is_done_once(consortium):
    meeting, owner = write(make_meeting(consortium)), consortium.members.first()
    for wrong in ({"person": ""}, {"owner": make_consortium().members.first()}):
        with pytest.raises(ActionRefused) as refused:
            decide(meeting, **wrong)
        assert refused.value.field == "owner"
    decision = decide(meeting, due_on=timezone.localdate() - timedelta(days=1))
    assert decision.is_overdue
    actions.amend_decision(decision, by=None, owner=owner, person="")
    done = actions.finish_decision(decision, by=None, outcome="조사했다.")

    assert (done.is_overdue, done.done_on, done.outcome) == (False, timezone.localdate(), "조사했다.")
    for act in (
        lambda: actions.finish_decision(decision, by=None),
        lambda: actions.amend_decision(decision, by=None, person="누구"),
    ):
        with pytest.raises(ActionRefused):
            act()


def test_what_was_decided_stays_once_the_minutes_are_approved(consortium):
    meeting = write(make_meeting(consortium))
    decision = decide(meeting)
    actions.approve_minutes(meeting, by=None)

    with pytest.raises(ActionRefused):
        decide(meeting, text="하나 더")
    with pytest.raises(ActionRefused) as refused:
        actions.amend_decision(decision, by=None, text="다른 것")
    assert refused.value.field == "text"
    assert actions.amend_decision(decision, by=None, person="이과장").person == "이과장"


# Reminders -----------------------------------------------------------------------------


def sent():
    return sorted((row.key.split(":")[0], *row.key.split(":")[-2:-1], row.user.email.split("@")[0]) for row in
                  Mail.objects.select_related("user"))  # fmt: skip


def test_members_hear_of_a_meeting_once_three_days_before(consortium, time_machine_at):
    company, university = make_company(), make_organization(kind="university")
    for organization in (company, university):
        make_consortium_member(consortium, organization)
    gone = make_consortium_member(consortium)
    type(gone).objects.filter(pk=gone.pk).update(left_on=date(2026, 1, 1))
    for role, organization, name in (
        (Role.MENTOR, company, "mentor"), (Role.OFFICIAL, university, "professor"), (Role.OPERATOR, university, "clerk"),
        (Role.MENTOR, gone.organization, "gone"), (Role.MENTOR, make_company(), "stranger"),
    ):  # fmt: skip
        make_member(role, organization, email=f"{name}@example.kr")
    with time_machine_at("2026-03-01 09:00"):
        meeting = actions.plan_meeting(
            consortium, by=None, starts_at=datetime(2026, 3, 20, 14, tzinfo=KST), place="시청", agenda="로봇 도입"
        )
        actions.plan_meeting(
            consortium, by=None, starts_at=datetime(2026, 5, 20, 14, tzinfo=KST), place="시청", agenda="나중 일"
        )
    for day in ("2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-21"):
        with time_machine_at(f"{day} 15:00"):
            actions.remind_of_meetings()
            drain()

    assert [who for *_rest, who in sent()] == ["mentor", "official", "professor"]
    assert "제1차 회의" in mail.outbox[0].subject
    assert "로봇 도입" in mail.outbox[0].body
    assert meeting.get_absolute_url() in mail.outbox[0].body


def test_owner_and_keeper_hear_of_a_task_once_before_and_once_after(consortium, time_machine_at):
    owner = consortium.members.first()
    make_member(Role.MENTOR, owner.organization, email="owner@example.kr")
    make_member(Role.MENTOR, consortium.members.last().organization, email="another@example.kr")
    with time_machine_at("2026-03-01 09:00"):
        meeting = write(make_meeting(consortium))
        decide(meeting, owner=owner, due_on=date(2026, 3, 31))
        decide(meeting, due_on=date(2026, 6, 30))
        actions.finish_decision(decide(meeting, due_on=date(2026, 3, 10)), by=None)
        actions.approve_minutes(meeting, by=None)
    for day in ("2026-03-23", "2026-03-24", "2026-03-25", "2026-03-31", "2026-04-01", "2026-04-02"):
        with time_machine_at(f"{day} 09:00"):
            actions.remind_of_decisions()
            drain()

    assert sent() == [
        ("decision_due", "overdue", "official"), ("decision_due", "overdue", "owner"),
        ("decision_due", "soon", "official"), ("decision_due", "soon", "owner"),
    ]  # fmt: skip


def test_an_owner_hears_nothing_of_minutes_that_are_not_approved(consortium):
    owner = consortium.members.first()
    make_member(Role.MENTOR, owner.organization, email="owner@example.kr")
    decide(write(make_meeting(consortium)), owner=owner, due_on=timezone.localdate())
    actions.remind_of_decisions()

    assert [who for *_rest, who in sent()] == ["official"]


# Pages ---------------------------------------------------------------------------------


def test_a_meeting_goes_its_way_on_its_pages(sign_in, official, consortium):
    first, second = consortium.members.all()
    browser, where = sign_in(official), [consortium.agreement_id]
    browser.post(
        reverse("partners:meeting-plan", args=where),
        {"starts_at": "2026-03-02T14:00", "place": "시청", "agenda": "로봇 도입"},
    )
    meeting = Meeting.objects.get()
    assert timezone.localtime(meeting.starts_at).hour == 14
    at = {name: reverse(f"partners:{name}", args=[meeting.pk]) for name in (
        "meeting", "meeting-minutes", "meeting-approve", "meeting-file-add", "decision-record", "meeting-print",
        "meeting-amend",
    )}  # fmt: skip
    browser.post(at["meeting-amend"], {"starts_at": "2026-03-02T15:00", "place": "도청", "agenda": "로봇 도입"})

    form = browser.get(at["meeting-minutes"]).content.decode()
    assert form.count("checked") == 2
    typed = {f"present_{first.pk}": "on", f"who_{first.pk}": "이참석", "minutes": ""}
    wrong = browser.post(at["meeting-minutes"], typed)
    assert (wrong.status_code, wrong.content.decode().count("checked")) == (422, 1)
    browser.post(at["meeting-minutes"], typed | {"minutes": "도입하기로 했다."})
    browser.post(at["decision-record"], {"text": "설비 조사", "owner": second.pk, "due_on": "2026-03-10"})
    decision = MeetingDecision.objects.get()
    browser.post(
        reverse("partners:decision-amend", args=[decision.pk]),
        {"text": "설비 조사", "person": "박과장", "due_on": "2026-03-11"},
    )
    without = browser.post(at["meeting-file-add"])
    assert without.status_code == 422
    browser.post(at["meeting-file-add"], {"file": SimpleUploadedFile("회의록.pdf", pdf())})
    file = reverse("partners:meeting-file", args=[meeting.pk, MeetingFile.objects.get().pk])
    assert b"".join(browser.get(file).streaming_content) == pdf()
    browser.post(at["meeting-approve"])
    page = browser.post(
        reverse("partners:decision-finish", args=[decision.pk]), {"outcome": "세 곳을 보았다."}, follow=True
    ).content.decode()

    for words in (
        "도청",
        "이참석",
        "불참",
        "도입하기로 했다.",
        "박과장",
        "세 곳을 보았다.",
        "회의록.pdf",
        "회의록 승인",
    ):
        assert words in page, words
    printed = browser.get(at["meeting-print"]).content.decode()
    assert "이참석 ____" in printed
    assert "도입하기로 했다." in printed


def test_a_meeting_is_cancelled_with_its_reason(sign_in, official, consortium):
    meeting = make_meeting(consortium, days_ago=-3)
    browser, cancel = sign_in(official), reverse("partners:meeting-cancel", args=[meeting.pk])

    assert browser.post(cancel).status_code == 422
    assert "태풍으로 취소" in browser.post(cancel, {"reason": "태풍으로 취소"}, follow=True).content.decode()
