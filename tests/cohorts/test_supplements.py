"""Documents asked for after the deadline: named, sent by the applicant alone, checked by the office, or overdue."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.supplements import (
    answer_supplement,
    ask_supplement,
    cancel_supplement,
    check_supplement,
    expire_supplements,
)
from cohorts.models import Application, ApplicationFile, Supplement
from cohorts.states import SUPPLEMENT_TRANSITIONS, TAKES_SUPPLEMENTS, ApplicationState, CohortState, SupplementState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_person, make_user
from tests.files import pdf
from tests.workers import drain

pytestmark = pytest.mark.django_db
DOCUMENTS = ["주민등록초본", "고용보험 자격이력내역서"]


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    now = timezone.now()
    return make_cohort(
        state=CohortState.SELECTING, apply_opens_at=now - timedelta(days=20), apply_closes_at=now - timedelta(days=1)
    )


@pytest.fixture
def application(cohort):
    user = make_user(email="hong@example.kr")
    return make_application(cohort=cohort, person=make_person(host=cohort.host, user=user, email=user.email))


@pytest.fixture
def official(cohort):
    return make_member(Role.OFFICIAL, cohort.host)


def ask(application, days=5, documents=DOCUMENTS) -> Supplement:
    return ask_supplement(application, documents, by=None, due_on=timezone.localdate() + timedelta(days=days))


def upload(name="초본.pdf"):
    return SimpleUploadedFile(name, pdf())


def overdue(supplement):
    Supplement.objects.filter(pk=supplement.pk).update(due_on=timezone.localdate() - timedelta(days=1))


def test_an_official_asks_and_the_applicant_sends_just_that(client, application, official):
    client.force_login(official)
    page = client.get(application.get_absolute_url())
    assert reverse("cohorts:supplement-ask", args=[application.pk]) in page.content.decode()
    answer = client.post(
        reverse("cohorts:supplement-ask", args=[application.pk]),
        {"documents": "주민등록초본\n\n 고용보험  자격이력내역서 ", "due_on": str(timezone.localdate() + timedelta(days=3)),
         "message": "주소 변동 사항이 보이지 않습니다."},
    )  # fmt: skip
    assert answer.status_code == 302
    supplement = Supplement.objects.get()
    assert [item.name for item in supplement.items.all()] == DOCUMENTS
    mail = Mail.objects.get(template="cohorts/documents_asked")
    assert mail.address == "hong@example.kr"

    client.force_login(application.person.user)
    home = client.get("/").content.decode()
    assert supplement.get_absolute_url() in home
    assert supplement.get_absolute_url() in client.get(application.get_absolute_url()).content.decode()
    first, second = supplement.items.all()
    done = client.post(supplement.get_absolute_url(), {f"item_{first.pk}": upload()})
    supplement.refresh_from_db()
    assert (done.status_code, supplement.state) == (302, SupplementState.REQUESTED)
    client.post(supplement.get_absolute_url(), {f"item_{second.pk}": upload("보험.pdf")})
    supplement.refresh_from_db()
    assert supplement.state == SupplementState.ANSWERED
    assert application.files.count() == 2
    assert supplement.get_absolute_url() not in client.get("/").content.decode()

    client.force_login(official)
    shown = client.get(reverse("cohorts:supplement-list", args=[application.cohort_id]), {"show": "check"})
    assert [(row.sent, row.asked) for row in shown.context["listing"]] == [(2, 2)]
    assert "초본.pdf" in client.get(application.get_absolute_url()).content.decode()
    assert f"/cohorts/{application.cohort_id}/supplements/?show=check" in client.get("/").content.decode()
    client.post(reverse("cohorts:supplement-check", args=[supplement.pk]))
    assert f"/cohorts/{application.cohort_id}/supplements/?show=check" not in client.get("/").content.decode()
    verbs = set(AuditEvent.objects.filter(object_id=application.pk).values_list("verb", flat=True))
    assert {"application.documents_asked", "application.documents_sent", "application.documents_checked"} <= verbs


@pytest.mark.parametrize("state", ApplicationState)
def test_documents_are_asked_for_only_while_it_is_examined_or_waits(cohort, state):
    application = make_application(cohort=cohort, state=state)

    if state in TAKES_SUPPLEMENTS:
        assert ask(application).state == SupplementState.REQUESTED
    else:
        with pytest.raises(ActionRefused):
            ask(application)


def test_before_the_deadline_the_applicant_changes_the_application_itself(application):
    type(application.cohort).objects.update(
        state=CohortState.RECRUITING, apply_closes_at=timezone.now() + timedelta(days=1)
    )

    with pytest.raises(ActionRefused):
        ask(application)


@pytest.mark.parametrize(
    ("documents", "days"), [([], 5), (["하나"] * 2, 5), (list("123456"), 5), (["초본"], -1), (["초본"], 61)]
)
def test_what_cannot_be_asked_for_is_refused(application, documents, days):
    with pytest.raises(ActionRefused):
        ask(application, days, documents)

    assert not Supplement.objects.exists()


def test_there_is_one_open_request_and_another_after_it(application):
    first = ask(application)
    with pytest.raises(ActionRefused):
        ask(application)
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplement.objects.create(application=application, host=application.host, due_on=timezone.localdate())

    cancel_supplement(first, by=None)
    ask(application)

    assert Supplement.objects.waiting().count() == 1


@pytest.mark.parametrize("state", SupplementState)
def test_only_an_open_request_is_answered_or_cancelled(application, state):
    supplement = ask(application)
    [item, _other] = supplement.items.all()
    if state != SupplementState.REQUESTED:
        Supplement.objects.filter(pk=supplement.pk).update(state=state, ended_at=timezone.now())
    acts = [
        lambda: answer_supplement(supplement, {item.pk: upload()}, by=application.person.user),
        lambda: cancel_supplement(supplement, by=None),
    ]

    for act in acts:
        if SUPPLEMENT_TRANSITIONS[state]:
            act()
        else:
            with pytest.raises(ActionRefused):
                act()


def test_after_the_day_nothing_is_taken_and_it_is_overdue_once(client, application, official):
    supplement = ask(application)
    [item, _other] = supplement.items.all()
    overdue(supplement)
    client.force_login(application.person.user)

    late = client.post(supplement.get_absolute_url(), {f"item_{item.pk}": upload()})
    assert late.status_code == 422
    assert not ApplicationFile.objects.exists()
    assert (expire_supplements(), expire_supplements()) == (1, 0)
    supplement.refresh_from_db()
    assert supplement.is_to_check
    check_supplement(supplement, by=official)
    check_supplement(supplement, by=official)
    assert AuditEvent.objects.filter(verb="application.documents_checked").count() == 1


def test_the_last_day_still_counts(application):
    supplement = ask(application, days=0)

    assert expire_supplements() == 0
    assert supplement.is_open


def test_a_document_is_sent_once_and_only_what_was_asked_for(application):
    supplement = ask(application)
    [item, _other] = supplement.items.all()
    user = application.person.user
    answer_supplement(supplement, {item.pk: upload()}, by=user)

    for pk in (item.pk, 0):
        with pytest.raises(ActionRefused):
            answer_supplement(supplement, {pk: upload()}, by=user)

    assert application.files.count() == 1


def test_cancelled_it_is_told_by_mail_and_gone_from_the_list_of_things_to_do(client, application, official):
    supplement = ask(application)
    drain()
    client.force_login(official)

    client.post(reverse("cohorts:supplement-cancel", args=[supplement.pk]), {"reason": "우편으로 받았습니다."})

    supplement.refresh_from_db()
    assert supplement.state == SupplementState.CANCELLED
    assert Mail.objects.filter(template="cohorts/documents_cancelled").count() == 1
    client.force_login(application.person.user)
    assert supplement.get_absolute_url() not in client.get("/").content.decode()


def test_whoever_is_turned_down_is_not_asked_for_documents_any_more(client, application):
    supplement = ask(application)
    client.force_login(application.person.user)
    pages = (reverse("home"), reverse("cohorts:my-application-list"))
    assert all(supplement.get_absolute_url() in client.get(page).content.decode() for page in pages)

    Application.objects.filter(pk=application.pk).update(state=ApplicationState.REJECTED)

    assert not any(supplement.get_absolute_url() in client.get(page).content.decode() for page in pages)


def test_an_empty_answer_and_a_wrong_file_are_asked_for_again(client, application):
    supplement = ask(application)
    [item, _other] = supplement.items.all()
    client.force_login(application.person.user)

    empty = client.post(supplement.get_absolute_url(), {})
    wrong = client.post(
        supplement.get_absolute_url(), {f"item_{item.pk}": SimpleUploadedFile("a.exe", b"MZ" + b"\0" * 100)}
    )

    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert not ApplicationFile.objects.exists()


def test_a_form_with_mistakes_keeps_what_was_typed(client, application, official):
    client.force_login(official)

    response = client.post(
        reverse("cohorts:supplement-ask", args=[application.pk]),
        {"documents": "하나\n둘\n셋\n넷\n다섯\n여섯", "due_on": "어제"},
    )

    assert response.status_code == 422
    assert "여섯" in response.content.decode()
    assert {"documents", "due_on"} <= response.context["form"].errors.keys()
    assert not Application.objects.filter(supplements__isnull=False).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_of_any_number(client, cohort, official, count, django_assert_max_num_queries):
    for _number in range(count):
        ask(make_application(cohort=cohort))
    client.force_login(official)
    address = reverse("cohorts:supplement-list", args=[cohort.pk])
    client.get(address)

    with django_assert_max_num_queries(8):
        page = client.get(address)

    assert len(page.context["listing"]) == count
