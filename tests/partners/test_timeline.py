"""The picture of the register: bars on one scale, today's line, how many are in force each month."""

from datetime import date

import pytest
from django.urls import reverse

from partners.timeline import Band, Edge, Scale, band_of, look_of, scale_of
from portal.accounts.roles import Role
from tests.factories import make_agreement, make_member

TODAY = date(2026, 4, 15)
SCALE = Scale(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), (0.0, 100.0, False, False)),
        (date(2025, 1, 1), date(2026, 1, 1), (0.0, 0.4, True, False)),  # a day is still to be seen
        (date(2026, 7, 2), None, (49.86, 50.14, False, True)),
        (date(2026, 12, 31), date(2027, 5, 1), (99.73, 0.4, False, True)),
        (date(2020, 1, 1), date(2030, 1, 1), (0.0, 100.0, True, True)),
    ],
)
def test_a_bar_lies_where_its_days_are(begins, ends, expected):
    bar = SCALE.bar(begins, ends, "in_force")

    assert (bar.x, bar.width, bar.before, bar.after) == expected


@pytest.mark.parametrize(
    ("begins", "ends"), [(None, None), (None, date(2026, 1, 1)), (date(2027, 1, 1), None), (date(2020, 1, 1), date(2025, 12, 31))]
)  # fmt: skip
def test_what_is_not_known_or_lies_elsewhere_has_no_bar(begins, ends):
    assert SCALE.bar(begins, ends, "in_force") is None


@pytest.mark.parametrize(
    ("first", "last", "whole", "years"),
    [
        (None, None, False, (2026, 2026)),
        (date(2024, 5, 1), date(2027, 2, 1), False, (2024, 2027)),
        (date(1998, 5, 1), date(2050, 2, 1), False, (2021, 2031)),
        (date(1998, 5, 1), date(2050, 2, 1), True, (1998, 2050)),
        (date(1900, 1, 1), date(2100, 1, 1), True, (1996, 2056)),
        (date(2019, 1, 1), date(2020, 1, 1), False, (2021, 2026)),
        (date(2030, 1, 1), None, False, (2026, 2030)),
    ],
)
def test_the_scale_is_of_whole_years_around_today(first, last, whole, years):
    scale = scale_of(first, last, TODAY, whole=whole)

    assert (scale.first, scale.last) == (date(years[0], 1, 1), date(years[1], 12, 31))
    assert len(scale.years) <= 13


def test_an_agreement_counts_in_each_month_that_it_touches():
    spans = [
        (date(2026, 2, 1), date(2026, 4, 1), 3),
        (date(2020, 1, 1), date(2026, 2, 1), 2),
        (date(2026, 11, 1), None, 1),
        (date(2027, 1, 1), date(2027, 3, 1), 9),
        (date(2020, 1, 1), date(2025, 12, 1), 9),
    ]
    firsts = [Edge(begins, count) for begins, _ends, count in spans]
    lasts = [Edge(ends, count, ends=True) for _begins, ends, count in spans if ends]

    band = band_of(firsts + lasts, SCALE)

    assert [n for _month, n in band.months] == [2, 5, 3, 3, 0, 0, 0, 0, 0, 0, 1, 1]
    assert band.in_month(TODAY) == 3
    assert Band([(TODAY, 1), (TODAY, 2)], 2).path == "M0 100V50.0h1V0.0h1V100Z"


@pytest.mark.parametrize(
    ("state", "look"),
    [("draft", "unsigned"), ("signed", "live"), ("in_force", "live"), ("renewed", "ended"), ("expired", "ended")],
)
def test_states_look_alike_where_they_mean_the_same(state, look):
    assert look_of(state) == look


# The page ------------------------------------------------------------------------------


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


@pytest.mark.django_db
def test_the_picture_shows_each_agreement_in_words_and_by_a_bar(browser, official, time_machine_at):
    city = official.acting.organization
    with time_machine_at("2026-04-15 09:00"):
        make_agreement(host=city, title="끝난 것", state="terminated", valid_from=date(2025, 1, 1),
                       valid_until=date(2027, 12, 31), ended_on=date(2026, 4, 1))  # fmt: skip
        make_agreement(host=city, title="이행중인 것", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))
        make_agreement(host=city, title="모르는 것", state="draft", signed_on=None, valid_from=None, valid_until=None)
        make_agreement(title="남의 것", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))

        answer = browser.get(reverse("partners:agreement-timeline"))

    page = answer.content.decode()
    assert "남의 것" not in page
    assert answer.context["in_force"] == 2  # the one that ended in April touches it
    rows = page[page.index("<tbody>", page.index("p-timeline")) :]
    assert [rows.index(title) for title in ("끝난 것", "이행중인 것", "모르는 것")] == sorted(
        rows.index(title) for title in ("끝난 것", "이행중인 것", "모르는 것")
    )
    assert "2025. 1. 1. ~ 2026. 4. 1." in rows
    assert "기간 미상" in rows
    assert rows.count("<rect") == 2
    assert 'fill="url(#tl-ended)"' in rows
    assert "style=" not in page


@pytest.mark.django_db
def test_the_band_is_of_all_rows_the_bars_of_one_page(browser, official):
    city = official.acting.organization
    for _ in range(53):
        make_agreement(host=city)

    answer = browser.get(f"{reverse('partners:agreement-timeline')}?state=in_force")

    assert (answer.context["in_force"], len(answer.context["listing"])) == (53, 50)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_picture_takes_as_many_queries_for_one_as_for_three(browser, official, django_assert_num_queries, count):
    for _ in range(count):
        make_agreement(host=official.acting.organization)
    browser.get(reverse("partners:agreement-timeline"))

    with django_assert_num_queries(5):
        browser.get(reverse("partners:agreement-timeline"))
