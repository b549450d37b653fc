"""The pages of jobs and mail in a browser, for the eye, for a screen reader and without script."""

import pytest

from portal import jobs, notify
from portal.accounts.roles import Role
from portal.jobs.models import Job
from portal.jobs.states import JobState
from tests.browser import assert_accessible, look, sign_in
from tests.factories import make_member, make_organization
from tests.jobs import kinds  # noqa: F401  # registers them

pytestmark = pytest.mark.django_db(transaction=True)


def fill(official):
    """A city with jobs and mails in every state; the page of a running job."""
    city = official.acting.organization
    for state in JobState:
        job = jobs.enqueue("test_steps", key=state, payload={}, by=official, host=city)
        to = notify.Recipient(f"{state}@example.kr", name="한바다")
        mail = notify.queue(key=state, to=to, template="accounts/email_confirm", host=city, by=None)
        error = "메일 서버가 받는 사람의 주소를 찾지 못했습니다." if state in ("failed", "dead") else ""
        fields = {"state": state, "error": error, "progress": 143, "total": 412, "lease_until": "2030-01-01 00:00Z"}
        Job.objects.filter(pk__in=[job.pk, mail.job_id]).update(**fields)
    return Job.objects.get(key="running"), Job.objects.get(key="dead"), mail


def test_the_pages_of_jobs_and_mail(page, client, live_server, settings):
    settings.MFA_REQUIRED, settings.DEMO = False, True
    official = make_member(Role.OFFICIAL, make_organization(name="대구광역시"))
    running, dead, mail = fill(official)
    sign_in(page, client, official, live_server.url)

    pages = {
        "job-list": "/jobs/",
        "job-running": running.get_absolute_url(),
        "job-dead": dead.get_absolute_url(),
        "mail-list": "/mail/",
        "mail": mail.get_absolute_url(),
        "mail-demo": "/mail/demo/",
    }
    for name, path in pages.items():
        page.goto(path)
        assert_accessible(page)
        look(page, name)


def test_a_job_is_cancelled_without_script(plain_page, client, live_server, settings):
    settings.MFA_REQUIRED = False
    official = make_member(Role.OFFICIAL)
    job = jobs.enqueue("test_good", key="k", payload={}, by=official, host=official.organization_id)
    sign_in(plain_page, client, official, live_server.url)

    plain_page.goto(job.get_absolute_url())
    plain_page.get_by_role("button", name="작업 취소").first.click()
    plain_page.get_by_label("사유").fill("잘못 올린 파일")
    plain_page.get_by_role("button", name="작업 취소").last.click()

    plain_page.get_by_text("작업을 취소했습니다.").wait_for()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
