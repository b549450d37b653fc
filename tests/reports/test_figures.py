"""The figures of a report are those counted by hand, on every day they are asked for."""

from datetime import date

import pytest

from cohorts.states import EnrolmentState
from placements.queries import outcome_of
from placements.states import JobKind
from portal.reports.queries import figures_of
from portal.reports.workbook import district, lines, of_field
from tests.reports.finished import AS_OF, LAST, make_finished, make_job, make_outcomes, make_trainee

pytestmark = pytest.mark.django_db


def fractions(cohort, as_of=AS_OF):
    return [
        (line.rate.numerator, line.rate.denominator, line.rate.excluded) for line in lines(figures_of(cohort, as_of))
    ]


def test_every_rate_says_what_it_is_made_of():
    cohort = make_outcomes()

    completion, employment, strict, retention, regional = fractions(cohort)

    assert completion == (7, 10, 0)
    assert employment == (3 + 1, 7 + 1 - 1, 1)
    assert strict == (4, 8, 0)
    assert retention == (2, 3, 1)  # hired on 1 July is not six months ago; one left after two
    assert regional == (3, 4, 0)


def test_an_earlier_day_knows_only_what_was_known_then():
    cohort = make_outcomes()

    completion, employment, _strict, retention, _regional = fractions(cohort, date(2026, 4, 1))

    assert completion == (7, 10, 0)
    assert employment == (2 + 1, 7 + 1 - 1, 1)
    assert retention == (0, 0, 3)


def test_before_the_end_nobody_has_completed():
    cohort = make_outcomes()

    figures = figures_of(cohort, date(2025, 12, 31))

    assert (figures.completed, figures.early, figures.unfinished) == (0, 1, 8)
    assert figures.employment.value == 100  # of those employed early, who alone are done


def test_daily_work_during_training_never_counts():
    cohort = make_finished()
    make_job(make_trainee(cohort), kind=JobKind.DAILY, hired_on=LAST, verified_on=LAST)

    assert figures_of(cohort, AS_OF).employment.numerator == 0


def test_nobody_to_count_gives_no_rate():
    cohort = make_finished()
    make_trainee(cohort, EnrolmentState.DROPPED)

    figures = figures_of(cohort, AS_OF)

    assert (figures.completion.value, figures.employment.value, figures.retention.value) == (0, None, None)


@pytest.mark.parametrize("people", [1, 3])
def test_figures_take_one_query_for_any_number_of_people(people, django_assert_num_queries):
    cohort = make_finished()
    for _number in range(people):
        make_job(make_trainee(cohort))
    assert cohort.policy  # loaded with the page's cohort

    with django_assert_num_queries(1):
        assert figures_of(cohort, AS_OF).in_work == people


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("대구광역시 중구 국채보상로 1", "중구"),
        ("경기도 수원시 팔달구 효원로 1", "수원시 팔달구"),
        ("경상북도 칠곡군 왜관읍", "칠곡군"),
        ("세종특별자치시 한누리대로 2130", ""),
        ("", ""),
    ],
)
def test_only_the_district_of_an_address_is_told(address, found):
    assert district(address) == found


@pytest.mark.parametrize(
    ("major", "said"), [("컴퓨터공학과", "전공"), ("ai융합학부", "전공"), ("국어국문학과", "비전공"), ("", "")]
)
def test_a_major_is_of_the_field_by_its_words(major, said):
    assert of_field(major) == said


def test_the_figures_are_those_of_the_outcome_pages():
    cohort = make_outcomes()

    figures, outcome = figures_of(cohort, AS_OF), outcome_of(cohort, AS_OF)

    assert (figures.completion, figures.employment) == (outcome.completion, outcome.employment)
    assert (figures.strict_employment, figures.retention) == (outcome.strict, outcome.retention)
