"""What schools ask for on the public page, and what becomes of it."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import outreach_emails as emails
from cohorts.consents import text_in_use
from cohorts.eligibility import province_of
from cohorts.models import OutreachRound, SchoolRequest, Visit
from cohorts.models.outreach import rural_basis_of
from cohorts.outreach import waitlist_of
from cohorts.outreach_planning import request_faults
from cohorts.outreach_states import REQUEST_TRANSITIONS, TAKES_A_VISIT, RequestState, VisitState
from cohorts.states import ConsentKind
from partners.actions.organizations import register_organization
from partners.models import Organization
from partners.states import OrganizationKind
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

TOLD = (
    "school_name", "office", "address", "rural", "grade", "pupils", "wishes", "note", "contact_name",
    "contact_email", "contact_mobile", "language",
)  # fmt: skip


@transaction.atomic
def send_request(
    round: OutreachRound,
    *,
    submission_key: uuid.UUID,
    shares_contact: bool = False,
    by: "User | None" = None,
    **told: Any,
) -> SchoolRequest:
    """A school asks for a visit. The same key again, be it at the same moment, is the same request and one mail.

    `told`: the fields of TOLD. Refused outside the time for requests, and for what the round does not offer.
    """
    if unknown := told.keys() - {*TOLD}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    # Two clicks one after the other, and none while the round is decided.
    round = OutreachRound.objects.select_for_update(of=("self",), no_key=True).get(pk=round.pk)
    if found := SchoolRequest.objects.filter(submission_key=submission_key, round=round).first():
        return found
    if not round.is_open:
        raise ActionRefused(_("This round takes no requests now."))
    if fault := next(request_faults(round, told), None):
        raise ActionRefused(fault.sentence, fault.field)
    request = SchoolRequest.objects.create(
        round=round,
        host_id=round.host_id,
        receipt_number=f"new-{submission_key.hex[:16]}",  # until its row has a number
        submission_key=submission_key,
        region=province_of(told["address"]) or "",
        rural_basis=rural_basis_of(told["address"]) if told["rural"] else "",
        consent_text=text_in_use(round.host_id, ConsentKind.SCHOOL_CONTACT),
        consented_at=timezone.now(),
        sharing_text=text_in_use(round.host_id, ConsentKind.SCHOOL_SHARING) if shares_contact else None,
        **told,
    )
    request.receipt_number = f"{timezone.localtime(request.submitted_at):%y}-V{round.pk:03d}-{request.pk:06d}"
    request.save(update_fields=["receipt_number"])
    audit.record(request, "school_request.received", by=by, after={"round": round.pk, "rural": request.rural})
    notify.queue_many(emails.to_school(request, "school_received", by=by))
    return request


@transaction.atomic
def withdraw_request(request: SchoolRequest, *, by: "User | None" = None) -> SchoolRequest:
    """By the school, with its link. A visit that was arranged is cancelled, and the next in line gets it."""
    return _end(request, RequestState.WITHDRAWN, by=by, reason=_("The school has withdrawn."))


@transaction.atomic
def cancel_request(request: SchoolRequest, *, by: "User | None", reason: str) -> SchoolRequest:
    """By the office, for good: the school is told why, its visit is cancelled, and the next in line gets it."""
    request = _end(request, RequestState.CANCELLED, by=by, reason=reason)
    notify.queue_many(emails.to_school(request, "school_cancelled", by=by, reason=reason))
    return request


@transaction.atomic
def cancel_visit(visit: Visit, *, by: "User | None", reason: str) -> Visit:
    """A visit that cannot be moved to another day; its request goes with it (`cancel_request`)."""
    if visit.state != VisitState.PLANNED:
        raise ActionRefused(_("Only a planned visit can be cancelled."))
    cancel_request(visit.request, by=by, reason=reason)
    visit.refresh_from_db()
    return visit


def _end(request: SchoolRequest, to: RequestState, *, by: "User | None", reason: str) -> SchoolRequest:
    round, request = _lock_request(request)
    held_a_visit = request.state in TAKES_A_VISIT
    if request.visits.held().exists():
        raise ActionRefused(_("The visit has taken place, so the request stays as it is."))
    request = _move_request(request, to, by=by, reason=reason if to == RequestState.CANCELLED else "")
    rows = request.visits.planned().select_for_update(of=("self",))
    for visit in rows.select_related("round", "school", "expert__user"):
        _cancel(visit, by=by, reason=reason)
    if held_a_visit:
        _move_up(round, by=by)
    return request


def _cancel(visit: Visit, *, by: "User | None", reason: str) -> Visit:
    """The names go at once: there is no gate to pass any more."""
    names, _rows = visit.named_pupils.all().delete()
    visit.state, visit.cancel_reason = VisitState.CANCELLED, reason
    visit.save(update_fields=["state", "cancel_reason"])
    before, after = {"state": VisitState.PLANNED.value}, {"state": visit.state, "names_destroyed": names}
    audit.record(visit, "visit.cancelled", by=by, before=before, after=after, reason=reason)
    notify.queue_many(emails.visit_to_expert(visit, "visit_cancelled", by=by, slot="once", reason=reason))
    return visit


def _move_up(round: OutreachRound, *, by: "User | None") -> None:
    """Give free visits to those who wait, as long as there is a day left. The round is locked."""
    taken = round.requests.filter(state__in=TAKES_A_VISIT).count()
    if taken >= round.visits_most or round.visits_until < timezone.localdate():
        return
    messages = []
    for request in waitlist_of(round)[: round.visits_most - taken]:
        request.round = round
        messages += emails.to_school(_accept(request, by=by), "school_accepted", by=by)
    notify.queue_many(messages)


def _accept(request: SchoolRequest, *, by: "User | None") -> SchoolRequest:
    request.school = _school_of(request, by=by)
    return _move_request(request, RequestState.ACCEPTED, by=by)


def _school_of(request: SchoolRequest, *, by: "User | None") -> Organization:
    """The school among the organizations, found or registered. Names repeat: the office of education tells them apart."""
    alike = SchoolRequest.objects.filter(school__isnull=False, school_name=request.school_name)
    for other in alike.select_related("school").order_by("pk"):
        if other.school_key == request.school_key:
            return other.school  # type: ignore[return-value]  # not None, as filtered
    schools = Organization.objects.filter(kind=OrganizationKind.SCHOOL)
    named = schools.filter(name=request.school_name).first()
    if named and province_of(named.region) == request.region and not alike.filter(school=named).exists():
        return named
    name = f"{request.school_name} ({request.office})" if named else request.school_name
    return schools.filter(name=name).first() or register_organization(
        by=by, kind=OrganizationKind.SCHOOL, name=name, region=request.region
    )


def _lock_request(request: SchoolRequest) -> tuple[OutreachRound, SchoolRequest]:
    """The round first, as everywhere, then the request."""
    round = OutreachRound.objects.select_for_update(of=("self",)).get(pk=request.round_id)
    request = SchoolRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    request.round = round
    return round, request


def _move_request(request: SchoolRequest, to: RequestState, *, by: "User | None", reason: str = "") -> SchoolRequest:
    """The only writer of SchoolRequest.state; its round is locked."""
    was = request.state
    if to not in REQUEST_TRANSITIONS[was]:
        told = {"state": request.get_state_display()}
        raise ActionRefused(_("This request is: %(state)s. This cannot be done any more.") % told)
    request.state, request.decided_at = to, timezone.now()
    request.save(update_fields=["state", "decided_at", "school"])
    audit.record(
        request, f"school_request.{to}", by=by, before={"state": was}, after={"state": to.value}, reason=reason
    )
    return request
