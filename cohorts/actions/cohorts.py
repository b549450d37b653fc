"""The life of a cohort: planned, published, selecting, running, and how it ends.

Each action locks the cohort's row first, and its tracks after it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.eligibility import province_of
from cohorts.models import Cohort, CohortPolicy, CohortStaff, Programme, Track
from cohorts.planning import Fault, TrackPlan, cohort_faults, policy_faults
from cohorts.queries import last_change
from cohorts.states import COHORT_TRANSITIONS, HAS_ENDED, WINDOW_OPEN, CohortState, OfferState
from partners.actions.figures import refresh_figures
from portal import audit, notify
from portal.accounts.roles import COHORT_STAFF
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import Membership, User

PLANNED = (
    "number", "name", "notice", "place", "capacity", "apply_opens_at", "apply_closes_at", "starts_on", "ends_on",
)  # fmt: skip
SELECTS_BY = (
    "weight_document", "weight_test", "weight_interview", "minimum_document", "minimum_test", "minimum_interview",
    "minimum_total", "tie_order", "bonus_limit", "bonus_above_full",
)  # fmt: skip
POLICY = tuple(field.name for field in CohortPolicy._meta.fields if field.name not in ("cohort", "frozen_at"))


# Planning ------------------------------------------------------------------------------


@transaction.atomic
def plan_cohort(
    programme: Programme,
    *,
    by: "User | None",
    tracks: Sequence[TrackPlan] = (),
    policy: dict[str, Any] | None = None,
    **plan: Any,
) -> Cohort:
    """A new cohort that nobody outside sees yet, with the national rules as its policy.

    Without `number` it is the next of the programme; without `name`, programme and number; without
    `tracks`, one with all seats. Its residents are those of the host's province, unless `policy` says else.
    `apply_closes_at` is the first instant that is too late (`planning.first_too_late`).
    """
    _only(PLANNED, plan)
    programme = _lock_programme(programme)
    plan["number"] = plan.get("number") or (programme.cohorts.aggregate(last=Max("number"))["last"] or 0) + 1
    plan["name"] = plan.get("name") or f"{programme.name} {plan['number']}기"
    tracks = tracks or [TrackPlan("일반", plan["capacity"])]
    _refuse_first(cohort_faults(programme, plan, tracks))
    _refuse_taken_number(programme.pk, plan["number"])
    cohort = Cohort.objects.create(programme=programme, host_id=programme.host_id, **plan)
    _create_policy(cohort, programme, policy or {})
    for track in tracks:
        Track.objects.create(cohort=cohort, name=track.name, capacity=track.capacity)
    after = {"state": cohort.state, **{name: _plain(plan[name]) for name in PLANNED if name in plan}}
    audit.record(cohort, "cohort.planned", by=by, after=after)
    return cohort


def _lock_programme(programme: Programme) -> Programme:
    """The lock that guards the numbers of its cohorts."""
    rows = Programme.objects.select_for_update(of=("self",), no_key=True).select_related("agreement", "host")
    return rows.get(pk=programme.pk)


def _create_policy(cohort: Cohort, programme: Programme, policy: dict[str, Any]) -> None:
    _only(POLICY, policy)
    region = programme.host.region if province_of(programme.host.region) else ""
    row = CohortPolicy(cohort=cohort, **{"region": region} | policy)
    _refuse_first(policy_faults({name: getattr(row, name) for name in POLICY}))
    row.save(force_insert=True)


@transaction.atomic
def edit_cohort(
    cohort: Cohort,
    *,
    by: "User | None",
    tracks: Sequence[TrackPlan] | None = None,
    seen: int | None = None,
    **plan: Any,
) -> Cohort:
    """Change the plan; `tracks` None leaves them as they are. `seen`: the last change its editor knew of.

    What has happened stays: the window once applications are closed, the first day once training has begun.
    """
    _only(PLANNED, plan)
    cohort = _lock(cohort)
    if seen is not None and seen != last_change(cohort):
        raise ActionRefused(
            _("Somebody else has changed this cohort meanwhile. Look at it once more, then save again to overwrite.")
        )
    changed = [name for name, value in plan.items() if getattr(cohort, name) != value]
    _refuse_too_late(cohort, changed)
    before = {name: _plain(getattr(cohort, name)) for name in changed}
    for name in changed:
        setattr(cohort, name, plan[name])
    stored = list(Track.objects.select_for_update().filter(cohort=cohort).order_by("pk"))
    wanted = [TrackPlan(one.name, one.capacity, one.pk) for one in stored] if tracks is None else tracks
    _refuse_first(cohort_faults(cohort.programme, {name: getattr(cohort, name) for name in PLANNED}, wanted))
    if "number" in changed:
        _refuse_taken_number(cohort.programme_id, cohort.number)
    cohort.save(update_fields=changed)
    events = _set_tracks(cohort, stored, wanted, by=by)
    if changed:
        after = {name: _plain(getattr(cohort, name)) for name in changed}
        events.append(audit.event(cohort, "cohort.edited", by=by, before=before, after=after))
    AuditEvent.objects.bulk_create(events)
    return cohort


def _refuse_too_late(cohort: Cohort, changed: Iterable[str]) -> None:
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    for name in changed:
        if name in ("apply_opens_at", "apply_closes_at") and cohort.state not in WINDOW_OPEN:
            raise ActionRefused(_("Applications are closed, so their dates stay as they are."), name)
        if name == "starts_on" and cohort.has_started:
            raise ActionRefused(_("The training has begun, so its first day stays as it is."), name)


def _set_tracks(
    cohort: Cohort, stored: Sequence[Track], wanted: Sequence[TrackPlan], *, by: "User | None"
) -> list[AuditEvent]:
    """Under the tracks' locks. A track with people in it is neither removed nor made too small for them."""
    events: list[AuditEvent] = []
    plans = {plan.pk: (place, plan) for place, plan in enumerate(wanted) if plan.pk}
    offered = Count("offers", filter=Q(offers__state=OfferState.LIVE), distinct=True)
    counted = Track.objects.filter(cohort=cohort).annotate(live=offered, people=Count("applications", distinct=True))
    counts = {pk: (live, people) for pk, live, people in counted.values_list("pk", "live", "people")}
    for track in stored:
        live, people = counts[track.pk]
        if track.pk in plans:
            place, plan = plans[track.pk]
            events += _resize(cohort, track, plan, f"tracks-{place}-capacity", live, by=by)
            continue
        if people:
            sentence = _("%(count)d people have applied for “%(track)s”, so it stays.")
            raise ActionRefused(sentence % {"count": people, "track": track.name})
        was = {"name": track.name, "capacity": track.capacity}
        events.append(audit.event(cohort, "cohort.track_removed", by=by, before=was))
        track.delete()
    for plan in wanted:
        if plan.pk is None:
            Track.objects.create(cohort=cohort, name=plan.name, capacity=plan.capacity)
            now = {"name": plan.name, "capacity": plan.capacity}
            events.append(audit.event(cohort, "cohort.track_added", by=by, after=now))
    return events


