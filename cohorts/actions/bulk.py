"""Many applications at once: previewed row by row, run whole or not at all, and undone where nobody has gone on.

Ten queries at the most, however many rows. Order of locks: the action, cohort, tracks, applications, mail.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions import bulk_verbs as verbs
from cohorts.bulk import HELD_BY_A_SELECTION, MOST, BulkVerb, Now, Obstacle, obstacle
from cohorts.models import BulkAction, BulkRow, Cohort
from cohorts.models.application import ApplicationQuerySet
from cohorts.states import ApplicationState
from portal import audit, jobs, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.models import Job

if TYPE_CHECKING:
    from portal.accounts.models import User

T = TypeVar("T")
State, Outcome = BulkAction.State, BulkRow.Outcome


@transaction.atomic
def prepare_bulk(
    cohort: Cohort, applications: ApplicationQuerySet, *, verb: BulkVerb, by: "User | None", **values: Any
) -> BulkAction:
    """What would become of each of these applications of a cohort; nothing is changed, and nobody is told.

    `values` by verb: track (its pk); reason; subject and text; documents, due_on and message; book_until. Days and
    moments as ISO codes.
    """
    found = list(applications.filter(cohort=cohort).received().order_by("submitted_at", "pk")[: MOST + 1])
    if not found:
        raise ActionRefused(_("Choose at least one application."))
    if len(found) > MOST:
        raise ActionRefused(_("At most %(most)s applications at once. Narrow the list.") % {"most": f"{MOST:,}"})
    verbs.require_in_time(cohort, verb, values)
    action = BulkAction.objects.create(cohort=cohort, host_id=cohort.host_id, verb=verb, values=values, made_by=by)
    now = verbs.standings(action, [application.pk for application in found])
    rows = []
    for application in found:
        problem = _obstacle(action, now[application.pk])
        before = verbs.facts(verb, now[application.pk])
        rows.append(
            BulkRow(
                action=action,
                host_id=action.host_id,
                application=application,
                outcome=Outcome.NOT_POSSIBLE if problem else Outcome.WILL,
                obstacle=problem or "",
                before=before,
                after=before | verbs.change(action),
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
    verbs.require_in_time(action.cohort, action.verb, action.values)
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

    Mail is held back for as long as the action can be undone. `job` is told for how many people it is written.
    """
    action = _lock(action, State.RUNNING)
    rows = _locked_rows(action, Outcome.WILL)
    now = verbs.standings(action, [row.application_id for row in rows])
    for row in rows:
        found = now[row.application_id]
        problem = _obstacle(action, found)
        if problem is None and verbs.facts(action.verb, found) != row.before:
            problem = Obstacle.CHANGED
        row.outcome, row.obstacle = (Outcome.LEFT_OUT, problem) if problem else (Outcome.DONE, "")
    chosen = [row.application for row in rows if row.outcome == Outcome.DONE]
    if job:
        job.advance(0, len(chosen))
    events, done = verbs.apply(action, chosen, by=by), _counts(rows)
    AuditEvent.objects.bulk_create([*events, audit.event(action, "bulk_action.done", by=by, after=done)])
    written = {event.object_id: event.pk for event in events}
    for row in rows:
        row.event = written.get(row.application_id)
        if asked := getattr(row.application, "asked_now", None):
            row.after["supplement"] = asked.pk
    _keep(rows, "outcome", "obstacle", "event", "after")
    action.state, action.done_at = State.DONE, timezone.now()
    action.save(update_fields=["state", "done_at"])
    if messages := list(_counted(verbs.mails(action, chosen, by=by), job)):
        notify.queue_many(messages)
    return done


@transaction.atomic
def ask_undo_bulk(action: BulkAction, *, by: "User | None") -> BulkAction:
    """Within half an hour: a job takes it back."""
    action = _lock(action, State.DONE)
    if not action.can_be_undone:
        raise ActionRefused(_("The half hour in which this could be undone is over."))
    action.state, action.undone_by = State.UNDOING, by
    action.save(update_fields=["state", "undone_by"])
    audit.record(action, "bulk_action.undo_asked", by=by)
    jobs.enqueue("undo_bulk", key=action.job_key, payload={"action": action.pk}, by=by, host=action.host_id)
    return action


