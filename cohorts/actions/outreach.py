"""Rounds of school visits: offered, published, decided. Each action locks the row of the round first."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import outreach_emails as emails
from cohorts.actions.school_requests import _accept, _move_request
from cohorts.consents import text_in_use
from cohorts.models import OutreachRound, Programme
from cohorts.outreach import fingerprint, proposal
from cohorts.outreach_planning import WIDENED, round_faults, widening_faults
from cohorts.outreach_states import ROUND_EDITABLE, ROUND_TRANSITIONS, ROUND_WIDENABLE, RequestState, RoundState
from cohorts.states import ASKED_OF_SCHOOLS
from partners.states import OrganizationKind
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

FIELDS = (
    "company", "format", "topic", "description", "grades", "place", "visits_from", "visits_until", "visits_most",
    "pupils_most", "minutes", "apply_opens_at", "apply_closes_at", "rural_first", "rural_percent", "once_per_school",
    "waitlist_most", "names_needed",
)  # fmt: skip


@transaction.atomic
def offer_round(programme: Programme, *, by: "User | None", **plan: Any) -> OutreachRound:
    """A new round of an outreach programme, which nobody outside sees yet.

    `apply_closes_at` is the first instant that is too late (`planning.first_too_late`).
    """
    _refuse_first(programme, plan)
    round = OutreachRound.objects.create(programme=programme, host_id=programme.host_id, **_known(plan))
    audit.record(round, "round.offered", by=by, after={"company": round.company_id, "visits_most": round.visits_most})
    return round


@transaction.atomic
def edit_round(round: OutreachRound, *, by: "User | None", **plan: Any) -> OutreachRound:
    """Change a draft. Of a published round what schools have read stays; it can be widened (`widening_faults`)."""
    round = _lock_round(round)
    if round.state not in (*ROUND_EDITABLE, *ROUND_WIDENABLE):
        raise ActionRefused(_("This round is decided, so it stays as it is."))
    if round.state in ROUND_WIDENABLE and (fault := next(widening_faults(round, plan), None)):
        raise ActionRefused(fault.sentence, fault.field)
    before = {name: getattr(round, name) for name in WIDENED if name in plan}
    changed = [name for name, value in _known(plan).items() if getattr(round, name) != value]
    for name in changed:
        setattr(round, name, plan[name])
    _refuse_first(round.programme, {name: getattr(round, name) for name in FIELDS})
    if changed:
        round.save(update_fields=changed)
        if round.state in ROUND_WIDENABLE:
            was = {name: _plain(before[name]) for name in changed}
            after = {name: _plain(plan[name]) for name in changed}
        else:
            was, after = {}, {"fields": changed}
        audit.record(round, "round.edited", by=by, before=was, after=after)
    return round


@transaction.atomic
def publish_round(round: OutreachRound, *, by: "User | None") -> OutreachRound:
    """From now on schools read it; the texts a teacher agrees to are there before the first one comes."""
    round = _move_round(_lock_round(round), RoundState.PUBLISHED)
    if round.is_over:
        raise ActionRefused(_("The time for requests is over already. Move it first."))
    for kind in ASKED_OF_SCHOOLS:
        text_in_use(round.host_id, kind)
    audit.record(round, "round.published", by=by, before={"state": RoundState.DRAFT}, after={"state": round.state})
    return round


@transaction.atomic
def cancel_round(round: OutreachRound, *, by: "User | None", reason: str) -> OutreachRound:
    """Nothing comes of it: each school that has asked gets one mail with the reason."""
    round = _lock_round(round)
    before = round.state
    round = _move_round(round, RoundState.CANCELLED)
    messages = []
    for request in round.requests.submitted().select_for_update(no_key=True).order_by("pk"):
        request.round = round
        _move_request(request, RequestState.CANCELLED, by=by, reason=reason)
        messages += emails.to_school(request, "school_cancelled", by=by, reason=reason)
    notify.queue_many(messages)
    after = {"state": round.state}
    audit.record(round, "round.cancelled", by=by, before={"state": before}, after=after, reason=reason)
    return round


@transaction.atomic
def decide_requests(round: OutreachRound, *, by: "User | None", seen: str | None = None) -> OutreachRound:
    """Give the visits as the rule has it; each school gets one mail.

    `seen` is the `outreach.fingerprint` of the preview: if a school has withdrawn since, the official looks again.
    """
    round = _lock_round(round)
    if not round.is_over:
        raise ActionRefused(_("Schools can still send requests. Decide once the time for them is over."))
    lines = proposal(round)
    if seen is not None and seen != fingerprint(lines):
        raise ActionRefused(_("A request has changed since you looked. Check the list again."))
    _move_round(round, RoundState.DECIDED)
    templates = {
        RequestState.ACCEPTED: "school_accepted",
        RequestState.WAITLISTED: "school_waitlisted",
        RequestState.TURNED_DOWN: "school_turned_down",
    }
    messages = []
    for line in lines:
        line.request.round = round
        if line.outcome == RequestState.ACCEPTED:
            request = _accept(line.request, by=by)
        else:
            request = _move_request(line.request, RequestState(line.outcome), by=by)
        messages += emails.to_school(request, templates[RequestState(line.outcome)], by=by, place=line.place)
    notify.queue_many(messages)
    accepted = sum(line.outcome == RequestState.ACCEPTED for line in lines)
    after = {"state": round.state, "accepted": accepted, "requests": len(lines)}
    audit.record(round, "round.decided", by=by, before={"state": RoundState.PUBLISHED}, after=after)
    return round


# What they share -----------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """As an event keeps it: days and instants in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value


def _lock_round(round: OutreachRound) -> OutreachRound:
    """The lock that guards how many visits are given."""
    rows = OutreachRound.objects.select_for_update(of=("self",)).select_related("programme", "company")
    return rows.get(pk=round.pk)


def _move_round(round: OutreachRound, to: RoundState) -> OutreachRound:
    """The only writer of OutreachRound.state; its row is locked."""
    if to not in ROUND_TRANSITIONS[round.state]:
        raise ActionRefused(
            _("This round is: %(state)s. This cannot be done any more.") % {"state": round.get_state_display()}
        )
    round.state = to
    if to == RoundState.DECIDED:
        round.decided_at = timezone.now()
    round.save(update_fields=["state", "decided_at"])
    return round


def _refuse_first(programme: Programme, plan: dict[str, Any]) -> None:
    if fault := next(round_faults(programme, plan), None):
        raise ActionRefused(fault.sentence, fault.field)
    if plan["company"].kind != OrganizationKind.COMPANY:
        raise ActionRefused(_("Choose a company."), "company")


def _known(plan: dict[str, Any]) -> dict[str, Any]:
    if unknown := plan.keys() - {*FIELDS}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    return plan
