"""The own questions of a demo's application form, and what an applicant answers."""

from datetime import datetime, timedelta
from typing import Any

from cohorts.actions.answers import save_own_answers
from cohorts.actions.extensions import extend_deadline
from cohorts.actions.questions import ask_question, draft_form, publish_form
from cohorts.actions.setup import copy_setup
from cohorts.models import Application, ApplicationForm, Cohort, Question
from portal.accounts.models import User

YES_NO = [{"ko": "있음", "en": "Yes"}, {"ko": "없음", "en": "No"}]
TOOLS = [{"ko": one, "en": ""} for one in ("Python", "SQL", "CAD", "MATLAB")] + [{"ko": "없음", "en": "None"}]


def publish(cohort: Cohort, *, by: User) -> ApplicationForm:
    """Two pages: earlier study with a condition, and how one wants to learn."""
    form = draft_form(cohort, by=by)
    first: dict[str, Any] = {"page": "준비 정도", "page_en": "What you bring"}
    second: dict[str, Any] = {"page": "학습 계획", "page_en": "How you want to learn"}
    ask_question(
        form, by=by, kind="several", label="써 본 도구를 모두 고르십시오", label_en="Choose all tools you have used",
        choices=TOOLS, **first,
    )  # fmt: skip
    award = ask_question(
        form, by=by, kind="choice", label="관련 자격증이나 수상이 있습니까?", label_en="Do you have a certificate or award?",
        choices=YES_NO, **first,
    )  # fmt: skip
    ask_question(
        form, by=by, kind="short", label="자격증이나 수상의 이름", label_en="Its name", most_letters=100,
        asked_if=award, asked_values=["있음"], blind=True, help="여러 개이면 쉼표로 나누어 적습니다.", **first,
    )  # fmt: skip
    ask_question(
        form, by=by, kind="number", label="일주일에 따로 공부할 수 있는 시간", label_en="Hours a week for your own study",
        least=0, most=60, **second,
    )  # fmt: skip
    ask_question(
        form, by=by, kind="long", label="배운 것을 지역 기업에서 어떻게 쓰고 싶습니까?",
        label_en="How do you want to use it in a company of the region?", most_letters=500, required=False, **second,
    )  # fmt: skip
    ask_question(
        form, by=by, kind="consent", label="교육 사진과 영상 촬영에 동의합니다", label_en="I agree to photographs of the course",
        required=False, help="거부해도 불이익이 없습니다.", help_en="Refusing has no disadvantage.", **second,
    )  # fmt: skip
    return publish_form(form, by=by)


def again(cohort: Cohort, *, by: User) -> ApplicationForm:
    """The questions of the cohort before, copied and published."""
    before = cohort.programme.cohorts.filter(starts_on__lt=cohort.starts_on, forms__isnull=False).first()
    if before is None:
        return publish(cohort, by=by)
    copy_setup(cohort, source=before, parts=["questions"], by=by)
    return publish_form(cohort.forms.get(), by=by)


SAID: dict[str, Any] = {
    "several": ["Python", "CAD"], "choice": "있음", "short": "기계설계산업기사", "number": "12",
    "long": "금형 설계 데이터를 정리해 불량을 미리 찾고 싶습니다.", "consent": "yes",
}  # fmt: skip


def answer(application: Application, *, by: User) -> Application:
    """Every own question, if the cohort has any."""
    asked = Question.objects.filter(form=application.form_id) if application.form_id else ()
    told = {question.pk: SAID[question.kind] for question in asked}
    return save_own_answers(application, told, by=by) if told else application


def extend(cohort: Cohort, *, by: User, days: int) -> None:
    """Somebody whose line was cut on the last evening."""
    until: datetime = cohort.apply_closes_at + timedelta(days=days)
    reason = "마감 전날 밤 본인인증 서비스 장애로 접속하지 못함을 확인함"
    extend_deadline(cohort, by=by, email="late.applicant@example.kr", until=until, reason=reason)
