"""In production the settings refuse what would be dangerous, each with a sentence that names it."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOOD = {
    "SECRET_KEY": "k" + "0123456789" * 6,
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "DATABASE_URL": "postgresql://portal@db/portal",
    "REDIS_URL": "redis://redis:6379/0",
    "MEDIA_ROOT": "/media",
}
READ = "from django.conf import settings; print(settings.SECRET_KEY, settings.DATABASES['default']['PASSWORD'])"


def start(**changes: str | None) -> subprocess.CompletedProcess:
    """Read the settings in a process of its own, with nothing of this one's environment."""
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", **GOOD, **changes}
    env = {name: value for name, value in env.items() if value is not None}
    return subprocess.run([sys.executable, "-c", READ], cwd=ROOT, env=env, capture_output=True, text=True)


def test_production_starts_with_everything_given():
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "only-for-a-machine-nobody-else-reaches"}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "short"}, "shorter than 50"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + GOOD["SECRET_KEY"]}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "ALLOWED_HOSTS is empty or '*'"),
        ({"DEBUG": "1"}, "DEBUG and DEMO"),
        ({"DEMO": "true"}, "DEBUG and DEMO"),
        ({"DEBUG": "yes"}, "DEBUG is 'yes'"),
        ({"MFA_REQUIRED": "0"}, "MFA_REQUIRED"),
        ({"SITE_URL": None}, "SITE_URL"),
        ({"SITE_URL": "http://portal.example"}, "SITE_URL"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"MEDIA_ROOT": None}, "MEDIA_ROOT"),
        ({"PORTAL_ENV": "producton"}, "PORTAL_ENV"),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT is 'smtp'"),
    ],
)
def test_production_refuses(changes, named):
    outcome = start(**changes)

    last_line = outcome.stderr.strip().splitlines()[-1]
    assert outcome.returncode != 0
    assert "ImproperlyConfigured" in last_line
    assert named in last_line


def test_secrets_may_be_files(tmp_path):
    (tmp_path / "key").write_text("from-a-file-" + "0123456789" * 5 + "\n")
    (tmp_path / "database").write_text("postgresql://portal:hidden@db/portal\n")
    files = {"SECRET_KEY_FILE": str(tmp_path / "key"), "DATABASE_URL_FILE": str(tmp_path / "database")}

    outcome = start(SECRET_KEY=None, DATABASE_URL=None, **files)

    assert outcome.stdout == "from-a-file-" + "0123456789" * 5 + " hidden\n"


def test_a_missing_secret_file_is_named():
    outcome = start(SECRET_KEY=None, SECRET_KEY_FILE="/run/secrets/forgotten")

    assert outcome.returncode != 0
    assert "SECRET_KEY_FILE" in outcome.stderr.strip().splitlines()[-1]
