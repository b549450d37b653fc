"""A draft that was never submitted is destroyed after the own deadline, with all that was made for it alone."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cohorts.actions.applications import attach_file
from cohorts.actions.drafts import destroy_drafts
from cohorts.actions.extensions import extend_deadline
from cohorts.consents import asked_of, lacks_consent
from cohorts.models import Application, ApplicationFile, Consent, Person
from portal.audit.models import AuditEvent
from tests.cohorts.applying import ABOUT, fill, submit
from tests.factories import make_application, make_cohort, make_person, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db


def draft_of(user, cohort, **fields):
    person = make_person(host=cohort.host, user=user, email=user.email)
    return make_application(cohort=cohort, person=person, state="draft", **fields)


def after(cohort, **more):
    return cohort.apply_closes_at + timedelta(days=3) + timedelta(**more)


def test_the_draft_goes_with_its_files_and_the_record_made_for_it(
    client, cohort, applicant, django_capture_on_commit_callbacks
):
    file = attach_file(fill(client, cohort), SimpleUploadedFile("a.pdf", pdf()), kind="other", by=applicant)
    storage, name = file.file.storage, file.file.name

    assert destroy_drafts(after(cohort, seconds=-1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert destroy_drafts(after(cohort)) == 1

    assert [one.objects.count() for one in (Application, ApplicationFile, Person)] == [0, 0, 0]
    assert not storage.exists(name)
    assert {one.account for one in Consent.objects.all()} == {applicant}  # who applies again has agreed already
    assert not lacks_consent(asked_of(None, applicant, cohort.host_id))
    assert destroy_drafts(after(cohort)) == 0
    event = AuditEvent.objects.get(verb="cohort.drafts_destroyed")
    assert (event.object_id, event.before, event.after) == (cohort.pk, {"drafts": 1}, {})
    told = str(list(AuditEvent.objects.values_list("before", "after", "reason")))
    assert not any(value in told for value in ABOUT.values())


def test_who_is_known_for_more_than_the_draft_stays(cohort):
    user = make_user()
    draft = draft_of(user, cohort)
    other = make_application(cohort=make_cohort(host=cohort.host), person=draft.person)

    assert destroy_drafts(after(cohort)) == 1
    assert list(Application.objects.all()) == [other]
    assert Person.objects.get() == draft.person


def test_what_was_submitted_stays(client, cohort, applicant):
    submit(client, fill(client, cohort))

    assert destroy_drafts(after(cohort, days=400)) == 0
    assert Application.objects.exists()


def test_an_extension_lets_it_live_longer(cohort):
    user = make_user()
    draft_of(user, cohort)
    until = cohort.apply_closes_at + timedelta(days=2)
    extend_deadline(cohort, by=None, email=user.email, until=until, reason="장애")

    assert destroy_drafts(after(cohort)) == 0
    assert destroy_drafts(after(cohort, days=2)) == 1


@pytest.mark.parametrize(("state", "gone"), [("selecting", 0), ("cancelled", 1)])
def test_before_the_deadline_only_where_the_cohort_is_over(state, gone):
    cohort = make_cohort(state=state)
    draft_of(make_user(), cohort)

    assert destroy_drafts(cohort.apply_closes_at) == gone
