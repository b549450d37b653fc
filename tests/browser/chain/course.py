"""From the first trainee to the last day: registers, projects, logs, completion."""

import random
from datetime import time

import yaml

from cohorts.actions.pledges import record_entry
from cohorts.models import Cohort
from curriculum import actions as teaching
from curriculum.actions.attendance import Entry, in_training_on
from curriculum.models import Attendance, Lesson, Module
from placements import actions as placing
from placements.models import MentoringLog, Project, Team
from tests.browser.chain.cast import DATA, PROJECTS, Cast
from tests.browser.chain.desk import Desk, did, on
from tests.browser.chain.work import employ_early
from tests.factories import make_company
from tests.workers import drain


def enrol(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The operator makes a hundred trainees, writes the modules, plans 26 weeks, and the course begins."""
    with on("2026-04-23", "19:00"):
        pledge(desk, cast, cohort)
    with on("2026-04-24"):
        desk.open(cast.operator, f"/cohorts/{cohort.pk}/desk/")
        desk.look("enrolment-desk")
        desk.go(f"/cohorts/{cohort.pk}/enrol/")
        desk.submit()
        desk.page.locator('main a[href$="/end/"]').first.wait_for()
        desk.look("enrolments")
        did(cast.operator, "enrolment.started")
        modules = yaml.safe_load((DATA / "curriculum.yaml").read_text(encoding="utf-8"))["modules"]
        for module in modules[:2]:
            desk.go(f"/curriculum/{cohort.programme_id}/modules/new/")
            desk.fill(code=module["code"], title=module["title"], hours=module["hours"])
            if module["after"]:
                desk.fill(after=[Module.objects.get(code=code).pk for code in module["after"]])
            desk.submit()
            desk.page.get_by_role("rowheader", name=module["title"]).wait_for()
        for module in modules[2:]:
            after = Module.objects.filter(code__in=module["after"])
            fields = {name: module[name] for name in ("code", "title", "hours")}
            teaching.write_module(cohort.programme, by=cast.operator, after=after, **fields)
        desk.go(f"/cohorts/{cohort.pk}/timetable/plan/")
        desk.press("Write the timetable")
        desk.page.locator(".p-card").first.wait_for()
        desk.look("timetable")
        drain()
    with on("2026-05-04", "08:30"):
        desk.open(cast.operator, f"/cohorts/{cohort.pk}/")
        desk.confirm("start")
        desk.sees_state(cohort, "running")
    did(cast.operator, "module.written", "timetable.planned", "cohort.started")
    assert cohort.enrolments.active().count() == 100
    assert sum(Lesson.objects.filter(day__cohort=cohort).values_list("hours", flat=True)) <= 960


def pledge(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The applicant agrees to the rules on the phone; the others have signed at the orientation."""
    mine = cohort.applications.accepted().get(person__user=cast.applicant)
    desk.open(cast.applicant, f"/applications/{mine.pk}/pledge/", small=True)
    desk.page.locator("main [name=agree]").check(force=True)
    desk.fill(other_training=False)
    desk.submit()
    desk.sees("Thank you. That is all we need from you before the first day.")
    did(cast.applicant, "application.pledged")
    for other in cohort.applications.accepted().exclude(pk=mine.pk):
        record_entry(other, by=cast.operator, paper_note="오리엔테이션 서약서", other_training=False)


def teach(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The instructor takes the register of the first day on the screen; then day after day until the last."""
    days = list(cohort.days.order_by("date"))
    numbers = dict(cohort.enrolments.values_list("number", "pk"))
    with on(days[0].date, "18:30"):
        desk.open(cast.instructor, f"/attendance/{days[0].pk}/", examined=False)  # once it is full
        desk.press("Fill empty lines with the whole day")
        late = f"check_in__{numbers[7]}"
        desk.page.locator(f"#check_out-{numbers[1]}[value='18:00']").wait_for()
        desk.fill(**{late: "09:25"})
        desk.press("Save the register")
        desk.sees("The register of %(count)s trainees was saved.", count=100)
        desk.examine()
        desk.look("register")
    did(cast.instructor, "register.saved")
    assert Attendance.objects.filter(day=days[0], late=True).get().enrolment_id == numbers[7]
    for place, day in enumerate(days[1:], start=1):
        if str(day.date) == "2026-05-18":
            employ_early(cast, cohort)
        with on(day.date, "18:30"):
            entries = [
                Entry(one.pk) if one.number % 40 == 3 and place % 3 == 0 else Entry(one.pk, time(8, 50), time(18, 5))
                for one in in_training_on(day)
            ]
            teaching.save_register(day, entries, by=cast.instructor)
    assert cohort.days.filter(registered_at=None).count() == 0


def place(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The mentor proposes a project, the operator opens it, trainees choose, teams are formed."""
    with on("2026-07-20"):
        desk.open(cast.mentor, "/projects/new/")
        desk.choose(cohort=cohort.name)
        desk.fill(title="물류 로봇 경로 예측", description="물류창고 로봇의 이동 기록", teams_max=2)
        desk.submit()
        desk.sees("The project was proposed. The city opens it for the trainees.")
        did(cast.mentor, "project.proposed")
        project = Project.objects.get()
        desk.open(cast.operator, f"/projects/{project.pk}/")
        desk.press("Open for preferences")
        desk.sees_state(project, "open")
        did(cast.operator, "project.opened")
        facts = yaml.safe_load(PROJECTS.read_text(encoding="utf-8"))["projects"]
        others = [
            placing.offer_project(cohort, company=make_company(name=f"{one['company']} 대구"), by=cast.operator,
                                  title=one["title"], teams_max=one["teams"] + 1, nda=one["nda"])
            for one in facts[1:]
        ]  # fmt: skip
    me = cohort.enrolments.get(person__user=cast.applicant)
    with on("2026-07-27"):
        desk.open(cast.applicant, f"/trainees/{me.pk}/preferences/", small=True)
        desk.fill(choice1=project.pk, choice2=others[0].pk)
        desk.look("preferences")
        desk.submit()
        desk.sees("Your choices were saved.")
        did(cast.applicant, "preferences.chosen")
        draw = random.Random(1)
        for number, one in enumerate(cohort.enrolments.active().exclude(pk=me.pk)):
            wishes = draw.sample(others, 3)
            placing.choose_preferences(one, [project, *wishes[:2]] if number < 4 else wishes, by=None)
    with on("2026-08-11"):
        desk.open(cast.operator, f"/cohorts/{cohort.pk}/placement/form/")
        desk.look("matching")
        desk.press("Form these teams")
        desk.page.locator('main a[href*="/teams/"]').first.wait_for()
        team = Team.objects.get(members__enrolment=me)
        assert team.project == project
        desk.go(f"/teams/{team.pk}/mentor/")
        desk.choose(mentor=cast.mentor.name)
        desk.submit()
        desk.sees("The mentor was assigned.")
        desk.go(f"/cohorts/{cohort.pk}/placement/")
        desk.press("Start the projects")
        desk.sees("The projects run.")
    did(cast.operator, "teams.formed", "team.mentor_assigned", "project.started")
    assert Team.objects.filter(cohort=cohort).count() >= 20


def mentor(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The mentor writes a log of the own team, whose names nobody has agreed to show; the operator approves it."""
    team = Team.objects.get(mentor=cast.mentor.acting)
    trainee = team.members.get(enrolment__person__user=cast.applicant).enrolment
    with on("2026-08-26", "17:00"):
        desk.open(cast.mentor, f"/teams/{team.pk}/")
        desk.sees(f"교육생 {trainee.number}")
        assert trainee.person.name not in desk.page.locator("main").inner_text()
        desk.look("team")
        desk.go(f"/teams/{team.pk}/logs/write/")
        desk.fill(
            starts_at="2026-08-26T14:00", ends_at="2026-08-26T15:30", mode="online", attendees=[trainee.pk],
            topic="데이터 확인", content="이동 기록의 결측을 함께 살폈습니다.", progress=20, feedback="평가 기준을 먼저 정합시다.",
        )  # fmt: skip
        desk.submit()
        desk.page.locator('main a[href$="/print/"]').wait_for()
        log = MentoringLog.objects.get()
        desk.sees_state(log, "submitted")
        did(cast.mentor, "log.written", "log.submitted")
        desk.open(cast.operator, f"/logs/{log.pk}/")
        desk.press("Approve")
        desk.sees_state(log, "approved")
        desk.sees(cast.mentor.name)
        desk.look("log")
    did(cast.operator, "log.approved")


def finish(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """Every register is there: the official ends the course, and who missed too much has not completed it."""
    with on("2026-11-04"):
        desk.open(cast.official, f"/cohorts/{cohort.pk}/attendance/", examined=False)  # 12,500 cells
        desk.confirm("completion")
        told = "%(completed)s trainees have completed, %(not_completed)s have not."
        desk.sees(told, completed=95, not_completed=3)
        did(cast.official, "course.completed")
        for project in Project.objects.filter(cohort=cohort, state="running"):
            placing.finish_project(project, by=cast.operator)
        desk.go(f"/cohorts/{cohort.pk}/")
        desk.confirm("finish")
        desk.sees_state(cohort, "finished")
    did(cast.official, "cohort.finished")
    assert not cohort.enrolments.active().exists()
    assert cohort.enrolments.filter(state="not_completed").count() == 3
