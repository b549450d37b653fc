"""The first days of a cohort: who has come, whom they confirm, and whose seat goes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.models import Cohort, Enrolment
from cohorts.permissions import can_end_enrolment
from cohorts.queries import registration_until, waitlist_is_valid
from curriculum.actions.first_days import end_first_days, may_end, standing_of
from curriculum.forms import FirstDaysFilter
from curriculum.queries import with_first_days
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.listing import Listing
from portal.common.verbs import do


class FirstDays(Listing):
    def fetch(self, rows: Any) -> Any:
        """Each row's standing, and whether the office may end it."""
        found = list(rows)
        for row in found:
            row.standing, row.may_end = standing_of(row), row.is_active and may_end(row)
            row.goes_on, row.until = waitlist_is_valid(row.cohort), registration_until(row.cohort)
            row.dialog = f"end-{row.pk}"
        return found


@require_GET
@roles(Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
def first_days_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    listing = FirstDays(
        request,
        with_first_days(Enrolment.objects.visible_to(user)).select_related("person", "cohort__policy"),
        form=FirstDaysFilter,
        form_options={"cohorts": Cohort.objects.visible_to(user)},
        sorts={"number": ("cohort", "number"), "name": "person__name", "came": ("came", "number")},
        default_sort="came",
    )
    audit.saw(user, "attendance.viewed", host_id=user.organization_id, people=len(listing))
    context = {"may_act": user.role in HOST_STAFF, "one_cohort": listing.chosen.get("cohort")}
    return listing.render("curriculum/first_days_list.html", context)


@require_POST
@roles(*HOST_STAFF)
def first_days_end(request: HttpRequest, pk: int) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user), pk=pk)
    require(can_end_enrolment(request.user, enrolment))
    done = _("The training of number %(n)d has ended.") % {"n": enrolment.number}
    back = f"{reverse('curriculum:first-days-list')}?cohort={enrolment.cohort_id}"
    return do(request, lambda: end_first_days(enrolment, by=request.user), done, back)
