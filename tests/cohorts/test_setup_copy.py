"""Last year's set-up for this year's cohort, with the dates moved."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cohorts.actions.board import QuotaPlan, adopt_rules
from cohorts.actions.bonus import set_bonus_rule
from cohorts.actions.questions import draft_form
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.actions.setup import COPIERS, copy_setup
from cohorts.models import Application, Cohort
from cohorts.states import Stage
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.cohorts.asking import ask, published
from tests.factories import make_application, make_cohort, make_member, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def last_year():
    """Begun on 2 March 2026, with everything there is to copy."""
    dates = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 9, 1)}
    policy = {"age_max": 39, "age_reference_date": date(2026, 1, 1), "waitlist_until": date(2026, 3, 9)}
    cohort = make_cohort(policy=policy | {"minimum_total": Decimal(60)}, **dates)
    published(cohort)
    set_rubric(
        cohort, Stage.INTERVIEW, [CriterionPlan("문제 해결", 60, minimum=20), CriterionPlan("협업", 40)], by=None
    )
    rule = set_bonus_rule(cohort, by=None, name="다자녀", points=Decimal(3), evidence="가족관계증명서")
    plan = QuotaPlan(cohort.tracks.get().pk, "bonus", str(rule.pk), "at_least", 2, "seats")
    adopt_rules(cohort, by=None, reason="지역 배려", quotas=[plan])
    make_application(cohort=cohort)
    return cohort


@pytest.fixture
def this_year(last_year):
    dates = {"starts_on": date(2027, 3, 2), "ends_on": date(2027, 9, 1)}
    return make_cohort(programme=last_year.programme, state="planned", **dates)


def test_all_parts_come_along_and_dates_move_by_the_year(last_year, this_year):
    copy_setup(this_year, source=last_year, parts=list(COPIERS), by=None)

    this_year.policy.refresh_from_db()
    policy = this_year.policy
    assert (policy.age_max, policy.minimum_total) == (39, Decimal(60))
    assert (policy.age_reference_date, policy.waitlist_until) == (date(2027, 1, 1), date(2027, 3, 8))
    form = this_year.forms.get()
    assert form.is_draft
    assert list(form.questions.values_list("label", "key")) == list(
        last_year.forms.get().questions.values_list("label", "key")
    )
    assert list(this_year.criteria.values_list("name", "most", "minimum")) == [
        ("문제 해결", 60, 20),
        ("협업", 40, None),
    ]
    rule, quota = this_year.bonus_rules.get(), this_year.quotas.get()
    assert (rule.name, quota.value, quota.track) == ("다자녀", str(rule.pk), this_year.tracks.get())
    assert not Application.objects.filter(cohort=this_year).exists()
    assert AuditEvent.objects.get(verb="cohort.setup_copied").after["source"] == last_year.pk


def test_what_is_not_chosen_stays(last_year, this_year):
    ask(draft_form(this_year, by=None), "남는 질문")

    copy_setup(this_year, source=last_year, parts=["rubrics"], by=None)

    assert this_year.forms.get().questions.get().label == "남는 질문"
    assert this_year.policy.age_max == 34
    assert this_year.criteria.count() == 2


def test_copied_twice_it_is_the_same(last_year, this_year):
    for _time in range(2):
        copy_setup(this_year, source=last_year, parts=list(COPIERS), by=None)

    numbers = (
        this_year.forms.count(),
        this_year.criteria.count(),
        this_year.bonus_rules.count(),
        this_year.quotas.count(),
    )
    assert numbers == (1, 2, 1, 1)


def test_refused_where_applicants_have_read_it_and_from_another_host(last_year, this_year):
    published_one = make_cohort(programme=last_year.programme)
    for target, source, parts in (
        (published_one, last_year, ["policy"]),
        (this_year, make_cohort(), ["policy"]),
        (this_year, this_year, ["policy"]),
        (this_year, last_year, []),
    ):
        with pytest.raises(ActionRefused):
            copy_setup(target, source=source, parts=parts, by=None)


def test_the_office_looks_before_it_copies(client, last_year, this_year, sign_in):
    sign_in(make_member(Role.OPERATOR, this_year.host))
    url, told = reverse("cohorts:setup-copy", args=[this_year.pk]), {"source": last_year.pk, "parts": list(COPIERS)}

    assert client.get(url).context["form"].initial["source"] == last_year
    look = client.post(url, told)
    assert "2027. 1. 1." in look.content.decode()
    assert not this_year.forms.exists()
    assert client.post(url, told | {"confirm": "1"}).status_code == 302
    assert this_year.forms.exists()
    assert client.post(url, {"source": "", "parts": []}).status_code == 422


def test_a_copied_programme_brings_the_questions_of_its_cohort(last_year):
    from curriculum.actions.copying import copy_programme

    made = copy_programme(last_year.programme, host=last_year.host, name="새 과정", first_day=date(2027, 3, 2), by=None)

    copy = made.cohorts.get()
    assert (copy.forms.get().questions.count(), copy.criteria.count(), copy.quotas.count()) == (3, 2, 1)
    assert make_programme().cohorts.count() == 0
    assert copy.starts_on - last_year.starts_on == timedelta(days=365)


# The next cohort in one step -----------------------------------------------------------


def asked(page) -> dict[str, str]:
    """What the form of a page holds, as a browser would send it."""
    form = page.context["form"]
    fields = [field for row in (form, *form.rows) for field in row]
    told = {field.html_name: field.field.widget.format_value(field.value()) for field in fields}
    return {name: value for name, value in told.items() if value is not None} | {
        "tracks-rows": str(len(form.rows.forms))
    }


def test_the_next_cohort_is_planned_with_the_set_up_of_the_one_before(client, last_year, sign_in):
    operator = make_member(Role.OPERATOR, last_year.host)
    sign_in(operator)
    url = reverse("cohorts:cohort-next", args=[last_year.pk])
    assert url in client.get(last_year.get_absolute_url()).content.decode()
    assert url in client.get(last_year.programme.get_absolute_url()).content.decode()

    made = Cohort.objects.get(pk=client.post(url, asked(client.get(url))).url.strip("/").rpartition("/")[2])

    assert (made.programme, made.number, made.state) == (last_year.programme, last_year.number + 1, "planned")
    assert (made.starts_on, made.ends_on) == (date(2027, 3, 2), date(2027, 9, 1))
    assert (made.apply_closes_at.date() - last_year.apply_closes_at.date()).days >= 364
    assert list(made.tracks.values_list("name", "capacity")) == list(last_year.tracks.values_list("name", "capacity"))
    assert made.policy.age_reference_date == date(2027, 1, 1)
    assert (made.forms.get().questions.count(), made.criteria.count(), made.quotas.count()) == (3, 2, 1)
    assert not made.applications.exists()
    for verb in ("cohort.planned", "cohort.setup_copied"):
        assert AuditEvent.objects.filter(verb=verb, object_id=made.pk, actor=operator).exists()


def test_its_dates_move_to_the_first_day_that_is_entered(client, last_year, sign_in):
    sign_in(make_member(Role.OFFICIAL, last_year.host))
    url = reverse("cohorts:cohort-next", args=[last_year.pk])

    plan = client.get(url, {"first_day": "2026-09-07"}).context["form"].initial

    assert (plan["starts_on"], plan["ends_on"]) == (date(2026, 9, 7), date(2027, 3, 6))
    for wrong in ("", "x", "2026-02-30", "2026-03-01"):  # the last: before the cohort that it follows
        page = client.get(url, {"first_day": wrong})
        assert page.status_code == 422
        assert page.context["move"].errors["first_day"]
        assert page.context["form"].initial["starts_on"] == date(2027, 3, 2)


def test_nothing_is_planned_where_the_set_up_does_not_fit(client, last_year, sign_in):
    sign_in(make_member(Role.OFFICIAL, last_year.host))
    url = reverse("cohorts:cohort-next", args=[last_year.pk])
    smaller = asked(client.get(url)) | {"capacity": "1", "tracks-0-capacity": "1"}

    refused = client.post(url, smaller)  # two seats are kept

    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors()
    assert "capacity" in refused.context["form"].data
    assert last_year.programme.cohorts.count() == 1
    assert client.post(url, smaller | {"parts": ["policy"]}).status_code == 302
    assert client.post(url, smaller | {"parts": []}).status_code == 302


def test_the_office_of_another_city_plans_nothing_here(client, last_year, sign_in):
    url = reverse("cohorts:cohort-next", args=[last_year.pk])
    for user, status in ((make_member(Role.OFFICIAL), 404), (make_member(Role.TRAINEE, last_year.host), 403)):
        sign_in(user)
        assert client.post(url).status_code == status
    sign_in(make_member(Role.OFFICIAL, last_year.host))
    assert client.delete(url).status_code == 405
    assert client.post(url).status_code == 422
