"""What the portal says when something went wrong."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}


def test_a_stale_form_comes_back_with_what_was_typed():
    answer = Client(enforce_csrf_checks=True, headers=HERE).post("/language/", {"language": "en", "note": "적어 둔 말"})
    assert answer.status_code == 403
    assert 'name="note" value="적어 둔 말"' in answer.content.decode()


def test_it_can_be_sent_again():
    client = Client(enforce_csrf_checks=True, headers=HERE)
    page = client.post("/language/", {"language": "en"})
    token = page.context["csrf_token"]
    assert client.post("/language/", {"language": "en", "csrfmiddlewaretoken": str(token)}).status_code == 302


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}])
def test_what_another_site_sent_is_never_offered_again(headers):
    answer = Client(enforce_csrf_checks=True, headers=headers).post("/language/", {"language": "en"})
    assert 'name="language" value="en"><' not in answer.content.decode()
    assert "Press the button" not in answer.content.decode()
    assert "다시 보내기" not in answer.content.decode()


def test_a_password_is_not_written_into_a_page():
    answer = Client(enforce_csrf_checks=True, headers=HERE).post("/accounts/login/", {"password": "s3cret-words"})
    assert answer.status_code == 403
    assert "s3cret-words" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/nothing/", "/%00/", "/" + "a" * 3000])
def test_an_unknown_address_is_a_page_of_ours(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "화면을 찾을 수 없습니다" in answer.content.decode()


def test_a_wrong_host_is_refused_with_a_plain_page(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "요청을 이해하지 못했습니다" in answer.content.decode()


def test_a_failure_answers_with_a_plain_page(client, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("portal.dashboard.navigation.shell_of", fail)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "문제가 생겼습니다" in answer.content.decode()
