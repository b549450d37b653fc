"""Bonus points: rules, claims with their evidence, and that only what was confirmed counts."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cohorts.actions import bonus as actions
from cohorts.actions.applications import remove_file
from cohorts.actions.selection import discard_selection, prepare_selection
from cohorts.models import BonusClaim, BonusRule
from cohorts.states import BONUS_TRANSITIONS, BonusState, CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    make_application,
    make_bonus_claim,
    make_bonus_rule,
    make_cohort,
    make_member,
    make_person,
    make_scores,
    make_user,
)
from tests.files import pdf

pytestmark = pytest.mark.django_db


def paper():
    return SimpleUploadedFile("증명서.pdf", pdf())


@pytest.fixture
def official(settings):
    settings.MFA_REQUIRED = False
    return make_member(Role.OFFICIAL)


@pytest.fixture
def cohort(official):
    return make_cohort(host=official.acting.organization)


@pytest.fixture
def selecting(official):
    return make_cohort(
        host=official.acting.organization, state=CohortState.SELECTING, tracks={"일반": 1},
        policy={"bonus_limit": Decimal(7), "minimum_total": Decimal(60)},
    )  # fmt: skip


def applicant_of(cohort, **fields):
    person = make_person(host=cohort.host, user=make_user())
    return make_application(cohort=cohort, person=person, **fields), person.user


# Claims --------------------------------------------------------------------------------------


def test_an_applicant_claims_with_a_file_until_the_deadline(cohort):
    application, user = applicant_of(cohort)
    rule = make_bonus_rule(cohort=cohort)
    with pytest.raises(ActionRefused) as refusal:
        actions.claim_bonus(application, rule, by=user, note="파일 없이")
    assert refusal.value.field == "file"

    claim = actions.claim_bonus(application, rule, by=user, upload=paper())

    assert (claim.state, claim.file.kind, claim.file.application) == ("claimed", "bonus", application)
    with pytest.raises(ActionRefused):
        actions.claim_bonus(application, rule, by=user, upload=paper())
    cohort.state = CohortState.SELECTING
    cohort.save()
    with pytest.raises(ActionRefused):
        actions.claim_bonus(application, make_bonus_rule(cohort=cohort), by=user, upload=paper())


def test_the_office_records_a_paper_it_has_seen(selecting, official):
    application = make_application(cohort=selecting)
    with pytest.raises(ActionRefused):
        actions.claim_bonus(application, make_bonus_rule(cohort=selecting), by=official)

    claim = actions.claim_bonus(application, make_bonus_rule(cohort=selecting), by=official, note="창구에서 원본 확인")

    assert (claim.file, claim.note) == (None, "창구에서 원본 확인")


def test_a_rule_of_another_cohort_cannot_be_claimed(cohort, official):
    application = make_application(cohort=cohort)
    with pytest.raises(ActionRefused):
        actions.claim_bonus(application, make_bonus_rule(), by=official, note="원본")


@pytest.mark.parametrize("was", BonusState)
def test_what_may_follow_what_of_a_claim(selecting, official, was):
    for to, act in ((BonusState.CONFIRMED, actions.confirm_bonus), (BonusState.REFUSED, actions.refuse_bonus)):
        claim = make_bonus_claim(application=make_application(cohort=selecting), state=was)
        if to in BONUS_TRANSITIONS[was]:
            assert act(claim, by=official, reason="증빙 확인").state == to
        else:
            with pytest.raises(ActionRefused):
                act(claim, by=official, reason="증빙 확인")


def test_a_refusal_needs_a_reason(selecting, official):
    claim = make_bonus_claim(application=make_application(cohort=selecting))
    with pytest.raises(ActionRefused):
        actions.refuse_bonus(claim, by=official, reason="  ")
    actions.refuse_bonus(claim, by=official, reason="발급일이 공고일보다 빠름")
    event = AuditEvent.objects.get(verb="application.bonus_refused")
    assert (event.reason, event.after["state"]) == ("발급일이 공고일보다 빠름", "refused")


def test_a_claim_is_taken_back_until_it_is_decided(cohort, official):
    application, user = applicant_of(cohort)
    claim = actions.claim_bonus(application, make_bonus_rule(cohort=cohort), by=user, upload=paper())
    other = actions.claim_bonus(application, make_bonus_rule(cohort=cohort), by=user, upload=paper())
    actions.confirm_bonus(other, by=official)

    actions.take_back_bonus_claim(claim, by=user)

    assert list(application.bonus_claims.all()) == [other]
    with pytest.raises(ActionRefused):
        actions.take_back_bonus_claim(other, by=user)
    with pytest.raises(ActionRefused):
        remove_file(other.file, by=user)


# What counts ---------------------------------------------------------------------------------


def test_only_confirmed_points_count_up_to_the_limit(selecting, official):
    rules = [make_bonus_rule(cohort=selecting, points=points) for points in (5, 3, 4)]
    modest, better = (make_application(cohort=selecting) for _ in range(2))
    make_scores(modest, document=80, test=80, interview=80)
    make_scores(better, document=82, test=82, interview=82)
    claims = [make_bonus_claim(application=modest, rule=rule) for rule in rules]
    with pytest.raises(ActionRefused):
        prepare_selection(selecting, by=official)  # nothing is decided on yet
    for claim in claims[:2]:
        actions.confirm_bonus(claim, by=official)
    actions.refuse_bonus(claims[2], by=official, reason="증빙 불충분")

    selection = prepare_selection(selecting, by=official)

    won = selection.decisions.get(outcome="selected")
    assert (won.application, won.total, won.bonus) == (modest, Decimal("87.00"), Decimal("7.00"))
    assert won.facts["bonus"] == "8.00"
    with pytest.raises(ActionRefused):
        actions.refuse_bonus(claims[0], by=official, reason="늦음")  # a selection counts on it
    with pytest.raises(ActionRefused):
        actions.set_bonus_rule(selecting, by=official, rule=rules[0], name="다른", points=Decimal(9), evidence="x")
    discard_selection(selection, by=official)
    actions.refuse_bonus(claims[0], by=official, reason="다시 보니 아님")


def test_a_bonus_lifts_nobody_over_a_minimum(selecting, official):
    low = make_application(cohort=selecting)
    make_scores(low, document=58, test=58, interview=58)
    make_bonus_claim(application=low, state="confirmed")

    [decision] = prepare_selection(selecting, by=official).decisions.all()

    assert (decision.outcome, decision.total, decision.reasons) == ("rejected", Decimal("63.00"), ["minimum_total"])


# Rules ---------------------------------------------------------------------------------------


def test_a_rule_that_somebody_claimed_by_stays(cohort, official):
    used, unused = make_bonus_rule(cohort=cohort), make_bonus_rule(cohort=cohort)
    make_bonus_claim(application=make_application(cohort=cohort), rule=used)
    with pytest.raises(ActionRefused):
        actions.remove_bonus_rule(used, by=official)

    actions.remove_bonus_rule(unused, by=official)

    assert list(cohort.bonus_rules.all()) == [used]
    with pytest.raises(ActionRefused) as refusal:
        actions.set_bonus_rule(cohort, by=official, name=used.name, points=Decimal(1), evidence="x")
    assert refusal.value.field == "name"


# Pages ---------------------------------------------------------------------------------------


def there(name, thing):
    return reverse(f"cohorts:{name}", args=[thing.pk])


def test_rules_claims_and_decisions_through_the_pages(client, cohort, official):
    client.force_login(official)
    typed = {"name": "국가유공자 가족", "points": "5", "evidence": "취업지원 대상자 증명서"}
    assert client.post(there("bonus-rule-make", cohort), typed | {"points": "21"}).status_code == 422
    assert client.post(there("bonus-rule-make", cohort), typed).status_code == 302
    rule = BonusRule.objects.get()
    application, user = applicant_of(cohort)

    client.force_login(user)
    page = client.get(there("application", application))
    assert there("application-bonus", application) in page.content.decode()
    refused = client.post(there("application-bonus", application), {"rule": rule.pk})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["file"])
    assert client.post(there("application-bonus", application), {"rule": rule.pk, "file": paper()}).status_code == 302
    claim = BonusClaim.objects.get()

    client.force_login(official)
    assert list(client.get(there("bonus-list", cohort)).context["listing"]) == [claim]
    missing = client.post(there("bonus-decide", claim), {"decision": "refused"})
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["reason"])
    client.post(there("bonus-decide", claim), {"decision": "refused", "reason": "기한 지남"})

    client.force_login(user)
    assert "기한 지남" in client.get(there("application-bonus", application)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_claims_ask_the_same_of_any_number(client, cohort, official, count, django_assert_num_queries):
    client.force_login(official)
    for _number in range(count):
        make_bonus_claim(application=make_application(cohort=cohort))
    client.get(there("bonus-list", cohort))

    with django_assert_num_queries(8):
        assert len(client.get(there("bonus-list", cohort)).context["listing"].page) == count
