"""The office sets up an application form: questions, order, conditions, preview, versions."""

import pytest
from django.urls import reverse

from cohorts.actions import questions as actions
from cohorts.models import ApplicationForm, Question
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.cohorts.asking import ask, published
from tests.factories import make_cohort, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def page_url(cohort):
    return reverse("cohorts:application-form", args=[cohort.pk])


def add(client, form, kind, **data):
    usual = {
        "label": "질문",
        "page": "추가 질문",
        "required": "on",
        "most_letters": "100",
        "choices": "있음 | Yes\n없음 | No",
    }
    return client.post(f"{reverse('cohorts:question-ask', args=[form.pk])}?kind={kind}", usual | data)


def test_an_official_sets_up_a_form_and_publishes_it(client, cohort, official):
    client.post(reverse("cohorts:form-draft", args=[cohort.pk]))
    form = cohort.forms.get()
    for kind in ("short", "long", "choice", "several", "date", "number", "file", "consent"):
        assert add(client, form, kind, label=f"질문 {kind}").status_code == 302
    choice, last = form.questions.get(kind="choice"), form.questions.get(kind="consent")
    data = {"label": "조건부 동의", "page": "동의", "asked": f"{choice.pk}:있음"}
    assert client.post(reverse("cohorts:question-edit", args=[last.pk]), data).status_code == 302
    client.post(reverse("cohorts:form-publish", args=[form.pk]))

    form.refresh_from_db()
    last.refresh_from_db()
    assert (form.published_by, last.asked_if, last.asked_values) == (official, choice, ["있음"])
    assert choice.choices == [{"ko": "있음", "en": "Yes"}, {"ko": "없음", "en": "No"}]
    page = client.get(page_url(cohort)).content.decode()
    assert all(f"질문 {kind}" in page for kind in ("short", "file", "number"))
    assert AuditEvent.objects.filter(verb="form.published", actor=official).count() == 1


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("short", {"label": ""}, "label"),
        ("short", {"most_letters": "0"}, "most_letters"),
        ("choice", {"choices": "하나뿐"}, "choices"),
        ("choice", {"choices": "같음\n같음"}, "choices"),
        ("choice", {"turns_away": "없는 선택지", "turned_away": "안 됩니다"}, "turns_away"),
        ("choice", {"turns_away": "있음"}, "turned_away"),
        ("short", {"label": "가" * 201}, "label"),
    ],
)
def test_what_cannot_be_asked_is_refused_beside_its_field(client, cohort, official, kind, data, field):
    form = actions.draft_form(cohort, by=None)

    answer = add(client, form, kind, **data)

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not form.questions.exists()


def test_questions_move_and_a_condition_keeps_its_order(client, cohort, official):
    form = actions.draft_form(cohort, by=None)
    first, second = ask(form, "첫째"), ask(form, "둘째", "choice")
    third = ask(form, "셋째", asked_if=second, asked_values=["있음"])

    client.post(reverse("cohorts:question-move", args=[second.pk]), {"way": "up"})
    assert list(form.questions.all()) == [second, first, third]
    for _time in range(2):
        client.post(reverse("cohorts:question-move", args=[third.pk]), {"way": "up"})
    assert list(form.questions.all()) == [second, third, first]  # not before what it depends on
    client.post(reverse("cohorts:question-remove", args=[second.pk]))
    assert form.questions.count() == 3
    client.post(reverse("cohorts:question-remove", args=[third.pk]))
    client.post(reverse("cohorts:question-remove", args=[second.pk]))
    assert list(form.questions.all()) == [first]


def test_a_choice_others_count_on_stays(client, cohort, official):
    form = actions.draft_form(cohort, by=None)
    parent = ask(form, "자격증", "choice")
    ask(form, "어떤", asked_if=parent, asked_values=["있음"])

    data = {"label": "자격증", "page": "추가 질문", "choices": "네\n아니요"}
    answer = client.post(reverse("cohorts:question-edit", args=[parent.pk]), data)

    assert answer.status_code == 422
    parent.refresh_from_db()
    assert parent.values == ["있음", "없음"]


def test_a_new_version_begins_with_the_last_and_keeps_the_keys(client, cohort, official):
    form, choice, text, _file = published(cohort)

    client.post(reverse("cohorts:form-draft", args=[cohort.pk]))
    new = cohort.forms.drafts().get()

    copies = {one.key: one for one in new.questions.all()}
    assert (new.version, set(copies)) == (2, set(form.questions.values_list("key", flat=True)))
    assert copies[text.key].asked_if == copies[choice.key]
    page = client.get(reverse("cohorts:application-form", args=[cohort.pk])).content.decode()
    assert reverse("cohorts:form-publish", args=[new.pk]) in page  # the draft is shown, above the version in use
    client.post(reverse("cohorts:form-discard", args=[new.pk]))
    assert list(ApplicationForm.objects.all()) == [form]


def test_what_is_published_is_not_edited_by_any_door(client, cohort, official):
    form, choice, *_rest = published(cohort)

    data = {"label": "다르게", "page": "추가 질문", "choices": "있음\n없음"}
    assert client.post(reverse("cohorts:question-edit", args=[choice.pk]), data).status_code == 422
    assert add(client, form, "short").status_code == 422
    for name in ("question-move", "question-remove"):
        client.post(reverse(f"cohorts:{name}", args=[choice.pk]), {"way": "down"})
    client.post(reverse("cohorts:form-discard", args=[form.pk]))

    choice.refresh_from_db()
    assert (choice.label, form.questions.count()) == ("자격증이 있습니까?", 3)


def test_the_preview_speaks_both_languages(client, cohort, official):
    form = actions.draft_form(cohort, by=None)
    ask(form, "관심 분야", "choice", label_en="Field of interest", help="하나만", help_en="Only one")

    page = client.get(reverse("cohorts:form-preview", args=[form.pk])).content.decode()

    assert all(words in page for words in ("관심 분야", "Field of interest", "하나만", "Only one", "있음", "Yes"))


@pytest.mark.parametrize("state", ["selecting", "running", "finished"])
def test_when_applications_are_over_the_form_stays(state):
    cohort = make_cohort(state=state)

    with pytest.raises(ActionRefused):
        actions.draft_form(cohort, by=None)


def test_an_empty_form_is_not_published(cohort):
    with pytest.raises(ActionRefused):
        actions.publish_form(actions.draft_form(cohort, by=None), by=None)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_however_many_questions(client, cohort, official, count, django_assert_max_num_queries):
    form = actions.draft_form(cohort, by=None)
    parent = ask(form, "자격증", "choice")
    for _time in range(count):
        ask(form, "어떤", asked_if=parent, asked_values=["있음"])
    assert Question.objects.count() == count + 1

    with django_assert_max_num_queries(10):
        client.get(page_url(cohort))
