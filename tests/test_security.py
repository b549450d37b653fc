"""What every answer says to a browser, and what the portal does with a request no browser sends."""

import json
import os
import pathlib
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection

from portal.accounts.models import User

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASK = """
import json, django
django.setup()
from django.test import Client

from portal.accounts.models import User
client = Client(headers={"host": "portal.example", "x-forwarded-proto": "https"})
page = client.get("/accounts/login/")
plain = Client(headers={"host": "portal.example"}).get("/accounts/login/?next=/x")
cookies = {name: [bool(c["secure"]), c["path"], c["domain"], c["samesite"]] for name, c in page.cookies.items()}
wrong = Client(headers={"host": "evil.example", "x-forwarded-proto": "https"}).get("/livez").status_code
print(json.dumps({"status": page.status_code, "headers": dict(page.headers), "cookies": cookies,
                  "plain": [plain.status_code, plain.headers.get("Location")], "wrong_host": wrong}))
"""


@pytest.fixture(scope="module")
def production(django_db_setup, production_env) -> dict:
    """The login page as production serves it: settings are read once, hence a process of its own."""
    database = connection.settings_dict["NAME"]
    env = production_env | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
        "REDIS_URL": os.environ["REDIS_URL"],
    }
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout.splitlines()[-1])


def test_production_serves_the_login_page(production):
    assert production["status"] == 200


def test_production_pages_are_only_for_https(production):
    assert production["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert production["plain"] == [301, "https://portal.example/accounts/login/?next=/x"]


def test_production_cookies_are_bound_to_the_host(production):
    assert production["cookies"], "the login form sets the CSRF cookie"
    for name, (secure, path, domain, same_site) in production["cookies"].items():
        assert name.startswith("__Host-")
        assert (secure, path, domain) == (True, "/", "")
        assert same_site in {"Lax", "Strict"}


def test_production_refuses_another_host(production):
    assert production["wrong_host"] == 400


@pytest.mark.django_db
def test_no_page_may_run_what_the_portal_did_not_write(client):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["script-src"] == "'self'"
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_page_says(client, header, value):
    assert client.get("/accounts/login/").headers[header] == value


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "127.0.0.1:80:80"])
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/livez", headers={"host": host}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/livez", "/accounts/login/", "/contrast/"])
def test_a_method_no_page_has_is_refused(client, method, path):
    assert client.generic(method, path).status_code == 405


@pytest.mark.django_db
def test_too_many_fields_are_refused(client):
    fields = {f"field{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}

    assert client.post("/contrast/", fields).status_code == 400


@pytest.mark.django_db
def test_a_body_too_large_is_refused(client):
    body = "next=" + "a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    answer = client.post("/contrast/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_post_without_its_token_is_refused(client):
    client.handler.enforce_csrf_checks = True

    assert client.post("/contrast/", {"next": "/"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "back", ["//evil.kr", "/\\evil.kr", "https://evil.kr/", "javascript:alert(1)", "\x00//evil.kr"]
)
def test_row_77_nobody_is_led_to_another_site(client, back):
    assert client.post("/contrast/", {"next": back}).url == "/"
    user = User.objects.create_user("a@example.kr", password="correct-horse-battery", name="김하늘")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    told = {"login": user.email, "password": "correct-horse-battery", "next": back}

    assert client.post("/accounts/login/", told).url == "/"


@pytest.mark.django_db
def test_row_80_a_repeated_parameter_is_one_of_those_sent(client):
    assert client.get("/courses/?q=a&q=b&page=1&page=2").status_code == 200
