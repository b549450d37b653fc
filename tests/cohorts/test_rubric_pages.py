"""An operator sets a rubric; reviewers mark by it; what they type is kept, and counts only when it is given."""

import pytest
from django.urls import reverse

from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.actions.scores import Given, score_application
from cohorts.actions.selection import prepare_selection
from cohorts.models import Criterion, CriterionPoints, ReviewDraft, Score
from cohorts.states import CohortState, Stage
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import assign, make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db
PLANS = [
    CriterionPlan("문제해결", 60, "Problem solving", "<b>스스로</b> 찾는가", minimum=20),
    CriterionPlan("협업", 40, low_below=10),
]


@pytest.fixture
def cohort():
    return make_cohort(state=CohortState.SELECTING)


@pytest.fixture
def enter(client, settings):
    settings.MFA_REQUIRED = False

    def entered(user):
        client.force_login(user)
        return user

    return entered


@pytest.fixture
def official(enter, cohort):
    return enter(make_member(Role.OPERATOR, cohort.host))


@pytest.fixture
def reviewer(enter, cohort):
    return enter(assign(make_member(Role.REVIEWER, cohort.host), cohort))


def rubric(cohort, stage=Stage.INTERVIEW):
    return set_rubric(cohort, stage, PLANS, by=None)


def rows(*criteria):
    found = {"criteria-rows": str(len(criteria))}
    for place, values in enumerate(criteria):
        found |= {f"criteria-{place}-{name}": value for name, value in values.items()}
    return found


# Setting ---------------------------------------------------------------------------------


def test_an_operator_sets_a_rubric_and_sees_it(client, official, cohort):
    address = reverse("cohorts:rubric-edit", args=[cohort.pk, "interview"])
    begun = client.get(address, {"usual": ""})
    assert begun.context["form"].sum == 100

    response = client.post(
        address, rows({"name": "태도", "most": "70", "minimum": "30"}, {}, {"name": "협업", "most": "30"})
    )

    assert response.status_code == 302
    assert [(one.position, one.name, one.most, one.minimum) for one in cohort.criteria.all()] == [
        (1, "태도", 70, 30), (2, "협업", 30, None),
    ]  # fmt: skip
    page = client.get(reverse("cohorts:rubrics", args=[cohort.pk])).content.decode()
    assert "태도" in page
    event = AuditEvent.objects.get(verb="cohort.rubric_set")
    assert "태도 70 (≥ 30), 협업 30" in event.after["rubric"]
    assert "태도 70" in client.get(reverse("cohorts:cohort-history", args=[cohort.pk])).content.decode()


@pytest.mark.parametrize(
    "criteria",
    [
        [{"name": "태도", "most": "60"}, {"name": "협업", "most": "39"}],
        [{"name": "태도", "most": "101"}],
        [{"name": "태도", "most": "0"}, {"name": "협업", "most": "100"}],
        [{"name": "태도", "most": "50"}, {"name": "태도", "most": "50"}],
        [{"name": "태도", "most": "50", "minimum": "51"}, {"name": "협업", "most": "50"}],
        [{"name": "태도", "most": ""}, {"name": "협업", "most": "100"}],
        [{"name": "태도", "most": "1e2"}],
    ],
)
def test_a_rubric_that_does_not_make_a_hundred_is_asked_for_again(client, official, cohort, criteria):
    response = client.post(reverse("cohorts:rubric-edit", args=[cohort.pk, "interview"]), rows(*criteria))

    assert response.status_code == 422
    assert criteria[0]["name"] in response.content.decode()
    assert not Criterion.objects.exists()


def test_emptied_the_stage_is_judged_by_one_number_again(client, official, cohort):
    rubric(cohort)

    client.post(reverse("cohorts:rubric-edit", args=[cohort.pk, "interview"]), rows({}, {}))

    assert not Criterion.objects.exists()


