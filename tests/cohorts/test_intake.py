"""The pictures of an intake: each figure is what plain SQL counts, and a paper for outside singles nobody out."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Cohort
from cohorts.queries.intake import intake_of
from cohorts.states import ApplicationState, CohortState
from portal.accounts.roles import Role
from tests.cohorts.interviewing import make_booking, make_invited, make_panel, make_slot
from tests.factories import (
    make_application,
    make_cohort,
    make_member,
    make_offer,
    make_person,
    make_programme,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db
ADDRESSES = (
    *["대구광역시 수성구 범어로 1"] * 7,
    *["대구 달서구 1"] * 5,
    "대구광역시 중구 1",
    "경상북도 구미시 1",
    "수성구 어딘가",
)


@pytest.fixture
def cohort():
    """Over for three days; its applicants came on five days, some long ago."""
    programme = make_programme()
    closed = timezone.now() - timedelta(days=3)
    made = make_cohort(
        programme=programme, number=2, name="2기", state=CohortState.SELECTING, apply_closes_at=closed,
        apply_opens_at=closed - timedelta(days=40),
    )  # fmt: skip
    for number, address in enumerate(ADDRESSES):
        person = make_person(host=made.host, address=address)
        days = (0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 13, 30)[number]
        make_application(cohort=made, person=person, submitted_at=closed - timedelta(days=days, minutes=5))
    return made


def whole(cohort):
    return Cohort.objects.select_related("programme", "policy", "host").get(pk=cohort.pk)


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def before(cohort, *days):
    """An earlier cohort of the programme, with an application so many days before its deadline."""
    closed = cohort.apply_closes_at - timedelta(days=365)
    made = make_cohort(
        programme=cohort.programme, number=1, name="1기", state=CohortState.FINISHED, apply_closes_at=closed,
        apply_opens_at=closed - timedelta(days=30),
    )  # fmt: skip
    for day in days:
        make_application(cohort=made, submitted_at=closed - timedelta(days=day, minutes=5))
    return made


def test_the_days_are_what_sql_counts_and_lie_over_the_last_cohort(cohort):
    before(cohort, 0, 0, 2, 13)
    make_application(cohort=cohort, state=ApplicationState.DRAFT)

    picture = intake_of(whole(cohort)).days

    counted = sql(
        "SELECT (submitted_at AT TIME ZONE 'Asia/Seoul')::date - (%s AT TIME ZONE 'Asia/Seoul')::date AS day, count(*)"
        " FROM cohorts_application WHERE cohort_id = %s AND state <> 'draft' GROUP BY day",
        cohort.closes_at_stated, cohort.pk,
    )  # fmt: skip
    found = dict(picture.rows)
    names = {day: f"D{day}" if day else "D-day" for day, _number in counted}
    shown = {names[day]: number for day, number in counted if day >= -21}
    assert {label: values[0] for label, values in found.items() if values[0]} == shown
    assert found["D-day"][1] == 2
    assert (found["D-2"][1], found["D-13"][1]) == (1, 1)
    assert picture.series == ["2기", "1기"]
    assert "15건" in picture.finding
    assert "4건" in picture.finding


def test_days_to_come_are_not_drawn_as_zero():
    programme = make_programme()
    closes = timezone.now() + timedelta(days=5)
    cohort = make_cohort(programme=programme, number=2, apply_closes_at=closes)
    make_application(cohort=cohort)
    before(cohort, 0, 7)

    rows = dict(intake_of(whole(cohort)).days.rows)

    assert rows["D-5"] == [1, 0]
    assert rows["D-4"] == [None, 0]
    assert rows["D-day"] == [None, 1]


def test_the_first_cohort_stands_alone(cohort):
    found = intake_of(whole(cohort))

    assert found.before is None
    assert found.days.series == ["2기"]


def test_the_funnel_is_what_sql_counts(cohort):
    one, two, three, four = cohort.applications.order_by("pk")[:4]
    for application in (one, two, three):
        make_scores(application, document=80, test=None, interview=None)
    panel = make_panel(cohort)
    make_invited(cohort)
    make_booking(make_slot(panel, timezone.now() - timedelta(hours=2)), make_invited(cohort))
    make_booking(make_slot(panel), two)
    four.state = ApplicationState.INELIGIBLE
    one.state = ApplicationState.ACCEPTED
    for changed in (one, four):
        changed.save(update_fields=["state"])
    make_offer(application=one, state="accepted")

    rows = [number for _label, number in intake_of(whole(cohort)).funnel.rows]

    [expected] = sql(
        "SELECT count(*), count(*) FILTER (WHERE state <> 'ineligible'),"
        " count(*) FILTER (WHERE id IN (SELECT application_id FROM cohorts_score WHERE stage = 'document')),"
        " count(*) FILTER (WHERE id IN (SELECT application_id FROM cohorts_interviewinvitation)),"
        " count(*) FILTER (WHERE id IN (SELECT application_id FROM cohorts_interviewbooking b JOIN cohorts_interviewslot s"
        " ON s.id = b.slot_id WHERE ends_at <= now() AND b.state = 'booked')),"
        " count(*) FILTER (WHERE id IN (SELECT application_id FROM cohorts_offer)),"
        " count(*) FILTER (WHERE state IN ('accepted', 'enrolled'))"
        " FROM cohorts_application WHERE cohort_id = %s AND state <> 'draft'",
        cohort.pk,
    )
    assert rows == list(expected)
    assert expected == (17, 16, 3, 2, 1, 1, 1)


def test_means_and_spreads_by_reviewer_are_what_sql_counts(cohort):
    reviewers = [make_user(name=name) for name in ("가 위원", "나 위원")]
    for number, application in enumerate(cohort.applications.order_by("pk")[:9]):
        points = {"document": 40 + 7 * number, "interview": None if number % 2 else 100}
        make_scores(application, test=None, reviewer=reviewers[number % 2], **points)

    found = intake_of(whole(cohort))

    expected = sql(
        "SELECT stage, name, count(*), avg(points), stddev_pop(points) FROM cohorts_score JOIN accounts_user u"
        " ON u.id = reviewer_id GROUP BY stage, name ORDER BY stage, name"
    )
    assert [(one.stage, one.reviewer, one.number) for one in found.marks] == [row[:3] for row in expected]
    for one, row in zip(found.marks, expected, strict=True):
        assert one.mean == pytest.approx(float(row[3]))
        assert one.spread == pytest.approx(float(row[4]), abs=1e-6)
    bins = sql(
        "SELECT least(floor(points / 10) * 10, 90)::int AS low, count(*) FROM cohorts_score WHERE stage = 'document'"
        " GROUP BY low"
    )
    drawn = {int(label.split("–")[0]): values[0] for label, values in found.scores.rows if values[0]}
    assert drawn == dict(bins)


def test_districts_are_those_of_the_addresses(cohort):
    rows = dict(intake_of(whole(cohort)).districts.rows)

    assert rows == {"수성구": 7, "달서구": 5, "중구": 1, "경북": 1, "알 수 없음": 1}
    assert sum(rows.values()) == sql("SELECT count(*) FROM cohorts_application WHERE cohort_id = %s", cohort.pk)[0][0]


# For outside ---------------------------------------------------------------------------------


def numbers_of(picture):
    for _label, values in picture.rows:
        yield from values if isinstance(values, list) else [values]


def test_nothing_printed_for_outside_is_below_five_or_names_a_reviewer(cohort):
    reviewer = make_user(name="최유진 위원")
    for application in cohort.applications.all()[:3]:
        make_scores(application, reviewer=reviewer)
    before(cohort, 0, 0, 2)

    found = intake_of(whole(cohort), outside=True)

    for picture in (found.days, found.funnel, found.scores, found.districts):
        assert not [n for n in numbers_of(picture) if n and n < 5]
    assert found.marks == []
    assert dict(found.districts.rows) == {"수성구": 7, "그 밖": 8}


@pytest.mark.parametrize("name", ["intake", "intake-print", "intake-export"])
def test_pages_and_file_are_for_the_office(sign_in, cohort, name):
    reviewer = make_user(name="최유진 위원")
    make_scores(cohort.applications.first(), reviewer=reviewer)
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    response = client.get(reverse(f"cohorts:{name}", args=[cohort.pk]))

    assert response.status_code == 200
    if name == "intake-export":
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        assert len(book.worksheets) == 4
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert "수성구" in cells
        assert not [n for n in cells if isinstance(n, int) and 0 < n < 5]
    else:
        assert ("최유진 위원" in response.content.decode()) is (name == "intake")


def test_an_empty_intake_says_so(sign_in):
    cohort = make_cohort()
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    for name in ("intake", "intake-print", "intake-export"):
        assert client.get(reverse(f"cohorts:{name}", args=[cohort.pk])).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_pictures_take_eight_queries_whatever_there_is(sign_in, cohort, count, django_assert_num_queries):
    for number in range(count):
        person = make_person(host=cohort.host, address=f"대구광역시 {number}구 1")
        make_scores(make_application(cohort=cohort, person=person))
    before(cohort, *range(count))
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))
    address = reverse("cohorts:intake", args=[cohort.pk])
    client.get(address)

    with django_assert_num_queries(8):
        client.get(address)