@transaction.atomic
def undo_bulk(action: BulkAction, *, by: "User | None", job: Job | None = None) -> dict[str, int]:
    """Put back every row that nobody has changed since, and stop the mail that has not gone.

    The others are kept, each with its reason.
    """
    action = _lock(action, State.UNDOING)
    if action.verb == BulkVerb.WITHDRAW:  # no seat is offered meanwhile
        list(action.cohort.tracks.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows = _locked_rows(action, Outcome.DONE)
    if job:
        job.advance(0, len(rows))
    keys = verbs.mail_keys(action, rows)
    mails = {mail.key: mail for mail in notify.hold(keys.values())} if keys else {}
    gone = {pk for pk, key in keys.items() if key in mails and mails[key].has_gone}
    for row, problem in zip(rows, _kept(action, rows, gone), strict=True):
        row.outcome, row.obstacle = (Outcome.KEPT, problem) if problem else (Outcome.UNDONE, "")
    undone = [row for row in rows if row.outcome == Outcome.UNDONE]
    verbs.restore(action, undone)
    held = [mails[key] for row in undone if (key := keys.get(row.application_id)) in mails]
    stopped = notify.stop(held, by=by, reason=_("The bulk action was undone."))
    done = _counts(rows)
    AuditEvent.objects.bulk_create(
        [
            *_counted((_undone(row, by) for row in undone), job),
            *stopped,
            audit.event(action, "bulk_action.undone", by=by, after=done | {"mails": len(stopped)}),
        ]
    )
    _keep(rows, "outcome", "obstacle")
    action.state, action.undone_at = State.UNDONE, timezone.now()
    action.save(update_fields=["state", "undone_at"])
    return done


@transaction.atomic
def refuse_bulk(action: BulkAction) -> BulkAction:
    """Back to where it was before somebody asked who has lost the role since; a colleague may ask again."""
    action = _lock(action, State.RUNNING, State.UNDOING)
    asked_for = action.state
    action.state = State.DONE if asked_for == State.UNDOING else State.PREVIEW
    action.refusals += 1
    action.save(update_fields=["state", "refusals"])
    audit.record(action, "bulk_action.refused", by=None, before={"state": asked_for}, after={"state": action.state})
    return action


# Parts -------------------------------------------------------------------------------------


def _lock(action: BulkAction, *states: str) -> BulkAction:
    """The action and its cohort, locked."""
    locked = BulkAction.objects.select_for_update(of=("self", "cohort"), no_key=True).select_related("cohort")
    action = locked.get(pk=action.pk)
    if action.state not in states:
        raise ActionRefused(_("This has been settled already: %(state)s.") % {"state": action.get_state_display()})
    return action


def _locked_rows(action: BulkAction, outcome: str) -> list[BulkRow]:
    """With their applications locked, in the order of these."""
    locked = BulkRow.objects.filter(action=action, outcome=outcome).select_for_update(of=("application",), no_key=True)
    rows = list(locked.select_related("application__person__user", "application__track").order_by("application"))
    for row in rows:
        row.application.cohort = action.cohort
    return rows


def _keep(rows: Sequence[BulkRow], *fields: str) -> None:
    """Write these fields in one query; the rows are there, so that none is made."""
    BulkRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _obstacle(action: BulkAction, now: Now) -> Obstacle | None:
    return obstacle(action.verb, now, track=action.values.get("track"), book_until=action.values.get("book_until"))


def _counts(rows: Sequence[BulkRow]) -> dict[str, int]:
    return dict(Counter(str(row.outcome) for row in rows))


def _counted(things: Iterable[T], job: Job | None) -> Iterator[T]:
    for number, thing in enumerate(things, start=1):
        yield thing
        if job:
            job.advance(number)


def _undone(row: BulkRow, by: "User | None") -> AuditEvent:
    return audit.event(row.application, "application.undone", by=by, before=row.after, after=row.before)


def _kept(action: BulkAction, rows: Sequence[BulkRow], gone: set[int]) -> list[Obstacle | None]:
    """Why each row cannot be put back; None where it can. `gone`: whose mail is out."""
    found = verbs.since(action, [row.application_id for row in rows])

    def why(row: BulkRow) -> Obstacle | None:
        now, since = found[row.application_id]
        if row.application_id in gone:
            return Obstacle.SENT
        if action.verb == BulkVerb.WRITE:
            return None
        if since["later"] != row.event or not verbs.facts(action.verb, now).items() <= row.after.items():
            return Obstacle.CHANGED
        if action.verb in HELD_BY_A_SELECTION and now.prepared:
            return Obstacle.PREPARED
        if since["again"]:
            return Obstacle.APPLIED
        waited = action.verb == BulkVerb.WITHDRAW and row.before["state"] == ApplicationState.WAITLISTED
        if waited and verbs.was_passed(row.application, since):
            return Obstacle.OFFERED
        return None

    return [why(row) for row in rows]
