"""Pathways: their picture, schools and people."""

from types import SimpleNamespace

from cohorts.actions.pathway import enter
from cohorts.actions.progression import Decision, progress_class
from cohorts.states import StayEnd
from tests import factories as make
from tests.access import row
from tests.cohorts.walking import class_of, make_pathway

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
PERSON = {
    "own": "200 200 200 200 403 403 200",
    "same": "200 200 200 404 403 403 404",
    "other": "200 404 404 404 403 403 404",
}
DONE = {relation: statuses.replace("200", "302") for relation, statuses in PAGE.items()}
WRONG = {relation: statuses.replace("200", "422") for relation, statuses in PAGE.items()}
LIST = "200 200 200 200 403 403 403"


def extend(w: SimpleNamespace) -> None:
    """The things of this table: one on the way, one without a school, a class decided today."""
    w.way = make_pathway(host=w.city)
    entry = w.way.entry(2024)
    w.walker = make.make_enrolment(cohort=entry, person=w.application.person)
    enter(entry, {w.walker.pk: w.way.schools[0]}, by=None)
    make.assign(w.own["instructor"], entry)
    w.unplaced = make.make_enrolment(cohort=entry)
    w.empty_place = w.way.schools[1]
    w.pupil = w.way.entrants(2023)[0]
    stays = [stay for stay in class_of(w.way.schools[0], 1) if stay.enrolment_id == w.pupil.pk]
    decisions = {stay.pk: Decision(StayEnd.PROGRESSED) for stay in stays}
    w.decided = progress_class(w.way.schools[0], 1, decisions, on=stays[0].starts_on.replace(year=2024), by=None)


def first(w: SimpleNamespace) -> list[int]:
    return [w.way.schools[0].pk, 1]


TABLE = [
    row("cohorts:pathway", "GET", lambda w: [w.way.programme.pk], **SEEN),
    row("cohorts:pathway-classes", "GET", lambda w: [w.way.programme.pk], **SEEN),
    row("cohorts:place-add", "GET", lambda w: [w.way.programme.pk], **PAGE),
    row("cohorts:place-add", "POST", lambda w: [w.way.programme.pk], **WRONG, data=lambda w: {"stage": "x"}),
    row("cohorts:place-remove", "POST", lambda w: [w.empty_place.pk], **DONE),
    row("cohorts:progression", "GET", first, **PAGE),
    row("cohorts:progression", "POST", first, **WRONG, data=lambda w: {"on": "x"}),
    row("cohorts:progression-undo", "GET", lambda w: [w.decided.pk], **PAGE),
    row("cohorts:progression-undo", "POST", lambda w: [w.decided.pk], **DONE, data=lambda w: {"reason": "다른 반"}),
    row("cohorts:way-list", own=LIST),
    row("cohorts:way", "GET", lambda w: [w.walker.pk], **PERSON),
    row("cohorts:way-leave", "GET", lambda w: [w.walker.pk], **PAGE),
    row("cohorts:way-leave", "POST", lambda w: [w.walker.pk], **DONE,
        data=lambda w: {"on": "2024-05-02", "reason": "질병"}),
    row("cohorts:way-return", "GET", lambda w: [w.walker.pk], **PAGE),
    row("cohorts:way-return", "POST", lambda w: [w.walker.pk], **WRONG, data=lambda w: {"on": "2024-05-02"}),
    row("cohorts:way-transfer", "GET", lambda w: [w.walker.pk], **PAGE),
    row("cohorts:way-transfer", "POST", lambda w: [w.walker.pk], **DONE,
        data=lambda w: {"to": w.empty_place.pk, "on": "2024-05-02", "reason": "이사"}),
    row("cohorts:way-end", "GET", lambda w: [w.walker.pk], **PAGE),
    row("cohorts:way-end", "POST", lambda w: [w.walker.pk], **DONE,
        data=lambda w: {"on": "2024-05-02", "reason": "이사"}),
    row("cohorts:entry", "GET", lambda w: [w.way.cohorts[2024].pk], **PAGE),
    row("cohorts:entry", "POST", lambda w: [w.way.cohorts[2024].pk], **DONE,
        data=lambda w: {f"place-{w.unplaced.pk}": w.empty_place.pk}),
    row("cohorts:entrant-list", "GET", lambda w: [w.way.cohorts[2024].pk], **PAGE),
    row("cohorts:entrant-list", "POST", lambda w: [w.way.cohorts[2024].pk], **WRONG),
    row("cohorts:entrant-admit", "GET", lambda w: [w.way.cohorts[2024].pk], **PAGE),
    row("cohorts:entrant-admit", "POST", lambda w: [w.way.cohorts[2024].pk], **WRONG, data=lambda w: {"name": ""}),
]  # fmt: skip
