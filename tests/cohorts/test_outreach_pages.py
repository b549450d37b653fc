"""The pages of school visits: what is shown to whom, what is kept of a mistake, and what each list costs."""

import io
import re
import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cohorts.actions.outreach import edit_round
from cohorts.actions.visits import give_feedback
from cohorts.models import OutreachRound, SchoolRequest, Visit, VisitFeedback, VisitPupil
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from tests.cohorts.visiting import RURAL, make_ministry, make_request, make_round, make_visit, school_day
from tests.factories import make_member, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, make_ministry(), name="임수정")


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


@pytest.fixture
def programme(official):
    return make_programme(host=official.acting.organization, kind="outreach", months_at_least=None)


def send_url(round) -> str:
    return reverse("cohorts:school-request-send", args=[round.pk])


def filled(**fields):
    return {
        "school_name": "봉화초등학교", "office": "경상북도봉화교육지원청", "address": RURAL, "rural": "yes", "grade": "e5",
        "pupils": "24", "wish_1": str(school_day()), "consent": "on", "contact_name": "고은별",
        "contact_email": "teacher@school.example", "contact_mobile": "01012345678", "submission_key": str(uuid.uuid4()),
    } | fields  # fmt: skip


# For teachers ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_public_list_costs_two_queries(client, django_assert_num_queries, count):
    for _ in range(count):
        make_round()
    make_round(state="draft")
    make_round(over=True)

    with django_assert_num_queries(2):
        answer = client.get(reverse("cohorts:visit-notice-list"))

    assert answer.context["listing"].total == count


def test_public_pages_name_no_school_and_no_person(client):
    round = make_round()
    request = make_request(round=round, contact_name="고은별", school_name="비밀초등학교")
    make_visit(request=make_request(round=round, state="accepted", school_name="조용중학교"))

    pages = [reverse("cohorts:visit-notice-list"), reverse("cohorts:visit-notice", args=[round.pk]), send_url(round)]
    for page in pages:
        said = client.get(page).content.decode()
        assert round.topic in said
        assert not re.search(f"비밀초|조용중|고은별|{request.contact_email}", said)


def test_the_consents_stand_before_the_fields_about_the_teacher(client):
    said = client.get(send_url(make_round())).content.decode()

    assert said.index('name="consent"') < said.index('name="contact_name"')
    assert 'name="consent" ' in said
    assert " checked" not in said


def test_a_request_leads_to_its_receipt_and_sent_again_to_the_same(client):
    round, data = make_round(), filled(sharing="on")

    first, second = client.post(send_url(round), data), client.post(send_url(round), data)

    request = SchoolRequest.objects.get()
    assert first.url == second.url == reverse("cohorts:school-mine", args=[request.token])
    assert (request.contact_mobile, request.shares_contact) == ("010-1234-5678", True)
    answer = client.get(first.url)
    assert request.receipt_number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"consent": ""}, "consent", "이 동의가 필요합니다"),
        ({"rural": "yes", "address": "대구광역시 중구 국채보상로 1"}, "rural", "읍·면"),
        ({"pupils": "31"}, "pupils", "30명까지"),
        ({"pupils": "스물"}, "pupils", "숫자"),
        ({"wish_2": str(school_day())}, "wish_2", "이미 고른 날짜"),
        ({"wish_1": "2026-02-30"}, "wish_1", ""),
        ({"grade": "h3"}, "grade", ""),
        ({"contact_email": "teacher@"}, "contact_email", "name@example.kr"),
        ({"note": "900101-1234567"}, "note", "주민등록번호"),
        ({"submission_key": "x"}, "submission_key", ""),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(client, changed, field, words):
    answer = client.post(send_url(make_round()), filled(**changed))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    said = answer.content.decode()
    assert words in said
    assert 'value="봉화초등학교"' in said
    assert not SchoolRequest.objects.exists()


