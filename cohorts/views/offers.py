"""The applicant's answer to an offer, and the offers that staff make."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts import queries
from cohorts.actions import offers as actions
from cohorts.models import Application, Offer
from cohorts.permissions import can_answer_offer, can_offer_place
from cohorts.queries.groups import quotas_of
from cohorts.states import ApplicationState
from cohorts.views.simulation import quota_in_words
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.verbs import do

ANSWER = (*HOST_STAFF, Role.TRAINEE)


@require_GET
@roles(*ANSWER)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _load(request, pk)
    theirs = request.user.role in HOST_STAFF
    if theirs:
        audit.saw(request.user, "offer.viewed", host_id=offer.host_id, subject_id=offer.application.person_id)
    context = {
        "offer": offer,
        "application": offer.application,
        "cohort": offer.application.cohort,
        "theirs": theirs,
        "accepted": offer.application.state == ApplicationState.ACCEPTED,
    }
    if theirs:
        failed = queries.failed_contacts(offer)
        context |= {"failed": failed, "enough": failed >= offer.application.cohort.policy.contact_attempts}
    return render(request, "cohorts/offer.html", context)


@require_GET
@roles(Role.TRAINEE)
def waitlist_place(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own place on the waitlist, and what happens next."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    if application.state != ApplicationState.WAITLISTED:
        return redirect(application)
    place = queries.waitlist_place(application)
    context: dict[str, Any] = _quotas(application) | {
        "application": application,
        "cohort": application.cohort,
        "place": place,
        "before": place - 1,
        "valid": queries.waitlist_is_valid(application.cohort),
        "valid_until": queries.waitlist_valid_until(application.cohort),
        "hours": (hours := application.cohort.policy.offer_hours),
        "days": hours // 24 if hours > 24 and hours % 24 == 0 else None,
    }
    return render(request, "cohorts/waitlist_place.html", context)


def _quotas(application: Application) -> dict[str, Any]:
    """By which a seat may go to somebody behind; in words, and in which groups the applicant counts."""
    if application.track is None:
        return {}
    application.track.cohort = application.cohort
    quotas, names = quotas_of(application.track)
    newest = application.decisions.filter(selection__released_at__isnull=False).order_by("-selection__released_at")
    facts = newest.values_list("facts", flat=True).first() if quotas else None
    own = [names[group] for group in (facts or {}).get("groups", ()) if group in names]
    return {"quotas": [quota_in_words(quota, names) for quota in quotas], "own_groups": own}


@require_POST
@roles(*ANSWER)
def offer_accept(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _load(request, pk)
    return _answer(request, offer, actions.accept_offer, offer, _("The seat is accepted."))


@require_POST
@roles(*ANSWER)
def offer_decline(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _load(request, pk)
    return _answer(request, offer, actions.decline_offer, offer, _("The seat is declined. It goes to somebody else."))


@require_POST
@roles(*ANSWER)
def offer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _load(request, pk)
    done = _("The seat is given back. It goes to somebody else.")
    return _answer(request, offer, actions.withdraw_acceptance, offer.application, done)


@require_POST
@roles(*HOST_STAFF)
def offer_place(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    require(can_offer_place(request.user, application))
    done = _("The seat is offered to %(number)s.") % {"number": application}
    back = reverse("cohorts:selection-waitlist", args=[application.cohort_id])
    return do(request, lambda: actions.offer_place(application, by=request.user), done, back)


def _load(request: HttpRequest, pk: int) -> Offer:
    offer = get_object_or_404(Offer.objects.visible_to(request.user).for_detail(), pk=pk)
    require(can_answer_offer(request.user, offer))
    return offer


def _answer(request: HttpRequest, offer: Offer, action, thing, done: str) -> HttpResponse:
    return do(request, lambda: action(thing, by=request.user), done, offer)
