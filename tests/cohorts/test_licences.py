"""Licence pools: never more seats than there are, none for whom has left, and names for nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import licences as actions
from cohorts.actions.enrolment import end_enrolment
from cohorts.models import LicencePool, LicenceSeat
from cohorts.queries import licence_candidates, licence_use
from cohorts.states import CohortState, EnrolmentState
from partners.actions.promises import add_commitment, add_party, remove_commitment
from partners.measures import delivered
from partners.models import Amendment, Party
from partners.states import Measure
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    make_agreement,
    make_cohort,
    make_company,
    make_enrolment,
    make_licence_pool,
    make_member,
    make_organization,
    make_person,
    make_programme,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def city(official):
    return official.acting.organization


@pytest.fixture
def cohort(city):
    start = timezone.localdate() - timedelta(days=30)
    return make_cohort(programme=make_programme(host=city), state=CohortState.RUNNING, starts_on=start)


def lend(pool, *enrolments, days=60, **fields):
    until = timezone.localdate() + timedelta(days=days)
    return actions.assign_licences(pool, enrolments, by=None, until=until, **fields)


def in_use(pool):
    return LicencePool.objects.with_use().get(pk=pool.pk).in_use


def taken(pool):
    return LicencePool.objects.get(pk=pool.pk).seats_taken


# Seats ---------------------------------------------------------------------------------


def test_seats_are_lent_to_all_or_to_nobody(city, cohort):
    pool = make_licence_pool(host=city, seats=2)
    three = [make_enrolment(cohort=cohort) for _ in range(3)]

    with pytest.raises(ActionRefused, match="2석"):
        lend(pool, *three)
    assert not LicenceSeat.objects.exists()
    lend(pool, *three[:2])
    with pytest.raises(ActionRefused, match="남은 라이선스"):
        lend(pool, three[2])

    assert (in_use(pool), taken(pool)) == (2, 2)
    assert AuditEvent.objects.filter(verb="licence.assigned").count() == 2


def test_a_seat_that_is_returned_is_free_at_once(city, cohort):
    pool, one, two = make_licence_pool(host=city, seats=1), make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    [seat] = lend(pool, one)
    actions.return_licence(seat, by=None)
    lend(pool, two)

    with pytest.raises(ActionRefused, match="이미 반납"):
        actions.return_licence(seat, by=None)
    assert (in_use(pool), taken(pool)) == (1, 1)


@pytest.mark.parametrize("state", [state for state in EnrolmentState if state != EnrolmentState.ACTIVE])
def test_whose_training_has_ended_holds_no_seat(state, city, cohort):
    pool, one, two = make_licence_pool(host=city, seats=1), make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    lend(pool, one)
    ended_on = timezone.localdate() - timedelta(days=3)
    type(one).objects.filter(pk=one.pk).update(state=state, ended_on=ended_on)  # whoever ends it, however

    assert in_use(pool) == 0
    lend(pool, two)  # nothing had to be done before
    seat = LicenceSeat.objects.get(enrolment=one)
    assert (seat.returned_on, taken(pool)) == (timezone.localdate(), 1)  # it began today


def test_who_leaves_gives_the_seat_back_on_that_day(city, cohort):
    pool, one = make_licence_pool(host=city), make_enrolment(cohort=cohort)
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        lend(pool, one)
    end_enrolment(one, EnrolmentState.DROPPED, on=timezone.localdate() - timedelta(days=4), by=None, reason="이사")

    assert actions.return_lapsed_licences() == 1
    assert actions.return_lapsed_licences() == 0
    assert LicenceSeat.objects.get().returned_on == timezone.localdate() - timedelta(days=3)
    assert (in_use(pool), taken(pool)) == (0, 0)
    assert AuditEvent.objects.filter(verb="licence.returned").count() == 1


def test_a_seat_ends_with_its_time_and_with_the_pool(city, cohort):
    first = make_licence_pool(host=city, seats=1)
    second = make_licence_pool(host=city, seats=1)
    lend(first, make_enrolment(cohort=cohort), days=5)
    lend(second, make_enrolment(cohort=cohort), days=60)
    actions.amend_licence_pool(second, by=None, valid_until=timezone.localdate() + timedelta(days=5))

    with time_machine.travel(timezone.now() + timedelta(days=5)):
        assert (in_use(first), in_use(second)) == (1, 1)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert (in_use(first), in_use(second)) == (0, 0)
        assert actions.return_lapsed_licences() == 2
    assert set(LicenceSeat.objects.values_list("until", "returned_on")) == {
        (timezone.localdate() + timedelta(days=5), timezone.localdate() + timedelta(days=6))
    }


def test_a_seat_for_later_is_kept_and_given_back_if_the_pool_ends_before(city, cohort):
    pool = make_licence_pool(host=city, seats=1)
    later = timezone.localdate() + timedelta(days=40)
    lend(pool, make_enrolment(cohort=cohort), starts_on=later)

    with pytest.raises(ActionRefused):
        lend(pool, make_enrolment(cohort=cohort))
    actions.amend_licence_pool(pool, by=None, valid_until=later - timedelta(days=1))

    assert (in_use(pool), taken(pool)) == (0, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"days": 400}, "까지 유효"),
        ({"days": -1}, "시작하기 전에"),
        ({"days": 10, "starts_on": TODAY + timedelta(days=20)}, "시작하기 전에"),
    ],
)
def test_a_seat_has_its_time_within_the_pool(change, says, city, cohort):
    with pytest.raises(ActionRefused, match=says) as refused:
        lend(make_licence_pool(host=city), make_enrolment(cohort=cohort), **change)
    assert refused.value.field == "until"


def test_seats_are_for_people_in_training_at_the_host_and_one_each(city, cohort):
    pool, one = make_licence_pool(host=city), make_enrolment(cohort=cohort)
    gone = make_enrolment(cohort=cohort, state="dropped", ended_on=timezone.localdate())
    lend(pool, one)

    for wrong in (one, gone, make_enrolment()):
        with pytest.raises(ActionRefused):
            lend(pool, wrong)
    with pytest.raises(ActionRefused):
        lend(pool)
    with pytest.raises(ActionRefused):
        lend(make_licence_pool(host=city, valid_until=timezone.localdate() - timedelta(days=1)), one, days=0)


def test_the_database_refuses_a_seat_too_many_and_a_strangers(city, cohort):
    pool = make_licence_pool(host=city, seats=1)
    with pytest.raises(IntegrityError, match="licences_never_oversold"), transaction.atomic():
        LicencePool.objects.filter(pk=pool.pk).update(seats_taken=2)


# Pools ---------------------------------------------------------------------------------


def pool_values(**fields):
    today = timezone.localdate()
    return {"tool": "3D 플랫폼", "seats": 5, "valid_from": today, "valid_until": today + timedelta(days=90)} | fields


def test_a_pool_is_given_by_a_party_and_may_serve_its_promise(city):
    agreement, company = make_agreement(), make_company()
    with pytest.raises(ActionRefused) as refused:
        actions.register_licence_pool(by=None, host=city, agreement=agreement, provider=company, **pool_values())
    assert refused.value.field == "provider"

    party = add_party(agreement, by=None, transcribed_from="제2조", organization=company)
    licences = add_commitment(
        agreement, by=None, transcribed_from="제2조", party=party, what="라이선스", unit="석", measure=Measure.LICENCES
    )
    lectures = add_commitment(agreement, by=None, transcribed_from="제2조", party=party, what="특강", unit="회")
    for wrong in (lectures,):
        with pytest.raises(ActionRefused) as refused:
            actions.register_licence_pool(
                by=None, host=city, agreement=agreement, provider=company, **pool_values(commitment=wrong)
            )
        assert refused.value.field == "commitment"
    pool = actions.register_licence_pool(
        by=None, host=city, agreement=agreement, provider=company, **pool_values(commitment=licences)
    )
    remove_commitment(licences, by=None, amendment=Amendment())  # by the keeper, who does not know of the pool

    pool.refresh_from_db()
    assert pool.commitment is None


def test_a_pool_never_shrinks_below_what_is_lent(city, cohort):
    pool = make_licence_pool(host=city, seats=3)
    lend(pool, make_enrolment(cohort=cohort), make_enrolment(cohort=cohort))

    with pytest.raises(ActionRefused) as refused:
        actions.amend_licence_pool(pool, by=None, seats=1)
    assert refused.value.field == "seats"
    assert actions.amend_licence_pool(pool, by=None, seats=2).seats == 2
    with pytest.raises(ActionRefused):
        actions.amend_licence_pool(pool, by=None, valid_until=pool.valid_from - timedelta(days=1))


# What counts ---------------------------------------------------------------------------


def promise(agreement, company, what="라이선스"):
    party, _new = Party.objects.get_or_create(agreement=agreement, organization=company)
    return add_commitment(
        agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what=what,
        unit="석",
        quantity=30,
        measure=Measure.LICENCES,
    )


def test_valid_seats_count_towards_the_promise_of_their_provider(django_assert_num_queries):
    today, agreement, company = timezone.localdate(), make_agreement(), make_company()
    one, two = promise(agreement, company), promise(agreement, company, "추가 라이선스")
    other = promise(agreement, make_company())
    for fields in (
        {"seats": 10}, {"seats": 7, "commitment": two}, {"seats": 99, "valid_until": today - timedelta(days=1)},
        {"seats": 99, "valid_from": today + timedelta(days=1)},
    ):  # fmt: skip
        make_licence_pool(agreement=agreement, provider=company, host=make_organization(), **fields)
    make_licence_pool(provider=company)  # under another agreement

    with django_assert_num_queries(1):
        found = delivered([one, two, other])
    assert [found[commitment.pk].number for commitment in (one, two, other)] == [10, 17, 0]
    assert found[one.pk].url == reverse("cohorts:agreement-licences", args=[agreement.pk])


def test_of_an_agreement_that_has_ended_the_last_day_counts():
    today, company = timezone.localdate(), make_company()
    agreement = make_agreement(state="expired", ended_on=today - timedelta(days=40))
    make_licence_pool(agreement=agreement, provider=company, seats=12, valid_until=today - timedelta(days=30))
    party = Party.objects.get(agreement=agreement)
    commitment = agreement.commitments.create(party=party, what="라이선스", unit="석", measure=Measure.LICENCES)

    assert delivered([commitment])[commitment.pk].number == 12


def test_the_picture_shows_use_over_time(city, cohort):
    with time_machine.travel(timezone.now() - timedelta(days=21)):
        pool = make_licence_pool(host=city, seats=4, valid_from=timezone.localdate())
        first, _second = lend(pool, make_enrolment(cohort=cohort), make_enrolment(cohort=cohort))
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        actions.return_licence(first, by=None)

    use = licence_use([pool])

    assert [numbers for _day, numbers in use.rows] == [[4, 2], [4, 2], [4, 1], [4, 1]]
    assert "최대 2석" in use.finding


def test_the_preview_says_who_gets_a_seat_and_who_does_not(city, cohort):
    pool = make_licence_pool(host=city, seats=2)
    has, gets, none = (make_enrolment(cohort=cohort) for _ in range(3))
    lend(pool, has)
    pool = LicencePool.objects.with_use().get(pk=pool.pk)

    found = licence_candidates(pool, cohort)

    assert [(one.enrolment, bool(one.seat), one.gets) for one in found] == [
        (has, True, False), (gets, False, True), (none, False, False),
    ]  # fmt: skip


# Pages ---------------------------------------------------------------------------------


def test_a_pool_is_registered_amended_and_its_seats_lent_and_taken_back(sign_in, official, city, cohort):
    agreement, company = make_agreement(), make_company()  # kept elsewhere; the own programme runs under it
    add_party(agreement, by=None, transcribed_from="제2조", organization=company)
    type(cohort.programme).objects.filter(pk=cohort.programme_id).update(agreement=agreement)
    one, two = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    browser = sign_in(official)
    today = timezone.localdate()
    typed = {
        "agreement": agreement.pk, "provider": company.pk, "tool": "3D 플랫폼", "seats": "둘", "valid_from": str(today),
        "valid_until": str(today + timedelta(days=90)),
    }  # fmt: skip

    wrong = browser.post(reverse("cohorts:licence-register"), typed)
    assert wrong.status_code == 422
    assert 'value="둘"' in wrong.content.decode()
    browser.post(reverse("cohorts:licence-register"), typed | {"seats": "1"})
    pool = LicencePool.objects.get()
    assert (pool.host, pool.agreement, pool.seats) == (city, agreement, 1)

    assign, until = reverse("cohorts:licence-assign", args=[pool.pk]), str(today + timedelta(days=30))
    asked = {"cohort": cohort.pk, "starts_on": str(today), "until": until}
    preview = browser.get(assign, asked).content.decode()
    assert (preview.count("배정 대상"), preview.count("남은 좌석 없음")) == (1, 1)
    refused = browser.post(assign, asked | {"trainees": [one.pk, two.pk]})
    assert refused.status_code == 422
    assert refused.content.decode().count("checked") == 2
    late = browser.post(assign, asked | {"until": str(today + timedelta(days=300)), "trainees": [two.pk]})
    assert late.status_code == 422
    assert f'name="until" value="{today + timedelta(days=300)}"' in late.content.decode()
    page = browser.post(assign, asked | {"trainees": [two.pk]}, follow=True).content.decode()
    assert "라이선스 1석을 배정했습니다" in page

    seat = LicenceSeat.objects.get()
    browser.post(reverse("cohorts:licence-return", args=[seat.pk]))
    seat.refresh_from_db()
    assert seat.returned_on == today
    amended = browser.post(
        reverse("cohorts:licence-amend", args=[pool.pk]),
        {name: typed[name] for name in ("tool", "valid_from", "valid_until")} | {"seats": "5"}, follow=True,
    ).content.decode()  # fmt: skip
    assert "저장했습니다" in amended
    assert "라이선스 좌석 수" not in amended
    assert LicencePool.objects.get().seats == 5


def test_lists_show_only_what_is_asked_for(sign_in, official, city, cohort):
    pool = make_licence_pool(host=city, tool="카티아")
    make_licence_pool(host=city, tool="솔리드웍스", valid_until=timezone.localdate() - timedelta(days=1))
    make_licence_pool(tool="남의 것")
    held, returned = lend(pool, make_enrolment(cohort=cohort), make_enrolment(cohort=cohort))
    actions.return_licence(returned, by=None)
    browser, url, own = (
        sign_in(official),
        reverse("cohorts:licence-list"),
        reverse("cohorts:licence-pool", args=[pool.pk]),
    )

    def found(url, **query):
        return list(browser.get(url, query).context["listing"].rows)

    assert {one.tool for one in found(url)} == {"카티아", "솔리드웍스"}
    assert [one.tool for one in found(url, q="카티")] == ["카티아"]
    assert [one.tool for one in found(url, show="over")] == ["솔리드웍스"]
    assert [one.tool for one in found(url, show="usable", q="남의")] == []
    assert found(own, show="held") == [held]
    assert found(own, show="returned") == [returned]
    assert len(found(own, cohort=cohort.pk, q="홍")) == 2


def test_the_keeper_of_the_agreement_sees_numbers_and_no_names(sign_in, official, cohort):
    keeper = make_member(Role.OFFICIAL)
    agreement = make_agreement(host=keeper.acting.organization)
    pool = make_licence_pool(host=cohort.host, agreement=agreement, seats=8)
    lend(pool, make_enrolment(cohort=cohort, person=make_person(host=cohort.host, name="남궁비밀")))

    answered = sign_in(keeper).get(reverse("cohorts:agreement-licences", args=[agreement.pk]))
    page = answered.content.decode()
    assert (answered.context["provided"], answered.context["in_use"]) == (8, 1)
    assert "남궁비밀" not in page
    assert pool.get_absolute_url() not in page
    for name in ("licence-pool", "licence-history", "licence-amend", "licence-assign"):
        assert sign_in(keeper).get(reverse(f"cohorts:{name}", args=[pool.pk])).status_code == 404
    assert sign_in(keeper).get(reverse("cohorts:licence-list")).context["listing"].total == 0


def test_another_city_finds_nothing_of_a_pool_anywhere(sign_in, city, cohort):
    agreement = make_agreement(host=city)
    pool = make_licence_pool(host=city, agreement=agreement, tool="카티아")
    [seat] = lend(pool, make_enrolment(cohort=cohort))
    browser = sign_in(make_member(Role.OFFICIAL))

    for query in ({}, {"q": "카티아"}, {"show": "usable"}):
        assert browser.get(reverse("cohorts:licence-list"), query).context["listing"].total == 0
    for name, args in (
        ("licence-pool", [pool.pk]), ("licence-history", [pool.pk]), ("licence-amend", [pool.pk]),
        ("licence-assign", [pool.pk]), ("cohort-licences", [cohort.pk]), ("agreement-licences", [agreement.pk]),
    ):  # fmt: skip
        assert browser.get(reverse(f"cohorts:{name}", args=args)).status_code == 404, name
    assert browser.post(reverse("cohorts:licence-return", args=[seat.pk])).status_code == 404
    offered = browser.get(reverse("cohorts:licence-register")).context["form"].fields
    assert not any(offered[name].queryset.exists() for name in ("agreement", "provider", "commitment"))


def test_a_trainee_sees_the_own_seat_on_the_course_and_at_home(sign_in, city, cohort):
    user = make_user()
    enrolment = make_enrolment(cohort=cohort, person=make_person(host=city, user=user))
    pool = make_licence_pool(host=city, tool="3D익스피리언스")
    [seat] = lend(pool, enrolment)
    browser, course = sign_in(user), reverse("curriculum:trainee", args=[enrolment.pk])

    assert "3D익스피리언스" in browser.get("/").content.decode()
    assert "3D익스피리언스" in browser.get(course).content.decode()
    actions.return_licence(seat, by=None)
    assert "3D익스피리언스" not in browser.get(course).content.decode()


def test_a_cohort_shows_its_pools(sign_in, official, city, cohort, django_assert_num_queries):
    for count in (1, 3):
        for _ in range(count):
            lend(make_licence_pool(host=city), make_enrolment(cohort=cohort))
        browser, url = sign_in(official), reverse("cohorts:cohort-licences", args=[cohort.pk])
        browser.get(url)
        with django_assert_num_queries(5):
            page = browser.get(url).content.decode()
    assert page.count("1 / 4") == 4
    assert url in sign_in(official).get(cohort.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_as_for_three(
    sign_in, official, city, cohort, count, django_assert_num_queries
):
    agreement = make_agreement(host=city)
    for _ in range(count):
        pool = make_licence_pool(host=city, agreement=agreement)
        lend(pool, *(make_enrolment(cohort=cohort) for _ in range(count)))
    browser = sign_in(official)
    for url, queries in (
        (reverse("cohorts:licence-list"), 4),
        (reverse("cohorts:licence-pool", args=[pool.pk]), 9),
        (reverse("cohorts:agreement-licences", args=[agreement.pk]), 6),
    ):
        browser.get(url)
        with django_assert_num_queries(queries):
            browser.get(url)
