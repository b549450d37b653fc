"""The application form as an applicant fills it in, for the tests."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cohorts.models import Application, Cohort

ABOUT = {
    "name": "홍길동",
    "birth_date": "1998-03-15",
    "mobile": "010-2345-6789",
    "address": "대구광역시 중구 국채보상로 1",
}
SITUATION = {"education": "university", "major": "경제학", "employment": "unemployed", "other_training": "False"}
MOTIVATION = {"motivation": "지역에서 일하고 싶습니다."}
CONSENTS = {"collection": "on"}


def step_url(cohort: Cohort, slug: str) -> str:
    return reverse("cohorts:apply-step", args=[cohort.pk, slug])


def send(client: Client, cohort: Cohort, slug: str, data: dict[str, Any]) -> HttpResponse:
    return client.post(step_url(cohort, slug), data)


def begin(client: Client, cohort: Cohort, **changes: str) -> HttpResponse:
    """The consents and the first answers: from here on there is a draft."""
    send(client, cohort, "consents", CONSENTS)
    return send(client, cohort, "about", ABOUT | changes)


def fill(client: Client, cohort: Cohort, **changes: str) -> Application:
    """All pages but the last; `changes` replace single answers."""
    pages = {
        "consents": CONSENTS,
        "about": ABOUT,
        "situation": SITUATION | {"track": cohort.tracks.first().pk},
        "motivation": MOTIVATION,
    }
    for slug, answers in pages.items():
        told = answers | {name: value for name, value in changes.items() if name in answers}
        answer = send(client, cohort, slug, told)
        assert answer.status_code == 302, answer.context["form"].errors
    return Application.objects.get(cohort=cohort, state="draft")


def submit(client: Client, application: Application) -> HttpResponse:
    url = reverse("cohorts:apply-check", args=[application.cohort_id])
    return client.post(url, {"submission_key": str(application.submission_key)})
