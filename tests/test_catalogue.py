"""The catalogue of bad input on real screens: what is typed, into which field, and what becomes of it.

Every number of the catalogue that a form, a search box or an uploaded list can meet stands here
with at least one screen; `tests/common` proves all of them through the fields and readers alone.
"""

import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from cohorts.models import Application, Cohort, CohortPolicy, Enrolment, Person, Programme, Score
from curriculum.models import Attendance, Holiday, Module
from partners.models import Agreement, Organization
from placements.models import Employment, MentoringLog, Project
from portal.accounts.models import Invitation, User
from portal.audit.models import AuditEvent
from portal.common.dates import KST
from tests.access import Row
from tests.access.test_access import whole_world
from tests.browser.test_words import PAGES, visit
from tests.cohorts.applying import ABOUT
from tests.cohorts.test_cohorts import PLAN

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def w(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    yield from whole_world(django_db_blocker)


# Screens -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Screen:
    """A form: who fills it in, what is typed beside the field in question, and the row it writes."""

    who: str
    url: str
    data: Callable[[SimpleNamespace], dict[str, Any]]
    model: type
    args: Callable[[SimpleNamespace], list] = lambda w: []
    found: Callable[[SimpleNamespace], Any] | None = None  # the row, if it is not the newest of `model`

    def open(self, w: SimpleNamespace) -> tuple[Client, str]:
        client = Client()
        if self.who:
            client.cookies[settings.SESSION_COOKIE_NAME] = w.own[self.who].cookie
        return client, reverse(self.url, args=self.args(w))

    def row(self, w: SimpleNamespace) -> Any:
        return self.found(w) if self.found else self.model.objects.latest("pk")


def past(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def log_of(w: SimpleNamespace) -> dict[str, Any]:
    return {
        "starts_at": f"{past(4)} 14:00", "ends_at": f"{past(4)} 16:00", "mode": "on_site", "attendees": [w.enrolment.pk],
        "topic": "데이터 정제", "content": "결측값을 채웠다.", "progress": "30", "feedback": "좋습니다.",
    }  # fmt: skip


def policy_of(w: SimpleNamespace) -> dict[str, Any]:
    """The policy as its own page shows it."""
    client, url = SCREENS["policy"].open(w)
    form = client.get(url).context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}


SCREENS = {
    "organization": Screen(
        "official", "partners:organization-register", lambda w: {"kind": "company", "name": "새 회사"}, Organization
    ),
    "agreement": Screen(
        "official", "partners:agreement-register", lambda w: {"title": "업무협약", "kind": "mou"}, Agreement
    ),
    "invitation": Screen(
        "official", "partners:invitation-send",
        lambda w: {"email": "new@example.kr", "role": "instructor", "organization": w.city.pk}, Invitation,
    ),
    "account": Screen(
        "", "partners:invitation-accept", lambda w: {"name": "김하늘", "password": "correct-horse-battery"}, User,
        args=lambda w: [w.token],
    ),
    "programme": Screen(
        "official", "cohorts:programme-register", lambda w: {"kind": "outreach", "name": "AI 교실"}, Programme
    ),
    "cohort": Screen("official", "cohorts:cohort-create", lambda w: PLAN | {"programme": w.programme.pk}, Cohort),
    "policy": Screen(
        "official", "cohorts:cohort-policy", policy_of, CohortPolicy, args=lambda w: [w.cohort.pk],
        found=lambda w: CohortPolicy.objects.get(cohort=w.cohort),
    ),
    "about": Screen(
        "trainee", "cohorts:apply-step", lambda w: ABOUT, Person, args=lambda w: [w.recruiting.pk, "about"],
        found=lambda w: Person.objects.get(pk=w.application.person_id),
    ),
    "motivation": Screen(
        "trainee", "cohorts:apply-step", lambda w: {}, Application, args=lambda w: [w.recruiting.pk, "motivation"],
        found=lambda w: Application.objects.get(pk=w.draft_application.pk),
    ),
    "score": Screen(
        "reviewer", "cohorts:score-edit", lambda w: {"document_points": "80"}, Score, args=lambda w: [w.application.pk]
    ),
    "end": Screen(
        "official", "cohorts:enrolment-end", lambda w: {"to": "dropped", "on": past(1), "reason": "취업"}, Enrolment,
        args=lambda w: [w.enrolment.pk],
    ),
    "overrule": Screen(
        "official", "cohorts:application-overrule", lambda w: {}, Application, args=lambda w: [w.ineligible.pk]
    ),
    "module": Screen(
        "official", "curriculum:module-create", lambda w: {"code": "NEW", "title": "새 교과목", "hours": "40"}, Module,
        args=lambda w: [w.programme.pk],
    ),
    "holiday": Screen(
        "official", "curriculum:holiday-list", lambda w: {"date": "2026-12-31", "name": "종무식"}, Holiday
    ),
    "project": Screen(
        "official", "placements:project-create",
        lambda w: {"cohort": w.running.pk, "company": w.company.pk, "title": "불량 검사", "teams_max": "2"}, Project,
    ),
    "log": Screen("mentor", "placements:log-write", log_of, MentoringLog, args=lambda w: [w.team.pk]),
    "job": Screen(
        "trainee", "placements:employment-report",
        lambda w: {"kind": "contract", "company": "(주)새롬", "in_region": "yes", "hired_on": past(1)}, Employment,
        args=lambda w: [w.enrolment.pk],
    ),
}  # fmt: skip

RRN = "950107-1234567"
REFUSED = [
    (2, "project", "title", "불량 \ufffd\ufffd\ufffd", "깨진"),
    (3, "agreement", "title", "\u200b\u200d", "협약명"),
    (3, "about", "name", "\u200b", "이름"),
    (3, "holiday", "name", "\u200b", ""),
    (3, "module", "title", "\u200b", ""),
    (4, "about", "name", "\u3164", "이름"),
    (4, "account", "name", "\u3164\u3164", "이름"),
    (4, "organization", "name", "\u3164", ""),
    (9, "about", "name", "홍길동😀", ""),
    (13, "motivation", "motivation", "가" * 200_000, "1,000"),
    (13, "project", "title", "가" * 200_000, "100"),
    (13, "about", "name", "가" * 200_000, ""),
    (14, "about", "name", "홍\r\n길동", ""),
    (14, "log", "topic", "제목\r\nBcc: a@b.kr", "한 줄"),
    (18, "invitation", "email", "ａ@example.kr", ""),
    (19, "invitation", "email", "a@[127.0.0.1]", ""),
    (20, "invitation", "email", "a@한국.kr", ""),
    (21, "invitation", "email", "a@exаmple.kr", ""),
    (24, "motivation", "motivation", f"제 번호는 {RRN} 입니다", "주민등록번호"),
    (24, "about", "address", f"대구광역시 {RRN}", "주민등록번호"),
    (24, "agreement", "purpose", RRN, "주민등록번호"),
    (24, "log", "content", RRN, "주민등록번호"),
    (24, "job", "note", RRN, "주민등록번호"),
    (24, "end", "reason", RRN, "주민등록번호"),
    (24, "overrule", "reason", f"주민등록초본 확인 {RRN}", "주민등록번호"),
    (24, "score", "document_comment", RRN, "주민등록번호"),
    (24, "holiday", "name", RRN, "주민등록번호"),
    (24, "module", "title", RRN, "주민등록번호"),
    (25, "cohort", "capacity", "1_000", "1,000"),
    (25, "module", "hours", "4_0", ""),
    (27, "score", "document_points", "1e1000000", "숫자"),
    (27, "policy", "minimum_total", "1e2", "숫자"),
    (28, "cohort", "capacity", "9" * 5_000, ""),
    (28, "score", "document_points", "9" * 5_000, ""),
    (29, "score", "document_points", "NaN", "숫자"),
    (29, "policy", "minimum_rate", "Infinity", "숫자"),
    (30, "cohort", "capacity", "-1", "1"),
    (30, "cohort", "capacity", "0", "1"),
    (30, "cohort", "capacity", "1000000000", "10,000"),
    (30, "log", "progress", "101", "100"),
    (32, "cohort", "starts_on", "2026-02-30", "2026-03-05"),
    (32, "about", "birth_date", "1999-02-29", ""),
    (34, "cohort", "starts_on", "3/5/26", "네 자리"),
    (34, "end", "on", "26-3-5", "네 자리"),
    (35, "agreement", "signed_on", "0001-01-01", "1900"),
    (35, "job", "hired_on", "9999-12-31", "2100"),
    (35, "end", "on", "0001-01-01", "1900"),
    (36, "cohort", "apply_opens_at", "1988-05-08T02:30", "서머타임"),
    (37, "cohort", "ends_on", "2026-01-01", ""),
]

NAME = unicodedata.normalize("NFD", "홍길동")
STORED = [
    (1, "project", "title", "불량\x00 검사", "불량 검사"),
    (5, "about", "name", NAME, "홍길동"),
    (5, "organization", "name", NAME, "홍길동"),
    (5, "holiday", "name", NAME, "홍길동"),
    (6, "about", "name", "ㅎㄱㄷ", "ㅎㄱㄷ"),
    (7, "organization", "name", "㈜가온１", "㈜가온１"),
    (8, "project", "title", "불량\u202e검사", "불량검사"),
    (8, "module", "title", "\u202e파이썬", "파이썬"),
    (9, "motivation", "motivation", "배우고 싶습니다 👨‍👩‍👧", "배우고 싶습니다 👨‍👩‍👧"),
    (10, "about", "name", "O'Neil", "O'Neil"),
    (10, "about", "name", "남궁민수", "남궁민수"),
    (10, "about", "name", "김", "김"),
    (10, "about", "name", "A" * 40, "A" * 40),
    (11, "motivation", "motivation", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    (12, "project", "description", "{{7*7}} %s ${}", "{{7*7}} %s ${}"),
    (14, "motivation", "motivation", "한 줄\r\n두 줄", "한 줄\n두 줄"),
    (15, "about", "name", "\u3000홍길동\u3000", "홍길동"),
    (15, "holiday", "name", "\u3000종무식\u3000", "종무식"),
    (16, "invitation", "email", "A+B@Example.KR", "a+b@example.kr"),
    (17, "invitation", "email", "a.b+tag@example.kr", "a.b+tag@example.kr"),
    (22, "about", "mobile", "010 1234 5678", "010-1234-5678"),
    (22, "about", "mobile", "+82-10-1234-5678", "010-1234-5678"),
    (23, "about", "mobile", "01012345678.0", "010-1234-5678"),
    (25, "agreement", "notice_days", "0", 0),
    (25, "module", "hours", "1,000", 1_000),
    (26, "module", "hours", "１００", 100),
    (26, "score", "document_points", "８７．５", Decimal("87.50")),
    (26, "organization", "business_number", "１２３-45-67890", "123-45-67890"),
    (33, "about", "birth_date", "1998.3.5", date(1998, 3, 5)),
    (33, "about", "birth_date", "1998. 3. 5.", date(1998, 3, 5)),
    (33, "agreement", "signed_on", "20260305", date(2026, 3, 5)),
    (33, "holiday", "date", "2026년 12월 30일", date(2026, 12, 30)),
    (41, "about", "birth_date", "2000-02-29", date(2000, 2, 29)),
]
FIELD_OF = {"document_points": "points"}


def id_of(value: object) -> str | None:
    return f"row{value}" if isinstance(value, int) else value if str(value).isidentifier() else "value"


def send(w: SimpleNamespace, screen: Screen, typed: dict[str, Any]) -> HttpResponse:
    client, url = screen.open(w)
    return client.post(url, screen.data(w) | typed)


@pytest.mark.parametrize(("number", "name", "field", "typed", "said"), REFUSED, ids=id_of)
def test_it_is_refused_beside_its_field(number, name, field, typed, said, w):
    events = AuditEvent.objects.count()

    answer = send(w, SCREENS[name], {field: typed})

    assert answer.status_code == 422
    form = answer.context["form"]
    sentences = form.errors[field]
    assert said in sentences[0]
    assert RRN not in sentences[0]
    page = answer.content.decode()
    assert escape(sentences[0]) in page
    assert form[field].value() == typed
    assert len(typed) > 1_000 or "\n" in typed or escape(typed.replace("\x00", "")) in page  # what was typed stays
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(("number", "name", "field", "typed", "stored"), STORED, ids=id_of)
def test_it_is_stored_in_one_form(number, name, field, typed, stored, w):
    screen = SCREENS[name]
    with transaction.atomic():
        answer = send(w, screen, {field: typed})
        errors = answer.context["form"].errors if answer.status_code == 422 else {}
        assert (answer.status_code, errors) == (302, {})
        assert getattr(screen.row(w), FIELD_OF.get(field, field)) == stored
        transaction.set_rollback(True)


def test_row_11_and_12_markup_and_templates_are_shown_as_they_are_written(w):
    with transaction.atomic():
        send(w, SCREENS["project"], {"title": "<script>alert(1)</script>", "description": "{{7*7}}"})
        client, _url = SCREENS["project"].open(w)
        page = client.get(Project.objects.latest("pk").get_absolute_url()).content.decode()
        transaction.set_rollback(True)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" in page


BOOK = "가" * 3_500_000  # ten megabytes


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("motivation", "motivation"), ("about", "name"), ("about", "birth_date"), ("about", "mobile"),
        ("about", "address"), ("cohort", "capacity"), ("cohort", "apply_opens_at"), ("policy", "minimum_total"),
        ("invitation", "email"), ("invitation", "role"), ("invitation", "organization"), ("log", "topic"),
        ("organization", "business_number"), ("account", "name"), ("score", "document_points"),
    ],
)  # fmt: skip
def test_row_13_ten_megabytes_come_back_with_what_is_wrong(name, field, w):
    began = time.monotonic()
    answer = send(w, SCREENS[name], {field: BOOK})

    assert answer.status_code == 422
    form = answer.context["form"]
    assert form[field].value() == BOOK
    assert len(form.errors[field][0]) < 1_000
    assert escape(form.errors[field][0]) in answer.content.decode()
    assert time.monotonic() - began < 5


