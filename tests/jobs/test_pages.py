"""What people see of jobs and do with them."""

import pytest
from django.urls import reverse

from portal import jobs
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.jobs.models import Job
from portal.jobs.states import JobState
from tests.factories import make_member, make_user
from tests.jobs import kinds  # noqa: F401  # registers them
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


def ask(host, kind="test_good", key="k", **fields):
    job = jobs.enqueue(kind, key=key, payload={}, by=None, host=host)
    Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


def test_the_page_of_a_job_asks_again_until_it_is_done(client, official):
    job = ask(official.organization_id, progress=3, total=10, state=JobState.RUNNING, lease_until="2030-01-01 00:00Z")
    running = client.get(job.get_absolute_url()).content.decode()
    Job.objects.update(state=JobState.DONE, result={"url": "/there/", "label": "명단 보기"})
    done = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 2s"' in running
    assert "3 / 10" in running
    assert "hx-trigger" not in done
    assert 'href="/there/"' in done
    assert "<html" not in done


def test_staff_give_a_dead_job_another_try(client, official):
    job = ask(official.organization_id, state=JobState.DEAD, attempt=5)

    client.post(reverse("jobs:job-retry", args=[job.pk]))
    drain()

    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.DONE, 6)
    assert AuditEvent.objects.about(job).get().actor == official


def test_a_job_that_is_done_is_not_tried_again(client, official):
    job = ask(official.organization_id, state=JobState.DONE)

    response = client.post(reverse("jobs:job-retry", args=[job.pk]), follow=True)

    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert "완료" in response.content.decode()


def test_a_cancellation_needs_a_reason(client, official):
    job = ask(official.organization_id)

    response = client.post(reverse("jobs:job-cancel", args=[job.pk]), {"reason": " "})

    job.refresh_from_db()
    assert (response.status_code, job.state) == (422, JobState.QUEUED)


def test_a_cancellation_is_written_down_with_its_reason(client, official):
    job = ask(official.organization_id)

    client.post(reverse("jobs:job-cancel", args=[job.pk]), {"reason": "wrong file"})

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert AuditEvent.objects.about(job).get().reason == "wrong file"


def test_all_dead_jobs_of_ones_host_are_tried_again_at_once(client, official):
    mine = [ask(official.organization_id, key=str(number), state=JobState.DEAD) for number in range(3)]
    other = ask(make_member(Role.OFFICIAL).organization_id, key="other", state=JobState.DEAD)

    client.post(reverse("jobs:job-retry-all") + "?state=attention")

    assert set(Job.objects.filter(state=JobState.QUEUED)) == set(mine)
    assert Job.objects.get(pk=other.pk).state == JobState.DEAD


def test_routine_jobs_are_listed_only_when_they_fail(client, official):
    ask(official.organization_id, "jobs.clean", key="routine", state=JobState.DONE)
    ask(official.organization_id, "jobs.clean", key="broken", state=JobState.DEAD)
    ask(official.organization_id, key="import")

    rows = client.get(reverse("jobs:job-list")).context["listing"].rows

    assert {job.key for job in rows} == {"broken", "import"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(client, official, count, django_assert_num_queries):
    for number in range(count):
        Job.objects.filter(pk=ask(official.organization_id, key=str(number)).pk).update(created_by=make_user())
    client.get(reverse("jobs:job-list"))

    with django_assert_num_queries(5):
        client.get(reverse("jobs:job-list"))
