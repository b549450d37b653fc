"""Admission interviews: the office, the panellists, and the applicant's own."""

from datetime import timedelta

from django.utils import timezone

from tests import factories as make
from tests.access import row
from tests.cohorts.interviewing import at, make_booking, make_panel, make_slot
from tests.cohorts.interviewing import selecting as make_selecting

#        admin official operator instructor reviewer mentor trainee
SEEN = {
    "own": "200 200 200 403 403 403 403",
    "same": "200 200 200 403 403 403 403",
    "other": "200 404 404 403 403 403 403",
}
PAGE = {
    "own": "403 200 200 403 403 403 403",
    "same": "403 200 200 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}
VERB = {name: statuses.replace("200", "302") for name, statuses in PAGE.items()}
WRONG = {name: statuses.replace("200", "422") for name, statuses in PAGE.items()}
PANEL = {
    "own": "200 200 200 403 200 403 403",
    "same": "200 200 200 403 404 403 403",
    "other": "200 404 404 403 404 403 403",
}
CHOOSES = {
    "own": "403 200 200 403 403 403 200",
    "same": "403 200 200 403 403 403 404",
    "other": "403 404 404 403 403 403 404",
}
CHOSEN = {name: statuses.replace("200", "302") for name, statuses in CHOOSES.items()}
MARKS = {
    "own": "403 302 302 403 302 403 403",
    "same": "403 302 302 403 404 403 403",
    "other": "403 404 404 403 404 403 403",
}


def extend(w):
    """A panel of the city's own reviewer with a free time, one booked by its own applicant, and one that is over."""
    w.interviewing = make_selecting(programme=w.programme)
    make.assign(w.own["reviewer"], w.interviewing)
    w.interviewed = make.make_application(cohort=w.interviewing, person=w.application.person)
    make.make_application(cohort=w.interviewing)
    w.panel = make_panel(w.interviewing, w.own["reviewer"])
    w.free_slot = make_slot(w.panel, at(5, 15))
    w.booking = make_booking(make_slot(w.panel), w.interviewed)
    over = make_slot(w.panel, timezone.now() - timedelta(hours=2))
    w.booking_over = make_booking(over, make.make_application(cohort=w.interviewing))


def of(name):
    return lambda w: [getattr(w, name).pk]


def times(w):
    return {
        "first": f"{at(9):%Y-%m-%d}",
        "begins": "10:00",
        "ends": "11:00",
        "minutes": "20",
        "rest": "0",
        "capacity": "1",
    }


def changed(w):
    return {"name": "2조", "place": "별관", "reviewers": [w.panel.members.get().reviewer_id]}


def invited(w):
    return {"who": "all", "book_until": f"{at(2):%Y-%m-%d %H:%M}"}


TABLE = [
    row("cohorts:admission-interviews", "GET", of("interviewing"), **SEEN),
    row("cohorts:admission-people", "GET", of("interviewing"), **SEEN),
    row("cohorts:admission-invite", "GET", of("interviewing"), **PAGE),
    row("cohorts:admission-invite", "POST", of("interviewing"), **VERB, data=invited),
    row("cohorts:admission-panel-create", "GET", of("interviewing"), **PAGE),
    row("cohorts:admission-panel-create", "POST", of("interviewing"), **WRONG),
    row("cohorts:admission-panel", "GET", of("panel"), **PANEL),
    row("cohorts:admission-panel-print", "GET", of("panel"), **PANEL),
    row("cohorts:admission-panel-calendar", "GET", of("panel"), **PANEL),
    row("cohorts:admission-panel-edit", "GET", of("panel"), **PAGE),
    row("cohorts:admission-panel-edit", "POST", of("panel"), **VERB, data=changed),
    row("cohorts:admission-panel-remove", "POST", of("panel"), **VERB),
    row("cohorts:admission-slots-add", "GET", of("panel"), **PAGE),
    row("cohorts:admission-slots-add", "POST", of("panel"), **VERB, data=times),
    row("cohorts:admission-slots-remove", "POST", of("panel"), **VERB, data=lambda w: {"day": f"{at(5):%Y-%m-%d}"}),
    row("cohorts:admission-interview", "GET", of("interviewed"), **CHOOSES),
    row("cohorts:admission-book", "POST", of("interviewed"), **CHOSEN, data=lambda w: {"slot": w.free_slot.pk}),
    row("cohorts:admission-cancel", "POST", of("interviewed"), **CHOSEN),
    row("cohorts:admission-calendar", "GET", of("interviewed"), **CHOOSES),
    row("cohorts:admission-attendance", "POST", of("booking_over"), **MARKS, data=lambda w: {"came": "no"}),
]  # fmt: skip
