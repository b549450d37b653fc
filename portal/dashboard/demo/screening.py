"""How Daegu screens its next cohort: rubrics, three readers of different strictness, a coding test, papers asked for."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from cohorts.actions import bulk
from cohorts.actions.exams import confirm_exam, receive_exam
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.actions.scores import Given, score_application
from cohorts.actions.supplements import ask_supplement, expire_supplements
from cohorts.bulk import BulkVerb
from cohorts.models import Application, Cohort
from cohorts.states import Stage
from portal.accounts.models import User
from portal.dashboard.demo.clock import DAY, on, work_off

PAPERS = [
    CriterionPlan("지원동기", 30, "Motivation", "왜 지금 이 과정인지 자기 말로 설명하는가", "Says in own words why this, why now"),
    CriterionPlan("취업 의지", 30, "Intent to find work", "지역에서 하려는 일이 구체적인가", "Has a concrete job in mind", low_below=10),
    CriterionPlan("학습 계획", 20, "Plan of study", "여섯 달을 끝까지 이어 갈 계획이 있는가", "Has a plan that lasts six months"),
    CriterionPlan("기초 역량", 20, "Basics", "스스로 배워 본 경험이 있는가", "Has taught oneself something before"),
]  # fmt: skip
TALK = [
    CriterionPlan("문제해결", 40, "Problem solving", "모르는 문제를 나누어 푸는가", "Takes an unknown problem apart", minimum=16),
    CriterionPlan("의사소통과 협업", 35, "Communication", "듣고 나서 자기 말로 답하는가", "Listens, then answers in own words", low_below=12),
    CriterionPlan("참여 의지", 25, "Commitment", "끝까지 다닐 수 있는 형편인가", "Is able to stay to the end"),
]  # fmt: skip
UNREAD = 6  # applications of the list that nobody has read yet


def set_rubrics(cohort: Cohort, *, by: User) -> None:
    set_rubric(cohort, Stage.DOCUMENT, PAPERS, by=by)
    set_rubric(cohort, Stage.INTERVIEW, TALK, by=by)


def read(cohort: Cohort, reviewers: Sequence[User], seed: int) -> None:
    """The first reader reads all but a few; a mild and a strict one, some of them too."""
    draw = random.Random(seed)  # noqa: S311  # the same marks in every demo
    applications = list(cohort.applications.in_selection().order_by("pk"))
    for place, application in enumerate(applications[: len(applications) - UNREAD]):
        level = min(96.0, max(45.0, draw.gauss(75, 9)))
        level = max(level, 86.0) if application.source == Application.Source.WEB else level
        give(application, Stage.DOCUMENT, level, draw, by=reviewers[0])
        for other, every, more in ((1, 3, 5), (2, 4, -6)):
            if place % every == 0:
                give(application, Stage.DOCUMENT, level + more, draw, by=reviewers[other])


def give(application: Application, stage: Stage, level: float, draw: random.Random, *, by: User) -> None:
    criteria = application.cohort.criteria.filter(stage=stage)
    marks = {one.pk: min(one.most, max(0, round(one.most * level / 100 + draw.gauss(0, 1)))) for one in criteria}
    score_application(application, {stage: Given(marks=marks)}, by=by)


def hold_test(cohort: Cohort, *, by: User, seed: int) -> None:
    """The provider's file: out of 400 points, by receipt number; some did not come, one is of another course."""
    draw = random.Random(seed)  # noqa: S311
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["순번", "수험번호", "성명", "총점", "비고"])
    rows = cohort.applications.in_selection().order_by("pk").values_list("receipt_number", "person__name")
    for place, (receipt, name) in enumerate(rows, start=1):
        points = "결시" if place % 17 == 5 else str(min(400, max(60, round(draw.gauss(270, 55)))))
        writer.writerow([place, receipt, name, points, ""])
    writer.writerow([len(rows) + 1, "타과정-0007", "서지안", "301", "다른 과정"])
    content = file.getvalue().encode("cp949")
    exam = receive_exam(cohort, SimpleUploadedFile("코딩테스트_결과.csv", content), by=by, out_of=400)
    work_off()
    exam.refresh_from_db()
    confirm_exam(exam, by=by)
    work_off()


def ask_for_papers(cohort: Cohort, applicant: User, today: date, *, by: User) -> None:
    """The applicant of the demo is asked for one paper; somebody else's day is over. Many are to be asked for another."""
    mine = cohort.applications.get(person__user=applicant)
    other = cohort.applications.in_selection().filter(person__user=None).order_by("pk")[3]
    with on(today - 4 * DAY):
        message = "제출하신 초본에 주소 변동 사항이 보이지 않습니다."
        ask_supplement(other, ["주민등록초본(주소 변동 포함)"], by=by, due_on=today - DAY, message=message)
    with on(today - 2 * DAY):
        message = "기준일에 가입 중인 고용보험이 없는지 확인합니다."
        ask_supplement(mine, ["고용보험 자격이력내역서"], by=by, due_on=today + 3 * DAY, message=message)
    with on(today, "00:05"):
        expire_supplements()
        bulk.prepare_bulk(
            cohort, cohort.applications.in_selection(), verb=BulkVerb.ASK, by=by, documents=["최종학력 증명서"],
            due_on=(today + 5 * DAY).isoformat(), message="면접 전에 원본을 확인합니다.",
        )  # fmt: skip
