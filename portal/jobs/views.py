"""The list of background jobs, one job with its progress, and what staff do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.roles import EVERYBODY, HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do
from portal.jobs import actions
from portal.jobs.forms import ATTENTION, CancelForm, JobFilter
from portal.jobs.models import Job
from portal.jobs.permissions import can_cancel_job, can_retry_job
from portal.jobs.states import RETRYABLE

MOST_AT_ONCE = 500
SORTS = {"created": "created_at", "state": "state"}


def listing_of(request: HttpRequest) -> Listing:
    rows = Job.objects.visible_to(request.user).for_list()
    return Listing(request, rows, form=JobFilter, sorts=SORTS, default_sort="-created")


@require_GET
@roles(*EVERYBODY)
def job_list(request: HttpRequest) -> HttpResponse:
    visible = Job.objects.visible_to(request.user)
    context = {"dead": visible.dead_letters().count(), "attention": ATTENTION, "title": _("Background jobs")}
    return listing_of(request).render("jobs/job_list.html", context)


def page_of(request: HttpRequest, job: Job, form: CancelForm) -> dict[str, Any]:
    user = request.user
    return {
        "job": job,
        "form": form,
        "may_retry": job.can_retry and can_retry_job(user, job),
        "may_cancel": job.can_cancel and can_cancel_job(user, job),
    }


@require_GET
@roles(*EVERYBODY)
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a job; htmx asks it for the progress alone."""
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("host", "created_by"), pk=pk)
    return render(request, "jobs/job.html", page_of(request, found, CancelForm()), partial="job-progress")


@require_POST
@roles(*EVERYBODY)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    require(can_retry_job(request.user, found))
    done = _("The job is queued again.")
    return do(request, lambda: actions.retry_job(found, by=request.user), done, found)


@require_POST
@roles(*EVERYBODY)
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    require(can_cancel_job(request.user, found))
    form = CancelForm(request.POST)
    if form.is_valid():
        done = _("The job was cancelled.")
        return do(
            request, lambda: actions.cancel_job(found, by=request.user, reason=form.cleaned_data["reason"]), done, found
        )
    return render(request, "jobs/job.html", page_of(request, found, form), status=form_status(form))


@require_POST
@roles(Role.ADMIN, *HOST_STAFF)
def job_retry_all(request: HttpRequest) -> HttpResponse:
    """Retry the failed and dead jobs of the list as it is filtered."""
    chosen = listing_of(request).rows.filter(state__in=RETRYABLE)[:MOST_AT_ONCE]
    allowed = [job for job in chosen if can_retry_job(request.user, job)]
    count = actions.retry_all(allowed, by=request.user)
    said = ngettext("%(count)s job is queued again.", "%(count)s jobs are queued again.", count) % {"count": count}
    messages.success(request, said)
    return redirect(reverse("jobs:job-list"))
