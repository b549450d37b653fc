"""A school's list of entrants from a spreadsheet: every line is looked at before anybody is entered."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cohorts.models import Enrolment, Person
from portal.accounts.roles import Role
from tests.cohorts.walking import make_pathway
from tests.factories import make_member

pytestmark = pytest.mark.django_db
HEADINGS = ("연번", "성명", "생년월일", "휴대전화", "이메일", "학교")
LINES = (
    (1, "한별", date(2008, 5, 1), 1012345678, "HB@example.kr", "한빛 고등학교"),
    (2, "정나무", "2008.11.30", "010-2222-3333", "namu@example.kr", "가람고등학교"),
)


@pytest.fixture
def way():
    made = make_pathway()
    for place, name in zip(made.schools, ("한빛고등학교", "가람고등학교"), strict=True):
        place.school.name = name
        place.school.save(update_fields=["name"])
    made.entry(2024, tracks={"일반": 3})
    return made


@pytest.fixture
def office(way, sign_in):
    return sign_in(make_member(Role.OFFICIAL, way.host))


def sheet(*lines, headings=HEADINGS) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for line in (("2024학년도 합격자 명단",), headings, *lines):
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("합격자.xlsx", file.getvalue())


def url(way) -> str:
    return reverse("cohorts:entrant-list", args=[way.cohorts[2024].pk])


def test_a_list_is_shown_and_then_entered_as_a_whole(way, office):
    looked = office.post(url(way), {"file": sheet(*LINES)})
    assert looked.status_code == 200
    assert not Person.objects.exists()

    answer = office.post(url(way), {"lines": looked.context["form"].carried()})

    assert office.get(answer.url).context["listing"].total == 2
    found = Enrolment.objects.order_by("number").values_list(
        "person__name", "person__birth_date", "person__mobile", "person__email", "stays__place"
    )
    assert list(found) == [
        ("한별", date(2008, 5, 1), "010-1234-5678", "hb@example.kr", way.schools[0].pk),
        ("정나무", date(2008, 11, 30), "010-2222-3333", "namu@example.kr", way.schools[1].pk),
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [({5: "다른고등학교"}, "학교"), ({2: "어제"}, "생년월일"), ({3: "02-123-4567"}, "휴대전화"), ({1: ""}, "이름")],
)
def test_a_faulty_line_is_marked_and_nobody_is_entered(way, office, change, fault):
    line = [change.get(place, value) for place, value in enumerate(LINES[1])]

    answer = office.post(url(way), {"file": sheet(LINES[0], line)})

    assert answer.status_code == 422
    [faults] = [line.faults for line in answer.context["form"].lines if line.faults]
    assert faults[0].startswith(fault)
    assert b'name="lines"' not in answer.content


@pytest.mark.parametrize(
    "file",
    [
        sheet(),
        sheet(*LINES, headings=("연번", "성명", "생년월일", "전화기", "이메일", "학교")),
        SimpleUploadedFile("합격자.xlsx", b"nothing of the kind"),
        SimpleUploadedFile("합격자.pdf", b"%PDF-1.4"),
    ],
)
def test_what_is_no_list_is_refused_beside_the_field(way, office, file):
    answer = office.post(url(way), {"file": file})

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"file"}


@pytest.mark.parametrize("carried", ["", "[]", "{}", "[1]", '[{"name": "한별"}]', "null"])
def test_lines_that_were_not_shown_enter_nobody(way, office, carried):
    assert "명단에 사람이 없습니다" in office.post(url(way), {"lines": carried}, follow=True).content.decode()
    assert not Enrolment.objects.exists()


def test_more_people_than_seats_are_refused(way, office):
    lines = office.post(url(way), {"file": sheet(*LINES)}).context["form"].carried()
    office.post(url(way), {"lines": lines})
    again = [{**row, "name": f"{row['name']}이", "email": f"x{row['email']}", "mobile": f"010-0000-000{n}"}
             for n, row in enumerate(json.loads(lines))]  # fmt: skip

    answer = office.post(url(way), {"lines": json.dumps(again)}, follow=True)

    assert "남은 자리는 1개" in answer.content.decode()
    assert Enrolment.objects.count() == 2
