"""Timetable and attendance: the host's staff and the assigned instructors; trainees, their own."""

from curriculum.models import Holiday
from tests.access import row
from tests.factories import make_day, make_module

READ = {
    "own": "200 200 200 200 403 403 403",
    "same": "200 200 200 404 403 403 403",
    "other": "200 404 404 404 403 403 403",
}
STAFF_FORM = {
    "own": "403 200 200 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}
STAFF_POST = {
    "own": "403 302 302 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}


def extend(w):
    """The things of this table."""
    w.module = make_module(programme=w.programme)
    w.day = make_day(cohort=w.running)
    w.holiday = Holiday.objects.create(host=w.city, date="2026-12-24", name="개교기념일")


MODULE = {"code": "NEW", "title": "새 교과목", "hours": "40"}
TABLE = [
    row("curriculum:programme-list", own="200 200 200 200 403 403 403"),
    row(
        "curriculum:programme-copy",
        "GET",
        lambda w: [w.programme.pk],
        own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403",
    ),
    row(
        "curriculum:programme-copy",
        "POST",
        lambda w: [w.programme.pk],
        own="422 422 422 403 403 403 403",
        other="422 404 404 403 403 403 403",
        data=lambda w: {"name": ""},
    ),
    row("curriculum:module-list", "GET", lambda w: [w.programme.pk], **(READ | {"same": READ["own"]})),
    row("curriculum:module-create", "GET", lambda w: [w.programme.pk], **STAFF_FORM),
    row("curriculum:module-create", "POST", lambda w: [w.programme.pk], **STAFF_POST, data=lambda w: MODULE),
    row("curriculum:module-edit", "GET", lambda w: [w.module.pk], **STAFF_FORM),
    row("curriculum:module-edit", "POST", lambda w: [w.module.pk], **STAFF_POST, data=lambda w: MODULE),
    row("curriculum:module-remove", "POST", lambda w: [w.module.pk], **STAFF_POST),
    row("curriculum:first-days-list", own="200 200 200 200 403 403 403"),
    row("curriculum:first-days-end", "POST", lambda w: [w.enrolment.pk], **STAFF_POST),
    row("curriculum:holiday-list", own="403 200 200 403 403 403 403"),
    row(
        "curriculum:holiday-list",
        "POST",
        own="403 302 302 403 403 403 403",
        data=lambda w: {"date": "2026-12-31", "name": "종무식"},
    ),
    row("curriculum:holiday-remove", "POST", lambda w: [w.holiday.pk], **STAFF_POST),
    row("curriculum:timetable", "GET", lambda w: [w.running.pk], **READ),
    row("curriculum:timetable-plan", "GET", lambda w: [w.running.pk], **STAFF_FORM),
    row(
        "curriculum:timetable-plan",
        "POST",
        lambda w: [w.running.pk],
        **STAFF_POST,
    ),
    row("curriculum:sheet", "GET", lambda w: [w.running.pk], **READ),
    row("curriculum:completion", "POST", lambda w: [w.running.pk], **STAFF_POST),
    row("curriculum:day-list", own="200 200 200 200 403 403 403"),
    row(
        "curriculum:register",
        "GET",
        lambda w: [w.day.pk],
        own="403 200 200 200 403 403 403",
        same="403 200 200 404 403 403 403",
        other="403 404 404 404 403 403 403",
    ),
    row(
        "curriculum:register",
        "POST",
        lambda w: [w.day.pk],
        own="403 302 302 302 403 403 403",
        same="403 302 302 404 403 403 403",
        other="403 404 404 404 403 403 403",
    ),
    row(
        "curriculum:trainee",
        "GET",
        lambda w: [w.enrolment.pk],
        own="200 200 200 200 403 403 200",
        same="200 200 200 404 403 403 404",
        other="200 404 404 404 403 403 404",
    ),
    row(
        "curriculum:my-timetable",
        "GET",
        lambda w: [w.enrolment.pk],
        own="403 403 403 403 403 403 200",
        same="403 403 403 403 403 403 404",
    ),
    row(
        "curriculum:my-course",
        own="403 403 403 403 403 403 302",
        same="403 403 403 403 403 403 200",
    ),
]
