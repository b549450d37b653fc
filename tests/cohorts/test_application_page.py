"""One application: what its person sees, what the staff see, and what each may do with it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.applications import attach_file
from cohorts.models import Application, Decision, Selection
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.notify.models import Mail
from tests.cohorts.applying import ABOUT, fill, send, submit
from tests.factories import assign, make_application, make_cohort, make_member, make_person, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def own(cohort, user, **fields) -> Application:
    person = make_person(host=cohort.host, user=user, email=user.email)
    return make_application(cohort=cohort, person=person, **fields)


# The staff ---------------------------------------------------------------------------------


def test_the_office_sees_everything_and_that_is_recorded(client, cohort, official):
    person = make_person(host=cohort.host, mobile="010-1234-5678")
    application = make_application(cohort=cohort, person=person)
    page = client.get(application.get_absolute_url()).content.decode()

    assert "010-1234-5678" in page
    assert person.email in page
    record = AccessRecord.objects.get(action="application.viewed")
    assert (record.actor, record.subject_id) == (official, person.pk)


def test_a_reviewer_sees_no_contacts_and_no_files(client, cohort, sign_in):
    reviewer = make_member(Role.REVIEWER, cohort.host)
    assign(reviewer, cohort)
    sign_in(reviewer)
    person = make_person(host=cohort.host, mobile="010-1234-5678", address="대구광역시 중구 비밀로 77")
    application = make_application(cohort=cohort, person=person)
    file = attach_file(application, SimpleUploadedFile("비밀.pdf", pdf()), kind="other", by=make_user())

    page = client.get(application.get_absolute_url()).content.decode()

    assert not {
        secret
        for secret in ("1234-5678", person.email, "비밀로", "비밀.pdf", "대구광역시 중구", person.name)
        if secret in page
    }
    assert client.get(reverse("cohorts:application-file", args=[file.pk])).status_code == 403


def test_a_download_by_the_office_is_recorded(client, cohort, official):
    application = make_application(cohort=cohort)
    file = attach_file(application, SimpleUploadedFile("a.pdf", pdf()), kind="other", by=make_user())

    answer = client.get(reverse("cohorts:application-file", args=[file.pk]))

    assert b"".join(answer.streaming_content) == pdf()
    assert AccessRecord.objects.get(action="application.downloaded").subject_id == application.person_id


def test_an_official_overrules_with_a_reason(client, cohort, official):
    application = make_application(cohort=cohort, state="ineligible", ineligible_reasons=["not_resident"])
    url = reverse("cohorts:application-overrule", args=[application.pk])

    refused = client.post(url, {"reason": "짧음"})
    assert (refused.status_code, bool(refused.context["overrule_form"].errors["reason"])) == (422, True)

    client.post(url, {"reason": "초본으로 대구 거주를 확인했습니다."})
    application.refresh_from_db()
    assert (application.state, application.ineligible_reasons) == ("submitted", ["not_resident"])
    event = AuditEvent.objects.get(verb="application.submitted")
    assert (event.actor, event.reason) == (official, "초본으로 대구 거주를 확인했습니다.")
    assert Mail.objects.filter(template="cohorts/application_admitted").count() == 1


def test_overruling_what_is_eligible_is_refused(client, cohort, official):
    application = make_application(cohort=cohort)
    url = reverse("cohorts:application-overrule", args=[application.pk])

    answer = client.post(url, {"reason": "이미 지원자격이 있습니다."}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Mail.objects.exists()
    assert client.get(url).status_code == 405


def test_what_was_overruled_is_not_held_against_a_later_change(client, cohort, applicant, sign_in):
    application = fill(client, cohort, address="서울특별시 중구 1")
    submit(client, application)
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    client.post(
        reverse("cohorts:application-overrule", args=[application.pk]), {"reason": "초본으로 확인했습니다. 대구 거주."}
    )
    sign_in(applicant)

    send(client, cohort, "motivation", {"motivation": "고친 글입니다."})

    application.refresh_from_db()
    assert (application.state, application.motivation) == ("submitted", "고친 글입니다.")


def test_the_history_tells_who_did_what(client, cohort, applicant, sign_in):
    application = fill(client, cohort)
    submit(client, application)
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    page = client.get(reverse("cohorts:application-history", args=[application.pk])).content.decode()

    assert "지원서가 제출됨" in page
    assert "hong@example.kr" in page or applicant.name in page


def test_two_records_of_perhaps_one_person_are_shown(client, cohort, applicant, sign_in):
    other = make_person(host=cohort.host, name=ABOUT["name"], birth_date=ABOUT["birth_date"])
    application = fill(client, cohort)
    submit(client, application)
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    assert other.email in client.get(application.get_absolute_url()).content.decode()


@pytest.mark.parametrize("files", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_files(client, cohort, official, django_assert_num_queries, files):
    application = make_application(cohort=cohort)
    for number in range(files):
        attach_file(application, SimpleUploadedFile(f"{number}.pdf", pdf()), kind="other", by=official)

    with django_assert_num_queries(7):  # session, account, application, access, files, consents, resembling
        client.get(application.get_absolute_url())


@pytest.mark.parametrize(("state", "scored"), [("submitted", True), ("ineligible", False), ("waitlisted", False)])
def test_a_reviewer_is_led_to_scores_only_while_they_count(client, cohort, sign_in, state, scored):
    sign_in(assign(make_member(Role.REVIEWER, cohort.host), cohort))
    application = make_application(cohort=cohort, state=state)

    page = client.get(application.get_absolute_url()).content.decode()

    assert (reverse("cohorts:score-edit", args=[application.pk]) in page) is scored


# The applicant -----------------------------------------------------------------------------


def test_a_prepared_decision_is_not_told(client, cohort, applicant):
    application = own(cohort, applicant)
    selection = Selection.objects.create(cohort=cohort, host=cohort.host)
    Decision.objects.create(
        selection=selection, host=cohort.host, application=application, outcome="selected", rank=1, total=90
    )

    for url in (reverse("cohorts:my-application-list"), application.get_absolute_url()):
        page = client.get(url).content.decode()
        assert "심사 중" in page
        assert "최종합격" not in page


def test_an_offer_leads_to_its_page(client, cohort, applicant):
    from tests.factories import make_offer

    application = own(cohort, applicant, state="offered")
    offer = make_offer(application=application)

    page = client.get(reverse("cohorts:my-application-list")).content.decode()

    assert reverse("cohorts:offer", args=[offer.pk]) in page


def test_withdrawing_asks_first(client, cohort, applicant):
    application = own(cohort, applicant)
    url = reverse("cohorts:application-withdraw", args=[application.pk])

    assert client.get(url).status_code == 200
    application.refresh_from_db()
    assert application.state == "submitted"

    client.post(url)
    client.post(url)  # pressed twice
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert AuditEvent.objects.filter(verb="application.withdrawn").count() == 1


@pytest.mark.parametrize("state", ["offered", "accepted", "enrolled", "rejected", "declined", "expired"])
def test_what_was_decided_is_not_withdrawn_here(client, cohort, applicant, state):
    application = own(cohort, applicant, state=state)

    client.post(reverse("cohorts:application-withdraw", args=[application.pk]))

    application.refresh_from_db()
    assert application.state == state


def test_after_withdrawing_one_can_apply_again(client, cohort, applicant):
    first = fill(client, cohort)
    submit(client, first)
    client.post(reverse("cohorts:application-withdraw", args=[first.pk]))

    second = fill(client, cohort)
    submit(client, second)

    assert Application.objects.filter(person__user=applicant, state="submitted").get() == second


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_ones_own_costs_the_same(client, applicant, django_assert_num_queries, count):
    for _ in range(count):
        cohort = make_cohort()
        own(cohort, applicant, submitted_at=timezone.now())

    with django_assert_num_queries(4):  # session, account, applications, forms begun
        client.get(reverse("cohorts:my-application-list"))


@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("submitted", "selection"),
        ("waitlisted", "contact-list"),
        ("accepted", "contact-list"),
        ("rejected", "selection"),
    ],
)
def test_one_act_stands_in_front_and_the_rest_behind_it(client, cohort, official, state, first):
    application = make_application(cohort=cohort, state=state)

    page = client.get(application.get_absolute_url())

    acts = page.context["acts"]
    of = cohort.pk if first == "selection" else application.pk
    assert acts.shown[0].url == reverse(f"cohorts:{first}", args=[of])
    assert [act.css for act in acts.shown] == ["primary", "secondary"][: len(acts.shown)]
    urls = [act.url for act in (*acts.shown, *acts.more)]
    assert len(set(urls)) == len(urls)
    assert all(f'href="{url}"' in page.content.decode() for url in urls)


def test_what_is_ineligible_is_first_to_be_looked_at_again(client, cohort, official):
    application = make_application(cohort=cohort, state="ineligible", ineligible_reasons=["late"])

    page = client.get(application.get_absolute_url())

    assert page.context["overrule_form"]
    assert [act.css for act in page.context["acts"].shown] == ["secondary"]
