"""What became of the trainees: jobs, evidence, exclusions, and the rates of a cohort."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Cohort, Enrolment
from placements import actions
from placements.forms.filters import GROUP_LABELS, CohortFilter, EmploymentFilter, PeopleFilter
from placements.forms.work import (
    AsOfForm,
    EmploymentForm,
    EvidenceForm,
    ExclusionForm,
    LeaveForm,
    ReasonForm,
    VerifyForm,
)
from placements.models import Employment, EmploymentEvidence
from placements.permissions import (
    available_job_verbs,
    can_edit_employment,
    can_exclude,
    can_report_employment,
    can_see_outcome,
    can_verify_employment,
)
from placements.queries.outcomes import Outcome, groups_of, outcome_of, with_outcomes
from placements.rates import employment_deadline, evidence_due
from placements.views import save
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.downloads import send_file
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.listing import Listing
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF)
REPORTERS = (*HOST_STAFF, Role.TRAINEE)

# Cohorts -------------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def outcome_list(request: HttpRequest) -> HttpResponse:
    """The cohorts and how far their outcomes are."""
    cohorts = with_outcomes(Cohort.objects.visible_to(request.user).filter(state__in=("running", "finished")))
    sorts = {"name": "name", "ends": ("ends_on", "name")}
    listing = Listing(request, cohorts, form=CohortFilter, sorts=sorts, default_sort="-ends")
    return listing.render("placements/outcome_list.html")


def load_cohort(request: HttpRequest, pk: int) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).select_related("policy", "programme")
    return get_object_or_404(rows, pk=pk)


def as_of(request: HttpRequest) -> tuple[date, AsOfForm]:
    """The day asked for, and today if none, a mistaken or a future one."""
    form = AsOfForm(request.GET if "as_of" in request.GET else None)
    asked = form.cleaned_data["as_of"] if form.is_valid() else None
    today = timezone.localdate()
    return min(asked or today, today), form


@require_GET
@roles(*READERS)
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """The rates of a cohort: each with numerator, denominator, exclusions and as-of date."""
    day, form = as_of(request)
    found = outcome_of(load_cohort(request, pk), day)
    ends_on = found.cohort.ends_on
    steps = [
        (_("Applicants"), found.applicants),
        (_("Trainees"), found.count("enrolled")),
        (_("Completed or employed early"), found.count("completed") + found.count("early")),
        (_("Employed"), found.count("employed")),
        (_("Retained"), found.count("retained")),
    ]
    context = {
        "cohort": found.cohort,
        "outcome": found,
        "form": form if form.is_bound else AsOfForm(initial={"as_of": day}),
        "figures": figures(found),
        "steps": steps if found.applicants else steps[1:],  # a cohort that was entered without its applications
        "finding": _("%(employed)s of %(trainees)s trainees have a job that counts.")
        % {"employed": found.count("employed"), "trainees": found.count("enrolled")},
        "counts_until": employment_deadline(ends_on, found.cohort.policy.employment_months),
        "evidence_until": evidence_due(ends_on),
        "tabs": tabs(found.cohort, "rates"),
    }
    return render(request, "placements/outcome.html", context)


def people_url(found: Outcome, group: str) -> str:
    query = urlencode({"group": group, "as_of": found.as_of.isoformat()})
    return f"{reverse('placements:outcome-people', args=[found.cohort.pk])}?{query}"


def figures(found: Outcome) -> list[dict]:
    """The four rates, each with the lists of exactly the people it counts."""
    rows = [
        (_("Completion rate"), found.completion, "completed", "enrolled", "", _("completed"), _("trainees")),
        (_("Employment rate"), found.employment, "employed", "conventional", "excluded", _("with a job"),
         _("completed or employed early, without exclusions")),
        (_("Employment rate, no exclusions"), found.strict, "employed", "strict", "", _("with a job"),
         _("completed or employed early")),
        (_("Retention rate (6 months)"), found.retention, "retained", "hires", "immature",
         _("still with the same employer"), _("hired six months ago or earlier")),
    ]  # fmt: skip
    return [
        {
            "label": label,
            "rate": rate,
            "numerator": (rate.numerator, people_url(found, numerator), over),
            "denominator": (rate.denominator, people_url(found, denominator), under),
            "excluded": (rate.excluded, people_url(found, excluded)) if excluded else None,
        }
        for label, rate, numerator, denominator, excluded, over, under in rows
    ]


def tabs(cohort: Cohort, current: str) -> list[dict]:
    pages = (("rates", _("Rates"), "placements:outcome"), ("people", _("Trainees"), "placements:outcome-people"))
    return [{"label": label, "url": reverse(name, args=[cohort.pk]), "current": key == current}
            for key, label, name in pages]  # fmt: skip


@require_GET
@roles(*READERS)
def outcome_people(request: HttpRequest, pk: int) -> HttpResponse:
    """The trainees of a cohort with their jobs; `group` narrows to exactly those of a figure."""
    day, _form = as_of(request)
    cohort = load_cohort(request, pk)
    rows = Enrolment.objects.visible_to(request.user).filter(cohort=cohort).select_related("person", "exclusion")
    rows = rows.prefetch_related(Prefetch("employments", Employment.objects.order_by("-hired_on")))
    sorts = {"number": "number", "name": ("person__name", "number"), "state": ("state", "number")}
    listing = Listing(
        request, rows, form=PeopleFilter, form_options={"groups": lambda: groups_of(cohort, day)}, sorts=sorts,
        default_sort="number",
    )  # fmt: skip
    if len(listing):
        audit.saw(request.user, "outcome.viewed", host_id=cohort.host_id, people=len(listing))
    group = listing.chosen.get("group", "")
    context = {
        "cohort": cohort,
        "as_of": day,
        "group_label": GROUP_LABELS.get(group, ""),
        "tabs": tabs(cohort, "people"),
        "may_edit": request.user.role in HOST_STAFF,
    }
    return listing.render("placements/outcome_people.html", context)


# One trainee ---------------------------------------------------------------------------


def load_trainee(request: HttpRequest, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related("person", "cohort__policy", "exclusion")
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*READERS, Role.TRAINEE)
def trainee_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """The jobs of one trainee, and whether they are left out of the rate."""
    enrolment = load_trainee(request, pk)
    require(can_see_outcome(request.user, enrolment))
    own = request.user.role == Role.TRAINEE
    if not own:
        audit.saw(request.user, "outcome.viewed", host_id=enrolment.host_id, subject_id=enrolment.person_id)
    context = {
        "enrolment": enrolment,
        "own": own,
        "jobs": enrolment.employments.prefetch_related("evidence"),
        "interviews": enrolment.interviews.counted().select_related("company"),
        "exclusion": getattr(enrolment, "exclusion", None),
        "may_report": can_report_employment(request.user, enrolment),
        "may_exclude": can_exclude(request.user, enrolment),
        "counts_until": employment_deadline(enrolment.cohort.ends_on, enrolment.cohort.policy.employment_months),
        "evidence_until": evidence_due(enrolment.cohort.ends_on),
    }
    return render(request, "placements/trainee_outcome.html", context)


@require_GET
@roles(Role.TRAINEE)
def my_outcome(request: HttpRequest) -> HttpResponse:
    """To one's own jobs."""
    newest = Enrolment.objects.visible_to(request.user).order_by("-starts_on").first()
    if newest:
        return redirect("placements:trainee-outcome", newest.pk)
    return render(request, "placements/my_outcome.html")


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def outcome_exclude(request: HttpRequest, pk: int) -> HttpResponse:
    enrolment = load_trainee(request, pk)
    require(can_exclude(request.user, enrolment))
    back = reverse("placements:trainee-outcome", args=[pk])
    form = ExclusionForm(sent(request))
    return save(
        request, form, lambda values: actions.exclude_outcome(enrolment, by=request.user, **values),
        "placements/job_form.html", done=_("The trainee is left out of the rate."), to=back,
        title=_("Leave out of the employment rate"), enrolment=enrolment, cancel_url=back,
        lead=_("Only for completers without a job, for one of these reasons. The figures show how many were left out."),
    )  # fmt: skip


