"""Two shapes of partnership from end to end: a consortium with licences, and a university course that uses them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.models import LicencePool
from cohorts.states import CohortState, ProgrammeKind
from partners.actions.promises import add_commitment, add_party
from partners.models import Consortium, Meeting
from partners.states import Measure
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_agreement,
    make_cohort,
    make_company,
    make_consortium_member,
    make_enrolment,
    make_licence_pool,
    make_member,
    make_organization,
    make_person,
    make_programme,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


@pytest.fixture
def shape(settings) -> SimpleNamespace:
    """The province keeps the agreement, the company gives licences, the university teaches with them."""
    settings.MFA_REQUIRED = False
    province, city = make_organization(name="경상북도"), make_organization(name="구미시")
    university = make_organization(kind="university", name="금오공과대학교")
    company = make_company(name="다쏘시스템코리아")
    agreement = make_agreement(host=province, title="구미 스마트팩토리 업무협약")
    parties = [
        add_party(agreement, by=None, transcribed_from="제2조", organization=one) for one in (company, province, city)
    ]
    for what, unit, measure, party in (
        ("3D 플랫폼 라이선스", "좌석", Measure.LICENCES, parties[0]), ("협의체 운영", "회", Measure.MEETINGS, parties[1]),
        ("공동 사업 발굴", "건", Measure.JOINT_PROJECTS, parties[2]),
    ):  # fmt: skip
        add_commitment(
            agreement, by=None, transcribed_from="제2조", party=party, what=what, unit=unit, quantity=2, measure=measure
        )
    programme = make_programme(
        host=university, agreement=agreement, kind=ProgrammeKind.UNIVERSITY_COURSE, name="제조기업 맞춤형 과정"
    )
    cohort = make_cohort(
        programme=programme, state=CohortState.RUNNING, name="제조 1기", starts_on=TODAY - timedelta(days=30)
    )
    trainee = make_user(name="이도현")
    people = [make_person(host=university, name=name) for name in ("김가온", "이도현", "박나래")]
    people[1].user = trainee
    people[1].save(update_fields=["user"])
    for person in people:
        make_enrolment(cohort=cohort, person=person)
    return SimpleNamespace(
        agreement=agreement, company=company, university=university, cohort=cohort, trainee=trainee,
        keeper=make_member(Role.OFFICIAL, province), guest=make_member(Role.OFFICIAL, city),
        teacher=make_member(Role.OPERATOR, university), mentor=make_member(Role.MENTOR, company),
        stranger=make_member(Role.OFFICIAL),
    )  # fmt: skip


def test_a_consortium_with_licences(page, live_server, client, shape):
    """Founded from the agreement, it meets, decides and finds a project; the agreement counts all three."""
    sign_in(page, client, shape.keeper, live_server.url)
    page.goto(shape.agreement.get_absolute_url())
    page.get_by_role("link", name="협의체").first.click()
    page.get_by_label("이름").fill("구미 산·학·연·관 협의체")
    page.get_by_label("구성일").fill(str(TODAY - timedelta(days=20)))
    page.get_by_role("button", name="저장").click()
    consortium = Consortium.objects.get()
    for organization in (shape.company, shape.university):
        make_consortium_member(consortium, organization)
    page.get_by_role("link", name="회의 계획").click()
    page.get_by_label("일시").fill(f"{TODAY - timedelta(days=2)}T14:00")
    page.get_by_label("장소").fill("도청 회의실")
    page.get_by_label("안건").fill("1. 인재 양성")
    page.get_by_role("button", name="저장").click()
    page.get_by_role("link", name="제1차 회의").click()
    page.get_by_role("link", name="회의록 작성").click()
    assert_accessible(page)
    look(page, "meeting-minutes")
    page.get_by_label("회의록", exact=False).last.fill("함께 기르기로 하였다.")
    page.get_by_role("button", name="저장").click()
    page.get_by_role("link", name="결정사항 기록").click()
    page.get_by_label("결정사항").fill("공고 안내")
    page.get_by_label("담당자").fill("박과장")
    page.get_by_label("이행 기한").fill(str(TODAY - timedelta(days=1)))
    page.get_by_role("button", name="저장").click()
    page.get_by_role("button", name="회의록 승인").first.click()
    page.locator("#approve").get_by_role("button", name="회의록 승인").click()
    page.get_by_text("위원 기관이 읽을 수 있습니다").wait_for()
    assert_accessible(page)
    look(page, "meeting")
    page.goto(reverse("partners:joint-project-propose", args=[shape.agreement.pk]))
    page.get_by_label("사업명").fill("설계 인재 공동 양성")
    page.locator("label", has_text="다쏘시스템코리아").click()
    page.get_by_role("button", name="저장").click()
    page.get_by_role("link", name="설계 인재 공동 양성").click()
    page.get_by_role("button", name="상태 변경").first.click()
    page.locator("#move").get_by_role("button", name="상태 변경").click()
    page.get_by_text("‘합의’로").wait_for()
    make_licence_pool(host=shape.university, agreement=shape.agreement, provider=shape.company, seats=2)
    page.goto(consortium.get_absolute_url())
    page.get_by_text("기한 지남").wait_for()
    assert_accessible(page)
    look(page, "consortium")

    meeting = Meeting.objects.get()
    for user, sees in ((shape.guest, 200), (shape.mentor, 200), (shape.stranger, 404)):
        sign_in(page, client, user, live_server.url)
        for address in (consortium.get_absolute_url(), meeting.get_absolute_url()):
            assert page.goto(address).status == sees


def test_a_university_course(plain_page, live_server, client, shape):
    """Seats given under an agreement that another office keeps; without script."""
    page = plain_page
    sign_in(page, client, shape.teacher, live_server.url)
    page.goto(reverse("cohorts:licence-register"))
    page.get_by_label("협약").first.select_option(label="구미 스마트팩토리 업무협약")
    page.get_by_label("제공 기관").select_option(label="다쏘시스템코리아")
    page.get_by_label("도구").fill("3D익스피리언스 플랫폼")
    page.get_by_label("좌석 수").fill("2")
    page.get_by_label("시작일").fill(str(TODAY - timedelta(days=30)))
    page.get_by_label("종료일").fill(str(TODAY + timedelta(days=200)))
    page.get_by_role("button", name="저장").click()
    page.get_by_text("라이선스를 등록했습니다").wait_for()
    page.goto(shape.cohort.get_absolute_url())
    page.get_by_role("link", name="라이선스 좌석").click()
    page.get_by_role("link", name="좌석 배정").click()
    page.get_by_role("button", name="배정 미리보기").click()
    page.get_by_text("남은 좌석 없음").wait_for()
    page.locator("label", has_text="김가온").click()
    page.get_by_role("button", name="선택한 사람에게 배정").click()
    page.get_by_text("라이선스 1석을 배정했습니다").wait_for()
    pool = LicencePool.objects.get()

    sign_in(page, client, shape.trainee, live_server.url)
    page.goto("/")
    page.get_by_text("3D익스피리언스 플랫폼").first.wait_for()
    numbers = reverse("cohorts:agreement-licences", args=[shape.agreement.pk])
    for user in (shape.keeper, shape.mentor):
        sign_in(page, client, user, live_server.url)
        page.goto(numbers)
        page.get_by_text("3D익스피리언스 플랫폼").first.wait_for()
        assert "이도현" not in page.content()
    sign_in(page, client, shape.stranger, live_server.url)
    for address in (numbers, pool.get_absolute_url(), f"{pool.get_absolute_url()}assign/"):
        assert page.goto(address).status == 404
