"""Applications: one's own, and those a host has received."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import permissions as may
from cohorts import queries
from cohorts.actions import applications as actions
from cohorts.actions.consents import withdraw_consent
from cohorts.application_acts import Acts, acts_of
from cohorts.blind import facts_of
from cohorts.bulk import BulkVerb
from cohorts.forms.applications import OverruleForm, filter_for
from cohorts.forms.cohorts import ReasonForm
from cohorts.forms.supplements import CancelForm
from cohorts.models import Application, ApplicationFile, Cohort, Consent, Supplement, Track
from cohorts.queries.answers import own_answers
from cohorts.queries.application_rows import Row, application_rows
from cohorts.states import (
    CAN_BE_CONTACTED,
    CAN_WITHDRAW,
    IN_SELECTION,
    OPEN_SUPPLEMENT,
    OPEN_TO_CHANGE,
    TAKES_LATE,
    TAKES_SUPPLEMENTS,
    ApplicationState,
)
from cohorts.views.apply import check_context
from portal import audit
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.downloads import send_file
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.korean import mask_email, mask_mobile
from portal.common.listing import SearchedOnce
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.REVIEWER)


# The applicant -----------------------------------------------------------------------------


@require_GET
@roles(Role.TRAINEE)
def my_application_list(request: HttpRequest) -> HttpResponse:
    """One's own applications, each with what to do next."""
    applications = queries.my_applications(request.user)
    context = {
        "applications": [(one, next_step(one)) for one in applications],
        "begun": list(queries.begun_forms(request.user)),
        "draft": ApplicationState.DRAFT.label,
    }
    return render(request, "cohorts/application_mine.html", context)


def next_step(application: Application) -> dict[str, str]:
    """What the applicant can do now: a sentence, and where. A prepared decision says nothing here."""
    cohort, state = application.cohort, application.state
    if documents := getattr(application, "asked_documents", None):
        url = reverse("cohorts:supplement", args=[documents])
        return {"text": _("The office asks you for documents."), "url": url, "label": _("Send the documents")}
    if state == ApplicationState.DRAFT and application.deadline.is_open:
        url = reverse("cohorts:apply", args=[cohort.pk])
        return {"text": _("Not submitted yet."), "url": url, "label": _("Go on with the application")}
    if state == ApplicationState.OFFERED and (offer := getattr(application, "live_offer", None)):
        try:
            url = reverse("cohorts:offer", args=[offer])
        except NoReverseMatch:
            url = application.get_absolute_url()
        return {"text": _("A seat is offered to you."), "url": url, "label": _("Answer the offer")}
    if state == ApplicationState.ACCEPTED and getattr(application, "owes_pledge", False):
        url = reverse("cohorts:pledge", args=[application.pk])
        return {"text": _("Before the first day you agree to the rules."), "url": url, "label": _("Read the rules")}
    if state == ApplicationState.WAITLISTED:
        url = reverse("cohorts:waitlist-place", args=[application.pk])
        return {"text": str(WAITING[ApplicationState.WAITLISTED]), "url": url, "label": _("See your place")}
    if state == ApplicationState.SUBMITTED and (interview := _interview_step(application)):
        return interview | {"url": reverse("cohorts:admission-interview", args=[application.pk])}
    return {"text": str(WAITING.get(ApplicationState(state), "")), "url": "", "label": ""}


def _interview_step(application: Application) -> dict[str, str]:
    """The interview that is booked, or a time that is to be chosen."""
    now = timezone.now()
    if (at := getattr(application, "interview_at", None)) and at > now:
        when = date_format(timezone.localtime(at), "MONTH_DAY_TIME_FORMAT")
        return {"text": _("Your interview is on %(when)s.") % {"when": when}, "label": _("See, change or cancel it")}
    if (until := getattr(application, "choose_until", None)) and until > now and at is None:
        when = date_format(timezone.localtime(until), "MONTH_DAY_TIME_FORMAT")
        text = _("You are invited to an interview. Choose a time until %(when)s.") % {"when": when}
        return {"text": text, "label": _("Choose a time")}
    return {}


