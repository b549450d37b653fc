"""Projects, teams, logs, jobs: the host's staff; companies, their own; trainees, their own."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from placements.models import EmploymentEvidence, JobInterview, OutcomeExclusion
from tests.access import row
from tests.factories import make_consent, make_employment, make_enrolment, make_log, make_project, make_team
from tests.files import pdf

READ = {
    "own": "200 200 200 200 403 403 403",
    "same": "200 200 200 404 403 403 403",
    "other": "200 404 404 404 403 403 403",
}
EVERYBODY_OF_IT = {
    "own": "200 200 200 200 403 200 200",
    "same": "200 200 200 404 403 404 404",
    "other": "200 404 404 404 403 404 404",
}
OUTCOME = {
    "own": "200 200 200 403 403 403 200",
    "same": "200 200 200 403 403 403 404",
    "other": "200 404 404 403 403 403 404",
}


def staff(status: int) -> dict[str, str]:
    return {"own": f"403 {status} {status} 403 403 403 403", "other": "403 404 404 403 403 403 403"}


def mentor(status: int) -> dict[str, str]:
    return {"own": f"403 403 403 403 403 {status} 403", "same": "403 403 403 403 403 404 403"}


def reporter(status: int) -> dict[str, str]:
    return {
        "own": f"403 {status} {status} 403 403 403 {status}",
        "same": f"403 {status} {status} 403 403 403 404",
        "other": "403 404 404 403 403 403 404",
    }


def office_and_company(status: int) -> dict[str, str]:
    return {
        "own": f"403 {status} {status} 403 403 {status} 403",
        "same": f"403 {status} {status} 403 403 404 403",
        "other": "403 404 404 403 403 404 403",
    }


def confirmer(status: int) -> dict[str, str]:
    return {
        "own": f"403 {status} {status} {status} 403 403 403",
        "same": f"403 {status} {status} 404 403 403 403",
        "other": "403 404 404 404 403 403 403",
    }


def extend(w):
    """The things of this table."""
    w.on_offer = make_project(cohort=w.running, company=w.company)
    w.proposed = make_project(cohort=w.running, company=w.company, state="proposed")
    w.roomy = make_team(project=make_project(cohort=w.running, company=w.company, state="running"), members=2)
    w.spare = make_enrolment(cohort=w.running)
    w.member = w.team.members.first()
    w.draft_log = make_log(team=w.team, days_ago=1)
    w.submitted_log = make_log(team=w.team, days_ago=2, state="submitted")
    w.approved_log = make_log(team=w.team, days_ago=3, state="approved")
    w.job = make_employment(enrolment=w.enrolment)
    w.excluded = OutcomeExclusion.objects.create(
        enrolment=w.spare, host=w.city, reason="study", since=timezone.localdate()
    )
    upload = SimpleUploadedFile("재직증명서.pdf", pdf())
    w.paper = EmploymentEvidence.from_upload(upload, employment=w.job, host=w.city)
    w.paper.save()
    w.interview = JobInterview.objects.create(
        enrolment=w.enrolment, host=w.city, company=w.company, held_on=timezone.localdate(), kind="final"
    )
    make_consent(person=w.enrolment.person)  # so that the mentor of the team may name this trainee


def today(**days: int) -> str:
    return (timezone.localdate() - timedelta(**days)).isoformat()


REASON = {"data": lambda w: {"reason": "정원 조정"}}
PROJECT = {"title": "불량 검사", "description": "", "teams_max": "2"}
JOB = {"kind": "contract", "company": "(주)새롬", "in_region": "yes"}
TABLE = [
    row("placements:project-list", own="200 200 200 200 403 200 200"),
    row("placements:project", "GET", lambda w: [w.project.pk], **EVERYBODY_OF_IT),
    row("placements:project-create", own="403 200 200 403 403 200 403"),
    row(
        "placements:project-create",
        "POST",
        own="403 302 302 403 403 302 403",
        same="403 302 302 403 403 422 403",
        other="403 422 422 403 403 422 403",
        data=lambda w: PROJECT | {"cohort": w.running.pk, "company": w.company.pk},
    ),
    row(
        "placements:project-edit",
        "GET",
        lambda w: [w.proposed.pk],
        own="403 200 200 403 403 200 403",
        same="403 200 200 403 403 404 403",
        other="403 404 404 403 403 404 403",
    ),
    row(
        "placements:project-edit",
        "POST",
        lambda w: [w.proposed.pk],
        own="403 302 302 403 403 302 403",
        same="403 302 302 403 403 404 403",
        other="403 404 404 403 403 404 403",
        data=lambda w: PROJECT,
    ),
    row("placements:project-open", "POST", lambda w: [w.proposed.pk], **staff(302)),
    row("placements:project-withdraw", "GET", lambda w: [w.on_offer.pk], **staff(200)),
    row("placements:project-withdraw", "POST", lambda w: [w.on_offer.pk], **staff(302), **REASON),
    row("placements:project-start", "POST", lambda w: [w.on_offer.pk], **staff(302)),
    row("placements:project-finish", "POST", lambda w: [w.project.pk], **staff(302)),
    row("placements:team-add", "POST", lambda w: [w.on_offer.pk], **staff(302)),
    row(
        "placements:my-project",
        own="403 403 403 403 403 403 302",
        same="403 403 403 403 403 403 200",
    ),
    row(
        "placements:preferences-choose",
        "GET",
        lambda w: [w.enrolment.pk],
        own="403 403 403 403 403 403 200",
        same="403 403 403 403 403 403 404",
    ),
    row(
        "placements:preferences-choose",
        "POST",
        lambda w: [w.enrolment.pk],
        own="403 403 403 403 403 403 422",  # its teams are formed
        same="403 403 403 403 403 403 404",
    ),
    row("placements:placement-list", own="200 200 200 200 403 403 403"),
    row("placements:placement", "GET", lambda w: [w.running.pk], **READ),
    row("placements:teams-form", "GET", lambda w: [w.running.pk], **staff(200)),
    row("placements:teams-form", "POST", lambda w: [w.running.pk], **staff(302)),
    row("placements:projects-start", "POST", lambda w: [w.running.pk], **staff(302)),
    row("placements:trainee-place", "GET", lambda w: [w.spare.pk], **staff(200)),
    row(
        "placements:trainee-place",
        "POST",
        lambda w: [w.spare.pk],
        **staff(302),
        data=lambda w: {"team": w.roomy.pk, "reason": "희망"},
    ),
    row("placements:team-list", own="200 200 200 200 403 200 403"),
    row("placements:team", "GET", lambda w: [w.team.pk], **EVERYBODY_OF_IT),
    row("placements:team-mentor", "GET", lambda w: [w.team.pk], **staff(200)),
    row(
        "placements:team-mentor",
        "POST",
        lambda w: [w.team.pk],
        **staff(302),
        data=lambda w: {"mentor": w.team.mentor_id},
    ),
    row("placements:member-move", "GET", lambda w: [w.member.pk], **staff(200)),
    row(
        "placements:member-move",
        "POST",
        lambda w: [w.member.pk],
        **staff(302),
        data=lambda w: {"team": w.roomy.pk, "reason": "희망"},
    ),
    row("placements:member-remove", "GET", lambda w: [w.member.pk], **staff(200)),
    row("placements:member-remove", "POST", lambda w: [w.member.pk], **staff(302), **REASON),
    row("placements:log-write", "GET", lambda w: [w.team.pk], **mentor(200)),
    row("placements:log-write", "POST", lambda w: [w.team.pk], **mentor(422)),
    row("placements:log-list", own="200 200 200 200 403 200 200"),
    row("placements:log", "GET", lambda w: [w.approved_log.pk], **EVERYBODY_OF_IT),
    row("placements:log-print", "GET", lambda w: [w.approved_log.pk], **EVERYBODY_OF_IT),
    row("placements:log-edit", "GET", lambda w: [w.draft_log.pk], **mentor(200)),
    row("placements:log-edit", "POST", lambda w: [w.draft_log.pk], **mentor(422)),
    row("placements:log-submit", "POST", lambda w: [w.draft_log.pk], **mentor(302)),
    row("placements:log-discard", "POST", lambda w: [w.draft_log.pk], **mentor(302)),
    row("placements:log-amend", "POST", lambda w: [w.approved_log.pk], **mentor(302)),
    row("placements:log-approve", "POST", lambda w: [w.submitted_log.pk], **confirmer(302)),
    row("placements:log-return", "GET", lambda w: [w.submitted_log.pk], **confirmer(200)),
    row("placements:log-return", "POST", lambda w: [w.submitted_log.pk], **confirmer(302), **REASON),
    row("placements:outcome-list", own="200 200 200 403 403 403 403"),
    row(
        "placements:outcome",
        "GET",
        lambda w: [w.running.pk],
        own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403",
    ),
    row(
        "placements:outcome-people",
        "GET",
        lambda w: [w.running.pk],
        own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403",
    ),
    row("placements:my-outcome", own="403 403 403 403 403 403 302", same="403 403 403 403 403 403 200"),
    row("placements:trainee-outcome", "GET", lambda w: [w.enrolment.pk], **OUTCOME),
    row("placements:outcome-exclude", "GET", lambda w: [w.enrolment.pk], **staff(200)),
    row(
        "placements:outcome-exclude",
        "POST",
        lambda w: [w.enrolment.pk],
        **staff(302),
        data=lambda w: {"reason": "military", "since": today(days=1)},
    ),
    row("placements:outcome-include", "POST", lambda w: [w.spare.pk], **staff(302)),
    row("placements:employment-report", "GET", lambda w: [w.enrolment.pk], **reporter(200)),
    row(
        "placements:employment-report",
        "POST",
        lambda w: [w.enrolment.pk],
        **reporter(302),
        data=lambda w: JOB | {"hired_on": today(days=1)},
    ),
    row("placements:employment-list", own="200 200 200 403 403 403 403"),
    row("placements:employment", "GET", lambda w: [w.job.pk], **OUTCOME),
    row("placements:employment-edit", "GET", lambda w: [w.job.pk], **reporter(200)),
    row(
        "placements:employment-edit",
        "POST",
        lambda w: [w.job.pk],
        **reporter(302),
        data=lambda w: JOB | {"hired_on": today(days=1)},
    ),
    row("placements:employment-leave", "GET", lambda w: [w.job.pk], **reporter(200)),
    row(
        "placements:employment-leave",
        "POST",
        lambda w: [w.job.pk],
        **reporter(302),
        data=lambda w: {"left_on": today(days=0)},
    ),
    row("placements:employment-verify", "GET", lambda w: [w.job.pk], **staff(200)),
    row(
        "placements:employment-verify",
        "POST",
        lambda w: [w.job.pk],
        **staff(302),
        data=lambda w: {"verification": "insurance", "verified_on": today(days=0)},
    ),
    row("placements:employment-reject", "GET", lambda w: [w.job.pk], **staff(200)),
    row("placements:employment-reject", "POST", lambda w: [w.job.pk], **staff(302), **REASON),
    row("placements:course-end", "POST", lambda w: [w.job.pk], **staff(302)),
    row("placements:evidence-add", "POST", lambda w: [w.job.pk], **reporter(422)),
    row("placements:evidence", "GET", lambda w: [w.paper.pk], **OUTCOME),
    row("placements:interview-list", own="200 200 200 403 403 200 200"),
    row("placements:interview-record", "GET", lambda w: [w.enrolment.pk], **office_and_company(200)),
    row("placements:interview-record", "POST", lambda w: [w.enrolment.pk], **office_and_company(422)),
    row("placements:interview-settle", "GET", lambda w: [w.interview.pk], **office_and_company(200)),
    row("placements:interview-settle", "POST", lambda w: [w.interview.pk], **office_and_company(302),
        data=lambda w: {"outcome": "passed"}),
    row("placements:interview-withdraw", "POST", lambda w: [w.interview.pk], **office_and_company(302), **REASON),
]  # fmt: skip