def test_row_13_the_limit_of_a_long_text_is_stated(w):
    answer = send(w, SCREENS["motivation"], {"motivation": BOOK})

    assert "1,000" in answer.context["form"].errors["motivation"][0]
    assert "3,500,000" in answer.context["form"].errors["motivation"][0]


def test_row_13_more_than_anybody_types_is_refused_unread(w):
    answer = send(w, SCREENS["motivation"], {"motivation": BOOK * 2})

    assert answer.status_code == 400
    assert "붙여 넣었다면" in answer.content.decode()


def test_row_31_a_capacity_below_those_accepted_is_refused_with_their_number(w):
    with transaction.atomic():
        w.recruiting.tracks.update(seats_taken=12)
        plan = PLAN | {
            "capacity": "11", "tracks-0-name": "일반", "tracks-0-capacity": "11", "tracks-1-name": "",
            "tracks-1-capacity": "",
        }  # fmt: skip
        client, _url = SCREENS["cohort"].open(w)
        answer = client.post(reverse("cohorts:cohort-edit", args=[w.recruiting.pk]), plan)
        transaction.set_rollback(True)

    assert answer.status_code == 422
    assert "12" in " ".join(str(form.errors) for form in answer.context["form"].rows)


def test_row_37_a_cohort_that_ends_before_it_starts_names_both_days(w):
    answer = send(w, SCREENS["agreement"], {"valid_from": "2026-03-05", "valid_until": "2026-03-04"})

    assert answer.status_code == 422
    assert {"valid_from", "valid_until"} <= set(answer.context["form"].errors)


