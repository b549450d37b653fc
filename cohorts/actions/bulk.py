"""Many applications at once: previewed row by row, run whole or not at all, and undone where nobody has gone on.

A handful of queries, however many rows. Order of locks: the action, cohort, tracks, applications.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.actions.moves import _move_all, _move_back
from cohorts.bulk import BECOMES, MOST, UNDO_WITHIN, BulkVerb, Now, Obstacle, obstacle
from cohorts.models import Application, BulkAction, BulkRow, Cohort
from cohorts.models.application import ApplicationQuerySet
from cohorts.states import LIVE, ApplicationState
from portal import audit, jobs, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.models import Job

if TYPE_CHECKING:
    from portal.accounts.models import User

State, Outcome = BulkAction.State, BulkRow.Outcome
TEMPLATES = {
    BulkVerb.OVERRULE: "application_admitted",
    BulkVerb.TURN_DOWN: "not_selected",
    BulkVerb.WITHDRAW: "application_withdrawn",
    BulkVerb.WRITE: "bulk_letter",
}


@transaction.atomic
def prepare_bulk(
    cohort: Cohort, applications: ApplicationQuerySet, *, verb: BulkVerb, by: "User | None", **values: Any
) -> BulkAction:
    """What would become of each of these applications of a cohort; nothing is changed, and nobody is told.

    `values` by verb: track (its pk); reason; subject and text.
    """
    found = list(applications.filter(cohort=cohort).received().order_by("submitted_at", "pk")[: MOST + 1])
    if not found:
        raise ActionRefused(_("Choose at least one application."))
    if len(found) > MOST:
        raise ActionRefused(_("At most %(most)s applications at once. Narrow the list.") % {"most": f"{MOST:,}"})
    action = BulkAction.objects.create(cohort=cohort, host_id=cohort.host_id, verb=verb, values=values, made_by=by)
    prepared = _is_prepared(cohort)
    rows = []
    for application in found:
        problem = obstacle(verb, _now(application, prepared=prepared), track=values.get("track"))
        outcome = Outcome.NOT_POSSIBLE if problem else Outcome.WILL
        rows.append(
            BulkRow(
                action=action,
                host_id=action.host_id,
                application=application,
                outcome=outcome,
                obstacle=problem or "",
                before=_facts(application),
                after=_facts(application) | _change(action),
            )
        )
    BulkRow.objects.bulk_create(rows)
    audit.record(action, "bulk_action.prepared", by=by, after={"verb": verb, **_counts(rows)})
    return action


@transaction.atomic
def confirm_bulk(action: BulkAction, *, by: "User | None") -> BulkAction:
    """Say yes to a preview; a job runs it."""
    action = _lock(action, State.PREVIEW)
    if not action.rows.filter(outcome=Outcome.WILL).exists():
        raise ActionRefused(_("There is nothing to do: it is possible for none of these applications."))
    action.state = State.RUNNING
    action.save(update_fields=["state"])
    audit.record(action, "bulk_action.confirmed", by=by)
    jobs.enqueue("run_bulk", key=action.job_key, payload={"action": action.pk}, by=by, host=action.host_id)
    return action


@transaction.atomic
def discard_bulk(action: BulkAction, *, by: "User | None") -> BulkAction:
    """Put a preview aside."""
    action = _lock(action, State.PREVIEW)
    action.state = State.DISCARDED
    action.save(update_fields=["state"])
    audit.record(action, "bulk_action.discarded", by=by)
    return action


@transaction.atomic
def run_bulk(action: BulkAction, *, by: "User | None", job: Job | None = None) -> dict[str, int]:
    """Do what the preview has shown and no more; a row that has changed since is left out. All or nothing.

    Mail is held back for as long as the action can be undone.
    """
    action = _lock(action, State.RUNNING)
    cohort = Cohort.objects.select_for_update(of=("self",), no_key=True).get(pk=action.cohort_id)
    rows = list(action.rows.filter(outcome=Outcome.WILL).order_by("application"))
    applications = _locked(row.application_id for row in rows)
    prepared, track = _is_prepared(cohort), action.values.get("track")
    chosen = []
    for row in rows:
        application = applications[row.application_id]
        application.cohort = cohort
        problem = obstacle(action.verb, _now(application, prepared=prepared), track=track)
        if problem is None and _facts(application) != row.before:
            problem = Obstacle.CHANGED
        if problem:
            row.outcome, row.obstacle = Outcome.LEFT_OUT, problem
        else:
            row.outcome = Outcome.DONE
            chosen.append(application)
    events = {event.object_id: event for event in AuditEvent.objects.bulk_create(_apply(action, chosen, by=by))}
    if job:
        job.advance(len(chosen), len(rows))
    for row in rows:
        if row.outcome == Outcome.DONE:
            row.event = events[row.application_id].pk
    BulkRow.objects.bulk_update(rows, ["outcome", "obstacle", "event"], batch_size=2_000)
    action.state, action.done_at = State.DONE, timezone.now()
    action.save(update_fields=["state", "done_at"])
    notify.queue_many(_mails(action, chosen, by=by))
    done = _counts(rows)
    audit.record(action, "bulk_action.done", by=by, after=done)
    if job:
        job.advance(len(rows), len(rows))
    return done


@transaction.atomic
def undo_bulk(action: BulkAction, *, by: "User | None") -> BulkAction:
    """Within half an hour: put back every row that nobody has changed since, and stop the mail that has not gone.

    The others are kept, each with its reason.
    """
    action = _lock(action, State.DONE)
    if not action.can_be_undone:
        raise ActionRefused(_("The half hour in which this could be undone is over."))
    cohort = Cohort.objects.select_for_update(of=("self",), no_key=True).get(pk=action.cohort_id)
    list(cohort.tracks.select_for_update(no_key=True).order_by("pk"))  # no seat is offered meanwhile
    rows = list(action.rows.filter(outcome=Outcome.DONE).order_by("application"))
    applications = _locked(row.application_id for row in rows)
    for row, problem in zip(rows, _kept(action, cohort, rows, applications), strict=True):
        row.outcome, row.obstacle = (Outcome.KEPT, problem) if problem else (Outcome.UNDONE, "")
    undone = [row for row in rows if row.outcome == Outcome.UNDONE]
    _restore(action, undone, applications, by=by)
    BulkRow.objects.bulk_update(rows, ["outcome", "obstacle"], batch_size=2_000)
    action.state, action.undone_at, action.undone_by = State.UNDONE, timezone.now(), by
    action.save(update_fields=["state", "undone_at", "undone_by"])
    keys = [emails.bulk_key(action, TEMPLATES[verb], row.application_id) for row in undone for verb in _told(action)]
    stopped = notify.cancel_unsent(keys, by=by, reason=_("The bulk action was undone.")) if keys else 0
    audit.record(action, "bulk_action.undone", by=by, after={**_counts(rows), "mails": stopped})
    return action


# Parts -------------------------------------------------------------------------------------


def _lock(action: BulkAction, state: str) -> BulkAction:
    action = BulkAction.objects.select_for_update(no_key=True).get(pk=action.pk)
    if action.state != state:
        raise ActionRefused(_("This has been settled already: %(state)s.") % {"state": action.get_state_display()})
    return action


def _locked(pks: Iterable[int]) -> dict[int, Application]:
    found = Application.objects.filter(pk__in=list(pks)).select_for_update(of=("self",), no_key=True).order_by("pk")
    return {application.pk: application for application in found.with_rank().select_related("person__user", "track")}


def _is_prepared(cohort: Cohort) -> bool:
    return cohort.selections.filter(released_at=None).exists()


def _now(application: Application, *, prepared: bool) -> Now:
    return Now(application.state, application.track_id, prepared)


def _facts(application: Application) -> dict[str, Any]:
    return {"state": application.state, "track": application.track_id}


def _change(action: BulkAction) -> dict[str, Any]:
    verb = BulkVerb(action.verb)
    if verb == BulkVerb.SET_TRACK:
        return {"track": action.values["track"]}
    return {"state": BECOMES[verb]} if verb in BECOMES else {}


def _counts(rows: Sequence[BulkRow]) -> dict[str, int]:
    return dict(Counter(str(row.outcome) for row in rows))


def _told(action: BulkAction) -> list[BulkVerb]:
    """The verb, if somebody is written to."""
    verb = BulkVerb(action.verb)
    return [verb] if verb in TEMPLATES else []


def _apply(action: BulkAction, applications: list[Application], *, by: "User | None") -> list[AuditEvent]:
    """Write the change; one unsaved event for each application."""
    verb, reason = BulkVerb(action.verb), action.values.get("reason", "")
    if verb in BECOMES:
        return _move_all({BECOMES[verb]: applications}, by=by, reason=reason)
    if verb == BulkVerb.SET_TRACK:
        pks = [application.pk for application in applications]
        Application.objects.filter(pk__in=pks).update(track=action.values["track"], updated_at=timezone.now())
        after = {"fields": ["track"], "track": action.values["track"]}
        return [
            audit.event(one, "application.changed", by=by, before={"track": one.track_id}, after=after)
            for one in applications
        ]
    return [audit.event(one, "application.written_to", by=by, after={"bulk": action.pk}) for one in applications]


def _mails(action: BulkAction, applications: list[Application], *, by: "User | None") -> Iterable[notify.Message]:
    assert action.done_at  # noqa: S101  # set by the caller
    for verb in _told(action):
        for application in applications:
            yield emails.in_bulk(action, TEMPLATES[verb], application, run_at=action.done_at + UNDO_WITHIN, by=by)


def _kept(
    action: BulkAction, cohort: Cohort, rows: Sequence[BulkRow], applications: dict[int, Application]
) -> list[Obstacle | None]:
    """Why each row cannot be put back; None where it can."""
    pks = list(applications)
    later = dict(
        AuditEvent.objects.filter(object_type="cohorts.application", object_id__in=pks)
        .order_by()
        .values_list("object_id")
        .annotate(last=Max("pk"))
    )
    asked = Application.objects.filter(cohort=cohort, offers__isnull=False).with_rank().order_by()
    offered = dict(asked.values_list("track").annotate(last=Max("rank")))
    people = {applications[row.application_id].person_id for row in rows}
    others = Application.objects.filter(cohort=cohort, person__in=people, state__in=LIVE).exclude(pk__in=pks)
    again = set(others.values_list("person", flat=True))
    sent = set(_sent(action, pks))
    prepared = _is_prepared(cohort)

    def why(row: BulkRow) -> Obstacle | None:
        application, verb = applications[row.application_id], BulkVerb(action.verb)
        if verb == BulkVerb.WRITE:
            return Obstacle.SENT if application.pk in sent else None
        if later[application.pk] != row.event or _facts(application) != row.after:
            return Obstacle.CHANGED
        if verb in (BulkVerb.OVERRULE, BulkVerb.SET_TRACK) and prepared:
            return Obstacle.PREPARED
        if application.person_id in again:
            return Obstacle.APPLIED
        if row.before["state"] == ApplicationState.WAITLISTED and _was_passed(application, offered):
            return Obstacle.OFFERED
        return None

    return [why(row) for row in rows]


def _was_passed(application: Application, offered: dict[int | None, int | None]) -> bool:
    """Somebody behind on the waitlist has been offered a seat; `offered`: the last rank that was, by track."""
    last, rank = offered.get(application.track_id), application.rank  # type: ignore[attr-defined]  # annotated
    return last is not None and (rank is None or rank < last)


def _sent(action: BulkAction, applications: Iterable[int]) -> list[int]:
    if action.verb != BulkVerb.WRITE:
        return []
    keys = {emails.bulk_key(action, TEMPLATES[BulkVerb.WRITE], pk): pk for pk in applications}
    return [keys[key] for key in notify.sent(keys)]


def _restore(
    action: BulkAction, rows: Sequence[BulkRow], applications: dict[int, Application], *, by: "User | None"
) -> None:
    """State and track as they were, and an event for each."""
    if action.verb == BulkVerb.SET_TRACK:
        for track in {row.before["track"] for row in rows}:
            pks = [row.application_id for row in rows if row.before["track"] == track]
            Application.objects.filter(pk__in=pks).update(track=track, updated_at=timezone.now())
    elif action.verb in BECOMES:
        _move_back({applications[row.application_id]: row.before["state"] for row in rows})
    AuditEvent.objects.bulk_create(
        audit.event(applications[row.application_id], "application.undone", by=by, before=row.after, after=row.before)
        for row in rows
    )
