"""Visits: arranged with an expert and a day, moved, and held once their pupils are counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import outreach_emails as emails
from cohorts.models import OutreachRound, SchoolRequest, Visit, VisitFeedback, VisitPupil
from cohorts.outreach_states import TAKES_A_VISIT, Grade, VisitState
from partners.actions.figures import refresh_figures
from portal import audit, notify
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

ARRANGED = ("expert", "expert_name", "starts_at", "ends_at", "place")
LONGEST = timedelta(hours=10)  # longer than that is a mistyped day
MOST_PUPILS = 2_000  # of one grade in one visit


@transaction.atomic
def plan_visit(
    request: SchoolRequest,
    *,
    by: "User | None",
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    expert: Membership | None = None,
    expert_name: str = "",
) -> Visit:
    """Arrange the visit of an accepted school: a mentor of the company, or a named person; teacher and expert are told."""
    round, request = _lock(request)
    if request.state not in TAKES_A_VISIT:
        raise ActionRefused(_("Only an accepted school gets a visit."))
    if request.visits.standing().exists():
        raise ActionRefused(_("This school has its visit already."))
    visit = Visit(
        round=round, request=request, host_id=round.host_id, company_id=round.company_id, school=request.school,
        format=round.format, starts_at=starts_at, ends_at=ends_at, place=place, expert=expert, expert_name=expert_name,
        arranged_by=by,
    )  # fmt: skip
    _save_arranged(visit)
    audit.record(visit, "visit.planned", by=by, after=_arrangement(visit))
    _tell(visit, "visit_planned", by=by)
    return visit


@transaction.atomic
def reschedule_visit(visit: Visit, *, by: "User | None", **arranged: Any) -> Visit:
    """Another day, expert or place; the fields of ARRANGED. Teacher and expert are told, the expert before as well."""
    visit = _locked(visit)
    if visit.state != VisitState.PLANNED:
        raise ActionRefused(_("Only a planned visit can be moved."))
    changed = [name for name in ARRANGED if name in arranged and getattr(visit, name) != arranged[name]]
    if not changed:
        return visit
    before, old_expert = _arrangement(visit, changed), visit.expert
    for name in changed:
        setattr(visit, name, arranged[name])
    visit.arranged_by = by
    _save_arranged(visit)
    after = _arrangement(visit, changed) | {"fields": changed}
    audit.record(visit, "visit.rescheduled", by=by, before=before, after=after)
    _tell(visit, "visit_rescheduled", by=by)
    if old_expert and old_expert != visit.expert:
        slot = emails.moment_slot(timezone.now())
        reason = _("Somebody else gives it.")
        notify.queue_many(emails.visit_to(old_expert.user, visit, "visit_cancelled", by=by, slot=slot, reason=reason))
    return visit


@transaction.atomic
def hold_visit(
    visit: Visit, *, by: "User | None", headcount: Mapping[str, int], teachers: int, report: str = ""
) -> Visit:
    """It took place: how many pupils of each grade, how many teachers. The school is asked what it thinks."""
    visit = _locked(visit)
    if visit.state != VisitState.PLANNED:
        raise ActionRefused(_("Only a planned visit can be reported."))
    if not visit.has_begun:
        raise ActionRefused(_("The visit has not begun yet."))
    visit.state, visit.reported_at, visit.reported_by = VisitState.HELD, timezone.now(), by
    _count(visit, headcount, teachers, report)
    visit.save(update_fields=["state", "headcount", "pupils", "teachers", "report", "reported_at", "reported_by"])
    after = {"state": visit.state, "pupils": visit.pupils, "teachers": visit.teachers}
    audit.record(visit, "visit.held", by=by, before={"state": VisitState.PLANNED.value}, after=after)
    notify.queue_many(emails.visit_to_school(visit, "feedback_asked", by=by, slot="once"))
    refresh_figures(visit.round.programme.agreement_id)
    return visit


@transaction.atomic
def amend_visit_report(
    visit: Visit, *, by: "User | None", headcount: Mapping[str, int], teachers: int, report: str = ""
) -> Visit:
    """Correct what was counted or told of a visit that was held; the history keeps both numbers."""
    visit = _locked(visit)
    if visit.state != VisitState.HELD:
        raise ActionRefused(_("The visit has no report yet."))
    before = {"pupils": visit.pupils, "teachers": visit.teachers}
    _count(visit, headcount, teachers, report)
    visit.save(update_fields=["headcount", "pupils", "teachers", "report"])
    after = {"pupils": visit.pupils, "teachers": visit.teachers}
    audit.record(visit, "visit.report_amended", by=by, before=before, after=after)
    refresh_figures(visit.round.programme.agreement_id)
    return visit


@transaction.atomic
def give_feedback(visit: Visit, *, by: "User | None" = None, **given: Any) -> VisitFeedback:
    """The school's marks and words, once; by its link."""
    visit = _locked(visit)
    if visit.state != VisitState.HELD:
        raise ActionRefused(_("The visit has not taken place yet."))
    if VisitFeedback.objects.filter(visit=visit).exists():
        raise ActionRefused(_("You have told us already. Thank you."))
    feedback = VisitFeedback.objects.create(visit=visit, host_id=visit.host_id, **given)
    audit.record(visit, "visit.feedback_given", by=by)
    return feedback


