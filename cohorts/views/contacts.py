"""Attempts to reach somebody about a seat, and the seats that go on because nobody answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import contacts as actions
from cohorts.forms.contacts import ContactForm
from cohorts.models import Application, ContactAttempt, Offer
from cohorts.permissions import can_log_contact
from cohorts.states import CAN_BE_CONTACTED
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.verbs import do


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, *HOST_STAFF)
def contact_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What was tried to reach one person; the POST logs another attempt."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    may_log = can_log_contact(request.user, application)
    require(may_log or request.method == "GET")
    form = ContactForm(sent(request))
    if form.carries_out(lambda: actions.log_contact(application, by=request.user, **form.cleaned_data)):
        return redirect("cohorts:contact-list", application.pk)
    return _page(request, application, form, may_log=may_log)


def _page(request: HttpRequest, application: Application, form: ContactForm, *, may_log: bool) -> HttpResponse:
    audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    contacts = ContactAttempt.objects.visible_to(request.user).filter(application=application)
    offer = application.offers.live().first()
    failed, needed = queries.failed_contacts(offer) if offer else 0, application.cohort.policy.contact_attempts
    context = {
        "application": application,
        "cohort": application.cohort,
        "contacts": contacts.select_related("logged_by"),
        "offer": offer,
        "failed": failed,
        "needed": needed,
        "enough": failed >= needed,
        "in_full": may_log,
        "may_log": may_log and application.state in CAN_BE_CONTACTED,
        "form": form,
    }
    return render(request, "cohorts/contact_list.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def offer_pass_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody was reached: the seat goes to the next before the deadline."""
    found = Offer.objects.visible_to(request.user).select_related("application")
    offer = get_object_or_404(found, pk=pk)
    require(can_log_contact(request.user, offer.application))
    done = _("The offer has ended, and the seat goes to the next in line.")
    return do(request, lambda: actions.pass_over(offer, by=request.user), done, offer)
