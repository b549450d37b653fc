"""Every setting of the portal, read from the environment; `docs/deployment.md` lists them.

`PORTAL_ENV` is `production` unless said otherwise: what is forgotten fails closed.
`make run` and the tests say `local`.
"""

import os
import pathlib
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = pathlib.Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """A variable, or the content of the file that `<name>_FILE` names (Docker secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return pathlib.Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from None
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE); see docs/deployment.md.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, str(default)).lower()
    if value not in {"1", "0", "true", "false"}:
        raise ImproperlyConfigured(f"{name} is {value!r}: say 1 or 0.")
    return value in {"1", "true"}


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: say a whole number.") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


# What runs -------------------------------------------------------------------

PORTAL_ENV = env("PORTAL_ENV", "production")
if PORTAL_ENV not in {"production", "local"}:
    raise ImproperlyConfigured(f"PORTAL_ENV is {PORTAL_ENV!r}: say production or local.")
PRODUCTION = PORTAL_ENV == "production"
DEBUG = env_bool("DEBUG")
# The demo shows its accounts on the login page and lets them in without a second factor.
DEMO = env_bool("DEMO")
_LOCAL_SECRET = "only-for-a-machine-nobody-else-reaches"  # noqa: S105  # refused in production
SECRET_KEY = env("SECRET_KEY", None if PRODUCTION else _LOCAL_SECRET)
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")

if PRODUCTION:
    if SECRET_KEY == _LOCAL_SECRET or len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY is a default or shorter than 50 characters; make a new one.")
    if len(set(SECRET_KEY)) < 5:
        raise ImproperlyConfigured("SECRET_KEY repeats a few characters; make a new one.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS is empty or '*'; name the hosts of this portal.")
    if DEBUG or DEMO:
        raise ImproperlyConfigured("DEBUG and DEMO are for a local portal; unset them or set PORTAL_ENV=local.")

SITE_URL = env("SITE_URL", None if PRODUCTION else "http://127.0.0.1:8000")  # links in mail
if PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: production is served over https.")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "portal.common",
    "portal.accounts",
    "portal.audit",
    "portal.jobs",
    "portal.notify",
    "partners",
    "cohorts",
    "curriculum",
    "placements",
    "portal.reports",
    "portal.dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.kakao",
    "allauth.socialaccount.providers.naver",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "pgtrigger",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.common.middleware.MethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.ActingRoleMiddleware",
    "portal.audit.middleware.RequestContextMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.dashboard.navigation.shell",
            ],
            "libraries": {"i18n": "portal.common.templatetags.kept"},
            "builtins": ["portal.common.templatetags.kept"],
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # that `kept` stands for Django's i18n is meant
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data ------------------------------------------------------------------------

DATABASE: dict[str, Any] = dict(
    dj_database_url.parse(env("DATABASE_URL"), conn_max_age=env_int("CONN_MAX_AGE", 60), conn_health_checks=True)
)
DATABASE["OPTIONS"] = {**DATABASE.get("OPTIONS", {}), "options": "-c lock_timeout=10s"}
DATABASES = {"default": DATABASE}
# Nothing of the portal lives in Redis alone: sessions, jobs and rate limits are rows.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}
SESSION_ENGINE = "portal.accounts.sessions"

MEDIA_ROOT = pathlib.Path(env("MEDIA_ROOT", None if PRODUCTION else str(BASE_DIR / ".local" / "media")))
# A proxy that serves files after the portal has said yes; without one the portal streams them.
X_ACCEL_PREFIX = env("X_ACCEL_PREFIX", "")
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# What is typed, without files. A book pasted into a form comes back beside its field with the limit; beyond this
# nobody typed it, and it is refused before it is read. The proxy bounds the whole request.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Background work ---------------------------------------------------------------

CELERY_BROKER_URL = env("CELERY_BROKER_URL", "") or env("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the lease of the Job row brings it back, with a cap
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5 if not PRODUCTION else 30
CELERY_TASK_PUBLISH_RETRY = False  # the sweep repeats what a nudge could not say
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 0.5,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Seoul"
JOBS_SWEEP_SECONDS = env_int("JOBS_SWEEP_SECONDS", 5)
# A worker that said nothing for so long is thought dead, and its job goes to another.
JOBS_LEASE_SECONDS = env_int("JOBS_LEASE_SECONDS", 60 if PRODUCTION else 15)
_backoff = "60,300,900,3600,14400" if PRODUCTION else "2,5,15,30,60"
JOBS_BACKOFF_SECONDS = [int(seconds) for seconds in env_list("JOBS_BACKOFF_SECONDS", _backoff)]
# How long mail waits before a mail server that did not answer is asked again.
MAIL_PAUSE_SECONDS = env_int("MAIL_PAUSE_SECONDS", 300 if PRODUCTION else 15)

# The demo writes to nobody; its mailbox is a page (/mail/demo/).
_MAIL = "smtp" if PRODUCTION else "dummy" if DEMO else "console"
EMAIL_BACKEND = env("EMAIL_BACKEND", f"django.core.mail.backends.{_MAIL}.EmailBackend")
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "AI School Portal <no-reply@portal.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# People ------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_FAILURE_VIEW = "portal.dashboard.errors.csrf_failure"

ACCOUNT_ADAPTER = "portal.notify.account_mail.AccountAdapter"
MFA_ADAPTER = "portal.notify.account_mail.MFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Beside allauth's own. A whole province of schools may share one address.
ACCOUNT_RATE_LIMITS = {"school_request": "120/h/ip,30/h/key"}
ACCOUNT_SESSION_REMEMBER = None if PRODUCTION else True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
# A code by mail instead of a password, as good as a link that resets it. A second factor is asked for after it too.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_FORMS: dict[str, str] = {}
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0)
USERSESSIONS_TRACK_ACTIVITY = False  # two more queries for every page
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "AI School Portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Roles of MFA_REQUIRED_ROLES (portal.accounts.roles) may not act without it.
MFA_REQUIRED = env_bool("MFA_REQUIRED", not DEMO)
if PRODUCTION and not MFA_REQUIRED:
    raise ImproperlyConfigured("MFA_REQUIRED is off: that is for a local portal.")


def social_app(provider: str) -> dict:
    """Switched on by giving the provider's key and secret, and by nothing else."""
    client = env(f"{provider}_CLIENT_ID", "")
    return {"APPS": [{"client_id": client, "secret": env(f"{provider}_SECRET", ""), "key": ""}]} if client else {}


SOCIALACCOUNT_PROVIDERS = {name.lower(): app for name in ("KAKAO", "NAVER") if (app := social_app(name))}

# Language and time ---------------------------------------------------------------

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]
USE_THOUSAND_SEPARATOR = False

# The web ---------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = pathlib.Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static", ("krds", BASE_DIR / "vendor" / "krds")]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = env_bool("WHITENOISE_AUTOREFRESH", DEBUG)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.common.static.StaticFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF, "data:"],  # KRDS draws its ticks as data: images; MFA its QR code
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, "https://kauth.kakao.com", "https://nid.naver.com"]
        if SOCIALACCOUNT_PROVIDERS
        else [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Masthead of the government's design system: only a real government site may show it.
OFFICIAL_GOVERNMENT_SITE = env_bool("OFFICIAL_GOVERNMENT_SITE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
    "loggers": {"portal": {"level": env("LOG_LEVEL", "INFO")}, "celery": {"level": "WARNING"}},
}
