"""Bonus points: the rules of a cohort, the claims of applicants, and the decisions of the office."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import permissions as may
from cohorts.actions import bonus as actions
from cohorts.forms.bonus import BonusRuleForm, ClaimFilter, ClaimForm, DecideForm
from cohorts.models import Application, BonusClaim, BonusRule, Cohort
from cohorts.states import ApplicationState, BonusState
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common import resumable
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

SEES = (Role.ADMIN, *HOST_STAFF)


@require_GET
@roles(*SEES)
def bonus_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules of a cohort, and what was claimed by them: the undecided first."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    rules = cohort.bonus_rules.all()
    listing = Listing(
        request,
        BonusClaim.objects.visible_to(request.user).filter(application__cohort=cohort).for_list(),
        form=ClaimFilter,
        form_options={"rules": rules},
        sorts={"state": ("state", "claimed_at"), "claimed": "claimed_at", "name": "application__person__name"},
        default_sort="state",
    )
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    context = {"cohort": cohort, "rules": rules, "may_act": may.can_decide_bonus(request.user, cohort)}
    return listing.render("cohorts/bonus_list.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def bonus_rule_make(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    return _rule_page(request, cohort, None)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def bonus_rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    return _rule_page(request, rule.cohort, rule)


def _rule_page(request: HttpRequest, cohort: Cohort, rule: BonusRule | None) -> HttpResponse:
    require(may.can_decide_bonus(request.user, cohort))
    initial = {name: getattr(rule, name) for name in BonusRuleForm.base_fields} if rule else None
    form = BonusRuleForm(sent(request), initial=initial)
    if form.carries_out(lambda: actions.set_bonus_rule(cohort, by=request.user, rule=rule, **form.cleaned_data)):
        messages.success(request, _("The bonus rule was saved."))
        return redirect("cohorts:bonus-list", cohort.pk)
    context = {
        "form": form,
        "cohort": cohort,
        "rule": rule,
        "cancel_url": reverse("cohorts:bonus-list", args=[cohort.pk]),
    }
    return render(request, "cohorts/bonus_rule_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def bonus_rule_remove(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    require(may.can_decide_bonus(request.user, rule.cohort))
    back = reverse("cohorts:bonus-list", args=[rule.cohort_id])
    return do(request, lambda: actions.remove_bonus_rule(rule, by=request.user), _("The bonus rule was removed."), back)


def _rule(request: HttpRequest, pk: int) -> BonusRule:
    cohorts = Cohort.objects.visible_to(request.user)
    return get_object_or_404(BonusRule.objects.filter(cohort__in=cohorts).select_related("cohort"), pk=pk)


# Claims --------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF, Role.TRAINEE)
def application_bonus(request: HttpRequest, pk: int) -> HttpResponse:
    """What one has claimed and what became of it; a further claim with its evidence."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_claim_bonus(request.user, application))
    staff = not may.is_applicant(request.user, application)
    claims = list(application.bonus_claims.select_related("rule", "file"))
    rules = application.cohort.bonus_rules.exclude(pk__in=[claim.rule_id for claim in claims])
    posted = request.method == "POST"
    data, files = (request.POST, resumable.files_of(request)) if posted else (None, None)
    form = ClaimForm(data, files, rules=rules, staff=staff)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            actions.claim_bonus(
                application, values["rule"], by=request.user, upload=values["file"], note=values.get("note", "")
            )
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            resumable.forget(request.user, request)
            messages.success(request, _("The claim was kept. The office looks at the evidence."))
            return redirect("cohorts:application-bonus", application.pk)
    if staff:
        audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    context: dict[str, Any] = {
        "application": application,
        "cohort": application.cohort,
        "claims": claims,
        "form": form if form.fields["rule"].queryset else None,
        "staff": staff,
        "resumable": not staff,
        "cancel_url": reverse("cohorts:apply-step", args=[application.cohort_id, "files"])
        if application.state == ApplicationState.DRAFT
        else application.get_absolute_url(),
    }
    return render(request, "cohorts/application_bonus.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF, Role.TRAINEE)
def bonus_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(request, pk)
    require(may.can_claim_bonus(request.user, claim.application))
    back = reverse("cohorts:application-bonus", args=[claim.application_id])
    done = _("The claim was taken back.")
    return do(request, lambda: actions.take_back_bonus_claim(claim, by=request.user), done, back)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def bonus_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The claim beside its evidence; afterwards the next one that waits."""
    claim = _claim(request, pk)
    require(may.can_decide_bonus(request.user, claim))
    decided = claim.state != BonusState.CLAIMED
    form = DecideForm(
        sent(request),
        initial={"decision": claim.state, "reason": claim.reason} if decided else None,
    )
    if form.carries_out(lambda: _decide(request, claim, **form.cleaned_data)):
        return redirect(_next(request, claim))
    audit.saw(request.user, "application.viewed", host_id=claim.host_id, subject_id=claim.application.person_id)
    cohort = claim.application.cohort
    context = {
        "claim": claim,
        "form": form,
        "cohort": cohort,
        "cancel_url": reverse("cohorts:bonus-list", args=[cohort.pk]),
    }
    return render(request, "cohorts/bonus_decide.html", context, status=form_status(form))


def _decide(request: HttpRequest, claim: BonusClaim, *, decision: str, reason: str) -> None:
    if decision == BonusState.CONFIRMED:
        actions.confirm_bonus(claim, by=request.user, reason=reason)
        messages.success(request, _("Confirmed: %(claim)s counts.") % {"claim": claim.rule})
    else:
        actions.refuse_bonus(claim, by=request.user, reason=reason)
        messages.success(request, _("Refused: %(claim)s does not count.") % {"claim": claim.rule})


def _next(request: HttpRequest, claim: BonusClaim) -> str:
    waiting = (
        BonusClaim.objects.visible_to(request.user).undecided().filter(application__cohort=claim.application.cohort)
    )
    following = waiting.first()
    if following:
        return reverse("cohorts:bonus-decide", args=[following.pk])
    return reverse("cohorts:bonus-list", args=[claim.application.cohort_id])


def _claim(request: HttpRequest, pk: int) -> BonusClaim:
    return get_object_or_404(BonusClaim.objects.visible_to(request.user).for_list(), pk=pk)
