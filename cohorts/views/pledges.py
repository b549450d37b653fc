"""The agreement to the rules on one's phone, and the office's desk before the first day."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import permissions as may
from cohorts import queries
from cohorts.actions import pledges as actions
from cohorts.consents import consents_of, text_in_use, texts_in_use
from cohorts.forms.cohorts import ReasonForm
from cohorts.forms.pledges import DeskFilter, OrientationForm, PledgeForm, RecordEntryForm, RulesForm
from cohorts.models import Application, Cohort, Pledge
from cohorts.states import ASKED_ON_ENTRY, HOLDS_A_SEAT, ApplicationState, ConsentKind
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

SEES = (Role.ADMIN, *HOST_STAFF)


# The applicant -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def pledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the rules, agree, answer; the optional consents stand apart and are free."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_give_pledge(request.user, application))
    if application.state not in HOLDS_A_SEAT:
        return redirect(application)
    given = {one.text_id: one for one in consents_of(application.person, None, application.host_id)}
    rules, *texts = texts_in_use(application.host_id, (ConsentKind.RULES, *ASKED_ON_ENTRY))  # the mandatory one first
    asked = [(text, given.get(text.pk)) for text in texts]
    told = {name: getattr(application, name) for name in ("other_training", "other_training_name")}
    form = PledgeForm(sent(request), policy=application.cohort.policy, asked=asked, initial=told)
    if form.carries_out(
        lambda: actions.give_pledge(application, by=request.user, kinds=form.ticked(), **form.answer())
    ):
        messages.success(request, _("Thank you. That is all we need from you before the first day."))
        return redirect(application)
    agreed = Pledge.objects.visible_to(request.user).select_related("text").filter(application=application).first()
    context = {
        "application": application,
        "cohort": application.cohort,
        "form": form,
        "pledge": agreed,
        "text": agreed.text if agreed else rules,
        "cancel_url": application.get_absolute_url(),
    }
    return render(request, "cohorts/pledge.html", context, status=form_status(form))


# The office ----------------------------------------------------------------------------


class Desk(Listing):
    policy: Any

    def fetch(self, rows: Any) -> Any:
        """Each row's lacks."""
        found = list(rows)
        for row in found:
            row.lacks = queries.lacks_of(row, self.policy) if row.state == ApplicationState.ACCEPTED else []
        return found


@require_GET
@roles(*SEES)
def enrolment_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody with a seat, and what each of them still lacks."""
    cohort = _cohort(request, pk)
    rows = queries.on_the_way(cohort).select_related("person", "track")
    listing = Desk(
        request,
        rows,
        form=DeskFilter,
        form_options={"policy": cohort.policy},
        sorts={"name": ("person__name", "pk"), "receipt": "receipt_number", "pledged": ("pledged_at", "pk")},
        default_sort="name",
    )
    listing.policy = cohort.policy
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    context = {
        "cohort": cohort,
        "policy": cohort.policy,
        "numbers": queries.desk_numbers(cohort),
        "may_act": may.can_enrol(request.user, cohort),
    }
    return listing.render("cohorts/enrolment_desk.html", context)


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy", "host"), pk=pk)


def _desk(cohort_id: int) -> str:
    return reverse("cohorts:enrolment-desk", args=[cohort_id])


@require_POST
@roles(*HOST_STAFF)
def entry_remind(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = _cohort(request, pk)
    require(may.can_enrol(request.user, cohort))
    try:
        count = actions.remind_of_entry(cohort, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        done = ngettext("%(n)d person is reminded by mail.", "%(n)d people are reminded by mail.", count)
        messages.success(request, done % {"n": count})
    return redirect(_desk(cohort.pk))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def entry_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: a paper form, an answer, a double benefit settled, orientation."""
    application = _seated(request, pk)
    agreed = Pledge.objects.filter(application=application).select_related("text").first()
    names = ("other_training", "other_training_name")
    told = {name: getattr(application, name) for name in names} | {"came": application.came_to_orientation}
    form = RecordEntryForm(sent(request), application=application, pledged=agreed is not None, initial=told)
    if form.carries_out(lambda: actions.record_entry(application, by=request.user, **form.cleaned_data)):
        messages.success(request, _("It is recorded for %(name)s.") % {"name": application.person.name})
        return redirect(_desk(application.cohort_id))
    audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    context = {
        "application": application,
        "cohort": application.cohort,
        "pledge": agreed,
        "form": form,
        "reason_form": ReasonForm() if application.state == ApplicationState.ACCEPTED else None,
        "cancel_url": _desk(application.cohort_id),
    }
    return render(request, "cohorts/entry_record.html", context, status=form_status(form))


def _seated(request: HttpRequest, pk: int) -> Application:
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_record_entry(request.user, application))
    return application


@require_POST
@roles(*HOST_STAFF)
def seat_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody came, or may not take part: the seat goes to the next in line."""
    application = _seated(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason for which the seat is cancelled."))
        return redirect("cohorts:entry-record", application.pk)
    done = _("The seat is cancelled. It goes to somebody else.")
    reason = form.cleaned_data["reason"]
    act = lambda: actions.cancel_seat(application, by=request.user, reason=reason)  # noqa: E731
    return do(request, act, done, _desk(application.cohort_id))


# Orientation and rules -----------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def orientation(request: HttpRequest, pk: int) -> HttpResponse:
    """When and where; and, once it has begun, who is there."""
    cohort = _cohort(request, pk)
    require(may.can_enrol(request.user, cohort))
    planned = {"at": cohort.orientation_at, "place": cohort.orientation_place or cohort.place}
    form = OrientationForm(sent(request), initial=planned)
    if form.carries_out(lambda: actions.plan_orientation(cohort, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The orientation is planned."))
        return redirect("cohorts:orientation", cohort.pk)
    seated = cohort.applications.filter(state__in=HOLDS_A_SEAT).select_related("person", "track")
    people = list(seated.order_by("person__name", "pk"))
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(people))
    context = {"cohort": cohort, "form": form, "people": people, "cancel_url": _desk(cohort.pk)}
    return render(request, "cohorts/orientation.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def orientation_mark(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = _cohort(request, pk)
    require(may.can_enrol(request.user, cohort))
    came = [int(one) for one in request.POST.getlist("came") if one.isdecimal()]
    done = _("Attendance at the orientation is noted.")
    return do(request, lambda: actions.mark_orientation(cohort, by=request.user, came=came), done, _desk(cohort.pk))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def rules_text(request: HttpRequest) -> HttpResponse:
    """The rules of one's own host, and a new version of them."""
    host = request.user.acting.organization
    text = text_in_use(host.pk, ConsentKind.RULES)
    form = RulesForm(sent(request), initial={"body": text.body, "body_en": text.body_en})
    if form.is_valid():
        actions.write_rules(host, by=request.user, **form.cleaned_data)
        messages.success(request, _("The rules are in use from now on."))
        return redirect("cohorts:rules-text")
    return render(request, "cohorts/rules_text.html", {"text": text, "form": form}, status=form_status(form))
