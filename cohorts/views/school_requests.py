"""School visits for teachers: what is offered, the request, and what a signed link shows. No account is needed."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import school_requests as actions
from cohorts.actions import visits
from cohorts.consents import texts_in_use
from cohorts.forms.outreach import PublicRoundFilter
from cohorts.forms.school_requests import FeedbackForm, PupilForm, SchoolRequestForm
from cohorts.models import OutreachRound, SchoolRequest, Visit, VisitFeedback
from cohorts.outreach_states import VisitState
from cohorts.states import ASKED_OF_SCHOOLS
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do


@require_GET
@login_not_required
def visit_notice_list(request: HttpRequest) -> HttpResponse:
    """The rounds that take requests now or soon; two queries."""
    rows = OutreachRound.objects.open_or_soon().select_related("company", "host").order_by("apply_closes_at", "pk")
    return Listing(request, rows, form=PublicRoundFilter, page_size=12).render("cohorts/visit_notice_list.html")


@require_GET
@login_not_required
def visit_notice(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "cohorts/visit_notice.html", {"round": _public(pk)})


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def school_request_send(request: HttpRequest, pk: int) -> HttpResponse:
    """The request of a school. Sent again, it leads to the same receipt; a mistake takes nothing away that was typed."""
    round = _public(pk)
    sent = request.method == "POST"
    texts = texts_in_use(round.host_id, ASKED_OF_SCHOOLS)
    form = SchoolRequestForm(request.POST if sent else None, round=round, texts=texts)
    if not round.is_open and not sent:
        return redirect("cohorts:visit-notice", round.pk)
    status = 0
    if form.is_valid():
        told = form.values()
        if not ratelimit.consume(request, action="school_request", key=told["contact_email"]):
            form.add_error(None, _("Too many requests were sent from here. Please try again in an hour."))
            status = 429
        else:
            try:
                made = actions.send_request(round, language=get_language() or "ko", **told)
            except ActionRefused as refusal:
                form.refuse(refusal)
            else:
                return redirect("cohorts:school-mine", made.token)
    context = {"round": round, "form": form}
    return render(request, "cohorts/school_request_form.html", context, status=status or form_status(form))


@never_cache
@require_GET
@login_not_required
def school_mine(request: HttpRequest, token: str) -> HttpResponse:
    """What a teacher's link shows: the receipt, what came of it, and the day."""
    found, visit = _by_token(token)
    names_open = visit is not None and visit.round.names_needed and visit.state == VisitState.PLANNED
    context = {
        "found": found,
        "round": found.round,
        "visit": visit,
        "may_withdraw": found.can_be_withdrawn and not (visit and visit.state == VisitState.HELD),
        "names_open": names_open,
        "asks_feedback": visit is not None and visit.state == VisitState.HELD and not _has_feedback(visit),
    }
    return render(request, "cohorts/school_mine.html", context)


@require_POST
@login_not_required
def school_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    found, _visit = _by_token(token)
    done = _("Your request was withdrawn.")
    return do(request, lambda: actions.withdraw_request(found), done, _mine(found))


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def school_feedback(request: HttpRequest, token: str) -> HttpResponse:
    found, visit = _by_token(token)
    if visit is None or visit.state != VisitState.HELD:
        raise Http404
    form = FeedbackForm(sent(request))
    if form.carries_out(lambda: visits.give_feedback(visit, **form.cleaned_data)):
        messages.success(request, _("Thank you. Your answers were kept without a name."))
        return redirect(_mine(found))
    context: dict[str, Any] = {"form": form, "found": found, "visit": visit, "cancel_url": _mine(found)}
    return render(request, "cohorts/school_feedback.html", context, status=form_status(form))


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def school_pupils(request: HttpRequest, token: str) -> HttpResponse:
    """The list for the gate of the company; each name with the consent to it."""
    found, visit = _with_names(token)
    form = PupilForm(sent(request))
    if form.carries_out(lambda: visits.name_pupil(visit, **form.cleaned_data)):
        messages.success(request, _("The pupil is on the list."))
        return redirect("cohorts:school-pupils", token)
    context = {
        "form": form, "found": found, "visit": visit, "pupils": visit.named_pupils.all(), "token": token,
        "cancel_url": _mine(found),
    }  # fmt: skip
    return render(request, "cohorts/school_pupils.html", context, status=form_status(form))


@require_POST
@login_not_required
def school_pupil_remove(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    _found, visit = _with_names(token)
    pupil = get_object_or_404(visit.named_pupils.select_related("visit"), pk=pk)
    done = _("The pupil was taken off the list.")
    return do(request, lambda: visits.remove_pupil(pupil), done, reverse("cohorts:school-pupils", args=[token]))


def _public(pk: int) -> OutreachRound:
    return get_object_or_404(OutreachRound.objects.public().select_related("company", "host"), pk=pk)


def _by_token(token: str) -> tuple[SchoolRequest, Visit | None]:
    """The request of a signed link with its visit; 404 for a link that was never given out, or has ended."""
    rows = SchoolRequest.objects.with_token(token).select_related("round__company", "round__host")
    found = get_object_or_404(rows)
    visit = found.visits.standing().for_list().first()
    return found, visit


def _with_names(token: str) -> tuple[SchoolRequest, Visit]:
    """As `_by_token`, of a visit whose list for the gate is open; one query."""
    rows = Visit.objects.planned().filter(request__in=SchoolRequest.objects.with_token(token))
    visit = get_object_or_404(rows.for_list(), round__names_needed=True)
    visit.request.round = visit.round
    return visit.request, visit


def _has_feedback(visit: Visit) -> bool:
    return VisitFeedback.objects.filter(visit=visit).exists()


def _mine(found: SchoolRequest) -> str:
    return reverse("cohorts:school-mine", args=[found.token])