def test_a_closed_round_says_so_and_keeps_what_was_typed(client):
    round = make_round(over=True)

    assert client.get(send_url(round)).status_code == 302
    answer = client.post(send_url(round), filled())

    assert answer.status_code == 422
    assert "지금은 신청을 받지 않는" in answer.content.decode()
    assert 'value="봉화초등학교"' in answer.content.decode()


def test_one_address_sends_no_flood(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"school_request": "2/h/key"}
    cache.clear()
    round = make_round()

    answers = [client.post(send_url(round), filled()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "한 시간 뒤에" in answers[2].content.decode()
    assert SchoolRequest.objects.count() == 2


def test_a_teacher_withdraws_with_the_link_and_only_by_a_button(client):
    request = make_request()
    url = reverse("cohorts:school-withdraw", args=[request.token])

    assert client.get(url).status_code == 405
    client.post(url)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert "철회하신 신청" in client.get(reverse("cohorts:school-mine", args=[request.token])).content.decode()


def test_feedback_is_given_once_without_a_name(client):
    visit = make_visit(days=-1, state="held")
    url = reverse("cohorts:school-feedback", args=[visit.request.token])
    marks = {"level": "4", "interest": "5", "running": "5", "words": "다시 듣고 싶어 했습니다."}

    assert client.post(url, {**marks, "level": "6"}).status_code == 422
    assert client.post(url, {**marks, "words": "900101-1234567"}).status_code == 422
    assert client.post(url, marks).status_code == 302
    assert client.post(url, marks).status_code == 422

    assert VisitFeedback.objects.get().level == 4


def test_the_list_for_the_gate_takes_no_child_without_a_guardian(client):
    gate = make_round(format="at_company", place="성남 사옥", names_needed=True)
    visit = make_visit(round=gate)
    url = reverse("cohorts:school-pupils", args=[visit.request.token])
    pupil = {"name": "임하늘", "under_14": "on", "guardian": "", "consent_way": "paper", "consented_on": "2026-01-05"}

    refused = client.post(url, pupil)

    assert refused.status_code == 422
    assert "보호자의 동의가 필요합니다" in refused.content.decode()
    assert not VisitPupil.objects.exists()
    client.post(url, pupil | {"guardian": "임도현"})
    named = VisitPupil.objects.get()
    assert "임하늘" in client.get(url).content.decode()
    client.post(reverse("cohorts:school-pupil-remove", args=[visit.request.token, named.pk]))
    assert not VisitPupil.objects.exists()


# For the office -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["round-list", "school-request-list", "visit-list"])
def test_a_list_costs_the_same_for_any_number(browser, programme, django_assert_num_queries, name, count):
    for _ in range(count):
        make_visit(round=make_round(programme=programme), days=-1, state="held")
    url = reverse(f"cohorts:{name}")
    browser.get(url)
    queries = {"round-list": 6, "school-request-list": 5, "visit-list": 7}[name]

    with django_assert_num_queries(queries):
        answer = browser.get(url)

    assert answer.context["listing"].total == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_at_most_ten_queries(browser, programme, django_assert_max_num_queries, count):
    round = make_round(programme=programme, state="decided")
    for _ in range(count):
        visit = make_visit(round=round, days=-1, state="held")
        give_feedback(visit, level=5, interest=5, running=5)
        make_request(round=round, state="waitlisted")
    pages = [round.get_absolute_url(), visit.get_absolute_url(), visit.request.get_absolute_url()]
    pages += [reverse("cohorts:visit-figures"), reverse("cohorts:visit-calendar")]
    for page in pages:
        browser.get(page)
        with django_assert_max_num_queries(10):
            assert browser.get(page).status_code == 200


def test_the_filters_find_and_the_spreadsheet_holds_exactly_those(browser, programme):
    round = make_round(programme=programme)
    rural = make_request(round=round, rural=True, state="accepted", school_name="봉화초등학교")
    make_visit(request=rural, days=-2, state="held")
    make_visit(round=round, days=-2)
    make_request(round=round)
    listed = {
        "school-request-list": [
            ("q=봉화초", 1),
            ("rural=yes", 1),
            ("state=submitted", 1),
            ("show=to_plan", 0),
            ("", 3),
        ],
        "visit-list": [("q=봉화초", 1), ("rural=no", 1), ("show=unreported", 1), ("show=soon", 0), ("state=held", 1)],
        "round-list": [("q=봉화", 0), (f"programme={programme.pk}", 1), ("state=published", 1)],
    }
    for name, asked in listed.items():
        url = reverse(f"cohorts:{name}")
        for query, total in asked:
            assert browser.get(f"{url}?{query}").context["listing"].total == total, (name, query)
    for name in ("school-request-list", "visit-list"):
        file = browser.get(reverse(f"cohorts:{name}") + "?rural=yes&sheet=xlsx")
        cells = [cell for line in load_workbook(io.BytesIO(b"".join(file))).active.values for cell in line]
        assert "봉화초등학교" in cells
        assert not any("teacher" in str(cell) or "고은별" in str(cell) for cell in cells)


@pytest.mark.parametrize(("name", "kind"), [("school-request", "school_request"), ("visit", "visit")])
def test_who_takes_a_file_of_them_stands_in_the_access_record(browser, official, programme, name, kind):
    for number in range(2):
        make_visit(round=make_round(programme=programme), days=number + 1)

    browser.get(reverse(f"cohorts:{name}-list"), {"sheet": "xlsx"})

    record = AccessRecord.objects.get(action=f"{kind}.downloaded")
    assert (record.actor, record.host_id, record.people) == (official, programme.host_id, 2)


def test_another_office_finds_nothing_of_it_anywhere(client, sign_in, official, programme):
    visit = make_visit(round=make_round(programme=programme), days=-1, state="held")
    give_feedback(visit, level=5, interest=5, running=5, words="아주 좋았습니다")
    secrets = (visit.school.name, visit.round.topic, "아주 좋았습니다")
    sign_in(make_member(Role.OFFICIAL))

    for name in ("round-list", "school-request-list", "visit-list", "visit-figures", "visit-calendar"):
        for query in ("", f"?q={visit.school.name}", f"?round={visit.round_id}"):
            answer = client.get(reverse(f"cohorts:{name}") + query)
            said = answer.content.decode().replace(f'value="{visit.school.name}"', "")
            assert not any(secret in said for secret in secrets), (name, query)
    for name in ("visit-list", "school-request-list"):
        file = client.get(reverse(f"cohorts:{name}"), {"sheet": "xlsx"})
        cells = [cell for line in load_workbook(io.BytesIO(b"".join(file))).active.values for cell in line]
        assert visit.school.name not in cells
    assert "방문 특강" not in [tile.label for tile in client.get("/").context["tiles"]]
    assert client.get("/").context["todos"] == []


def test_the_preview_is_what_is_decided(browser, programme):
    round = make_round(programme=programme, over=True, visits_most=1, waitlist_most=1)
    town, rural = make_request(round=round), make_request(round=round, rural=True)
    page = browser.get(reverse("cohorts:round-choice", args=[round.pk]))
    assert [(line.request, line.outcome) for line in page.context["lines"]] == [
        (rural, "accepted"),
        (town, "waitlisted"),
    ]

    stale = browser.post(reverse("cohorts:round-decide", args=[round.pk]), {"seen": "x"}, follow=True)
    assert "보신 뒤에 신청 내용이 바뀌었습니다" in stale.content.decode()
    done = browser.post(reverse("cohorts:round-decide", args=[round.pk]), {"seen": page.context["seen"]}, follow=True)

    assert done.context["listing"].total == 1
    round.refresh_from_db()
    assert round.state == "decided"
    assert browser.get(reverse("cohorts:round-choice", args=[round.pk])).status_code == 302


def test_a_round_form_says_what_is_wrong(browser, programme, official):
    url = reverse("cohorts:round-offer", args=[programme.pk])
    wrong = {"topic": "AI와 직업", "visits_from": "2026-05-01", "visits_until": "2026-04-01", "rural_percent": "101"}

    answer = browser.post(url, wrong)

    assert answer.status_code == 422
    assert {"company", "format", "grades", "visits_until", "rural_percent"} <= set(answer.context["form"].errors)
    assert 'value="AI와 직업"' in answer.content.decode()
    assert not OutreachRound.objects.exists()
    other = make_programme(host=official.acting.organization)
    assert browser.get(reverse("cohorts:round-offer", args=[other.pk])).status_code == 404


def test_without_a_reason_nothing_is_cancelled(browser, programme):
    visit = make_visit(round=make_round(programme=programme))
    for url in (
        reverse("cohorts:visit-cancel", args=[visit.pk]),
        reverse("cohorts:round-cancel", args=[visit.round_id]),
    ):
        browser.post(url, {"reason": ""})

    visit.refresh_from_db()
    assert (visit.state, visit.round.state) == ("planned", "published")


def test_a_day_the_expert_does_not_have_is_said_beside_it(browser, programme):
    round = make_round(programme=programme)
    taken = make_visit(round=round, expert_name="오지훈")
    request = make_request(round=round, state="accepted")
    start = timezone.localtime(taken.starts_at)
    data = {
        "expert_name": "오지훈", "place": "과학실", "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }  # fmt: skip

    answer = browser.post(reverse("cohorts:visit-plan", args=[request.pk]), data)

    assert answer.status_code == 422
    assert "같은 시간에 다른 방문" in str(answer.context["form"].errors["starts_at"])
    assert Visit.objects.count() == 1
    assert browser.post(reverse("cohorts:visit-plan", args=[request.pk]), data | {"expert_name": ""}).status_code == 422


def test_an_official_sees_the_teacher_and_that_is_written_down(browser, programme, official):
    request = make_request(round=make_round(programme=programme))

    said = browser.get(request.get_absolute_url()).content.decode()

    assert request.contact_email in said
    record = AccessRecord.objects.get(action="school_request.viewed")
    assert (record.actor, record.host) == (official, official.acting.organization)


@pytest.mark.parametrize(
    ("state", "link"), [("planned", "visit-report"), ("held", "visit-report"), ("cancelled", None)]
)
def test_a_visit_offers_what_can_be_done(browser, programme, state, link):
    visit = make_visit(round=make_round(programme=programme), days=-1, state=state)
    url = reverse("cohorts:visit-report", args=[visit.pk])

    said = browser.get(visit.get_absolute_url()).content.decode()

    assert (url in said) == bool(link)
    assert browser.get(url).status_code == (200 if link else 302)


def test_a_report_without_pupils_is_refused_beside_the_grade(browser, programme):
    visit = make_visit(round=make_round(programme=programme), days=-1)
    url = reverse("cohorts:visit-report", args=[visit.pk])

    answer = browser.post(url, {"grade_e5": "", "teachers": "2", "report": "재미있었다"})

    assert answer.status_code == 422
    assert "grade_e5" in answer.context["form"].errors
    assert "재미있었다" in answer.content.decode()
    assert browser.post(url, {"grade_e5": "1,000", "teachers": "0"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.pupils, visit.state) == (1000, "held")


# For the company ------------------------------------------------------------------------


def test_a_mentor_sees_the_own_companys_visits_and_no_teacher_without_consent(client, sign_in):
    round = make_round()
    mentor = make_member(Role.MENTOR, round.company)
    silent, shared = make_visit(round=round), make_visit(round=round, days=9)
    make_visit()
    SchoolRequest.objects.filter(pk=shared.request_id).update(sharing_text=shared.request.consent_text)
    sign_in(mentor)

    assert client.get(reverse("cohorts:visit-list")).context["listing"].total == 2
    for visit, shown in ((silent, False), (shared, True)):
        said = client.get(visit.get_absolute_url()).content.decode()
        assert (visit.request.contact_name in said) == shown
        assert visit.request.contact_email not in said
        assert "school-requests" not in said
    assert client.get(reverse("cohorts:visit-list"), {"sheet": "xlsx"}).status_code == 200


def test_a_mentor_reports_and_the_home_page_asks_for_it(client, sign_in):
    round = make_round()
    visit, coming = make_visit(round=round, days=-1), make_visit(round=round, days=3)
    make_visit(days=3)
    sign_in(make_member(Role.MENTOR, round.company))
    assert client.get("/").context["visits"] == [coming]
    [todo] = client.get("/").context["todos"]
    assert client.get(todo.url).context["listing"].total == todo.count == 1

    client.post(reverse("cohorts:visit-report", args=[visit.pk]), {"grade_e5": "24", "teachers": "2"})

    visit.refresh_from_db()
    assert visit.state == "held"
    assert client.get("/").context["todos"] == []


def test_an_official_is_led_to_what_waits(browser, programme):
    over, round = make_round(programme=programme, over=True), make_round(programme=programme)
    make_request(round=over)
    make_request(round=round, state="accepted")
    make_visit(round=round, days=-1)
    make_visit(round=round)
    home = browser.get("/").context

    found = {todo.label: todo for todo in home["todos"]}

    assert len(found) == 3
    for todo in found.values():
        assert browser.get(todo.url).context["listing"].total == todo.count == 1
    [tile] = [tile for tile in home["tiles"] if "school" not in tile.url and "/visits/" in tile.url]
    assert browser.get(tile.url).context["listing"].total == tile.value == 2


def test_a_programme_of_outreach_leads_to_its_rounds(browser, programme):
    said = browser.get(programme.get_absolute_url()).content.decode()

    assert f"{reverse('cohorts:round-list')}?programme={programme.pk}" in said


# Widening -------------------------------------------------------------------------------


def widened(round, **fields):
    local = timezone.localtime(round.closes_at_stated)
    return {
        "description": round.description, "visits_until": str(round.visits_until), "visits_most": round.visits_most,
        "pupils_most": round.pupils_most, "apply_closes_at": local.strftime("%Y-%m-%dT%H:%M"),
        "waitlist_most": round.waitlist_most,
    } | fields  # fmt: skip


@pytest.fixture
def published(official, programme):
    closes = timezone.now().replace(second=0, microsecond=0) + timedelta(days=14)
    return make_round(programme=programme, host=official.acting.organization, apply_closes_at=closes)


def test_a_published_round_is_widened_and_says_what_it_was(browser, published):
    url = reverse("cohorts:round-edit", args=[published.pk])
    assert "topic" not in browser.get(url).context["form"].fields

    later = str(published.visits_until + timedelta(days=30))
    assert browser.post(url, widened(published, visits_most=5, visits_until=later)).status_code == 302
    published.refresh_from_db()
    assert (published.visits_most, str(published.visits_until)) == (5, later)
    event = AuditEvent.objects.get(verb="round.edited")
    assert (event.before["visits_most"], event.after["visits_most"]) == (3, 5)


@pytest.mark.parametrize(("name", "value"), [("visits_most", 2), ("pupils_most", 10), ("visits_until", "2020-01-01")])
def test_nothing_that_schools_have_read_is_taken_from_them(browser, published, name, value):
    answer = browser.post(reverse("cohorts:round-edit", args=[published.pk]), widened(published, **{name: value}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors


def test_a_window_that_has_closed_is_not_opened_again(official, programme):
    round = make_round(programme=programme, host=official.acting.organization, over=True)
    with pytest.raises(ActionRefused) as refusal:
        edit_round(round, by=official, apply_closes_at=timezone.now() + timedelta(days=3))
    assert refusal.value.field == "apply_closes_at"
    assert edit_round(round, by=official, description="준비물: 태블릿").description == "준비물: 태블릿"


def test_a_decided_round_stays_as_it_is(official, programme):
    round = make_round(programme=programme, host=official.acting.organization, state="decided")
    with pytest.raises(ActionRefused):
        edit_round(round, by=official, description="다른 설명")
