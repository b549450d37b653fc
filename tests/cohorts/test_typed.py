"""What is typed at the application form is there again, on every page, before any button is pressed."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.extensions import extend_deadline
from cohorts.actions.typed import LONGEST, destroy_typed
from cohorts.models import Application, Consent, Person, TypedAnswers
from cohorts.resuming import token_of
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.cohorts.applying import ABOUT, CONSENTS, MOTIVATION, SITUATION, begin, fill, send, step_url, submit
from tests.cohorts.asking import ask
from tests.factories import make_cohort, make_member, make_user

pytestmark = pytest.mark.django_db
HALF = {"name": "홍길", "birth_date": "", "mobile": "010-23", "address": "대구광역시 중구"}


def type_in(client, cohort, slug, data, field="name"):
    url = reverse("cohorts:apply-save", args=[cohort.pk, slug])
    return client.post(url, data, headers={"HX-Request": "true", "HX-Trigger-Name": field})


def shown(client, cohort, slug="about"):
    form = client.get(step_url(cohort, slug)).context["form"]
    return {name: form[name].value() for name in form.fields}


def test_half_a_page_is_there_again_before_there_is_a_record_or_a_draft(client, cohort, applicant):
    send(client, cohort, "consents", CONSENTS)

    told = type_in(client, cohort, "about", HALF, "mobile")

    assert told.context["wrong"]
    assert told.context["kept"]
    assert not Person.objects.exists()
    assert client.get(reverse("cohorts:apply", args=[cohort.pk])).url == step_url(cohort, "about")
    client.logout()
    client.force_login(applicant)  # another device, another day
    assert shown(client, cohort) == HALF
    mine = reverse("cohorts:my-application-list")
    assert client.get(mine).context["begun"] == [cohort]
    assert send(client, cohort, "about", ABOUT).status_code == 302
    assert not TypedAnswers.objects.exists()
    assert client.get(mine).context["begun"] == []


def test_with_a_draft_the_link_leads_back_to_what_was_typed_and_the_record_waits_for_the_button(
    client, cohort, applicant
):
    application = fill(client, cohort)
    type_in(client, cohort, "about", ABOUT | {"mobile": "010-9876-5432", "address": "대구 서구"})

    link = reverse("cohorts:apply-resume", args=[token_of(cohort.pk, applicant.pk)])
    page = client.get(link, follow=True)

    assert page.redirect_chain[-1][0] == step_url(cohort, "about")
    assert shown(client, cohort)["mobile"] == "010-9876-5432"
    assert Person.objects.get().mobile == ABOUT["mobile"]
    refused = submit(client, application)
    assert [part["slug"] for part in refused.context["parts"] if part["missing"]] == ["about"]
    send(client, cohort, "about", ABOUT | {"mobile": "010-9876-5432"})
    assert Person.objects.get().mobile == "010-9876-5432"
    assert submit(client, application).status_code == 302
    assert not TypedAnswers.objects.exists()


def test_what_the_draft_holds_already_is_not_kept_twice(client, cohort, applicant):
    """The last field is saved as one leaves it for the button, and may arrive after it."""
    fill(client, cohort)

    type_in(client, cohort, "about", ABOUT | {"mobile": "01023456789"})

    assert not TypedAnswers.objects.exists()


def test_a_mistake_on_any_page_is_kept_as_typed_and_never_counts(client, cohort, applicant):
    from cohorts.actions import questions as actions

    form = actions.draft_form(cohort, by=None)
    number = ask(form, "학점", "number", most=5, required=False)
    actions.publish_form(form, by=None)
    application = fill(client, cohort)
    long = "가" * 1_100

    type_in(client, cohort, "motivation", {"motivation": long}, "motivation")
    type_in(client, cohort, "questions-1", {f"q{number.pk}": "아홉"}, f"q{number.pk}")

    assert shown(client, cohort, "motivation") == {"motivation": long}
    assert shown(client, cohort, "questions-1") == {f"q{number.pk}": "아홉"}
    refused = submit(client, application)
    assert [part["slug"] for part in refused.context["parts"] if part["missing"]] == ["motivation", "questions-1"]
    type_in(client, cohort, "motivation", {"motivation": "고쳐 쓴 글"}, "motivation")
    send(client, cohort, "questions-1", {f"q{number.pk}": "4"})
    assert not TypedAnswers.objects.exists()
    assert submit(client, application).status_code == 302


def test_without_script_a_page_refused_for_a_mistake_is_kept_too(client, cohort, applicant):
    begin(client, cohort)
    wrong = SITUATION | {"employment": "", "track": cohort.tracks.get().pk, "major": "가" * 101}

    assert send(client, cohort, "situation", wrong).status_code == 422

    again = shown(client, cohort, "situation")
    assert (again["education"], again["major"]) == ("university", "가" * 101)


@pytest.mark.parametrize("secret", ["900101-1234567", "가" * (LONGEST + 1), "줄\x00끝"])
def test_what_must_not_or_cannot_be_kept_is_not(client, cohort, applicant, secret):
    send(client, cohort, "consents", CONSENTS)

    told = type_in(client, cohort, "about", HALF | {"name": secret})

    assert told.status_code == 200
    assert not told.context["kept"]
    assert "name" not in TypedAnswers.objects.get().pages["about"]


def test_nothing_is_kept_before_the_consent_and_it_goes_with_it(client, cohort, applicant):
    told = type_in(client, cohort, "about", HALF)
    assert (told.context["wrong"] != "", TypedAnswers.objects.exists()) == (True, False)

    send(client, cohort, "consents", CONSENTS)
    type_in(client, cohort, "about", HALF)
    client.post(reverse("cohorts:consent-withdraw", args=[Consent.objects.get().pk]))
    assert not TypedAnswers.objects.exists()


def test_it_goes_with_the_draft_and_never_enters_the_history(client, cohort, applicant):
    application = fill(client, cohort)
    type_in(client, cohort, "about", HALF)

    client.post(reverse("cohorts:apply-discard", args=[application.pk]))

    assert not TypedAnswers.objects.exists()
    told = str(list(AuditEvent.objects.values_list("before", "after", "reason")))
    assert not any(value in told for value in HALF.values() if value)


def test_only_until_the_own_deadline(client, cohort, applicant):
    closes = cohort.apply_closes_at
    send(client, cohort, "consents", CONSENTS)
    with time_machine.travel(closes, tick=False):
        client.force_login(applicant)
        assert type_in(client, cohort, "about", HALF).context["wrong"]
        assert not TypedAnswers.objects.exists()
        extend_deadline(cohort, by=None, email=applicant.email, until=closes + timedelta(days=2), reason="장애")
        assert not type_in(client, cohort, "about", ABOUT).context["wrong"]
        assert TypedAnswers.objects.exists()


def test_it_is_destroyed_three_days_after_the_own_deadline(client, cohort, applicant, sign_in):
    extend_deadline(
        cohort, by=None, email=applicant.email, until=cohort.apply_closes_at + timedelta(days=2), reason="장애"
    )
    for user in (applicant, make_user()):
        sign_in(user)
        send(client, cohort, "consents", CONSENTS)
        type_in(client, cohort, "about", HALF)
    after = cohort.apply_closes_at + timedelta(days=3)

    assert destroy_typed(after - timedelta(seconds=1)) == 0
    assert destroy_typed(after) == 1
    assert TypedAnswers.objects.get().account == applicant
    assert destroy_typed(after + timedelta(days=2)) == 1
    assert [one.before for one in AuditEvent.objects.filter(verb="cohort.typed_destroyed")] == [{"people": 1}] * 2


def test_what_is_submitted_stays_as_it_was_sent(client, cohort, applicant):
    submit(client, fill(client, cohort))

    assert type_in(client, cohort, "about", HALF).status_code == 404
    assert send(client, cohort, "about", HALF).status_code == 422
    assert not TypedAnswers.objects.exists()


def test_nobody_else_sees_it(client, cohort, applicant, sign_in):
    send(client, cohort, "consents", CONSENTS)
    type_in(client, cohort, "about", HALF)
    sign_in(make_user())
    send(client, cohort, "consents", CONSENTS)
    assert shown(client, cohort)["mobile"] is None

    for role in (Role.OFFICIAL, Role.REVIEWER):
        sign_in(make_member(role, cohort.host))
        assert type_in(client, cohort, "about", HALF).status_code == 403
    client.logout()
    assert type_in(client, cohort, "about", HALF).status_code == 302


def test_where_nothing_can_be_kept_nothing_is(client, cohort, applicant):
    for slug in ("consents", "files", "situation"):
        assert type_in(client, cohort, slug, MOTIVATION).status_code == 404
    assert type_in(client, make_cohort(state="planned"), "about", HALF).status_code == 404
    assert client.get(reverse("cohorts:apply-save", args=[cohort.pk, "about"])).status_code == 405
    assert not Application.objects.exists()
    assert timezone.now() < cohort.apply_closes_at
