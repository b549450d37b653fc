"""The floor: a bare Django project on the portal's database and server processes.

Its pages do the least that any page does: *list* is session, user and one indexed query
of 25 rows in a plain table; *detail*, one row with two joins; *static*, a template alone.
Every time of the portal is given as a multiple of these, measured in the same run.
"""

import os

import dj_database_url
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60, conn_health_checks=True)}
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-a-machine-nobody-else-reaches")
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = __name__
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "pgtrigger",
    "portal.common",
    "portal.accounts",
    "portal.audit",
    "portal.jobs",
    "portal.notify",
    "partners",
    "cohorts",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/login"
USE_TZ = True

LIST = """<!doctype html><title>list</title><table>{% for row in rows %}
<tr><td>{{ row.receipt_number }}</td><td>{{ row.person.name }}</td><td>{{ row.state }}</td><td>{{ row.submitted_at }}</td></tr>
{% endfor %}</table>"""
DETAIL = """<!doctype html><title>detail</title><h1>{{ row.person.name }}</h1>
<p>{{ row.receipt_number }} {{ row.cohort.name }} {{ row.state }}</p>"""
_engine = Engine()
_list, _detail, _static = (_engine.from_string(text) for text in (LIST, DETAIL, "<!doctype html><title>static</title>"))


@login_required
def list_(request: HttpRequest, cohort: int) -> HttpResponse:
    from cohorts.models import Application

    rows = Application.objects.filter(cohort=cohort).select_related("person").order_by("submitted_at", "pk")[:25]
    return HttpResponse(_list.render(Context({"rows": rows, "user": request.user})))


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    from cohorts.models import Application

    row = Application.objects.select_related("person", "cohort").get(pk=pk)
    return HttpResponse(_detail.render(Context({"row": row})))


def static(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_static.render(Context()))


urlpatterns = [
    path("list/<int:cohort>", list_),
    path("detail/<int:pk>", detail),
    path("static", static),
]
