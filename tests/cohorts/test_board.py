"""The selection board: every rule tried in the address, nothing written, then adopted with a reason."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from cohorts.actions import board as actions
from cohorts.actions.board import QuotaPlan
from cohorts.actions.cohorts import edit_policy
from cohorts.actions.selection import prepare_selection
from cohorts.models import BonusRule, SeatQuota
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_cohort, make_member, make_scores

pytestmark = pytest.mark.django_db
DAEGU, BUSAN = "대구광역시 중구 국채보상로 1", "부산광역시 해운대구 1"
HALF = QuotaPlan(None, "region", "대구광역시", "at_least", 50, "percent")


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


@pytest.fixture
def cohort(official):
    """Two seats; three strangers are better than the two locals."""
    made = make_cohort(host=official.acting.organization, state=CohortState.SELECTING, tracks={"일반": 2})
    for place, address in enumerate((BUSAN, BUSAN, BUSAN, DAEGU, DAEGU)):
        make_scores(make_application(cohort=made, address=address), interview=95 - place)
    return made


def address(cohort, name="selection-simulate"):
    return reverse(f"cohorts:{name}", args=[cohort.pk])


def as_typed(client, cohort, **changed):
    """What the page shows, as a browser would send it back, with `changed`."""
    form = client.get(address(cohort)).context["form"]
    typed = {name: form[name].value() for name in form.fields if name != "tie_order"}
    typed["tie_order"] = ",".join(tie for tie, _label in form.ties)
    typed["quotas-rows"] = str(form.rows.number)
    for row in form.rows:
        typed |= {row.add_prefix(name): row[name].value() for name in row.fields}
    return {name: value for name, value in (typed | changed).items() if value not in (None, False, "")}


HALF_TYPED = {
    "quotas-0-group": "region", "quotas-0-region": "대구광역시", "quotas-0-rule": "at_least", "quotas-0-amount": "50",
    "quotas-0-unit": "percent",
}  # fmt: skip


def test_a_quota_is_tried_without_writing_and_says_what_it_changes(client, cohort):
    second, fourth = cohort.applications.order_by("pk")[1], cohort.applications.order_by("pk")[3]
    events = AuditEvent.objects.count()

    page = client.get(address(cohort), as_typed(client, cohort, **HALF_TYPED))

    assert page.context["form"].errors == {}
    assert [row["application"] for row in page.context["gains"]] == [fourth]
    assert [row["application"] for row in page.context["losses"]] == [second]
    [effect] = page.context["effects"]
    assert (effect["there"], effect["seated"], effect["changed"]) == (2, 1, 1)
    assert (SeatQuota.objects.count(), AuditEvent.objects.count()) == (0, events)


def test_the_tie_order_is_moved_by_buttons_and_kept_in_the_address(client, cohort):
    typed = as_typed(client, cohort)

    answer = client.get(address(cohort), typed | {"up": "test"})

    assert answer.status_code == 302
    kept = parse_qs(urlsplit(answer["Location"]).query)
    assert kept["tie_order"] == ["test,interview,document,submitted_at"]
    assert "up" not in kept
    assert client.get(answer["Location"]).context["form"].ties[0][0] == "test"
    still = client.get(address(cohort), typed | {"up": "interview"})
    assert parse_qs(urlsplit(still["Location"]).query)["tie_order"] == [typed["tie_order"]]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (HALF_TYPED | {"quotas-0-region": "한국"}, "region"),
        (HALF_TYPED | {"quotas-0-region": ""}, "region"),
        (HALF_TYPED | {"quotas-0-amount": "101"}, "amount"),
        (HALF_TYPED | {"quotas-0-unit": "seats", "quotas-0-amount": "3"}, "amount"),
        (HALF_TYPED | {"quotas-0-amount": "viel"}, "amount"),
        (HALF_TYPED | {"quotas-0-group": "bonus:999999"}, "group"),
    ],
)
def test_a_quota_that_cannot_be_is_said_beside_its_field(client, cohort, wrong, where):
    page = client.get(address(cohort), as_typed(client, cohort, **wrong))

    assert where in page.context["form"].rows.forms[0].errors
    assert page.context["gains"] == []


def test_rules_are_adopted_with_a_reason_and_decide_from_then_on(client, cohort, official):
    typed = as_typed(client, cohort, weight_test="40", weight_document="20", bonus_limit="5", **HALF_TYPED)
    typed["tie_order"] = "test,interview,document,submitted_at"
    there = client.get(address(cohort), typed).context["adopt_url"]
    assert client.post(there).status_code == 422

    answer = client.post(there, {"reason": "모집공고 3조에 따름"})

    assert answer.status_code == 302
    cohort.policy.refresh_from_db()
    assert (cohort.policy.weight_test, cohort.policy.bonus_limit) == (40, Decimal(5))
    assert cohort.policy.tie_order[0] == "test"
    assert [actions.plan_of(one) for one in cohort.quotas.all()] == [HALF]
    events = AuditEvent.objects.filter(verb__startswith="policy.")
    assert {(event.verb, event.reason, event.actor) for event in events} == {
        ("policy.edited", "모집공고 3조에 따름", official), ("policy.quotas_set", "모집공고 3조에 따름", official)
    }  # fmt: skip
    decisions = {one.application_id: one for one in prepare_selection(cohort, by=None).decisions.all()}
    best, second, _third, local, last = cohort.applications.order_by("pk")
    assert [decisions[one.pk].outcome for one in (best, second, local, last)] == [
        "selected", "waitlisted", "selected", "waitlisted"
    ]  # fmt: skip
    assert decisions[local.pk].reasons == ["kept_for:region:대구광역시"]
    assert decisions[second.pk].reasons == ["behind_kept_seats"]
    assert decisions[local.pk].rank == 4


def test_nothing_is_adopted_once_a_selection_rests_on_the_rules(client, cohort):
    there = client.get(address(cohort), as_typed(client, cohort, **HALF_TYPED)).context["adopt_url"]
    prepare_selection(cohort, by=None)

    answer = client.post(there, {"reason": "늦었다"})

    assert answer.status_code == 422
    assert not SeatQuota.objects.exists()
    with pytest.raises(ActionRefused):
        edit_policy(cohort, by=None, weight_test=20, weight_interview=50)
    edit_policy(cohort, by=None, offer_hours=48)


def test_kept_seats_never_exceed_the_seats_nor_a_limit_the_kept_ones(cohort):
    local = QuotaPlan(None, "region", "대구광역시", "at_least", 2, "seats")
    graduate = QuotaPlan(None, "education", "graduate", "at_least", 1, "seats")
    most = QuotaPlan(None, "region", "대구광역시", "at_most", 1, "seats")

    for plans in ([local, graduate], [local, most], [local, local]):
        with pytest.raises(ActionRefused):
            actions.adopt_rules(cohort, by=None, reason="x", quotas=plans)
    with pytest.raises(ActionRefused):
        actions.adopt_rules(cohort, by=None, reason=" ", quotas=[local])
    assert not SeatQuota.objects.exists()


def test_a_part_of_a_seat_is_one_more_to_keep_and_none_more_to_allow():
    assert SeatQuota(rule="at_least", unit="percent", amount=50).seats_of(25) == 13
    assert SeatQuota(rule="at_most", unit="percent", amount=50).seats_of(25) == 12
    assert SeatQuota(rule="at_most", unit="seats", amount=7).seats_of(25) == 7


def test_a_confirmed_claim_makes_a_group(client, cohort):
    rule = BonusRule.objects.create(cohort=cohort, host=cohort.host, name="국가유공자", points=0, evidence="증명서")
    last = cohort.applications.order_by("pk").last()
    last.bonus_claims.create(
        host=cohort.host, rule=rule, note="원본 확인", state="confirmed", decided_at=last.submitted_at
    )
    typed = {"quotas-0-group": rule.group, "quotas-0-amount": "1"}

    page = client.get(address(cohort), as_typed(client, cohort, **typed))

    assert [row["application"] for row in page.context["gains"]] == [last]
    assert "국가유공자" in page.context["effects"][0]["words"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_with_quotas_asks_the_same_of_any_number(client, official, count, django_assert_num_queries):
    cohort = make_cohort(host=official.acting.organization, state=CohortState.SELECTING, tracks={"일반": count})
    for _number in range(count):
        make_scores(make_application(cohort=cohort, address=BUSAN), interview=95)
        make_scores(make_application(cohort=cohort, address=DAEGU), interview=50)
    typed = as_typed(client, cohort, **HALF_TYPED | {"quotas-0-amount": "100"})

    with django_assert_num_queries(8):
        page = client.get(address(cohort), typed)

    assert len(page.context["gains"]) == count
