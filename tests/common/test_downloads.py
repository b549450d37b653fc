"""A stored file leaves as an attachment that no browser opens or guesses at."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from partners.models import AgreementDocument
from portal.common.downloads import send_file
from portal.common.uploads import accept
from tests.factories import make_agreement
from tests.files import pdf


@pytest.fixture
def stored(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    agreement = make_agreement()
    upload = accept(SimpleUploadedFile("협약서 원본.pdf", pdf(), "text/html"))
    document = AgreementDocument.from_upload(upload, agreement=agreement, host=agreement.host)
    document.save()
    return document


def test_the_bytes_come_as_an_attachment(stored):
    response = send_file(stored)

    assert b"".join(response.streaming_content) == pdf()
    response.close()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%ED%98%91")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Cache-Control"] == "private, no-store"


def test_the_stored_name_says_nothing_of_the_file(stored):
    assert "협약서" not in stored.file.name
    assert stored.file.name.endswith(".pdf")


def test_a_proxy_sends_the_bytes_when_there_is_one(stored, settings):
    settings.X_ACCEL_PREFIX = "/private/"

    response = send_file(stored)

    assert response["X-Accel-Redirect"] == f"/private/{stored.file.name}"
    assert response.content == b""


def test_a_file_that_is_gone_is_not_found(stored):
    stored.file.storage.delete(stored.file.name)

    with pytest.raises(Http404):
        send_file(stored)
