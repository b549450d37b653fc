"""Uploads in pieces: they resume where they were cut, belong to one account, and end as any other file."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.supplements import ask_supplement
from cohorts.models import ApplicationFile, Cohort
from cohorts.states import CohortState
from portal.common import resumable
from portal.common.models import PartialUpload
from tests.cohorts.applying import fill, send, submit
from tests.factories import make_bonus_rule, make_cohort, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db
CONTENT = pdf(b"x" * 5_000)


@pytest.fixture
def applicant(sign_in):
    user = make_user()
    sign_in(user)
    return user


def announce(client, content=CONTENT, name="증명서.pdf", **changes):
    told = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | changes
    return client.post(reverse("cohorts:upload-announce"), told)


def piece(client, key, offset, content):
    url = reverse("cohorts:upload-append", args=[key])
    return client.post(url, content, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)})


def test_a_cut_upload_goes_on_where_it_was_and_is_attached(client, applicant):
    cohort = make_cohort()
    fill(client, cohort)
    key = announce(client).json()["key"]
    assert piece(client, key, 0, CONTENT[:2_000]).json() == {"offset": 2_000, "complete": False}

    again = announce(client).json()  # a new page, the same file
    assert again == {"key": key, "offset": 2_000}
    assert piece(client, key, 2_000, CONTENT[2_000:]).json()["complete"]
    answer = send(client, cohort, "files", {"kind": "residence", "upload-file": key})

    assert answer.status_code == 302
    file = ApplicationFile.objects.get()
    assert (file.name, file.size, file.sha256) == ("증명서.pdf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    with file.file.open() as stored:
        assert stored.read() == CONTENT
    assert not PartialUpload.objects.exists()


def test_evidence_for_bonus_points_and_documents_asked_for_come_in_pieces_too(client, applicant):
    cohort = make_cohort()
    rule = make_bonus_rule(cohort=cohort)
    application = fill(client, cohort)
    submit(client, application)

    def sent(url, name, **told):
        assert reverse("cohorts:upload-announce") in client.get(url).content.decode()
        key = announce(client, name=f"{name}.pdf").json()["key"]
        piece(client, key, 0, CONTENT)
        assert client.post(url, told | {f"upload-{name}": key}).status_code == 302
        return ApplicationFile.objects.get(name=f"{name}.pdf").size

    assert sent(reverse("cohorts:application-bonus", args=[application.pk]), "file", rule=rule.pk) == len(CONTENT)
    Cohort.objects.filter(pk=cohort.pk).update(apply_closes_at=timezone.now(), state=CohortState.SELECTING)
    day = timezone.localdate() + timedelta(days=3)
    asked = ask_supplement(application, ["주민등록초본"], by=None, due_on=day)
    assert sent(asked.get_absolute_url(), f"item_{asked.items.get().pk}") == len(CONTENT)
    assert not PartialUpload.objects.exists()


def test_a_piece_from_another_place_is_not_written(client, applicant):
    key = announce(client).json()["key"]
    piece(client, key, 0, CONTENT[:100])

    twice = piece(client, key, 0, CONTENT[:100])  # its answer was lost
    wrong = piece(client, key, 50, CONTENT[50:200])

    assert (twice.status_code, twice.json()["offset"]) == (200, 100)
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 100)
    assert piece(client, key, 100, CONTENT[100:]).json()["complete"]
    assert resumable.hash_of(PartialUpload.objects.get()) == hashlib.sha256(CONTENT).hexdigest()


def test_what_was_damaged_on_the_way_begins_again(client, applicant):
    key = announce(client).json()["key"]

    assert piece(client, key, 0, b"y" * len(CONTENT)).json()["offset"] == 0
    assert piece(client, key, 0, CONTENT).json()["complete"]


def test_an_unfinished_upload_is_no_file(client, applicant):
    cohort = make_cohort()
    fill(client, cohort)
    key = announce(client).json()["key"]
    piece(client, key, 0, CONTENT[:100])

    answer = send(client, cohort, "files", {"kind": "residence", "upload-file": key})

    assert answer.status_code == 422
    assert not ApplicationFile.objects.exists()


def test_it_passes_the_same_checks_as_any_upload(client, applicant):
    cohort, bad = make_cohort(), b"<html></html>"
    fill(client, cohort)
    key = announce(client, bad).json()["key"]
    piece(client, key, 0, bad)

    answer = send(client, cohort, "files", {"kind": "residence", "upload-file": key})

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


@pytest.mark.parametrize(
    "changes",
    [{"name": "a.exe"}, {"size": 0}, {"size": 30_000_000}, {"size": "x"}, {"sha256": "0"}, {"sha256": "Z" * 64}],
)
def test_what_would_be_refused_is_refused_before_it_is_sent(client, applicant, changes):
    answer = announce(client, **changes)

    assert (answer.status_code, bool(answer.json()["error"])) == (422, True)
    assert not PartialUpload.objects.exists()


def test_somebody_elses_upload_is_unknown(client, applicant, sign_in):
    key = announce(client).json()["key"]
    piece(client, key, 0, CONTENT)
    sign_in(make_user())
    cohort = make_cohort()
    fill(client, cohort)

    assert piece(client, key, 0, CONTENT).status_code == 404
    assert send(client, cohort, "files", {"kind": "residence", "upload-file": key}).status_code == 422


def test_an_account_keeps_no_heap_of_uploads(client, applicant):
    for number in range(resumable.MOST_OPEN + 3):
        announce(client, name=f"{number}.pdf")

    assert PartialUpload.objects.count() == resumable.MOST_OPEN


def test_what_nobody_went_on_with_is_removed(client, applicant):
    key = announce(client).json()["key"]
    piece(client, key, 0, CONTENT[:100])
    stale = PartialUpload.objects.get()
    path = resumable.path_of(stale)

    assert resumable.tidy() == 0
    assert resumable.tidy(timezone.now() + timedelta(days=3)) == 1
    assert not path.exists()