def _resize(
    cohort: Cohort, track: Track, plan: TrackPlan, field: str, live: int, *, by: "User | None"
) -> list[AuditEvent]:
    if (track.name, track.capacity) == (plan.name, plan.capacity):
        return []
    if plan.capacity < track.seats_taken + live:
        sentence = _("%(taken)d seats of “%(track)s” are taken and %(offered)d offered. It cannot have fewer.")
        numbers = {"taken": track.seats_taken, "offered": live, "track": track.name}
        raise ActionRefused(sentence % numbers, field)
    before = {"name": track.name, "capacity": track.capacity}
    track.name, track.capacity = plan.name, plan.capacity
    track.save(update_fields=["name", "capacity"])
    after = {"name": track.name, "capacity": track.capacity}
    return [audit.event(cohort, "cohort.track_changed", by=by, before=before, after=after)]


@transaction.atomic
def edit_policy(cohort: Cohort, *, by: "User | None", reason: str = "", **values: Any) -> CohortPolicy:
    """Change thresholds, until the cohort starts: from then on they are frozen (domain.md, at its head).

    What a selection rests on is frozen as soon as one has been prepared.
    """
    _only(POLICY, values)
    cohort = _lock(cohort)
    policy = CohortPolicy.objects.select_for_update().get(cohort=cohort)
    policy.cohort = cohort
    if policy.frozen_at or cohort.has_started:
        raise ActionRefused(_("The training has begun, so its rules stay as they are."))
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    changed = [name for name, value in values.items() if getattr(policy, name) != value]
    if (held := [name for name in changed if name in SELECTS_BY]) and cohort.selections.exists():
        sentence = _("A selection rests on these rules. While it is only prepared, it can be discarded.")
        raise ActionRefused(sentence, held[0])
    before = {name: _plain(getattr(policy, name)) for name in changed}
    for name in changed:
        setattr(policy, name, values[name])
    _refuse_first(policy_faults({name: getattr(policy, name) for name in POLICY}))
    if changed:
        policy.save(update_fields=changed)
        after = {name: _plain(getattr(policy, name)) for name in changed}
        audit.record(policy, "policy.edited", by=by, before=before, after=after, reason=reason)
    return policy


# Moving --------------------------------------------------------------------------------


@transaction.atomic
def publish_cohort(cohort: Cohort, *, by: "User | None") -> Cohort:
    """From now on everybody can read its notice; applications are taken within the window."""
    cohort = _move(_lock(cohort), CohortState.RECRUITING, "cohort.published", by=by)
    refresh_figures(cohort.programme.agreement_id)
    return cohort