WAITING = {
    ApplicationState.DRAFT: gettext_lazy("The deadline has passed, and it was not submitted."),
    ApplicationState.SUBMITTED: gettext_lazy("It is being examined. The result comes by mail."),
    ApplicationState.INELIGIBLE: gettext_lazy("The conditions are not met by what was entered."),
    ApplicationState.WAITLISTED: gettext_lazy("You are on the waitlist. When a seat becomes free, you get a mail."),
    ApplicationState.ACCEPTED: gettext_lazy("Your seat is taken. You hear from the office before the first day."),
    ApplicationState.ENROLLED: gettext_lazy("You are in this course."),
}


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF, Role.TRAINEE)
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes the application back; from the office it needs a reason."""
    application = _load(request, pk)
    require(may.can_withdraw_application(request.user, application))
    theirs = request.user.role in HOST_STAFF
    form = ReasonForm(request.POST if request.method == "POST" else None) if theirs else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        done = _("The application was withdrawn.") if theirs else _("Your application was withdrawn.")
        return do(
            request,
            lambda: actions.withdraw_application(application, by=request.user, reason=reason),
            done,
            application.get_absolute_url(),
        )
    context = {"application": application, "cohort": application.cohort, "theirs": theirs, "form": form}
    context["cancel_url"] = application.get_absolute_url()
    return render(request, "cohorts/application_withdraw.html", context, status=form_status(form) if form else 200)


@require_GET
@roles(Role.TRAINEE)
def consent_list(request: HttpRequest) -> HttpResponse:
    """What one has agreed to, at each host, word for word."""
    mine = Consent.objects.visible_to(request.user).select_related("text", "host")
    return render(request, "cohorts/application_consents.html", {"consents": mine})


@require_POST
@roles(Role.TRAINEE)
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    consent = get_object_or_404(Consent.objects.visible_to(request.user), pk=pk)
    done = _("Your consent was withdrawn. It counts from now on.")
    return do(request, lambda: withdraw_consent(consent, by=request.user), done, "cohorts:consent-list")


# The staff ---------------------------------------------------------------------------------


class Received(SearchedOnce):
    @property
    def is_searched(self) -> bool:
        return "q" in self.chosen

    def fetch(self, rows: Any) -> list[Row]:
        role = self.request.user.role
        return application_rows(rows, blind=role == Role.REVIEWER, in_full=role in HOST_STAFF)


@require_GET
@roles(*READERS)
def application_list(request: HttpRequest) -> HttpResponse:
    """What the visible cohorts have received."""
    user = request.user
    cohorts, visible = Cohort.objects.visible_to(user), Application.objects.visible_to(user)
    blind = user.role == Role.REVIEWER  # neither shown nor searched nor sorted by who somebody is
    listing = Received(
        request,
        visible,
        form=filter_for(user.role),
        form_options={"tracks": Track.objects.filter(cohort__in=cohorts)},
        sorts=SORTS if blind else SORTS | {"name": ("person__name", "receipt_number")},
        default_sort="-submitted",
    )
    in_full = user.role in HOST_STAFF
    audit.saw(user, "application.listed", host_id=user.organization_id, people=len(listing))
    context: dict[str, Any] = {"in_full": in_full, "blind": blind, "bulk_verbs": None}
    if in_full and listing.chosen.get("cohort"):  # many at once: of one cohort
        query = [pair for pair in request.GET.lists() if pair[0] not in ("page", "verb", "rows", "all", "sort")]
        context |= {"bulk_verbs": BulkVerb, "bulk_query": [(name, one) for name, values in query for one in values]}
    return listing.render("cohorts/application_list.html", context)


SORTS = {
    "receipt": "receipt_number",
    "cohort": ("cohort__name", "receipt_number"),
    "track": ("track__name", "receipt_number"),
    "state": ("state", "receipt_number"),
    "submitted": "submitted_at",
}


def contact(application: Application, *, in_full: bool) -> dict[str, str]:
    """Mobile number, address and e-mail; masked for whoever only judges."""
    person = application.person
    if in_full:
        return {"mobile": person.mobile, "email": person.email, "address": application.address}
    region = " ".join(application.address.split()[:2])
    return {"mobile": mask_mobile(person.mobile), "email": mask_email(person.email), "address": f"{region} …"}


@require_GET
@roles(*READERS, Role.TRAINEE)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: its own person sees all of it, the staff what their work needs."""
    found = _load(request, pk)
    if may.is_applicant(request.user, found):
        if found.state == ApplicationState.DRAFT:
            return redirect("cohorts:apply", found.cohort_id)
        return render(request, "cohorts/application_own.html", _own_context(found))
    if request.user.role == Role.REVIEWER:
        return _reviewer_page(request, found)
    return _staff_page(request, found, OverruleForm())


