"""The pages of a pathway: the picture and its numbers, the people, one way, the end of a year."""

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from cohorts.actions import pathway as actions
from cohorts.actions.progression import Decision, progress_class
from cohorts.models import Progression, Stay
from cohorts.queries import pathway as queries
from cohorts.states import StayEnd
from partners.measures import delivered
from partners.models import Commitment, Party
from partners.states import Measure
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.cohorts.walking import class_of, go_on, line, make_pathway
from tests.factories import (
    assign,
    make_agreement,
    make_enrolment,
    make_member,
    make_organization,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = "2026-11-26 10:00+09:00"


@pytest.fixture
def way():
    with time_machine.travel(NOW, tick=False):
        yield make_pathway()


@pytest.fixture
def office(way, sign_in):
    return sign_in(make_member(Role.OFFICIAL, way.host))


def peopled(way):
    """Six entrants of two years: two in the second year, one on leave there, one gone; two in the first."""
    four = way.entrants(2024, 4)
    decisions = {stay.pk: Decision(StayEnd.PROGRESSED) for stay in class_of(way.schools[0], 1)}
    progress_class(way.schools[0], 1, decisions, on=date(2025, 3, 1), by=None)
    actions.take_leave(four[2], on=date(2025, 9, 1), expected_on=date(2026, 9, 1), reason="질병", by=None)
    actions.leave_pathway(four[3], on=date(2025, 12, 24), reason="이사", by=None)
    return four, way.entrants(2026, 2, at=1)


def test_every_number_of_the_picture_leads_to_its_people(way, office):
    peopled(way)
    stages = list(way.programme.stages.all())
    user = make_member(Role.OFFICIAL, way.host)
    cohorts = queries.entry_years(user, way.programme)

    for day in (date(2024, 2, 1), date(2025, 12, 25), date(2026, 11, 26)):
        _picture, table = queries.standings(user, way.programme, stages, cohorts, day)
        flow = queries.flow(user, way.programme, stages, day)
        for crossing in (table, flow):
            for _label, cells, whole in crossing.rows:
                assert sum(cell.number for cell in cells if cell) == whole.number
                for cell in (*cells, whole):
                    if cell:
                        found = office.get(cell.url).context["listing"].total
                        assert found == cell.number, cell.url
        entered = Stay.objects.as_of(day).count()
        assert sum(whole.number for _label, _cells, whole in table.rows) == entered
        assert sum(whole.number for _label, _cells, whole in flow.rows) == entered


def test_the_picture_of_a_day_in_the_past(way, office):
    peopled(way)

    now = office.get(reverse("cohorts:pathway", args=[way.programme.pk]))
    then = office.get(reverse("cohorts:pathway", args=[way.programme.pk]), {"as_of": "2025-03-01"})

    assert "입학생 6명 가운데 5명" in now.content.decode()
    assert "입학생 4명 가운데 4명" in then.content.decode()
    assert office.get(reverse("cohorts:pathway", args=[way.programme.pk]), {"as_of": "soon"}).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_the_pages_do_not_grow(way, office, django_assert_max_num_queries, count):
    for year in range(2026 - count, 2026):
        way.entrants(year, count)
        way.entrants(year, count, at=1)
        go_on(way.schools[0], 1, date(year + 1, 3, 1))
    one = way.cohorts[2025].enrolments.first()

    for most, name, arguments in (
        (10, "cohorts:pathway", [way.programme.pk]), (10, "cohorts:pathway-classes", [way.programme.pk]),
        (8, "cohorts:way-list", []), (10, "cohorts:way", [one.pk]),
        (10, "cohorts:progression", [way.schools[1].pk, 1]),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert office.get(reverse(name, args=arguments)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "나무"}, {"나무"}), ({"spot": "on_leave"}, {"구름"}), ({"spot": "on_way"}, {"나무", "구름"}),
        ({"spot": "left"}, set()), ({"overdue": "1"}, {"구름"}), ({"as_of": "2024-06-01"}, {"나무", "구름"}),
        ({"as_of": "2023-06-01"}, set()), ({"before": "none"}, set()),
        ({"as_of": "2024-06-01", "before": "none"}, {"나무", "구름"}), ({"spot": "rubbish"}, {"나무", "구름"}),
        ({"agreement": "1"}, set()),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(way, office, asked, names):
    cohort = way.entry(2024)
    for name in ("나무", "구름"):
        one = make_enrolment(cohort=cohort, person=make_person(host=way.host, name=name))
        actions.enter(cohort, {one.pk: way.schools[0]}, by=None)
    actions.take_leave(one, on=date(2025, 9, 1), expected_on=date(2026, 9, 1), reason="질병", by=None)

    answer = office.get(reverse("cohorts:way-list"), asked)

    assert {row.person.name for row in answer.context["listing"]} == names


def test_who_sees_the_people(way, sign_in):
    four, _two = peopled(way)
    teacher = make_member(Role.INSTRUCTOR, way.host)
    assign(teacher, way.cohorts[2024])
    four[0].person.user = make_user()
    four[0].person.save(update_fields=["user"])

    def total(user):
        return sign_in(user).get(reverse("cohorts:way-list")).context["listing"].total

    assert total(make_member(Role.OFFICIAL, way.host)) == 6
    assert total(teacher) == 4
    assert total(make_member(Role.OFFICIAL, make_organization())) == 0
    assert sign_in(four[0].person.user).get(reverse("cohorts:way", args=[four[0].pk])).status_code == 200
    assert sign_in(four[0].person.user).get(reverse("cohorts:way", args=[four[1].pk])).status_code == 404


@pytest.mark.parametrize(("role", "leads_on"), [(Role.INSTRUCTOR, True), (Role.REVIEWER, False)])
def test_the_entry_year_leads_to_its_people_those_who_may_see_them(way, sign_in, role, leads_on):
    colleague = assign(make_member(role, way.host), way.entry(2024))

    page = sign_in(colleague).get(way.cohorts[2024].get_absolute_url()).content.decode()

    assert (f"{reverse('cohorts:way-list')}?entry={way.cohorts[2024].pk}" in page) == leads_on


def test_the_spreadsheet_has_the_rows_of_the_list_with_masked_names(way, office):
    peopled(way)

    answer = office.get(reverse("cohorts:way-list"), {"spot": "on_way", "as_of": "2026-01-05", "sheet": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "홍*동"]
    assert len(rows) == 3
    assert "홍길동" not in str(list(sheet.values))
    assert AccessRecord.objects.get(action="way.downloaded").people == 3


# One way -------------------------------------------------------------------------------


def test_the_office_writes_a_leave_and_a_return_and_its_mistakes_stay_on_the_page(way, office):
    [one] = way.entrants(2024)
    leave, back = (reverse(f"cohorts:way-{verb}", args=[one.pk]) for verb in ("leave", "return"))

    wrong = office.post(leave, {"on": "2023-01-02", "reason": "질병"})
    right = office.post(leave, {"on": "2024-09-02", "expected_on": "2025-03-03", "reason": "질병"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "2023-01-02" in wrong.content.decode()
    page = office.get(right.url).content.decode()
    assert "2025. 3. 3." in page
    assert back in page
    assert leave not in page
    assert office.post(back, {"on": "2025-03-04"}).status_code == 302
    assert line(one) == [(1, 1, "on_leave"), (1, 1, "returned"), (1, 1, "")]


def test_a_person_is_transferred_and_leaves(way, office):
    [one] = way.entrants(2024)
    to = {"to": way.schools[1].pk, "on": "2024-09-02", "reason": "이사"}

    assert (
        office.post(reverse("cohorts:way-transfer", args=[one.pk]), to | {"to": way.colleges[0].pk}).status_code == 422
    )
    office.post(reverse("cohorts:way-transfer", args=[one.pk]), to)
    office.post(reverse("cohorts:way-end", args=[one.pk]), {"on": "2025-02-28", "reason": "진로 변경"})

    assert line(one) == [(1, 1, "transferred"), (1, 1, "left")]
    again = office.get(reverse("cohorts:way-end", args=[one.pk]), follow=True)
    assert "이미 끝났거나" in again.content.decode()


def test_a_trainee_sees_the_own_way_and_no_reasons(way, sign_in):
    [one] = way.entrants(2024)
    actions.take_leave(one, on=date(2024, 9, 2), reason="집안 사정", by=None)
    one.person.user = make_user()
    one.person.save(update_fields=["user"])

    page = sign_in(one.person.user).get(reverse("cohorts:way", args=[one.pk])).content.decode()

    assert way.schools[0].school.name in page
    assert "집안 사정" not in page
    assert reverse("cohorts:way-return", args=[one.pk]) not in page
    client = sign_in(one.person.user)
    assert client.get(reverse("curriculum:my-course")).url == reverse("cohorts:way", args=[one.pk])
    assert reverse("cohorts:way", args=[one.pk]) in client.get("/").content.decode()


# The end of a year ---------------------------------------------------------------------


def test_a_class_is_decided_after_a_look_at_what_it_means(way, office):
    people = way.entrants(2024, 3)
    stays = class_of(way.schools[0], 1)
    url = reverse("cohorts:progression", args=[way.schools[0].pk, 1])
    told = {"on": "2025-03-01"} | {f"how-{stay.pk}": "progressed" for stay in stays}
    told |= {f"how-{stays[1].pk}": "held_back", f"how-{stays[2].pk}": "left"}

    assert "2025-03-01" in office.get(url).content.decode()
    wrong = office.post(url, told)
    looked = office.post(url, told | {f"reason-{stays[2].pk}": "자퇴"})
    assert (wrong.status_code, looked.status_code) == (422, 200)
    assert not Progression.objects.exists()
    office.post(url, told | {f"reason-{stays[2].pk}": "자퇴", "confirm": "1"})

    assert [line(one)[-1] for one in people] == [(1, 2, ""), (1, 1, ""), (1, 1, "left")]
    undo = reverse("cohorts:progression-undo", args=[Progression.objects.get().pk])
    assert undo in office.get(reverse("cohorts:pathway-classes", args=[way.programme.pk])).content.decode()
    assert office.post(undo, {"reason": ""}).status_code == 422
    office.post(undo, {"reason": "다른 반을 골랐음"})
    assert [line(one) for one in people] == [[(1, 1, "")]] * 3


def test_the_next_school_is_chosen_line_by_line(way, office):
    way.entrants(2021)
    go_on(way.schools[0], 1, date(2022, 3, 1))
    go_on(way.schools[0], 2, date(2023, 3, 1))
    second = actions.add_place(way.stages[1], make_organization(kind="university"), by=None)
    [stay] = class_of(way.schools[0], 3)
    url = reverse("cohorts:progression", args=[way.schools[0].pk, 3])
    told = {"on": "2024-03-01", f"how-{stay.pk}": "progressed", "confirm": "1"}

    assert office.post(url, told).status_code == 422
    assert office.post(url, told | {f"to-{stay.pk}": way.schools[1].pk}).status_code == 422
    assert office.post(url, told | {f"to-{stay.pk}": second.pk}).status_code == 302
    assert Stay.objects.open().get().place == second


@pytest.mark.parametrize(
    "told", [{"on": "2024-02-29"}, {"on": "2027-03-01"}, {"on": ""}, {"how": ""}, {"how": "transferred"}, {"how": "completed"}]
)  # fmt: skip
def test_a_wrong_decision_is_said_beside_it(way, office, told):
    way.entrants(2024)
    [stay] = class_of(way.schools[0], 1)
    given = {"on": "2025-03-01", "how": "progressed"} | told

    answer = office.post(
        reverse("cohorts:progression", args=[way.schools[0].pk, 1]),
        {"on": given["on"], f"how-{stay.pk}": given["how"], "confirm": "1"},
    )

    assert answer.status_code == 422
    assert not Progression.objects.exists()


def test_a_year_that_the_stage_does_not_have(way, office):
    assert office.get(reverse("cohorts:progression", args=[way.schools[0].pk, 4])).status_code == 404


# Entering ------------------------------------------------------------------------------


def test_who_is_enrolled_gets_a_school(way, office):
    cohort = way.entry(2026, tracks={way.schools[1].school.name: 30})
    one, later = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    url = reverse("cohorts:entry", args=[cohort.pk])

    form = office.get(url).context["form"]
    assert form.fields[f"place-{one.pk}"].initial == str(way.schools[1].pk)
    office.post(url, {f"place-{one.pk}": way.schools[0].pk, f"place-{later.pk}": ""})

    assert one.stays.get().place == way.schools[0]
    assert not later.stays.exists()
    assert office.post(url, {f"place-{later.pk}": ""}).status_code == 422


def test_a_school_and_an_entrant_are_added_by_hand(way, office):
    cohort = way.entry(2026)
    school = make_organization(kind="school", name="새솔고등학교")
    office.post(reverse("cohorts:place-add", args=[way.programme.pk]), {"stage": way.stages[0].pk, "school": school.pk})
    told = {"name": "한별", "birth_date": "2010-12-01", "mobile": "01012345678", "email": "hb@example.kr",
            "on": "2026-03-03", "place": way.stages[0].places.get(school=school).pk}  # fmt: skip

    answer = office.post(reverse("cohorts:entrant-admit", args=[cohort.pk]), told)

    assert "한별" in office.get(answer.url).content.decode()
    assert Stay.objects.get().place.school == school
    assert office.post(reverse("cohorts:entrant-admit", args=[cohort.pk]), told).status_code == 422


# The agreement -------------------------------------------------------------------------


def test_entrants_count_towards_what_the_agreement_promises(sign_in):
    with time_machine.travel(NOW, tick=False):
        host = make_organization(kind="ministry")
        agreement = make_agreement(host=host)
        party = Party.objects.create(agreement=agreement, organization=host)
        promise = Commitment.objects.create(
            agreement=agreement, party=party, what="입학", unit="명", quantity=10, measure=Measure.ENTRANTS
        )
        peopled(make_pathway(host=host, agreement=agreement))
        make_pathway(host=host).entrants(2026)

        live = delivered([promise])[promise.pk]

        assert live.number == 6
        assert sign_in(make_member(Role.OFFICIAL, host)).get(live.url).context["listing"].total == 6


def test_entrants_take_the_seats_of_their_year_once(way, office):
    cohort = way.entry(2026)
    for number in range(2):
        entrant = actions.Entrant(
            way.schools[0], f"김입학{number}", date(2011, 1, 1 + number), f"010-200{number}-0000", f"p{number}@x.kr"
        )
        actions.admit_entrant(cohort, entrant, by=None)

    listing = office.get(reverse("cohorts:cohort-list")).context["listing"]

    assert [row.seat_count for row in listing] == [2]
    assert office.get(cohort.get_absolute_url()).context["numbers"].seated == 2
