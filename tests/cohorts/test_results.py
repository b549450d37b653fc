"""Own reasons: what an applicant reads after the release, and that it says nothing of anybody else."""

from decimal import Decimal

import pytest
from django.urls import reverse

from cohorts.actions import board
from cohorts.actions.board import QuotaPlan
from cohorts.actions.selection import prepare_selection, release_selection
from cohorts.models import Score
from cohorts.queries.results import StageResult
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.factories import (
    make_application,
    make_bonus_claim,
    make_cohort,
    make_member,
    make_person,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db
DAEGU, BUSAN = "대구광역시 중구 국채보상로 1", "부산광역시 해운대구 1"


@pytest.fixture
def cohort(settings):
    """Two seats, one kept for locals. By merit: a stranger, another one, a local, one below the minimum mark."""
    settings.MFA_REQUIRED = False
    made = make_cohort(state=CohortState.SELECTING, tracks={"일반": 2}, policy={"minimum_test": Decimal(40)})
    people = (
        ("나일등", BUSAN, 70, 90),
        ("도가점", BUSAN, 70, 80),
        ("최대구", DAEGU, 70, 70),
        ("하과락", DAEGU, 39, 100),
    )
    for name, address, test, interview in people:
        person = make_person(host=made.host, user=make_user(name=name), name=name)
        make_scores(make_application(cohort=made, person=person, address=address), test=test, interview=interview)
    make_bonus_claim(application=made.applications.get(person__name="도가점"), state="confirmed")
    board.adopt_rules(
        made, by=None, reason="공고", quotas=[QuotaPlan(None, "region", "대구광역시", "at_least", 1, "seats")]
    )
    return made


@pytest.fixture
def released(cohort):
    return release_selection(prepare_selection(cohort, by=None), by=None)


def page(client, cohort, name, **headers):
    application = cohort.applications.get(person__name=name)
    client.force_login(application.person.user)
    answer = client.get(reverse("cohorts:application-result", args=[application.pk]), **headers)
    assert answer.status_code == 200
    return answer


def test_before_the_release_nothing_is_told(client, cohort):
    prepare_selection(cohort, by=None)

    found = page(client, cohort, "나일등")

    assert found.context["result"] is None
    assert "아직 결과가 없습니다" in found.content.decode()


def test_each_reads_the_own_figures_and_why(client, cohort, released):
    first = page(client, cohort, "나일등")
    assert [(one.label, one.points, one.weight) for one in first.context["result"].stages] == [
        ("서류심사", Decimal("80.00"), 30), ("코딩테스트", Decimal("70.00"), 30), ("면접", Decimal("90.00"), 40)
    ]  # fmt: skip
    assert "81.00" in first.content.decode()

    second = page(client, cohort, "도가점")
    body = second.content.decode()
    assert second.context["result"].decision.bonus == Decimal("5.00")
    assert second.context["result"].bonus[0][1] == "5.00"
    assert "82.00" in body

    third = page(client, cohort, "최대구").content.decode()
    assert "‘대구광역시’ 우선 선발" in third
    fourth = page(client, cohort, "하과락").content.decode()
    assert "코딩테스트" in fourth
    assert "불합격" in fourth


def test_who_was_passed_over_for_a_kept_seat_reads_that_and_the_place_on_the_waitlist(client, cohort, released):
    first = page(client, cohort, "나일등")  # the bonus put the second before the first

    assert first.context["result"].decision.reasons == ["behind_kept_seats"]
    assert first.context["place"] == 1
    body = first.content.decode()
    assert "우선 선발 대상" in body
    assert "예비번호는 1번" in body


def test_the_page_names_nobody_else_and_the_cut_off_only_where_the_policy_says_so(client, cohort, released):
    body = page(client, cohort, "나일등").content.decode()
    main = body[body.index("<main") :]
    assert not [name for name in ("도가점", "최대구", "하과락") if name in main]
    assert "합격 최저 점수" not in main

    cohort.policy.shows_cut_off = True
    cohort.policy.save()

    assert "합격 최저 점수는 73.00점" in page(client, cohort, "나일등").content.decode()


def test_it_can_be_read_in_english(client, cohort, released):
    client.cookies["django_language"] = "en"

    body = page(client, cohort, "최대구").content.decode()

    assert "Has a seat kept for" in body
    assert "How the total comes about" in body


def test_later_scores_change_nothing_of_it(client, cohort, released):
    Score.objects.update(points=1)

    assert "81.00" in page(client, cohort, "나일등").content.decode()


def test_an_official_prints_it_and_that_is_on_record(client, cohort, released):
    application = cohort.applications.get(person__name="하과락")
    client.force_login(make_member(Role.OFFICIAL, cohort.host))

    body = client.get(reverse("cohorts:application-result", args=[application.pk])).content.decode()

    assert "하과락" in body
    assert AccessRecord.objects.filter(action="application.viewed", subject_id=application.person_id).exists()


def test_what_each_stage_counts_has_the_same_decimals():
    points = {"서류": ("84.33", 30), "시험": ("53.00", 30), "면접": ("85.33", 40), "없음": (None, 10)}
    stages = [
        StageResult(name, Decimal(told) if told else None, weight, None) for name, (told, weight) in points.items()
    ]

    assert [stage.counted_like(stages) for stage in stages] == ["25.299", "15.900", "34.132", "–"]
    assert stages[1].counted_like(stages[1:2]) == "15.90"
