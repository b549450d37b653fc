"""The consortium of an agreement: who sits in it, what it finds, and who may read along."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partners.actions import consortium as actions
from partners.actions import meetings
from partners.actions.promises import add_commitment, add_party
from partners.models import CommitmentFigure, Consortium, JointProject, MeetingDecision
from partners.states import JointProjectState, Measure
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    make_agreement,
    make_company,
    make_consortium,
    make_consortium_member,
    make_meeting,
    make_member,
    make_organization,
)

pytestmark = pytest.mark.django_db
J = JointProjectState


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def consortium(official):
    return make_consortium(agreement=make_agreement(host=official.acting.organization))


def propose(consortium, title="공동 물류", **fields):
    members = fields.pop("members", consortium.members.all())
    return actions.propose_joint_project(consortium, by=None, title=title, members=members, **fields)


def held(consortium, **fields):
    meeting = make_meeting(consortium, **fields)
    attendance = {member.pk: (True, "김대표") for member in consortium.members.current()}
    return meetings.write_minutes(meeting, by=None, minutes="논의했다.", attendance=attendance)


def test_an_agreement_has_one_consortium():
    agreement, today = make_agreement(), timezone.localdate()
    actions.found_consortium(agreement, by=None, name="협의체", founded_on=today)

    with pytest.raises(ActionRefused):
        actions.found_consortium(agreement, by=None, name="또 하나", founded_on=today)


def test_a_member_leaves_once_its_tasks_are_done_and_may_come_back(consortium):
    member = consortium.members.first()
    decision = meetings.record_decision(
        held(consortium), by=None, text="조사", owner=member, due_on=timezone.localdate()
    )
    with pytest.raises(ActionRefused):
        actions.end_consortium_member(member, by=None)
    meetings.finish_decision(decision, by=None)
    actions.end_consortium_member(member, by=None)
    with pytest.raises(ActionRefused):
        actions.end_consortium_member(member, by=None)

    again = actions.add_consortium_member(
        consortium, by=None, organization=member.organization, sector="industry", representative="박대표",
        joined_on=timezone.localdate(),
    )  # fmt: skip
    assert (again.pk, again.left_on) == (member.pk, None)
    with pytest.raises(ActionRefused) as refused:
        actions.add_consortium_member(consortium, by=None, organization=member.organization)
    assert refused.value.field == "organization"


def test_the_history_of_a_member_names_no_person(consortium):
    member = consortium.members.first()
    actions.amend_consortium_member(member, by=None, representative="남궁비밀", sector="research")

    event = AuditEvent.objects.get(verb="consortium.member_amended")
    assert (event.before, event.after) == ({"sector": "industry"}, {"sector": "research"})


def test_a_project_goes_its_way_and_counts_from_the_moment_it_is_agreed(consortium):
    party = add_party(consortium.agreement, by=None, transcribed_from="제2조", organization=make_company())
    promise = add_commitment(
        consortium.agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what="공동 사업 발굴",
        unit="건",
        measure=Measure.JOINT_PROJECTS,
    )
    project = propose(consortium)
    found = []
    for to in (J.AGREED, J.RUNNING, J.FINISHED):
        found.append(CommitmentFigure.objects.get(commitment=promise).number)
        project = actions.move_joint_project(project, to, by=None)
    propose(consortium, title="제안만 한 것")

    assert [*found, CommitmentFigure.objects.get(commitment=promise).number] == [0, 1, 1, 1]
    with pytest.raises(ActionRefused):
        actions.move_joint_project(project, J.DROPPED, by=None, reason="중단")
    with pytest.raises(ActionRefused):
        actions.amend_joint_project(project, by=None, title="다른 이름")


def test_a_dropped_project_says_why(consortium):
    project = propose(consortium)

    with pytest.raises(ActionRefused) as refused:
        actions.move_joint_project(project, J.DROPPED, by=None)
    assert refused.value.field == "reason"
    assert actions.move_joint_project(project, J.DROPPED, by=None, reason="예산이 없다").end_reason == "예산이 없다"


def test_a_project_has_its_own_title_and_members_and_meetings_of_its_consortium(consortium):
    elsewhere = make_consortium()
    propose(consortium)
    for field, values in (
        ("title", {}),
        ("members", {"title": "2", "members": elsewhere.members.all()}),
        ("members", {"title": "3", "members": []}),
        ("meeting", {"title": "4", "meeting": make_meeting(elsewhere)}),
    ):
        with pytest.raises(ActionRefused) as refused:
            propose(consortium, **values)
        assert refused.value.field == field
    with pytest.raises(ActionRefused):
        actions.amend_joint_project(JointProject.objects.get(), by=None, members=elsewhere.members.all())


def test_the_database_keeps_consortia_of_two_cities_apart(consortium):
    elsewhere = make_meeting(make_consortium())

    with pytest.raises(IntegrityError, match="same_host"), transaction.atomic():
        JointProject.objects.create(
            consortium=consortium, host=consortium.host, title="섞인 것", meeting=elsewhere, proposed_on="2026-01-01"
        )
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


# Who reads along -----------------------------------------------------------------------


def test_who_may_know_of_a_consortium(consortium):
    city, agreement = consortium.host, consortium.agreement
    party, university, company = make_organization(), make_organization(kind="university"), make_company()
    add_party(agreement, by=None, transcribed_from="제2조", organization=party)
    add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
    for organization in (university, company):
        make_consortium_member(consortium, organization)
    left = make_consortium_member(consortium)
    actions.end_consortium_member(left, by=None)
    reads = [
        make_member(Role.OPERATOR, city), make_member(Role.OFFICIAL, party), make_member(Role.OFFICIAL, university),
        make_member(Role.MENTOR, company), make_member(Role.ADMIN),
    ]  # fmt: skip
    knows_nothing = [
        make_member(Role.OFFICIAL), make_member(Role.OPERATOR, party), make_member(Role.OPERATOR, university),
        make_member(Role.MENTOR, agreement.parties.last().organization), make_member(Role.MENTOR, left.organization),
        make_member(Role.INSTRUCTOR, city),
    ]  # fmt: skip

    def sees(user):
        return Consortium.objects.visible_to(user).filter(pk=consortium.pk).exists()

    assert [sees(user) for user in reads] == [True] * len(reads)
    assert [sees(user) for user in knows_nothing] == [False] * len(knows_nothing)


def test_the_agreement_leads_officials_of_its_parties_to_the_consortium(sign_in, consortium):
    party, company = make_organization(), make_company()
    for organization in (party, company):
        add_party(consortium.agreement, by=None, transcribed_from="제2조", organization=organization)
    link = consortium.get_absolute_url()

    def shown(user):
        return link in sign_in(user).get(consortium.agreement.get_absolute_url()).content.decode()

    assert [shown(make_member(Role.OFFICIAL, party)), shown(make_member(Role.MENTOR, company))] == [True, False]


def test_another_city_finds_nothing_of_it_anywhere(sign_in, consortium):
    meeting = held(consortium)
    meetings.record_decision(meeting, by=None, text="설비 조사", person="박과장", due_on=timezone.localdate())
    project, member = propose(consortium), consortium.members.first()
    browser, where = sign_in(make_member(Role.OFFICIAL)), [consortium.agreement_id]

    for query in ({}, {"q": consortium.name}, {"q": str(member)}):
        assert browser.get(reverse("partners:consortium-list"), query).context["listing"].total == 0
    for name, args in (
        ("consortium", where), ("meeting-list", where), ("decision-list", where), ("joint-project-list", where),
        ("meeting", [meeting.pk]), ("meeting-print", [meeting.pk]), ("joint-project", [project.pk]),
        ("consortium-member-amend", [member.pk]), ("consortium-history", where), ("consortium-found", where),
    ):  # fmt: skip
        assert browser.get(reverse(f"partners:{name}", args=args)).status_code == 404, name


def test_members_read_minutes_and_decisions_once_they_are_approved(sign_in, consortium):
    reader = make_member(Role.MENTOR, consortium.members.first().organization)
    meeting = held(consortium)
    decision = meetings.record_decision(meeting, by=None, text="설비 조사", person="박과장", due_on=date(2030, 1, 1))
    browser = sign_in(reader)

    def read():
        pages = [meeting.get_absolute_url(), reverse("partners:meeting-print", args=[meeting.pk]),
                 reverse("partners:decision-list", args=[consortium.agreement_id]), consortium.get_absolute_url()]  # fmt: skip
        return [browser.get(page).content.decode() for page in pages]

    before = read()
    assert not any("논의했다" in page or "설비 조사" in page for page in before)
    assert "회의록을 작성하고 있습니다" in before[0]
    meetings.approve_minutes(meeting, by=None)
    after = read()

    assert ["논의했다" in page for page in after] == [True, True, False, False]
    assert all("설비 조사" in page for page in after)
    assert not any("054-000-0000" in page for page in after)
    assert sign_in(reader).get(reverse("partners:decision-amend", args=[decision.pk])).status_code == 403


def test_numbers_of_an_agreement_lead_to_exactly_their_records(sign_in, official, consortium):
    held(consortium), held(consortium, days_ago=40), make_meeting(consortium), propose(consortium)
    actions.move_joint_project(propose(consortium, title="둘"), J.AGREED, by=None)
    party = add_party(consortium.agreement, by=None, transcribed_from="제2조", organization=make_company())
    for measure in (Measure.MEETINGS, Measure.JOINT_PROJECTS):
        add_commitment(
            consortium.agreement,
            by=None,
            transcribed_from="제2조",
            party=party,
            what=measure.label,
            unit="회",
            measure=measure,
        )
    browser = sign_in(official)

    promises = browser.get(consortium.agreement.get_absolute_url()).context["commitments"]

    assert {one.commitment.measure: one.number for one in promises} == {"meetings": 2, "joint_projects": 1}
    for one in promises:
        assert browser.get(one.url).context["listing"].total == one.number


# Pages ---------------------------------------------------------------------------------


def test_a_consortium_is_founded_and_filled_from_the_page_of_its_agreement(sign_in, official):
    agreement, company = make_agreement(host=official.acting.organization), make_company()
    browser, where = sign_in(official), [agreement.pk]
    page = reverse("partners:consortium", args=where)
    assert page in browser.get(agreement.get_absolute_url()).content.decode()

    asked = browser.get(page, follow=True).content.decode()
    assert "협의체 구성" in asked
    wrong = browser.post(
        reverse("partners:consortium-found", args=where), {"name": "구미 협의체", "founded_on": "언젠가"}
    )
    assert wrong.status_code == 422
    assert 'value="구미 협의체"' in wrong.content.decode()
    browser.post(reverse("partners:consortium-found", args=where), {"name": "구미 협의체", "founded_on": "2026-03-01"})
    typed = {"organization": company.pk, "sector": "industry", "representative": "김대표", "joined_on": "2026-03-01"}
    browser.post(reverse("partners:consortium-member-add", args=where), typed)
    member = Consortium.objects.get().members.get()
    browser.post(reverse("partners:consortium-member-amend", args=[member.pk]), typed | {"representative": "박대표"})
    browser.post(reverse("partners:consortium-amend", args=where), {"name": "새 이름", "founded_on": "2026-03-02"})
    browser.post(reverse("partners:joint-project-propose", args=where), {"title": "공동 물류", "members": [member.pk]})
    project = JointProject.objects.get()
    move = reverse("partners:joint-project-move", args=[project.pk])
    refused = browser.post(move, {"to": "dropped"})
    browser.post(move, {"to": "agreed"})
    shown = browser.get(page).content.decode()

    assert refused.status_code == 422
    assert all(words in shown for words in ("새 이름", "박대표", "공동 물류", "합의"))
    history = browser.get(reverse("partners:consortium-history", args=where)).content.decode()
    assert "협의체를 구성함" in history
    browser.post(reverse("partners:consortium-member-end", args=[member.pk]))
    assert "탈퇴" in browser.get(page).content.decode()


def test_lists_are_searched_and_filtered(sign_in, official, consortium):
    first, second = consortium.members.all()
    one = meetings.record_decision(
        held(consortium, agenda="로봇 도입"), by=None, text="로봇 조사", owner=first, due_on=timezone.localdate()
    )
    two = meetings.record_decision(
        held(consortium), by=None, text="예산", owner=second, due_on=timezone.localdate() - timedelta(days=1)
    )
    MeetingDecision.objects.filter(pk=one.pk).update(done_on=timezone.localdate())
    make_meeting(consortium, days_ago=-5)
    propose(consortium), actions.move_joint_project(propose(consortium, title="로봇"), J.AGREED, by=None)
    browser, where = sign_in(official), [consortium.agreement_id]

    def total(name, *args, **query):
        return browser.get(reverse(f"partners:{name}", args=args), query).context["listing"].total

    assert [total("meeting-list", *where, **query) for query in (
        {}, {"show": "held"}, {"show": "to_come"}, {"show": "to_record"}, {"state": "held"}, {"q": "로봇"},
    )] == [3, 2, 1, 0, 2, 1]  # fmt: skip
    assert [total("decision-list", *where, **query) for query in (
        {}, {"show": "open"}, {"show": "overdue"}, {"show": "done"}, {"owner": first.pk}, {"q": "로봇"},
    )] == [2, 1, 1, 1, 1, 1]  # fmt: skip
    assert total("consortium-list", show="overdue") == 1
    assert "기한이 지난 결정사항이 있는 협의체" in browser.get("/").content.decode()
    assert two in MeetingDecision.objects.overdue()
    assert [total("joint-project-list", *where, **query) for query in (
        {}, {"show": "found"}, {"state": "proposed"}, {"q": "로봇"},
    )] == [2, 1, 1, 1]  # fmt: skip
    assert [total("consortium-list", **query) for query in ({}, {"q": str(first)}, {"q": "없는 것"})] == [1, 1, 0]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_as_many_queries_for_one_as_for_three(
    sign_in, official, consortium, count, django_assert_num_queries
):
    for number in range(count):
        make_consortium(agreement=make_agreement(host=consortium.host))
        make_consortium_member(consortium)
        meeting = held(consortium)
        for _ in range(count):
            meetings.record_decision(
                meeting, by=None, text="조사", owner=consortium.members.first(), due_on=timezone.localdate()
            )
        project = propose(consortium, title=f"사업 {number}", meeting=meeting)
    browser, where = sign_in(official), [consortium.agreement_id]
    for name, args, queries in (
        ("consortium-list", [], 4), ("consortium", where, 9), ("meeting-list", where, 5), ("decision-list", where, 6),
        ("joint-project-list", where, 6), ("meeting", [meeting.pk], 8), ("joint-project", [project.pk], 5),
    ):  # fmt: skip
        url = reverse(f"partners:{name}", args=args)
        browser.get(url)
        with django_assert_num_queries(queries):
            browser.get(url)
