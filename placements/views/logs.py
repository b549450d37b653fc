"""Mentoring logs: written by mentors, confirmed by the host's side, read by trainees."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Enrolment
from placements import actions
from placements.forms.filters import LogFilter
from placements.forms.work import LogForm, ReasonForm
from placements.models import MentoringLog, Team
from placements.permissions import available_log_verbs, can_amend_log, can_confirm_log, can_edit_log, can_write_log
from placements.queries.placement import Face, attendee_names, readable
from placements.queries.rows import log_rows
from placements.queries.todos import approved_hours
from placements.states import MENTOR_MAY_SEE_TEAM
from placements.views import save
from portal import audit
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.listing import Keyed
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR, Role.MENTOR, Role.TRAINEE)
CONFIRMERS = (*HOST_STAFF, Role.INSTRUCTOR)


class LogListing(Keyed):
    read = log_rows


@require_GET
@roles(*READERS)
def log_list(request: HttpRequest) -> HttpResponse:
    rows = MentoringLog.objects.visible_to(request.user).current()
    sorts = {"held": "starts_at", "team": ("team__name", "number"), "state": ("state", "-starts_at")}
    options = {"user": request.user}
    listing = LogListing(request, rows, form=LogFilter, form_options=options, sorts=sorts, default_sort="-held")
    return listing.render("placements/log_list.html", {"hours": approved_hours(listing.rows.order_by())})


def load(request: HttpRequest, pk: int) -> MentoringLog:
    rows = MentoringLog.objects.visible_to(request.user).for_list().select_related("confirmed_by", "host")
    return get_object_or_404(rows, pk=pk)


def seen_people(request: HttpRequest, log: MentoringLog) -> tuple[list[Face], list[Face]]:
    """Who was there and who of the team was not, as the reader may know them; written down as seen."""
    attended = list(log.attendees.select_related("person"))
    ids = {one.pk for one in attended}
    day = timezone.localdate(log.starts_at)
    rows = log.team.members.filter(joined_on__lte=day).select_related("enrolment__person")
    absent = [row.enrolment for row in rows if row.enrolment_id not in ids and not (row.left_on and row.left_on < day)]
    running = log.team.project.state in MENTOR_MAY_SEE_TEAM
    there = attendee_names(request.user, attended, running=running)
    missing = attendee_names(request.user, absent, running=running)
    if visible := sum(bool(face.name) for face in (*there, *missing)):
        audit.saw(request.user, "log.viewed", host_id=log.host_id, people=visible)
    return there, missing


@require_GET
@roles(*READERS)
def log(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    there, missing = seen_people(request, found)
    versions = MentoringLog.objects.visible_to(request.user).filter(team=found.team_id, number=found.number)
    context = {
        "log": found,
        "there": there,
        "missing": missing,
        "verbs": available_log_verbs(request.user, found),
        "versions": versions.exclude(pk=pk).order_by("version"),
        "events": None if request.user.role == Role.TRAINEE else history_of(found),
    }
    return render(request, "placements/log.html", context)


@require_GET
@roles(*READERS)
def log_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The log on one sheet, with places for the signatures (멘토링 일지)."""
    found = load(request, pk)
    there, missing = seen_people(request, found)
    return render(request, "placements/log_print.html", {"log": found, "there": there, "missing": missing})


def people_of(user: User, team: Team) -> dict[int, tuple[Enrolment, str]]:
    """The members as choices of the form; without consent, by number."""
    members = [row.enrolment for row in team.members.filter(left_on=None).select_related("enrolment__person")]
    shown = readable(user, members)
    return {one.pk: (one, name_of(one, one.pk in shown)) for one in members}


def name_of(enrolment: Enrolment, shown: bool) -> str:
    if shown:
        return f"{enrolment.number}. {enrolment.person.name}"
    return _("Trainee %(number)s (no consent)") % {"number": enrolment.number}


@require_http_methods(["GET", "POST"])
@roles(Role.MENTOR)
def log_write(request: HttpRequest, pk: int) -> HttpResponse:
    """A new log of a team; saved as a draft, or handed in at once."""
    rows = Team.objects.visible_to(request.user).running().select_related("project__company")
    team = get_object_or_404(rows, pk=pk)
    require(can_write_log(request.user, team))
    form = LogForm(sent(request), people=people_of(request.user, team))

    def write(values: dict) -> MentoringLog:
        return hand_in(request, actions.write_log(team, by=request.user, **values))

    return save(
        request, form, write, "placements/log_form.html", done=said(request), to=None,
        team=team, cancel_url=team.get_absolute_url(),
    )  # fmt: skip


def hand_in(request: HttpRequest, saved: MentoringLog) -> MentoringLog:
    return actions.submit_log(saved, by=request.user) if "submit" in request.POST else saved


def said(request: HttpRequest) -> str:
    return _("The log was submitted.") if "submit" in request.POST else _("The draft was saved.")


@require_http_methods(["GET", "POST"])
@roles(Role.MENTOR)
def log_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_edit_log(request.user, found))
    form = LogForm(sent(request), people=people_of(request.user, found.team), log=found)

    def write(values: dict) -> MentoringLog:
        return hand_in(request, actions.edit_log(found, by=request.user, **values))

    return save(
        request, form, write, "placements/log_form.html", done=said(request), to=None,
        team=found.team, log=found, cancel_url=found.get_absolute_url(),
    )  # fmt: skip


@require_POST
@roles(Role.MENTOR)
def log_submit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_write_log(request.user, found.team))
    return do(request, lambda: actions.submit_log(found, by=request.user), _("The log was submitted."), found)


@require_POST
@roles(Role.MENTOR)
def log_discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_write_log(request.user, found.team))
    to = reverse("placements:log-list")
    return do(request, lambda: actions.discard_log(found, by=request.user), _("The draft was thrown away."), to)


@require_POST
@roles(Role.MENTOR)
def log_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new version of an approved log."""
    found = load(request, pk)
    require(can_amend_log(request.user, found))
    done = _("This is the new version. The approved one counts until this one is approved.")
    return do(
        request,
        lambda: actions.amend_log(found, by=request.user),
        done,
        lambda made: reverse("placements:log-edit", args=[made.pk]),
        refused_to=found,
    )


@require_POST
@roles(*CONFIRMERS)
def log_approve(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_confirm_log(request.user, found))
    return do(request, lambda: actions.approve_log(found, by=request.user), _("The log was approved."), found)


@require_http_methods(["GET", "POST"])
@roles(*CONFIRMERS)
def log_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the mentor, with a reason."""
    found = load(request, pk)
    require(can_confirm_log(request.user, found))
    form = ReasonForm(sent(request))
    return save(
        request, form, lambda values: actions.return_log(found, by=request.user, **values),
        "placements/reason_form.html", done=_("The log was returned. The mentor is told by mail."), to=found,
        title=_("Return the log for revision"), thing=found.topic, cancel_url=found.get_absolute_url(),
        consequence=_("The mentor gets a mail with your reason, corrects the log and submits it again."),
    )  # fmt: skip