def _reviewer_page(request: HttpRequest, found: Application) -> HttpResponse:
    """What is there to be judged, and no more."""
    audit.saw(request.user, "application.viewed", host_id=found.host_id, subject_id=found.person_id)
    context = {
        "application": found,
        "facts": facts_of(found),
        "scores_url": reverse("cohorts:score-edit", args=[found.pk]) if found.state in IN_SELECTION else "",
    }
    return render(request, "cohorts/application_review.html", context)


def _load(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(Application.objects.visible_to(request.user).for_detail().with_deadline(), pk=pk)


def _own_context(found: Application) -> dict[str, Any]:
    mine = queries.my_applications(found.person.user).get(pk=found.pk)
    open_to_change = found.state in OPEN_TO_CHANGE and mine.deadline.is_open
    return check_context(found, own_answers(found)) | {
        "next": next_step(mine),
        "deadline": mine.deadline,
        "open_to_change": open_to_change,
        "may_withdraw": found.state in CAN_WITHDRAW and not found.holds_a_seat,
        "bonus_url": _bonus_url(found),
        "result_url": _result_url(found),
    }


def _bonus_url(found: Application) -> str:
    return reverse("cohorts:application-bonus", args=[found.pk]) if found.gives_bonus else ""  # type: ignore[attr-defined]


def _result_url(found: Application) -> str:
    return reverse("cohorts:application-result", args=[found.pk]) if found.decided else ""  # type: ignore[attr-defined]


def _staff_page(request: HttpRequest, found: Application, form: OverruleForm) -> HttpResponse:
    user = request.user
    in_full = may.can_see_contacts(user, found)
    may_overrule = may.can_overrule_ineligibility(user, found) and found.state == ApplicationState.INELIGIBLE
    may_download = may.can_download_file(user, found)
    audit.saw(user, "application.viewed", host_id=found.host_id, subject_id=found.person_id)
    asked = found.supplements.select_related("asked_by").prefetch_related("items__file")
    supplements = list(asked) if found.supplemented else []  # type: ignore[attr-defined]
    context = {
        "application": found,
        "contact": contact(found, in_full=in_full),
        "in_full": in_full,
        "own": own_answers(found).rows() if user.role != Role.REVIEWER else [],
        "files": found.files.filter(question=None) if may_download else [],
        "may_download": may_download,
        "consents": found.person.consents.select_related("text") if in_full else [],
        "resembling": queries.resembling(found.person) if in_full else [],
        "supplements": supplements,
        "may_ask": may.can_ask_supplement(user, found),
        "cancel_form": CancelForm(auto_id="documents_%s"),
        "overrule_form": form if may_overrule else None,
        "acts": _staff_acts(user, found, supplements, likely=not may_overrule),
        "tabs": _tabs(request, found, "cohorts:application"),
    }
    return render(request, "cohorts/application.html", context, status=form_status(form))


def _staff_acts(user: User, found: Application, supplements: list[Supplement], *, likely: bool) -> Acts:
    """Where the office goes from here, the likeliest first; `likely`: the first of them is the next thing to do."""
    staff, host = user.role in (Role.ADMIN, *HOST_STAFF), user.role in HOST_STAFF
    asks = may.can_ask_supplement(user, found) and found.state in TAKES_SUPPLEMENTS and not found.deadline.is_open
    offers = {
        "supplement-ask": asks and not any(one.state in OPEN_SUPPLEMENT for one in supplements),
        "admission-interview": host and found.state in IN_SELECTION,
        "conflict-declare": host and found.state in IN_SELECTION,
        "contact-list": staff and found.state in CAN_BE_CONTACTED,
        "application-result": may.can_see_result(user, found) and found.decided,  # type: ignore[attr-defined]
        "application-bonus": may.can_claim_bonus(user, found) and found.gives_bonus,  # type: ignore[attr-defined]
        "application-withdraw": may.can_withdraw_application(user, found)
        and found.state in CAN_WITHDRAW
        and not found.holds_a_seat,
    }
    urls = {name: _url(f"cohorts:{name}", found.pk) for name, offered in offers.items() if offered}
    if host and found.state in OPEN_TO_CHANGE and found.cohort.state in TAKES_LATE:
        urls["extension-grant"] = f"{_url('cohorts:extension-grant', found.cohort_id)}?application={found.pk}"
    if staff:
        urls["selection"] = _url("cohorts:selection", found.cohort_id)
    return acts_of(urls, found, likely=likely)


def _url(name: str, pk: int) -> str:
    """An address that another branch of the chain may not have built yet."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _tabs(request: HttpRequest, found: Application, current: str) -> list[dict[str, Any]]:
    if not may.can_see_application_history(request.user, found):
        return []
    pages = [
        (_("Application"), "cohorts:application"),
        (_("Scores"), "cohorts:application-scores"),
        (_("History"), "cohorts:application-history"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[found.pk]), "current": name == current} for label, name in pages
    ]


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def application_history(request: HttpRequest, pk: int) -> HttpResponse:
    found = _load(request, pk)
    require(may.can_see_application_history(request.user, found))
    context = {
        "application": found,
        "events": history_of(found, *found.extensions.all()),
        "tabs": _tabs(request, found, "cohorts:application-history"),
    }
    return render(request, "cohorts/application_history.html", context)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def application_scores(request: HttpRequest, pk: int) -> HttpResponse:
    """What each reviewer gave, stage by stage and criterion by criterion."""
    found = _load(request, pk)
    audit.saw(request.user, "application.viewed", host_id=found.host_id, subject_id=found.person_id)
    context = {
        "application": found,
        "stages": queries.scores_on(found),
        "tabs": _tabs(request, found, "cohorts:application-scores"),
    }
    return render(request, "cohorts/application_scores.html", context)


@require_POST
@roles(*HOST_STAFF)
def application_overrule(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody into the selection whom the rules kept out."""
    found = _load(request, pk)
    require(may.can_overrule_ineligibility(request.user, found))
    form = OverruleForm(request.POST)
    if not form.is_valid():
        return _staff_page(request, found, form)
    done = _("The applicant takes part in the selection and was told by mail.")
    return do(
        request,
        lambda: actions.overrule_ineligibility(found, by=request.user, reason=form.cleaned_data["reason"]),
        done,
        found,
    )


@require_GET
@roles(*READERS, Role.TRAINEE)
def application_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An attached file, for its owner and the host's staff."""
    visible = Application.objects.visible_to(request.user)
    files = ApplicationFile.objects.filter(application__in=visible).select_related("application__person")
    file = get_object_or_404(files, pk=pk)
    require(may.can_download_file(request.user, file.application))
    if not may.is_applicant(request.user, file.application):
        audit.saw(request.user, "application.downloaded", host_id=file.host_id, subject_id=file.application.person_id)
    return send_file(file)