@transaction.atomic
def name_pupil(visit: Visit, *, by: "User | None" = None, **pupil: Any) -> VisitPupil:
    """Keep a pupil's name for the gate of the company, with the consent to it; without consent there is no name."""
    visit = _locked(visit)
    if not visit.round.names_needed:
        raise ActionRefused(_("This visit needs no names."))
    if visit.state != VisitState.PLANNED or visit.ends_at <= timezone.now():
        raise ActionRefused(_("The list is closed."))
    if pupil["under_14"] and not pupil.get("guardian"):
        raise ActionRefused(_("A child under 14 needs the consent of a guardian. Say who gave it."), "guardian")
    if pupil["consented_on"] > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "consented_on")
    if visit.named_pupils.count() >= visit.round.pupils_most:
        raise ActionRefused(_("The list is full: %(most)d pupils.") % {"most": visit.round.pupils_most})
    try:
        with transaction.atomic():
            named = VisitPupil.objects.create(visit=visit, host_id=visit.host_id, **pupil)
    except IntegrityError:
        raise ActionRefused(_("This pupil is on the list already."), "name") from None
    after = {"pupil": named.pk, "under_14": named.under_14, "consent_way": named.consent_way}
    audit.record(visit, "visit.pupil_named", by=by, after=after)
    return named


@transaction.atomic
def remove_pupil(pupil: VisitPupil, *, by: "User | None" = None) -> None:
    """The name is gone; the history knows only that there was one."""
    visit, pk = _locked(pupil.visit), pupil.pk
    pupil.delete()
    audit.record(visit, "visit.pupil_removed", by=by, before={"pupil": pk})


# What they share -----------------------------------------------------------------------


def _lock(request: SchoolRequest) -> tuple[OutreachRound, SchoolRequest]:
    """The round first, as everywhere, then the request."""
    round = OutreachRound.objects.select_for_update(of=("self",), no_key=True).get(pk=request.round_id)
    rows = SchoolRequest.objects.select_for_update(of=("self",)).select_related("school")
    request = rows.get(pk=request.pk)
    request.round = round
    return round, request


def _locked(visit: Visit) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",))
    return rows.select_related("round__programme", "school", "expert__user", "request__round").get(pk=visit.pk)


def _arrangement(visit: Visit, names: Iterable[str] = ARRANGED) -> dict[str, Any]:
    """As an event keeps it: a mentor by id, and nobody by name."""
    values = {
        "expert": visit.expert_id,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "place": visit.place,
    }
    return {name: value for name, value in values.items() if name in names}


def _save_arranged(visit: Visit) -> None:
    """Refuses a second place at the same time; the database holds it, whoever asks at once."""
    if visit.ends_at <= visit.starts_at:
        raise ActionRefused(_("The visit ends before it begins. Correct one of the two."), "ends_at")
    if visit.ends_at - visit.starts_at > LONGEST:
        raise ActionRefused(_("A visit does not last longer than ten hours. Check the day."), "ends_at")
    if visit.starts_at <= timezone.now():
        raise ActionRefused(_("This time has passed already. Choose a later one."), "starts_at")
    if (visit.expert is None) == (not visit.expert_name):
        raise ActionRefused(_("Choose a mentor of the company, or write the name of the expert."), "expert")
    if visit.expert and (visit.expert.organization_id != visit.company_id or visit.expert.role != Role.MENTOR):
        raise ActionRefused(_("Choose a mentor of the company that gives these visits."), "expert")
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError as error:
        if "at_one_place_at_a_time" not in str(error):
            raise
        raise ActionRefused(_("The expert has another visit at this time."), "starts_at") from None


def _tell(visit: Visit, template: str, *, by: "User | None") -> None:
    slot = emails.moment_slot(timezone.now())
    school = emails.visit_to_school(visit, template, by=by, slot=slot)
    notify.queue_many([*school, *emails.visit_to_expert(visit, template, by=by, slot=slot)])


def _count(visit: Visit, headcount: Mapping[str, int], teachers: int, report: str) -> None:
    found = {grade.value: headcount[grade] for grade in Grade if headcount.get(grade)}
    if not found:
        raise ActionRefused(_("Say how many pupils were there. A visit without pupils was not held."))
    if any(not 0 < number <= MOST_PUPILS for number in found.values()):
        raise ActionRefused(_("This number of pupils cannot be right."))
    visit.headcount, visit.pupils = found, sum(found.values())
    visit.teachers, visit.report = teachers, report