def test_rows_38_and_40_midnight_is_the_last_second_and_the_page_shows_korean_time(w):
    with transaction.atomic():
        send(w, SCREENS["cohort"], {"apply_closes_at": "2026-04-14 24:00"})
        cohort = Cohort.objects.latest("pk")
        client, _url = SCREENS["cohort"].open(w)
        page = client.get(reverse("cohorts:cohort-edit", args=[cohort.pk]), headers={"Date": "Tue PST"}).content
        transaction.set_rollback(True)

    assert cohort.closes_at_stated.astimezone(KST).strftime("%m-%d %H:%M") == "04-14 23:59"
    assert b'value="2026-04-14T23:59"' in page


def test_row_39_a_second_after_the_deadline_is_too_late_by_the_clock_of_the_server(w):
    with transaction.atomic():
        Cohort.objects.filter(pk=w.recruiting.pk).update(apply_closes_at=timezone.now() - timedelta(seconds=1))
        answer = send(w, SCREENS["about"], {"name": "홍길순"})
        transaction.set_rollback(True)

    assert answer.status_code == 422
    assert "홍길순" in answer.content.decode()
    assert Person.objects.get(pk=w.application.person_id).name != "홍길순"


def test_row_42_a_meeting_across_midnight_shows_both_days(w):
    with transaction.atomic():
        send(w, SCREENS["log"], {"starts_at": f"{past(4)} 23:00", "ends_at": f"{past(3)} 01:00"})
        log = MentoringLog.objects.latest("pk")
        client, _url = SCREENS["log"].open(w)
        page = client.get(log.get_absolute_url()).content.decode()
        transaction.set_rollback(True)

    day = timezone.localdate()
    for shown in (day - timedelta(days=4), day - timedelta(days=3)):
        assert f"{shown.year}. {shown.month}. {shown.day}." in page


