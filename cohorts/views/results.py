"""The result of an application with its reasons: for its own person, and for the office to print."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cohorts import permissions as may
from cohorts import queries
from cohorts.models import Application
from cohorts.queries.results import result_of
from cohorts.states import ApplicationState
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import render


@require_GET
@roles(Role.ADMIN, *HOST_STAFF, Role.TRAINEE)
def application_result(request: HttpRequest, pk: int) -> HttpResponse:
    """After the release: scores, bonus, total, rank and the reasons; nothing of anybody else."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_see_result(request.user, application))
    own = may.is_applicant(request.user, application)
    found = result_of(application)
    if not own:
        audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    waits = application.state == ApplicationState.WAITLISTED
    context = {
        "application": application,
        "cohort": application.cohort,
        "result": found,
        "own": own,
        "place": queries.waitlist_place(application) if waits else None,
        "shows_cut_off": not own or application.cohort.policy.shows_cut_off,
    }
    return render(request, "cohorts/application_result.html", context)