def test_a_new_cohort_begins_with_the_rubric_of_the_last_one(client, official, cohort):
    rubric(make_cohort(programme=cohort.programme))
    rubric(make_cohort())  # of somebody else
    address = reverse("cohorts:rubric-edit", args=[cohort.pk, "interview"])

    offered = client.get(address)
    begun = client.get(address, {"last": ""})

    assert offered.context["last"].programme == cohort.programme
    assert [row.initial["name"] for row in begun.context["form"].rows if row.initial.get("name")] == [
        "문제해결",
        "협업",
    ]
    assert not cohort.criteria.exists()


def test_the_first_score_of_a_stage_locks_its_rubric_alone(cohort):
    [first, second] = rubric(cohort)
    application = make_application(cohort=cohort)
    score_application(application, {Stage.INTERVIEW: Given(marks={first.pk: 30, second.pk: 20})}, by=make_user())

    with pytest.raises(ActionRefused):
        set_rubric(cohort, Stage.INTERVIEW, [], by=None)

    set_rubric(cohort, Stage.DOCUMENT, PLANS, by=None)
    assert Criterion.objects.count() == 4


@pytest.mark.parametrize("state", [CohortState.RUNNING, CohortState.FINISHED, CohortState.CANCELLED])
def test_a_cohort_that_has_begun_keeps_its_rubrics(state):
    with pytest.raises(ActionRefused):
        set_rubric(make_cohort(state=state), Stage.INTERVIEW, PLANS, by=None)


def test_a_stage_nobody_has_heard_of_is_not_found(client, official, cohort):
    assert client.get(reverse("cohorts:rubric-edit", args=[cohort.pk, "singing"])).status_code == 404


# Marking ---------------------------------------------------------------------------------


def test_marks_make_the_points_of_the_score(client, reviewer, cohort):
    [first, second] = rubric(cohort)
    application = make_application(cohort=cohort)
    page = client.get(reverse("cohorts:score-edit", args=[application.pk])).content.decode()
    assert "&lt;b&gt;스스로&lt;/b&gt;" in page

    response = client.post(
        reverse("cohorts:score-edit", args=[application.pk]),
        {f"interview_{first.pk}": "50", f"interview_{second.pk}": "0", "interview_comment": "좋다"},
    )

    assert response.status_code == 302
    score = Score.objects.get()
    assert (score.stage, score.points, score.comment) == ("interview", 50, "좋다")
    assert dict(score.marks.values_list("criterion", "points")) == {first.pk: 50, second.pk: 0}
    event = AuditEvent.objects.get(verb="application.scored")
    assert event.after == {"interview": "50.00", "interview_marks": {str(first.pk): 50, str(second.pk): 0}}


@pytest.mark.parametrize(("one", "two"), [("61", "0"), ("50", ""), ("5.5", "1"), ("-1", "1"), ("열", "1")])
def test_half_a_rubric_or_a_mark_out_of_range_is_asked_for_again(client, reviewer, cohort, one, two):
    [first, second] = rubric(cohort)
    application = make_application(cohort=cohort)

    response = client.post(
        reverse("cohorts:score-edit", args=[application.pk]),
        {f"interview_{first.pk}": one, f"interview_{second.pk}": two},
    )

    assert response.status_code == 422
    assert f'value="{one}"' in response.content.decode()
    assert not Score.objects.exists()


def test_the_action_itself_takes_no_half_rubric_and_no_sum_without_marks(cohort):
    [first, second] = rubric(cohort)
    application, user = make_application(cohort=cohort), make_user()

    for given in (
        Given(points=90), Given(marks={first.pk: 10}), Given(marks={first.pk: 61, second.pk: 1}),
        Given(marks={first.pk: 1, second.pk: 1, 0: 1}),
    ):  # fmt: skip
        with pytest.raises(ActionRefused):
            score_application(application, {Stage.INTERVIEW: given}, by=user)

    assert not Score.objects.exists()


def test_scoring_again_replaces_ones_own_marks(cohort):
    [first, second] = rubric(cohort)
    application, user = make_application(cohort=cohort), make_user()
    for marks in ({first.pk: 10, second.pk: 20}, {first.pk: 60, second.pk: 40}):
        score_application(application, {Stage.INTERVIEW: Given(marks=marks)}, by=user)

    assert Score.objects.get().points == 100
    assert CriterionPoints.objects.count() == 2


