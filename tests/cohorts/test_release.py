"""Four eyes: who prepares a selection asks, another one releases; one mail each, whoever clicks how often."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts import queries
from cohorts.actions import selection as actions
from cohorts.models import Application, Offer, Selection
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.todos import waiting
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_organization, make_scores
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make_organization()


@pytest.fixture
def first(city):
    return make_member(Role.OFFICIAL, city, name="김주무")


@pytest.fixture
def second(city):
    return make_member(Role.OPERATOR, city, name="이담당")


@pytest.fixture
def selection(city, first):
    cohort = make_cohort(host=city, state=CohortState.SELECTING, tracks={"일반": 1})
    for interview in (90, 60):
        make_scores(make_application(cohort=cohort), interview=interview)
    return actions.prepare_selection(cohort, by=first)


def test_who_prepared_it_does_not_release_it(selection, first, second):
    with pytest.raises(ActionRefused):
        actions.release_selection(selection, by=first, override="급함")
    with pytest.raises(ActionRefused):
        actions.release_selection(selection, by=second)  # nobody has asked yet
    assert not Mail.objects.exists()

    actions.request_release(selection, by=first, note="동점 2건 확인 바랍니다")
    [asked] = Mail.objects.all()
    assert (asked.user, "동점 2건" in asked.body) == (second, True)
    with pytest.raises(ActionRefused):
        actions.release_selection(selection, by=first)
    released = actions.release_selection(selection, by=second)

    assert (released.requested_by, released.released_by, released.override_reason) == (first, second, "")
    assert Mail.objects.filter(template__in=["cohorts/place_offered", "cohorts/waitlisted"]).count() == 2


def test_it_is_sent_back_with_a_reason_and_asked_for_again(selection, first, second):
    with pytest.raises(ActionRefused):
        actions.send_back_selection(selection, by=second, reason="아직 요청 전")
    actions.request_release(selection, by=first)
    with pytest.raises(ActionRefused):
        actions.request_release(selection, by=first)
    with pytest.raises(ActionRefused):
        actions.send_back_selection(selection, by=second, reason=" ")

    back = actions.send_back_selection(selection, by=second, reason="면접 점수를 다시 보세요")

    assert (back.state, back.sent_back_reason) == ("prepared", "면접 점수를 다시 보세요")
    assert Mail.objects.get(template="cohorts/selection_sent_back").user == first
    with pytest.raises(ActionRefused):
        actions.release_selection(selection, by=second)
    actions.request_release(selection, by=first)
    assert actions.release_selection(selection, by=second).released_at
    verbs = AuditEvent.objects.filter(verb__startswith="selection.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "selection.prepared", "selection.release_requested", "selection.sent_back", "selection.release_requested",
        "selection.released",
    ]  # fmt: skip
    assert Mail.objects.filter(template="cohorts/release_requested").count() == 2


def test_who_is_alone_releases_with_a_reason_that_is_kept(selection, first):
    with pytest.raises(ActionRefused) as refusal:
        actions.release_selection(selection, by=first)
    assert refusal.value.field == "override"

    released = actions.release_selection(selection, by=first, override="담당자 1명")

    assert released.override_reason == "담당자 1명"
    assert AuditEvent.objects.get(verb="selection.released").reason == "담당자 1명"


def test_a_cohort_may_do_without_four_eyes(selection, first, second):
    selection.cohort.policy.four_eyes = False
    selection.cohort.policy.save()

    assert actions.release_selection(selection, by=first).override_reason == ""


def test_the_database_holds_it_too(selection, first):
    now = timezone.now()
    changed = {"requested_at": now, "requested_by": first, "released_at": now, "released_by": first}
    with pytest.raises(IntegrityError), transaction.atomic():
        Selection.objects.filter(pk=selection.pk).update(**changed)
    Selection.objects.filter(pk=selection.pk).update(**changed, override_reason="담당자 1명")


def test_the_homes_say_whose_turn_it_is(selection, first, second):
    def urls(user):
        return [todo.url for todo in waiting(queries.selection_todos(user))]

    url = reverse("cohorts:selection", args=[selection.cohort_id])
    assert urls(first) == urls(second) == [url]
    actions.request_release(selection, by=first)
    assert urls(first) == []
    assert urls(second) == [url]


# Pages ---------------------------------------------------------------------------------------


def page(name, selection):
    pk = selection.cohort_id if name == "selection" else selection.pk
    return reverse(f"cohorts:{name}", args=[pk])


def test_asked_for_released_and_sent_back_through_the_pages(client, settings, selection, first, second):
    settings.MFA_REQUIRED = False
    client.force_login(first)
    assert client.get(page("selection", selection)).context["way"] == "ask"
    client.post(page("selection-request-release", selection), {"note": "봐 주세요"})
    assert client.get(page("selection", selection)).context["way"] == "wait"

    client.force_login(second)
    seen = client.get(page("selection", selection))
    assert seen.context["way"] == "release"
    assert "봐 주세요" in seen.content.decode()
    refused = client.post(page("selection-send-back", selection), {"reason": " "})
    assert (refused.status_code, list(refused.context["send_back_form"].errors)) == (422, ["reason"])
    assert '<dialog id="send-back" class="p-dialog" aria-labelledby="send-back-question" open data-show>' in (
        refused.content.decode()
    )
    selection.refresh_from_db()
    assert selection.requested_at  # a reason is needed
    client.post(page("selection-send-back", selection), {"reason": "점수 확인"})
    assert "점수 확인" in client.get(page("selection", selection)).content.decode()

    late = client.post(page("selection-send-back", selection), {"reason": "점수 확인"}, follow=True)
    assert [message.level_tag for message in late.context["messages"]] == ["error"]  # its dialog is gone

    actions.request_release(selection, by=first)
    client.post(page("selection-release", selection))
    selection.refresh_from_db()
    assert selection.released_by == second


# At once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_click_release_in_the_same_moment_and_everybody_gets_one_mail(city, first):
    cohort = make_cohort(host=city, state=CohortState.SELECTING, tracks={"일반": 3})
    for number in range(10):
        make_scores(make_application(cohort=cohort), interview=90 - number)
    selection = actions.prepare_selection(cohort, by=first)
    colleagues = [make_member(Role.OPERATOR, city) for _ in range(6)]
    actions.request_release(selection, by=first)
    Mail.objects.all().delete()

    clicks = [partial(actions.release_selection, selection, by=one) for one in colleagues for _twice in range(2)]
    results = in_parallel(clicks)

    assert all(one.released_at for one in results)
    assert len({one.released_by_id for one in results}) == 1
    assert (Mail.objects.count(), Offer.objects.count()) == (10, 3)
    assert AuditEvent.objects.filter(verb="selection.released").count() == 1
    assert Application.objects.filter(state="waitlisted").count() == 7


@pytest.mark.django_db(transaction=True)
def test_released_and_sent_back_in_the_same_moment_is_one_of_both(selection, first, second):
    actions.request_release(selection, by=first)

    results = in_parallel(
        [
            partial(actions.release_selection, selection, by=second),
            partial(actions.send_back_selection, selection, by=second, reason="다시"),
        ]
    )

    assert sum(isinstance(one, ActionRefused) for one in results) == 1
    selection.refresh_from_db()
    assert (selection.released_at is None) == (Offer.objects.count() == 0)
