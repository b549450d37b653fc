"""Applying where a cohort asks its own questions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts import questions as rules
from cohorts.actions import questions as actions
from cohorts.models import Answer, Application, ApplicationFile, Question
from portal.accounts.roles import Role
from tests.cohorts.applying import MOTIVATION, fill, send, step_url, submit
from tests.cohorts.asking import ask, published
from tests.factories import assign, make_member, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db


def answer(client, cohort, page, *pairs):
    data = {f"q{question.pk}": value for question, value in pairs}
    return send(client, cohort, f"questions-{page}", data)


def test_from_the_first_question_to_the_receipt(client, cohort, applicant):
    _form, choice, text, file = published(cohort)
    application = fill(client, cohort)

    assert answer(client, cohort, 1, (choice, "있음")).url == step_url(cohort, "questions-2")
    assert answer(client, cohort, 2, (text, "정보처리기사")).url == step_url(cohort, "questions-3")
    copy = SimpleUploadedFile("자격증.pdf", pdf())
    assert answer(client, cohort, 3, (file, copy)).url == step_url(cohort, "files")
    check = client.get(reverse("cohorts:apply-check", args=[cohort.pk])).content.decode()
    assert all(words in check for words in ("정보처리기사", "자격증.pdf", "어떤 자격증입니까?"))
    submit(client, application)

    application.refresh_from_db()
    assert application.state == "submitted"
    own = client.get(application.get_absolute_url()).content.decode()
    assert all(words in own for words in ("정보처리기사", "자격증.pdf"))


def test_two_pages_of_one_title_tell_themselves_apart(client, cohort, applicant):
    _form, choice, _text, _file = published(cohort)
    fill(client, cohort)
    answer(client, cohort, 1, (choice, "있음"))

    labels = [client.get(step_url(cohort, f"questions-{page}")).context["step"].label for page in (1, 2, 3)]
    assert labels == ["추가 질문", "추가 질문 (2)", "자격증"]


def test_what_a_condition_hides_is_neither_asked_nor_missing_nor_kept(client, cohort, applicant):
    _form, choice, text, file = published(cohort)
    application = fill(client, cohort)
    answer(client, cohort, 1, (choice, "있음"))
    answer(client, cohort, 2, (text, "정보처리기사"))
    answer(client, cohort, 3, (file, SimpleUploadedFile("자격증.pdf", pdf())))

    assert answer(client, cohort, 1, (choice, "없음")).url == step_url(cohort, "files")
    assert client.get(step_url(cohort, "questions-2")).status_code == 302
    assert Answer.objects.filter(question=text).exists()  # who turns back finds it again
    submit(client, application)

    application.refresh_from_db()
    assert application.state == "submitted"
    assert [one.question for one in application.answers.all()] == [choice]
    assert not application.files.exists()


def test_nothing_is_submitted_while_an_own_question_is_open(client, cohort, applicant):
    _form, choice, *_rest = published(cohort)
    application = fill(client, cohort)
    answer(client, cohort, 1, (choice, "있음"))

    page = submit(client, application)

    assert page.status_code == 422
    assert [part["slug"] for part in page.context["parts"] if part["missing"]] == ["questions-2", "questions-3"]


def test_who_has_begun_keeps_the_version_and_who_begins_later_gets_the_new_one(client, cohort, applicant, sign_in):
    form, *_rest = published(cohort)
    mine = fill(client, cohort)

    new = actions.draft_form(cohort, by=None)
    for question in new.questions.order_by("-position"):
        actions.remove_question(question, by=None)
    ask(new, "새 질문")
    actions.publish_form(new, by=None)

    assert "자격증이 있습니까?" in client.get(step_url(cohort, "questions-1")).content.decode()
    sign_in(make_user())
    later = fill_another(client, cohort)
    assert "새 질문" in client.get(step_url(cohort, "questions-1")).content.decode()
    assert (mine.form, later.form) == (form, new)


def fill_another(client, cohort):
    from tests.cohorts.applying import begin

    begin(client, cohort, mobile="010-9999-8888", name="임꺽정")
    return Application.objects.get(cohort=cohort, person__name="임꺽정")


def test_an_own_question_can_turn_away(client, cohort, applicant):
    away = {"turns_away": ["있음"], "turned_away": "자격증이 없는 사람을 위한 과정입니다."}
    _form, choice, text, file = published(cohort, **away)
    application = fill(client, cohort)
    answer(client, cohort, 1, (choice, "있음"))
    answer(client, cohort, 2, (text, "정보처리기사"))
    answer(client, cohort, 3, (file, SimpleUploadedFile("자격증.pdf", pdf())))

    receipt = client.get(submit(client, application).url)

    application.refresh_from_db()
    assert (application.state, application.ineligible_reasons) == ("ineligible", [choice.reason_code])
    assert "자격증이 없는 사람을 위한 과정입니다." in receipt.content.decode()
    answer(client, cohort, 1, (choice, "없음"))
    application.refresh_from_db()
    assert (application.state, application.ineligible_reasons) == ("submitted", [])


@pytest.mark.parametrize(
    ("kind", "asks", "bad", "good", "kept"),
    [
        ("short", {"most_letters": 5}, "여섯글자입니", "다섯글자다", "다섯글자다"),
        ("short", {}, "900101-1234567", "없음", "없음"),
        ("choice", {}, "다른 값", "없음", "없음"),
        ("several", {}, ["있음", "다른 값"], ["있음", "없음"], ["있음", "없음"]),
        ("date", {}, "2026-02-30", "2026-02-28", "2026-02-28"),
        ("number", {"least": 0, "most": 5}, "5.5", "4.25", "4.25"),
        ("consent", {}, "", "on", "yes"),
    ],
)
def test_each_kind_refuses_what_is_wrong_and_keeps_what_is_right(
    client, cohort, applicant, kind, asks, bad, good, kept
):
    form = actions.draft_form(cohort, by=None)
    question = ask(form, "질문", kind, **asks)
    actions.publish_form(form, by=None)
    fill(client, cohort)

    refused = answer(client, cohort, 1, (question, bad))
    assert (refused.status_code, Answer.objects.count()) == (422, 0)
    assert answer(client, cohort, 1, (question, good)).status_code == 302
    assert Answer.objects.get().value == kept


def test_words_of_the_office_are_text_and_no_markup(client, cohort, applicant):
    form = actions.draft_form(cohort, by=None)
    ask(form, "<b>질문</b>", help="<img src=x>", page="<i>쪽</i>")
    actions.publish_form(form, by=None)
    fill(client, cohort)

    page = client.get(step_url(cohort, "questions-1")).content.decode()

    assert "<b>" not in page.split("<main")[1]
    assert "<img src=x>" not in page


def test_a_new_file_replaces_the_old(client, cohort, applicant, django_capture_on_commit_callbacks):
    _form, choice, _text, file = published(cohort)
    fill(client, cohort)
    answer(client, cohort, 1, (choice, "있음"))
    with django_capture_on_commit_callbacks(execute=True):
        answer(client, cohort, 3, (file, SimpleUploadedFile("먼저.pdf", pdf())))
        old = ApplicationFile.objects.get()
        answer(client, cohort, 3, (file, SimpleUploadedFile("나중.pdf", pdf(b"other"))))

    assert ApplicationFile.objects.get().name == "나중.pdf"
    assert not old.file.storage.exists(old.file.name)


def test_once_submitted_a_file_that_answers_is_replaced_and_not_taken_away(client, cohort, applicant):
    form = actions.draft_form(cohort, by=None)
    file = ask(form, "포트폴리오", "file")
    actions.publish_form(form, by=None)
    application = fill(client, cohort)
    answer(client, cohort, 1, (file, SimpleUploadedFile("먼저.pdf", pdf())))
    submit(client, application)

    client.post(reverse("cohorts:apply-file-remove", args=[ApplicationFile.objects.get().pk]))
    assert ApplicationFile.objects.get().name == "먼저.pdf"
    answer(client, cohort, 1, (file, SimpleUploadedFile("나중.pdf", pdf(b"other"))))
    assert ApplicationFile.objects.get().name == "나중.pdf"


# Saved as typed ----------------------------------------------------------------------------


def typed(client, cohort, slug, data, field="motivation"):
    url = reverse("cohorts:apply-save", args=[cohort.pk, slug])
    return client.post(url, data, headers={"HX-Request": "true", "HX-Trigger-Name": field})


def test_what_is_typed_is_saved_before_any_button(client, cohort, applicant):
    application = fill(client, cohort)

    told = typed(client, cohort, "motivation", {"motivation": "반쯤 쓴"})

    application.refresh_from_db()
    assert (application.motivation, told.context["wrong"]) == ("반쯤 쓴", "")
    typed(client, cohort, "motivation", {"motivation": ""})
    application.refresh_from_db()
    assert application.motivation == ""


def test_a_mistake_is_named_and_the_rest_is_saved(client, cohort, applicant):
    form = actions.draft_form(cohort, by=None)
    number, text = ask(form, "학점", "number", most=5), ask(form, "경로")
    actions.publish_form(form, by=None)
    fill(client, cohort)

    told = typed(client, cohort, "questions-1", {f"q{number.pk}": "아홉", f"q{text.pk}": "친구"}, f"q{number.pk}")

    assert told.context["wrong"]
    assert [one.value for one in Answer.objects.all()] == ["친구"]


def test_two_windows_notice_each_other(client, cohort, applicant):
    application = fill(client, cohort)
    first, second = {"tab": "a", "seen": ""}, {"tab": "b", "seen": ""}
    typed(client, cohort, "motivation", {"motivation": "첫째", **first})
    typed(
        client, cohort, "motivation", {"motivation": "첫째, 다시", **first}
    )  # an answer lost on the way is no conflict

    told = typed(client, cohort, "motivation", {"motivation": "둘째", **second})
    refused = send(client, cohort, "motivation", {"motivation": "둘째", **second})

    application.refresh_from_db()
    assert application.motivation == "첫째, 다시"
    assert told.context["wrong"]
    assert refused.status_code == 422
    again = {"motivation": "둘째", "tab": refused.context["tab"], "seen": refused.context["seen"]}
    assert send(client, cohort, "motivation", again).status_code == 302
    application.refresh_from_db()
    assert application.motivation == "둘째"


def test_what_is_submitted_is_not_changed_by_typing(client, cohort, applicant):
    application = fill(client, cohort)
    submit(client, application)

    assert typed(client, cohort, "motivation", {"motivation": "다른 글"}).status_code == 404
    application.refresh_from_db()
    assert application.motivation == MOTIVATION["motivation"]


# The rules ---------------------------------------------------------------------------------


class Asking:
    """A question as the rules see it."""

    def __init__(self, pk, asked_if_id, required, kind="choice"):
        self.pk, self.asked_if_id, self.required, self.kind = pk, asked_if_id, required, kind
        self.page, self.asked_values, self.turns_away = "쪽", ["y"], ["n"]


@st.composite
def forms(draw):
    size = draw(st.integers(1, 12))
    asking = []
    for pk in range(size):
        parent = draw(st.none() | st.integers(0, pk - 1)) if pk else None
        asking.append(Asking(pk, parent, draw(st.booleans())))
    answers = {pk: draw(st.sampled_from(["y", "n", "", ["y", "n"]])) for pk in range(size) if draw(st.booleans())}
    return asking, answers


@given(forms())
def test_hidden_never_counts(drawn):
    asking, answers = drawn
    shown = {one.pk for one in rules.asked(asking, answers)}
    gone = {one.pk for one in rules.hidden(asking, answers)}

    assert shown | gone == {one.pk for one in asking}
    assert not shown & gone
    assert {one.pk for one in rules.missing(asking, answers, {})} <= shown
    assert {one.pk for one in rules.turning_away(asking, answers)} <= shown
    assert all(one.asked_if_id is None or one.asked_if_id in shown for one in asking if one.pk in shown)


@given(forms())
def test_answers_of_hidden_questions_change_nothing(drawn):
    asking, answers = drawn
    gone = {one.pk for one in rules.hidden(asking, answers)}
    kept = {pk: value for pk, value in answers.items() if pk not in gone}

    assert rules.asked(asking, kept) == rules.asked(asking, answers)
    assert rules.turning_away(asking, kept) == rules.turning_away(asking, answers)


@given(forms())
def test_no_page_holds_a_question_with_the_one_it_depends_on(drawn):
    asking, _answers = drawn
    pages = rules.pages(asking)

    assert [one for page in pages for one in page.questions] == asking
    for page in pages:
        here = {one.pk for one in page.questions}
        assert not any(one.asked_if_id in here for one in page.questions)


# Who reads the answers ---------------------------------------------------------------------


def test_a_reviewer_reads_what_does_not_tell_who_it_is_and_the_office_all(client, cohort, applicant, sign_in):
    cohort.policy.blind_review = True
    cohort.policy.save()
    form = actions.draft_form(cohort, by=None)
    blind, seen = ask(form, "졸업한 학교", blind=True), ask(form, "관심 분야")
    copy = ask(form, "졸업증명서", "file")
    actions.publish_form(form, by=None)
    application = fill(client, cohort)
    upload = SimpleUploadedFile("홍길동.pdf", pdf())
    answer(client, cohort, 1, (blind, "대구고"), (seen, "자연어"), (copy, upload))
    submit(client, application)
    reviewer, file = make_member(Role.REVIEWER, cohort.host), application.files.get()
    assign(reviewer, cohort)
    sign_in(reviewer)

    page = client.get(reverse("cohorts:score-edit", args=[application.pk])).content.decode()
    assert "자연어" in page
    assert not any(words in page for words in ("대구고", "졸업한 학교", "홍길동"))
    assert client.get(reverse("cohorts:application-file", args=[file.pk])).status_code == 403

    sign_in(make_member(Role.OFFICIAL, cohort.host))
    page = client.get(application.get_absolute_url()).content.decode()
    assert all(words in page for words in ("대구고", "자연어", "홍길동.pdf"))


def test_the_notice_tells_beforehand_by_an_own_question_whether_one_can_apply(
    client, cohort, django_assert_num_queries
):
    away = {"turns_away": ["있음"], "turned_away": "자격증이 없는 사람을 위한 과정입니다."}
    _form, choice, *_rest = published(cohort, **away)
    url = reverse("cohorts:notice", args=[cohort.pk])
    fine = {"birth_date": "1998-03-15", "address": "대구광역시 중구", "employed": "no"}

    with django_assert_num_queries(2):
        page = client.get(url).content.decode()
    assert "자격증이 있습니까?" in page
    out = client.get(url, fine | {f"q{choice.pk}": "있음"})
    assert [str(one) for one in out.context["reasons"]] == ["자격증이 없는 사람을 위한 과정입니다."]
    assert client.get(url, fine | {f"q{choice.pk}": "없음"}).context["reasons"] == []
    assert client.get(url, fine).context["reasons"] is None  # one answer is missing
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", "12.00", "12"),
        ("number", "100", "100"),
        ("number", "3.50", "3.5"),
        ("date", "2026-03-05", "2026. 3. 5."),
    ],
)
def test_numbers_and_dates_are_shown_as_people_write_them(kind, value, said):
    with translation.override("ko"):
        assert Question(kind=kind, choices=[]).shown(value) == said