# Drafts and the queue --------------------------------------------------------------------


def test_what_is_typed_is_kept_and_counts_nowhere(client, reviewer, cohort):
    [first, second] = rubric(cohort)
    application = make_application(cohort=cohort)
    address = reverse("cohorts:score-draft", args=[application.pk])

    kept = client.post(
        address, {f"interview_{first.pk}": "41", "document_comment": "아직"}, headers={"HX-Request": "true"}
    )

    assert kept.status_code == 200
    assert "41" in kept.content.decode()
    assert not Score.objects.exists()
    form = client.get(reverse("cohorts:score-edit", args=[application.pk])).context["form"]
    assert (form[f"interview_{first.pk}"].value(), form["document_comment"].value()) == ("41", "아직")
    data = {f"interview_{first.pk}": "41", f"interview_{second.pk}": "9"}
    client.post(reverse("cohorts:score-edit", args=[application.pk]), data)
    assert not ReviewDraft.objects.exists()
    client.post(address, data | {f"interview_{first.pk}": "041"}, headers={"HX-Request": "true"})
    assert not ReviewDraft.objects.exists()  # what arrives late says nothing new


def test_what_cannot_be_kept_is_said_and_never_stored(client, reviewer, cohort):
    application = make_application(cohort=cohort)

    response = client.post(
        reverse("cohorts:score-draft", args=[application.pk]),
        {"document_comment": "900101-1234567", "test_points": "7"},
        headers={"HX-Request": "true"},
    )

    assert response.status_code == 422
    assert "<html" not in response.content.decode()
    assert ReviewDraft.objects.get().entries == {"test_points": "7"}


def test_a_draft_is_kept_without_script_and_refused_when_scores_are_locked(client, reviewer, cohort):
    application = make_application(cohort=cohort)
    make_scores(application)
    address = reverse("cohorts:score-draft", args=[application.pk])

    assert client.post(address, {"test_points": "7"}).status_code == 302
    assert ReviewDraft.objects.count() == 1
    prepare_selection(cohort, by=None)
    assert client.post(address, {"test_points": "8"}, headers={"HX-Request": "true"}).status_code == 422
    assert ReviewDraft.objects.get().entries == {"test_points": "7"}


def test_nobody_reads_the_draft_of_another(client, reviewer, cohort):
    application = make_application(cohort=cohort)
    other = make_user()
    ReviewDraft.objects.create(
        application=application, host=cohort.host, reviewer=other, entries={"document_comment": "속으로만"}
    )

    assert "속으로만" not in client.get(reverse("cohorts:score-edit", args=[application.pk])).content.decode()


def test_saved_it_goes_on_to_what_has_the_fewest_scores(client, reviewer, cohort):
    once, mine, never = (make_application(cohort=cohort) for _ in range(3))
    make_scores(once)
    address = reverse("cohorts:score-edit", args=[mine.pk])
    page = client.get(address, {"stage": "document"})
    assert (page.context["queue"].done, page.context["queue"].whole) == (0, 3)
    assert (page.context["queue"].next, page.context["queue"].previous) == (never.pk, once.pk)
    assert list(page.context["form"].fields) == ["document_points", "document_comment"]

    for expected in (never, once, None):
        response = client.post(f"{address}?stage=document", {"document_points": "70"})
        address = reverse("cohorts:score-edit", args=[expected.pk]) if expected else reverse("cohorts:score-list")
        assert response.url == f"{address}?stage=document"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_score_asks_the_same_of_any_queue(client, reviewer, cohort, count, django_assert_max_num_queries):
    rubric(cohort)
    applications = [make_application(cohort=cohort) for _ in range(count)]
    address = reverse("cohorts:score-edit", args=[applications[0].pk])
    client.get(address)

    with django_assert_max_num_queries(12):
        client.get(address)
