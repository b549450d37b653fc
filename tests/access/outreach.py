"""School visits: the host's staff; the company, its own; teachers without an account, by a signed link."""

from datetime import timedelta

from django.utils import timezone

from cohorts.models import VisitPupil
from tests import factories as make
from tests.access import row
from tests.cohorts.visiting import make_request, make_round, make_visit, school_day

#        admin official operator instructor reviewer mentor trainee
SEEN = {
    "own": "200 200 200 403 403 200 403",
    "same": "200 200 200 403 403 404 403",
    "other": "200 404 404 403 403 404 403",
}
OFFICE = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
PAGE = {"own": "403 200 200 403 403 403 403", "other": "403 404 404 403 403 403 403"}
VERB = {relation: statuses.replace("200", "302") for relation, statuses in PAGE.items()}
WRONG = {relation: statuses.replace("200", "422") for relation, statuses in PAGE.items()}
REPORT = {
    "own": "403 200 200 403 403 200 403",
    "same": "403 200 200 403 403 404 403",
    "other": "403 404 404 403 403 404 403",
}
REPORTED = {relation: statuses.replace("200", "302") for relation, statuses in REPORT.items()}
EVERYBODY = {"own": "200 200 200 200 200 200 200", "anonymous": 200}
GOES_ON = {"own": "302 302 302 302 302 302 302", "anonymous": 302}
REFUSED = {"own": "422 422 422 422 422 422 422", "anonymous": 422}
NOBODY = {"own": "404 404 404 404 404 404 404", "anonymous": 404}


def extend(w):
    """Rounds in each state, requests, and visits to come, over and held."""
    w.outreach = make.make_programme(host=w.city, agreement=w.agreement, kind="outreach", months_at_least=None)
    these = {"programme": w.outreach, "company": w.company}
    w.round_draft, w.round = make_round(**these, state="draft"), make_round(**these)
    w.round_over = make_round(**these, over=True)
    w.school_request = make_request(round=w.round)
    make_request(round=w.round_over)
    w.to_plan = make_request(round=w.round, state="accepted")
    w.visit = make_visit(round=make_round(**these), days=9)
    w.visit_over = make_visit(round=make_round(**these), days=-1)
    w.visit_held = make_visit(round=make_round(**these), days=-2, state="held")
    gate = make_round(**these, format="at_company", place="성남 사옥", names_needed=True)
    w.visit_gate = make_visit(round=gate, days=12)
    w.named_pupil = VisitPupil.objects.create(
        visit=w.visit_gate, host=w.city, name="임하늘", guardian="임도현", consent_way="paper",
        consented_on=timezone.localdate(),
    )  # fmt: skip


def of(name):
    return lambda w: [getattr(w, name).pk]


def link(name):
    """The teacher's link to the request behind a visit or to a request itself."""

    def arguments(w):
        found = getattr(w, name)
        return [getattr(found, "request", found).token]

    return arguments


def arranged(w):
    start = timezone.localtime() + timedelta(days=20)
    return {
        "expert_name": "오지훈", "starts_at": f"{start:%Y-%m-%d} 10:00", "ends_at": f"{start:%Y-%m-%d} 11:30",
        "place": "과학실",
    }  # fmt: skip


def plan(w):
    now = timezone.localtime()
    return {
        "company": w.company.pk, "format": "at_school", "topic": "AI와 직업", "grades": ["e5"], "visits_most": 2,
        "visits_from": str(school_day(20)), "visits_until": str(school_day(60)), "pupils_most": 30, "minutes": 90,
        "apply_opens_at": f"{now:%Y-%m-%d} 09:00", "apply_closes_at": f"{now + timedelta(days=9):%Y-%m-%d} 18:00",
        "rural_percent": 100, "waitlist_most": 5,
    }  # fmt: skip