@require_POST
@roles(*HOST_STAFF)
def outcome_include(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an exclusion."""
    enrolment = load_trainee(request, pk)
    require(can_exclude(request.user, enrolment))
    to = reverse("placements:trainee-outcome", args=[pk])
    done = _("The trainee counts in the rate again.")
    return do(request, lambda: actions.include_outcome(enrolment, by=request.user), done, to)


# Jobs ----------------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def employment_list(request: HttpRequest) -> HttpResponse:
    """All reported jobs: which are to be verified?"""
    rows = Employment.objects.visible_to(request.user).for_list().annotate(paper_count=Count("evidence"))
    sorts = {"hired": "hired_on", "name": ("enrolment__person__name", "hired_on"), "company": ("company", "hired_on")}
    options = {"user": request.user}
    listing = Listing(request, rows, form=EmploymentFilter, form_options=options, sorts=sorts, default_sort="-hired")
    if len(listing):
        audit.saw(request.user, "employment.viewed", host_id=request.user.organization_id, people=len(listing))
    return listing.render("placements/employment_list.html")


def load_job(request: HttpRequest, pk: int) -> Employment:
    rows = Employment.objects.visible_to(request.user).for_list()
    return get_object_or_404(rows.select_related("enrolment__cohort__policy", "verified_by"), pk=pk)


@require_GET
@roles(*READERS, Role.TRAINEE)
def employment(request: HttpRequest, pk: int) -> HttpResponse:
    return job_page(request, load_job(request, pk), EvidenceForm())


def job_page(request: HttpRequest, job: Employment, evidence_form: EvidenceForm) -> HttpResponse:
    own = request.user.role == Role.TRAINEE
    if not own:
        audit.saw(
            request.user, "employment.viewed", host_id=job.host_id, subject_id=job.enrolment.person_id
        )  # fmt: skip
    course = job.enrolment.cohort
    context = {
        "job": job,
        "own": own,
        "verbs": available_job_verbs(request.user, job),
        "evidence": job.evidence.select_related("uploaded_by"),
        "evidence_form": evidence_form,
        "overlaps": job.enrolment.starts_on <= job.hired_on <= (job.enrolment.ended_on or course.ends_on),
        "counts_until": employment_deadline(course.ends_on, course.policy.employment_months),
        "late": job.hired_on > employment_deadline(course.ends_on, course.policy.employment_months),
        "events": None if own else history_of(job),
    }
    status = 422 if evidence_form.is_bound else 200
    return render(request, "placements/employment.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles(*REPORTERS)
def employment_report(request: HttpRequest, pk: int) -> HttpResponse:
    """A trainee, or the host's staff for anybody, reports a job."""
    enrolment = load_trainee(request, pk)
    require(can_report_employment(request.user, enrolment))
    form = EmploymentForm(sent(request))
    return save(
        request, form, lambda values: actions.report_employment(enrolment, by=request.user, **values),
        "placements/job_form.html", done=_("The job was reported. Attach evidence of it."), to=None,
        title=_("Report a job"), enrolment=enrolment,
        cancel_url=reverse("placements:trainee-outcome", args=[enrolment.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*REPORTERS)
def employment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    job = load_job(request, pk)
    require(can_edit_employment(request.user, job))
    form = EmploymentForm(sent(request), job=job)
    return save(
        request, form, lambda values: actions.edit_employment(job, by=request.user, **values),
        "placements/job_form.html", done=_("The changes were saved."), to=job,
        title=_("Correct the report"), enrolment=job.enrolment, cancel_url=job.get_absolute_url(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*REPORTERS)
def employment_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a job."""
    job = load_job(request, pk)
    require(can_report_employment(request.user, job.enrolment))
    form = LeaveForm(sent(request))
    return save(
        request, form, lambda values: actions.leave_employment(job, by=request.user, **values),
        "placements/job_form.html", done=_("The last day was written down."), to=job,
        title=_("The job has ended"), enrolment=job.enrolment, cancel_url=job.get_absolute_url(),
    )  # fmt: skip


@require_POST
@roles(*REPORTERS)
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    job = load_job(request, pk)
    require(can_report_employment(request.user, job.enrolment))
    form = EvidenceForm(request.POST, request.FILES)
    if form.carries_out(lambda: actions.add_evidence(job, upload=form.cleaned_data["file"], by=request.user)):
        messages.success(request, _("The evidence was attached."))
        return redirect(job)
    return job_page(request, job, form)


@require_GET
@roles(*READERS, Role.TRAINEE)
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A paper of a job, as a download."""
    jobs = Employment.objects.visible_to(request.user)
    rows = EmploymentEvidence.objects.filter(employment__in=jobs).select_related("employment__enrolment")
    paper = get_object_or_404(rows, pk=pk)
    if request.user.role != Role.TRAINEE:
        subject = paper.employment.enrolment.person_id
        audit.saw(request.user, "evidence.downloaded", host_id=paper.host_id, subject_id=subject)
    return send_file(paper)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def employment_verify(request: HttpRequest, pk: int) -> HttpResponse:
    job = load_job(request, pk)
    require(can_verify_employment(request.user, job))
    form = VerifyForm(sent(request))
    return save(
        request, form,
        lambda values: actions.verify_employment(
            job, verification=values["verification"], on=values["verified_on"], by=request.user
        ),
        "placements/job_form.html", done=_("The job was verified."), to=job,
        title=_("Verify the job"), enrolment=job.enrolment, job=job, cancel_url=job.get_absolute_url(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def employment_reject(request: HttpRequest, pk: int) -> HttpResponse:
    job = load_job(request, pk)
    require(can_verify_employment(request.user, job))
    form = ReasonForm(sent(request))
    return save(
        request, form, lambda values: actions.reject_employment(job, by=request.user, **values),
        "placements/reason_form.html", done=_("The job was not recognised. The trainee is told by mail."), to=job,
        title=_("Do not recognise the job"), thing=job.company, cancel_url=job.get_absolute_url(),
        consequence=_("The trainee gets a mail with your reason and may correct the report or add evidence."),
    )  # fmt: skip


@require_POST
@roles(*HOST_STAFF)
def course_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the course of somebody who found a job before completion."""
    job = load_job(request, pk)
    require(can_verify_employment(request.user, job))
    done = _("The course ended by early employment.")
    return do(request, lambda: actions.end_for_employment(job, by=request.user), done, job)