# The register, which is no Django form ---------------------------------------------------


@pytest.mark.parametrize(
    ("number", "field", "typed"),
    [
        (13, "note", "가" * 201), (24, "note", RRN), (25, "check_in", "9_00"), (28, "check_in", "9" * 5_000),
        (32, "check_in", "25:00"), (29, "check_out", "NaN"),
    ],
)  # fmt: skip
def test_a_register_says_which_line_is_wrong(number, field, typed, w):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = w.own["instructor"].cookie
    line = {"check_in": "09:00", "check_out": "18:00"} | {field: typed}
    data = {f"{name}-{w.enrolment.pk}": value for name, value in line.items()}

    with transaction.atomic():
        Enrolment.objects.filter(pk=w.enrolment.pk).update(starts_on=past(30))
        answer = client.post(reverse("curriculum:register", args=[w.day.pk]), data)
        transaction.set_rollback(True)

    assert answer.status_code == 422
    [wrong] = answer.context["form"].faulty
    assert field in wrong.errors
    assert wrong.typed[field] == typed
    assert not Attendance.objects.exists()


# Searches --------------------------------------------------------------------------------

# Every list of the access table, and the pages that hold one under another name.
MORE_LISTS = ("cohorts:selection", "cohorts:selection-waitlist", "cohorts:roster", "placements:outcome-people")
LISTS = [row for row in PAGES if row.name.endswith("-list") or row.name in MORE_LISTS]
SEARCHES = [
    "q=%00", "q=%ED%A0%80", "q=%E2%80%AE", "q=%E3%85%A4", "q=%FF", "q=%27%3B--", "q=%25%5F", "q={{7*7}}", "q=1_0",
    "q=a&q=b&page=1&page=2", "q=" + "%EA%B0%80" * 5_000,
]  # fmt: skip
HOSTILE = [
    "page=-1&sort=%00", f"page={10**20}&sort=password", f"page={'9' * 5000}", "page=%00&kind=%00&state=%00",
    f"cohort={10**30}&agreement={10**30}&host=%00&programme=x&track=-1", "since=0001-01-01&as_of=9999-12-31",
]  # fmt: skip


def browse(w: SimpleNamespace, row: Row, query: str) -> HttpResponse:
    address, cookie = visit(row, w)
    client = Client()
    client.cookies.load({settings.SESSION_COOKIE_NAME: cookie} if cookie else {})
    return client.get(f"{address}?{query}")


@pytest.mark.parametrize("row", LISTS, ids=str)
def test_no_address_of_a_list_is_an_error(row, w):
    """All search by the same code: three of the searches a list, others from list to list; `make proof` tries them all."""
    turn = 3 * LISTS.index(row)
    for query in [*HOSTILE, *(SEARCHES[(turn + step) % len(SEARCHES)] for step in range(3))]:
        assert browse(w, row, query).status_code == 200, query[:100]


@pytest.mark.slow
@pytest.mark.parametrize("row", LISTS, ids=str)
def test_no_search_of_a_list_is_an_error(row, w):
    for query in SEARCHES:
        assert browse(w, row, query).status_code == 200, query[:100]


@pytest.mark.parametrize("row", LISTS, ids=str)
def test_row_1_a_search_for_nul_finds_nothing(row, w):
    listing = browse(w, row, "q=%00").context.get("listing")

    assert listing is None or "q" not in listing.form.fields or listing.total == 0
