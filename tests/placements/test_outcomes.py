"""Jobs and rates through real rows: who counts, who is left out, and who decides."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Enrolment
from cohorts.states import EnrolmentState
from placements import actions
from placements.models import Employment, OutcomeExclusion
from placements.queries import outcome_of
from placements.states import JOB_TRANSITIONS, JobState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from portal.reports.queries import Figures, outcomes
from tests.factories import make_cohort, make_employment, make_enrolment, make_member, make_person, make_user
from tests.files import pdf
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def over(days_ago: int = 250, **fields):
    """A cohort that ended so many days ago."""
    ends = TODAY - timedelta(days=days_ago)
    return make_cohort(state="finished", starts_on=ends - timedelta(days=182), ends_on=ends, **fields)


def trainee(cohort, state=EnrolmentState.COMPLETED, **fields) -> Enrolment:
    return make_enrolment(cohort=cohort, state=state, ended_on=cohort.ends_on, **fields)


def hired(enrolment, after: int, **fields) -> Employment:
    """A verified job, so many days after the end of the course."""
    return make_employment(
        enrolment=enrolment, state="verified", hired_on=enrolment.cohort.ends_on + timedelta(days=after), **fields
    )


def exclude(enrolment) -> None:
    actions.exclude_outcome(enrolment, reason="military", since=enrolment.cohort.ends_on, by=None)


@pytest.fixture
def worked():
    """domain.md 3: 78 completed, 2 early-employed, 6 left out, 45 employed after completion."""
    cohort = over(tracks={"일반": 200})
    people = [trainee(cohort) for _ in range(78)]
    early = [trainee(cohort, EnrolmentState.EARLY_EMPLOYED) for _ in range(2)]
    trainee(cohort, EnrolmentState.NOT_COMPLETED)
    trainee(cohort, EnrolmentState.WITHDRAWN)
    for number, one in enumerate(people[:45]):
        hired(one, 10, left_on=cohort.ends_on + timedelta(days=40) if number < 5 else None)
    for one in people[45:51]:
        exclude(one)
    return cohort, people, early


def test_the_worked_example_through_real_rows(worked):
    cohort, people, _early = worked

    found = outcome_of(cohort, TODAY)

    conventional, strict = found.employment, found.strict
    assert (conventional.numerator, conventional.denominator, conventional.excluded) == (47, 74, 6)
    assert conventional.value == Decimal("63.5")
    assert (strict.numerator, strict.denominator, strict.excluded) == (47, 80, 0)
    assert strict.value == Decimal("58.8")
    assert (found.completion.numerator, found.completion.denominator) == (78, 81)
    assert (found.retention.numerator, found.retention.denominator) == (40, 45)
    assert {one.as_of for one in (conventional, strict, found.completion, found.retention)} == {TODAY}
    assert found.groups["excluded"] == {one.pk for one in people[45:51]}


def test_the_report_prints_the_same_figures(worked):
    cohort, _people, early = worked
    hired(early[0], -30)

    for day in (TODAY, cohort.ends_on + timedelta(days=60), cohort.ends_on - timedelta(days=5)):
        shown, printed = outcome_of(cohort, day), Figures.of(outcomes(cohort, day), day)
        assert (shown.completion, shown.employment) == (printed.completion, printed.employment)
        assert (shown.strict, shown.retention) == (printed.strict_employment, printed.retention)


def test_every_figure_leads_to_exactly_its_people(client, sign_in, worked):
    cohort, *_ = worked
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    figures = client.get(reverse("placements:outcome", args=[cohort.pk])).context["figures"]

    for figure in figures:
        for part in (figure["numerator"], figure["denominator"], figure["excluded"]):
            if part:
                number, url, *_label = part
                assert client.get(url).context["listing"].total == number, (figure["label"], url)


def test_the_figures_cost_the_same_for_one_and_eighty(worked, django_assert_num_queries):
    alone = over()
    hired(trainee(alone), 10)

    for cohort in (worked[0], alone):
        cohort = type(cohort).objects.select_related("policy").get(pk=cohort.pk)
        with django_assert_num_queries(3):
            outcome_of(cohort, TODAY)


@pytest.mark.parametrize(
    ("days", "fields", "counts"),
    [
        (1, {}, True),
        (-10, {}, False),
        (181, {}, True),
        (190, {}, False),
        (10, {"state": "reported"}, False),
        (10, {"state": "rejected"}, False),
        (10, {"kind": "business"}, True),
    ],
)
def test_which_jobs_count(days, fields, counts):
    cohort = over()
    one = trainee(cohort)
    make_employment(
        enrolment=one, **{"state": "verified", "hired_on": cohort.ends_on + timedelta(days=days)} | fields
    )  # fmt: skip

    assert outcome_of(cohort, TODAY).employment.numerator == int(counts)


def test_what_came_after_the_as_of_date_does_not_count():
    cohort = over()
    one, other = trainee(cohort), trainee(cohort)
    hired(one, 10)
    actions.exclude_outcome(other, reason="study", since=TODAY, by=None)

    then = outcome_of(cohort, TODAY - timedelta(days=1))

    assert (then.employment.numerator, then.employment.excluded) == (0, 0)
    now = outcome_of(cohort, TODAY)
    assert (now.employment.numerator, now.employment.excluded) == (1, 1)


def test_an_excluded_trainee_with_a_job_is_employed_and_not_left_out():
    cohort = over()
    one = trainee(cohort)
    exclude(one)
    hired(one, 10)

    found = outcome_of(cohort, TODAY).employment
    assert (found.numerator, found.denominator, found.excluded) == (1, 1, 0)


def test_a_cohort_without_completers_has_no_rate():
    assert outcome_of(over()).employment.value is None


# Jobs ----------------------------------------------------------------------------------

VERBS = {
    "verified": lambda job: actions.verify_employment(job, verification="insurance", on=TODAY, by=None),
    "rejected": lambda job: actions.reject_employment(job, reason="서류 불일치", by=None),
}


@pytest.mark.parametrize("to", VERBS)
@pytest.mark.parametrize("state", JobState)
def test_a_job_moves_along_its_table_only(state, to):
    job = make_employment(state=state)

    if to in JOB_TRANSITIONS[state]:
        assert VERBS[to](job).state == to
        assert AuditEvent.objects.get(object_type="placements.employment").after["state"] == to
    else:
        with pytest.raises(ActionRefused):
            VERBS[to](job)
        assert Employment.objects.get(pk=job.pk).state == state


def test_the_same_job_is_reported_once():
    job = make_employment()

    with pytest.raises(ActionRefused) as refusal:
        actions.report_employment(
            job.enrolment, by=None, kind="contract", company=job.company, hired_on=job.hired_on
        )  # fmt: skip

    assert refusal.value.field == "company"


def test_a_rejected_trainee_is_told_why():
    job = make_employment()

    actions.reject_employment(job, reason="서류가 보이지 않습니다", by=None)

    mail = Mail.objects.get()
    assert (mail.address, "서류가 보이지 않습니다" in mail.body) == (job.enrolment.person.email, True)


def test_nobody_verifies_an_own_job():
    official = make_member(Role.OFFICIAL)
    cohort = make_cohort(host=official.acting.organization)
    person = make_person(host=cohort.host, user=official)
    job = make_employment(enrolment=make_enrolment(cohort=cohort, person=person))

    with pytest.raises(ActionRefused):
        actions.verify_employment(job, verification="insurance", on=TODAY, by=official)


def test_a_trainee_reports_a_job_and_attaches_evidence(client, sign_in):
    user = make_user()
    cohort = over()
    one = trainee(cohort, person=make_person(host=cohort.host, user=user))
    sign_in(user)
    typed = {"kind": "contract", "company": "(주)새벽", "hired_on": str(TODAY), "in_region": "yes"}
    url = reverse("placements:employment-report", args=[one.pk])
    assert client.post(url, typed | {"kind": ""}).status_code == 422
    assert client.post(url, typed | {"business_number": "12345"}).status_code == 422

    assert client.post(url, typed | {"business_number": "1234567890"}).status_code == 302
    job = Employment.objects.get()
    assert (job.state, job.business_number, job.in_region) == ("reported", "123-45-67890", True)
    add = reverse("placements:evidence-add", args=[job.pk])
    assert client.post(add, {"file": SimpleUploadedFile("계약서.pdf", b"MZ")}).status_code == 422
    assert client.post(add, {"file": SimpleUploadedFile("계약서.pdf", pdf())}).status_code == 302
    paper = job.evidence.get()
    answer = client.get(reverse("placements:evidence", args=[paper.pk]))
    assert b"".join(answer.streaming_content) == pdf()
    assert not AccessRecord.objects.exists()  # one's own


def test_an_official_who_downloads_evidence_is_written_down(client, sign_in):
    job = make_employment()
    paper = actions.add_evidence(job, upload=SimpleUploadedFile("재직.pdf", pdf()), by=None)
    sign_in(make_member(Role.OFFICIAL, job.host))

    b"".join(client.get(reverse("placements:evidence", args=[paper.pk])).streaming_content)

    assert AccessRecord.objects.get(action="evidence.downloaded").subject_id == job.enrolment.person_id


def test_a_job_during_the_course_is_warned_of(client, sign_in):
    cohort = over(10)
    during = hired(trainee(cohort), -20)
    after = hired(trainee(cohort), 5)
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    assert client.get(during.get_absolute_url()).context["overlaps"]
    assert not client.get(after.get_absolute_url()).context["overlaps"]


# Early employment and exclusions -------------------------------------------------------


def test_early_employment_ends_the_course_the_day_before():
    one = make_enrolment()
    job = make_employment(enrolment=one, state="verified", hired_on=TODAY - timedelta(days=3))

    actions.end_for_employment(job, by=None)

    one.refresh_from_db()
    assert (one.state, one.ended_on) == ("early_employed", TODAY - timedelta(days=4))
    assert AuditEvent.objects.filter(verb="enrolment.early_employed", object_id=one.pk).exists()


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"state": "reported"}, "active"),
        ({"state": "verified", "hired_on": TODAY + timedelta(days=2)}, "active"),
        ({"state": "verified"}, "completed"),
        ({"state": "verified"}, "dropped"),
    ],
)
def test_what_does_not_end_a_course_early(fields, state):
    one = make_enrolment(state=state, ended_on=None if state == "active" else TODAY)
    job = make_employment(enrolment=one, **fields)

    with pytest.raises(ActionRefused):
        actions.end_for_employment(job, by=None)

    assert Enrolment.objects.get(pk=one.pk).state == state


def test_an_exclusion_is_recorded_once_and_undone():
    one = trainee(over())
    exclude(one)

    with pytest.raises(ActionRefused):
        exclude(one)
    actions.include_outcome(one, by=None)
    assert not OutcomeExclusion.objects.exists()
    with pytest.raises(ActionRefused):
        actions.include_outcome(one, by=None)
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["outcome.excluded", "outcome.included"]


@pytest.mark.django_db(transaction=True)
def test_two_officials_verify_a_job_once():
    job = make_employment()

    found = in_parallel([lambda: VERBS["verified"](job)] * 2)

    assert sum(isinstance(one, ActionRefused) for one in found) == 1
    assert AuditEvent.objects.filter(verb="employment.verified").count() == 1


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("outcome-list", 4), ("employment-list", 6)])
def test_the_lists_take_the_same_queries_for_one_and_three(
    client, sign_in, django_assert_num_queries, name, queries, count
):
    official = make_member(Role.OFFICIAL)
    for _ in range(count):
        make_employment(enrolment=trainee(over(host=official.acting.organization)))
    sign_in(official)
    client.get(reverse(f"placements:{name}"))

    with django_assert_num_queries(queries):
        assert client.get(reverse(f"placements:{name}")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_people_of_a_cohort_take_the_same_queries(client, sign_in, django_assert_num_queries, count):
    cohort = over()
    for _ in range(count):
        make_employment(enrolment=trainee(cohort))
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    url = reverse("placements:outcome-people", args=[cohort.pk])
    client.get(url)

    with django_assert_num_queries(7):
        assert client.get(url).status_code == 200