@transaction.atomic
def close_recruiting(cohort: Cohort, *, by: "User | None", reason: str = "") -> Cohort:
    """No more applications; the selection begins. Before the promised deadline only with a reason."""
    cohort = _lock(cohort)
    if cohort.is_open and not reason:
        raise ActionRefused(_("Applications are still open. Say why they close before the stated time."), "reason")
    return _move(cohort, CohortState.SELECTING, "cohort.closed", by=by, reason=reason)


@transaction.atomic
def start_cohort(cohort: Cohort, *, by: "User | None") -> Cohort:
    """The training begins and the policy is frozen."""
    cohort = _move(_lock(cohort), CohortState.RUNNING, "cohort.started", by=by)
    CohortPolicy.objects.filter(cohort=cohort).update(frozen_at=timezone.now())
    return cohort


@transaction.atomic
def finish_cohort(cohort: Cohort, *, by: "User | None") -> Cohort:
    """The course is over and every trainee has an outcome."""
    cohort = _lock(cohort)
    _refuse_move(cohort, CohortState.FINISHED)
    if waiting := cohort.enrolments.active().count():
        raise ActionRefused(
            _("%(count)d trainees have no outcome yet. Record the completion first.") % {"count": waiting}
        )
    return _move(cohort, CohortState.FINISHED, "cohort.finished", by=by)


@transaction.atomic
def cancel_cohort(cohort: Cohort, *, by: "User | None", reason: str) -> Cohort:
    """It will not take place; the reason is kept, and everybody who has applied gets it by mail."""
    cohort = _lock(cohort)
    _refuse_move(cohort, CohortState.CANCELLED)
    if not reason.strip():
        raise ActionRefused(_("Say why the cohort is cancelled."), "reason")
    cohort = _move(cohort, CohortState.CANCELLED, "cohort.cancelled", by=by, reason=reason)
    hoping = cohort.applications.received().live().select_related("cohort", "person__user")
    notify.queue_many(emails.about(one, "cohort_cancelled", slot="", by=by, reason=reason) for one in hoping)
    return cohort


def _move(cohort: Cohort, to: CohortState, verb: str, *, by: "User | None", reason: str = "") -> Cohort:
    """The only writer of `Cohort.state`."""
    _refuse_move(cohort, to)
    was, cohort.state = cohort.state, to
    cohort.save(update_fields=["state"])
    audit.record(cohort, verb, by=by, before={"state": was}, after={"state": to}, reason=reason)
    return cohort


def _refuse_move(cohort: Cohort, to: CohortState) -> None:
    if to not in COHORT_TRANSITIONS[cohort.state]:
        sentence = _("This is not possible: the cohort is in the state “%(state)s”.")
        raise ActionRefused(sentence % {"state": cohort.get_state_display()})


# People at work ------------------------------------------------------------------------


@transaction.atomic
def assign_staff(cohort: Cohort, membership: "Membership", *, by: "User | None") -> CohortStaff:
    """Let an instructor or reviewer of the host see and work in this cohort."""
    cohort = _lock(cohort)
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    if membership.role not in COHORT_STAFF or membership.organization_id != cohort.host_id or membership.ended_at:
        raise ActionRefused(_("Choose an instructor or a reviewer of your organization."), "membership")
    if CohortStaff.objects.filter(cohort=cohort, membership=membership).exists():
        raise ActionRefused(_("This person is at work here already."), "membership")
    staff = CohortStaff.objects.create(cohort=cohort, host_id=cohort.host_id, membership=membership)
    audit.record(staff, "staff.assigned", by=by, after={"cohort": cohort.pk, "membership": membership.pk})
    return staff


@transaction.atomic
def unassign_staff(staff: CohortStaff, *, by: "User | None") -> None:
    """From now on the cohort is none of their business; what they did stays."""
    was = {"cohort": staff.cohort_id, "membership": staff.membership_id}
    audit.record(staff, "staff.unassigned", by=by, before=was)
    staff.delete()


# Shared --------------------------------------------------------------------------------


def _lock(cohort: Cohort) -> Cohort:
    rows = Cohort.objects.select_for_update(of=("self",), no_key=True).select_related("programme__agreement", "host")
    return rows.get(pk=cohort.pk)


def _only(known: Sequence[str], values: dict[str, Any]) -> None:
    if unknown := values.keys() - {*known}:
        raise TypeError(f"There is no {', '.join(sorted(unknown))} to write.")


def _refuse_first(faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise ActionRefused(fault.sentence, fault.field)


def _refuse_taken_number(programme: int, number: int) -> None:
    if Cohort.objects.filter(programme=programme, number=number).exists():
        raise ActionRefused(_("The programme has another cohort with this number."), "number")


def _plain(value: Any) -> Any:
    """As an audit event keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | list | None) else str(value)
