"""Applying on the public page, from the first page to the receipt."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.questions import draft_form, publish_form
from cohorts.models import Application, ApplicationFile, Consent, Person
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.notify.models import Mail
from tests.cohorts.applying import ABOUT, CONSENTS, MOTIVATION, SITUATION, begin, fill, send, step_url, submit
from tests.cohorts.asking import ask
from tests.factories import make_application, make_cohort, make_consent, make_member, make_person, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db


def test_from_the_first_page_to_the_receipt(client, cohort, applicant):
    application = fill(client, cohort)
    answer = submit(client, application)

    application.refresh_from_db()
    assert application.state == "submitted"
    receipt = client.get(answer.url)
    assert application.receipt_number in receipt.content.decode()
    mail = Mail.objects.get(template="cohorts/application_received")
    assert (mail.address, application.receipt_number in mail.body) == ("hong@example.kr", True)
    assert AuditEvent.objects.filter(verb="application.submitted", actor=applicant).count() == 1
    person = application.person
    assert (person.user, person.email, person.birth_date) == (applicant, "hong@example.kr", date(1998, 3, 15))


def test_the_whole_form_asks_the_database_no_more_than_it_needs(client, cohort, applicant, django_assert_num_queries):
    """From the public page to the receipt, each page asked for and sent; with two own questions on two pages."""
    form = draft_form(cohort, by=None)
    own = [ask(form, "지원 경로"), ask(form, "관심 분야", page="관심")]
    publish_form(form, by=None)
    told = {"consents": CONSENTS, "about": ABOUT, "situation": SITUATION | {"track": cohort.tracks.get().pk}}
    told |= {"motivation": MOTIVATION} | {f"questions-{at}": {f"q{one.pk}": "친구"} for at, one in enumerate(own, 1)}
    client.get(step_url(cohort, "consents"))  # the host gets its texts once

    with django_assert_num_queries(187):
        client.get(reverse("cohorts:apply", args=[cohort.pk]))
        for slug, answers in told.items():
            client.get(step_url(cohort, slug))
            send(client, cohort, slug, answers)
        client.get(step_url(cohort, "files"))
        client.get(reverse("cohorts:apply-check", args=[cohort.pk]))
        client.get(submit(client, Application.objects.get()).url)


def test_one_comes_back_where_one_stopped(client, cohort, applicant):
    entrance = reverse("cohorts:apply", args=[cohort.pk])
    assert client.get(entrance).url == step_url(cohort, "consents")

    begin(client, cohort)
    assert client.get(entrance).url == step_url(cohort, "situation")

    fill(client, cohort)
    assert client.get(entrance).url == reverse("cohorts:apply-check", args=[cohort.pk])
    assert "지역에서 일하고 싶습니다." in client.get(step_url(cohort, "motivation")).content.decode()


def test_sent_again_it_shows_the_same_receipt(client, cohort, applicant):
    application = fill(client, cohort)

    urls = {submit(client, application).url for _ in range(3)}

    assert urls == {reverse("cohorts:apply-receipt", args=[application.pk])}
    assert Application.objects.count() == 1
    assert Mail.objects.filter(template="cohorts/application_received").count() == 1


def test_a_signed_out_person_is_sent_to_sign_in_and_back(client, cohort):
    url = reverse("cohorts:apply", args=[cohort.pk])

    answer = client.get(url)

    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next={url}"


def test_the_last_minute_is_in_time_and_the_next_instant_is_not(client, applicant):
    closes = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    first, second = make_cohort(apply_closes_at=closes), make_cohort(apply_closes_at=closes)
    in_time, late = fill(client, first), fill(client, second)

    with time_machine.travel(closes - timedelta(milliseconds=1), tick=False):
        submit(client, in_time)
    with time_machine.travel(closes, tick=False):
        answer = submit(client, late)

    in_time.refresh_from_db()
    late.refresh_from_db()
    assert (in_time.state, late.state) == ("submitted", "draft")
    assert answer.status_code == 422
    assert late.motivation == MOTIVATION["motivation"]


def test_a_page_sent_too_late_keeps_what_was_typed(client, applicant):
    cohort = make_cohort(apply_closes_at=timezone.now() + timedelta(hours=1))
    fill(client, cohort)
    with time_machine.travel(cohort.apply_closes_at, tick=False):
        answer = send(client, cohort, "motivation", {"motivation": "마지막에 고친 글"})

    assert answer.status_code == 422
    assert "마지막에 고친 글" in answer.content.decode()
    assert Application.objects.get().motivation == MOTIVATION["motivation"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": "2015-01-01"}, "age_under_18"),
        ({"birth_date": "1980-01-01"}, "age_over_34"),
        ({"address": "서울특별시 중구 1"}, "not_resident"),
        ({"employment": "employed"}, "employed"),
    ],
)
def test_who_is_not_eligible_is_told_why(client, cohort, applicant, changes, code):
    application = fill(client, cohort, **changes)
    receipt = client.get(submit(client, application).url)

    application.refresh_from_db()
    assert (application.state, application.ineligible_reasons) == ("ineligible", [code])
    assert application.reasons[0] in receipt.content.decode()
    assert application.reasons[0] in Mail.objects.get(template="cohorts/application_received").body


def test_nothing_is_submitted_while_an_answer_is_missing(client, cohort, applicant):
    begin(client, cohort)
    application = Application.objects.get()

    answer = submit(client, application)

    assert answer.status_code == 422
    assert [part["slug"] for part in answer.context["parts"] if part["missing"]] == [
        "situation",
        "motivation",
    ]


def test_until_the_deadline_one_can_change_what_was_submitted(client, cohort, applicant):
    application = fill(client, cohort, employment="employed")
    submit(client, application)

    send(client, cohort, "situation", SITUATION | {"track": cohort.tracks.first().pk, "employment": "seeking"})

    application.refresh_from_db()
    assert (application.state, application.ineligible_reasons) == ("submitted", [])
    changed = AuditEvent.objects.get(verb="application.changed")
    assert changed.after == {"fields": ["employment"]}


def test_a_page_of_a_deleted_draft_submits_nothing(client, cohort, applicant):
    old = fill(client, cohort)
    client.post(reverse("cohorts:apply-discard", args=[old.pk]))
    new = fill(client, cohort)

    answer = submit(client, old)

    assert answer.status_code == 422
    new.refresh_from_db()
    assert new.state == "draft"


def test_what_the_office_decided_later_can_not_be_changed(client, cohort, applicant):
    person = make_person(host=cohort.host, user=applicant, email=applicant.email)
    application = make_application(cohort=cohort, person=person, state="offered")

    answer = send(client, cohort, "motivation", {"motivation": "다른 글"})

    application.refresh_from_db()
    assert (answer.status_code, application.motivation) == (302, "지역에서 일하고 싶습니다.")


def test_staff_do_not_apply(client, cohort, sign_in):
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    assert client.get(reverse("cohorts:apply", args=[cohort.pk])).status_code == 403


@pytest.mark.parametrize("slug", ["nothing", "check1"])
def test_a_page_that_does_not_exist(client, cohort, applicant, slug):
    assert client.get(step_url(cohort, slug)).status_code == 404


def test_a_cohort_that_is_not_published_is_unknown(client, applicant):
    cohort = make_cohort(state="planned")

    assert client.get(reverse("cohorts:apply", args=[cohort.pk])).status_code == 404
    assert client.post(step_url(cohort, "about"), ABOUT).status_code == 404


def test_before_the_first_day_nobody_applies(client, applicant):
    cohort = make_cohort(apply_opens_at=timezone.now() + timedelta(hours=1))

    assert client.post(step_url(cohort, "about"), ABOUT).status_code == 422
    assert not Application.objects.exists()


# Consents ----------------------------------------------------------------------------------


def test_the_first_page_says_who_may_apply_and_asks_for_consent_alone(client, cohort, applicant):
    page = client.get(step_url(cohort, "consents"))

    assert "만 18세~34세" in page.content.decode()
    assert list(page.context["form"].fields) == ["collection", "third_party", "training_data", "news"]
    assert "checked" not in page.content.decode()


def test_before_the_consent_nothing_personal_is_taken(client, cohort, applicant):
    """PIPA art. 15, by whatever door."""
    entrance = reverse("cohorts:apply", args=[cohort.pk])
    for slug in ("about", "situation", "motivation", "files"):
        assert client.get(step_url(cohort, slug)).url == entrance

    answer = send(client, cohort, "about", ABOUT)

    assert answer.status_code == 422
    assert ABOUT["mobile"] in answer.content.decode()  # typed in vain, not lost
    assert not Person.objects.exists()
    assert not Application.objects.exists()


def test_consent_comes_before_the_record_and_refusing_the_optional_blocks_nothing(client, cohort, applicant):
    assert send(client, cohort, "consents", CONSENTS).url == step_url(cohort, "about")
    assert not Person.objects.exists()
    assert send(client, cohort, "about", ABOUT).url == step_url(cohort, "situation")

    consent = Consent.objects.get()
    assert (consent.kind, consent.person, consent.account) == ("collection", Person.objects.get(), None)
    assert consent.given_at < consent.person.created_at


def test_without_the_mandatory_consent_one_does_not_go_on(client, cohort, applicant):
    answer = send(client, cohort, "consents", {"news": "on"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["collection"]
    assert not Consent.objects.exists()


def test_what_is_agreed_to_is_not_asked_again_and_the_rest_unticked(client, cohort, applicant):
    begin(client, cohort)
    again = client.get(step_url(make_cohort(host=cohort.host), "consents"))

    assert "collection" not in again.context["form"].fields
    assert "news" in again.context["form"].fields
    assert "checked" not in again.content.decode()


def test_an_optional_consent_may_be_added_until_the_deadline(client, cohort, applicant):
    submit(client, fill(client, cohort))

    send(client, cohort, "consents", {"news": "on"})

    assert set(Consent.objects.given().values_list("kind", flat=True)) == {"collection", "news"}


def test_a_consent_withdrawn_before_the_first_answer_takes_nothing(client, cohort, applicant):
    send(client, cohort, "consents", CONSENTS)
    client.post(reverse("cohorts:consent-withdraw", args=[Consent.objects.get().pk]))

    assert send(client, cohort, "about", ABOUT).status_code == 422
    assert not Person.objects.exists()


def test_a_consent_to_one_host_is_none_to_another(client, cohort, applicant):
    send(client, cohort, "consents", CONSENTS)

    assert send(client, make_cohort(), "about", ABOUT).status_code == 422


def test_what_came_on_paper_is_replaced_by_what_the_account_agrees_to(client, cohort, applicant):
    known = make_person(host=cohort.host, email=applicant.email)
    paper = make_consent(person=known, kind="collection", channel="paper")

    begin(client, cohort)

    paper.refresh_from_db()
    assert paper.withdrawn_at
    assert known.consents.given().get().channel == "web"


# Files -------------------------------------------------------------------------------------


def attach(client, cohort, name="증명서.pdf", content=None):
    upload = SimpleUploadedFile(name, pdf() if content is None else content)
    return send(client, cohort, "files", {"kind": "residence", "file": upload})


def test_files_are_attached_downloaded_and_removed(client, cohort, applicant, django_capture_on_commit_callbacks):
    begin(client, cohort)
    attach(client, cohort)
    file = ApplicationFile.objects.get()

    sent = client.get(reverse("cohorts:application-file", args=[file.pk]))
    assert b"".join(sent.streaming_content) == pdf()
    assert sent["Content-Disposition"].startswith("attachment")

    storage, name = file.file.storage, file.file.name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("cohorts:apply-file-remove", args=[file.pk]))
    assert not ApplicationFile.objects.exists()
    assert not storage.exists(name)


def test_who_goes_on_takes_the_chosen_file_along(client, cohort, applicant):
    fill(client, cohort)
    check = reverse("cohorts:apply-check", args=[cohort.pk])

    assert send(client, cohort, "files", {"kind": "residence", "go": "1"}).url == check
    assert not ApplicationFile.objects.exists()
    upload = SimpleUploadedFile("증명서.pdf", pdf())
    assert send(client, cohort, "files", {"kind": "residence", "file": upload, "go": "1"}).url == check
    assert ApplicationFile.objects.get().name == "증명서.pdf"
    assert attach(client, cohort, "더.pdf").url == step_url(cohort, "files")
    assert attach(client, cohort, "나쁜.exe").status_code == 422


def test_the_eleventh_file_is_refused(client, cohort, applicant):
    begin(client, cohort)
    for number in range(10):
        assert attach(client, cohort, f"{number}.pdf").status_code == 302

    answer = attach(client, cohort)

    assert answer.status_code == 422
    assert ApplicationFile.objects.count() == 10


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf.exe", pdf()),
        ("a.jsp.pdf", pdf()),
        ("a.png", b"<html></html>"),
        ("a.svg", b"<svg/>"),
        ("a.pdf", b""),
        ("a.pdf", pdf()[:12]),
        (
            "a.pdf",
            pdf(b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
        ),
    ],
)
def test_a_file_that_may_not_be_kept_is_refused_with_a_sentence(client, cohort, applicant, name, content):
    begin(client, cohort)

    answer = attach(client, cohort, name, content)

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not ApplicationFile.objects.exists()


def test_somebody_elses_file_is_unknown(client, cohort, applicant, sign_in):
    begin(client, cohort)
    attach(client, cohort)
    sign_in(make_user())
    pk = ApplicationFile.objects.get().pk

    assert client.get(reverse("cohorts:application-file", args=[pk])).status_code == 404
    assert client.post(reverse("cohorts:apply-file-remove", args=[pk])).status_code == 404


# Whose record ------------------------------------------------------------------------------


def test_a_name_and_birthday_are_no_key_to_somebodys_record(client, cohort, applicant):
    """Who knows them must not read what the office holds of that person."""
    other = make_person(host=cohort.host, name=ABOUT["name"], birth_date=date(1998, 3, 15), mobile=ABOUT["mobile"])
    begin(client, cohort)

    other.refresh_from_db()
    assert other.user is None
    assert Person.objects.filter(user=applicant).exclude(pk=other.pk).count() == 1


def test_the_record_with_the_accounts_address_is_ones_own(client, cohort, applicant):
    known = make_person(host=cohort.host, email=applicant.email)
    begin(client, cohort)

    known.refresh_from_db()
    assert (known.user, known.mobile) == (applicant, ABOUT["mobile"])
    assert Person.objects.count() == 1