REASON = {"reason": "강사 사정"}
MARKS = {"level": "4", "interest": "5", "running": "3"}
COUNT = {"grade_e5": "24", "teachers": "2"}
PUPIL = {"name": "강다온", "under_14": "on", "guardian": "강도윤", "consent_way": "paper", "consented_on": "2026-01-05"}
TABLE = [
    row("cohorts:visit-notice-list", **EVERYBODY),
    row("cohorts:visit-notice", arguments=of("round"), **EVERYBODY),
    row("cohorts:visit-notice", arguments=of("round_draft"), **NOBODY),
    row("cohorts:school-request-send", arguments=of("round"), **EVERYBODY),
    row("cohorts:school-request-send", "POST", of("round"), **REFUSED),
    row("cohorts:school-request-send", "POST", of("round_draft"), **NOBODY),
    row("cohorts:school-mine", arguments=link("school_request"), **EVERYBODY),
    row("cohorts:school-mine", arguments=lambda w: [f"{w.school_request.pk}:forged"], **NOBODY),
    row("cohorts:school-withdraw", "POST", link("school_request"), **GOES_ON),
    row("cohorts:school-feedback", arguments=link("visit_held"), **EVERYBODY),
    row("cohorts:school-feedback", "POST", link("visit_held"), data=lambda w: MARKS, **GOES_ON),
    row("cohorts:school-feedback", arguments=link("visit"), **NOBODY),
    row("cohorts:school-pupils", arguments=link("visit_gate"), **EVERYBODY),
    row("cohorts:school-pupils", "POST", link("visit_gate"), data=lambda w: PUPIL, **GOES_ON),
    row("cohorts:school-pupils", arguments=link("visit"), **NOBODY),
    row("cohorts:school-pupil-remove", "POST", lambda w: [w.visit_gate.request.token, w.named_pupil.pk], **GOES_ON),
    row("cohorts:school-pupil-remove", "POST", lambda w: [w.visit.request.token, w.named_pupil.pk], **NOBODY),
    row("cohorts:round-list", own="200 200 200 403 403 200 403"),
    row("cohorts:round", arguments=of("round"), **SEEN),
    row("cohorts:round", arguments=of("round_draft"), **{**SEEN, "own": "200 200 200 403 403 404 403"}),
    row("cohorts:round-offer", arguments=of("outreach"), **PAGE),
    row("cohorts:round-offer", "POST", of("outreach"), data=plan, **VERB),
    row("cohorts:round-edit", arguments=of("round_draft"), **PAGE),
    row("cohorts:round-edit", "POST", of("round_draft"), **WRONG),
    row("cohorts:round-publish", "POST", of("round_draft"), **VERB),
    row("cohorts:round-cancel", "POST", of("round"), data=lambda w: REASON, **VERB),
    row("cohorts:round-choice", arguments=of("round_over"), **PAGE),
    row("cohorts:round-decide", "POST", of("round_over"), **VERB),
    row("cohorts:school-request-list", own=OFFICE["own"]),
    row("cohorts:school-request", arguments=of("school_request"), **OFFICE),
    row("cohorts:school-request-cancel", "POST", of("school_request"), data=lambda w: REASON, **VERB),
    row("cohorts:visit-plan", arguments=of("to_plan"), **PAGE),
    row("cohorts:visit-plan", "POST", of("to_plan"), data=arranged, **VERB),
    row("cohorts:visit-list", own="200 200 200 403 403 200 403"),
    row("cohorts:visit-figures", own="200 200 200 403 403 200 403"),
    row("cohorts:visit-calendar", own="200 200 200 403 403 200 403"),
    row("cohorts:visit", arguments=of("visit_held"), **SEEN),
    row("cohorts:visit-print", arguments=of("visit_gate"), **SEEN),
    row("cohorts:visit-reschedule", arguments=of("visit"), **PAGE),
    row("cohorts:visit-reschedule", "POST", of("visit"), data=arranged, **VERB),
    row("cohorts:visit-cancel", "POST", of("visit"), data=lambda w: REASON, **VERB),
    row("cohorts:visit-report", arguments=of("visit_over"), **REPORT),
    row("cohorts:visit-report", "POST", of("visit_over"), data=lambda w: COUNT, **REPORTED),
]  # fmt: skip
