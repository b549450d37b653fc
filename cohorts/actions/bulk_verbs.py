"""What each verb of `actions.bulk` does to applications that the caller has locked, and how that is taken back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, Exists, F, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.actions.moves import _move_all, _move_back
from cohorts.bulk import BECOMES, MAIL_AFTER, BulkVerb, Now
from cohorts.deadlines import deadline
from cohorts.models import (
    Application,
    BulkAction,
    BulkRow,
    Cohort,
    InterviewInvitation,
    Selection,
    Supplement,
    SupplementItem,
)
from cohorts.models.application import ApplicationQuerySet
from cohorts.queries.interviews import HOLDS_INTERVIEWS, live_booking, places_free
from cohorts.states import LIVE, OPEN_SUPPLEMENT
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

TEMPLATES: dict[str, str] = {
    BulkVerb.OVERRULE: "application_admitted",
    BulkVerb.TURN_DOWN: "not_selected",
    BulkVerb.WITHDRAW: "application_withdrawn",
    BulkVerb.ASK: "documents_asked",
    BulkVerb.INVITE: "interview_invited",
    BulkVerb.WRITE: "bulk_letter",
}


def require_in_time(cohort: Cohort, verb: str, values: dict[str, Any]) -> None:
    """Nobody reads of a day that is over when the mail comes, nor chooses among times that do not exist."""
    if verb == BulkVerb.ASK and date.fromisoformat(values["due_on"]) <= timezone.localdate():
        raise ActionRefused(_("Choose a day from tomorrow on: the mail goes out after half an hour."), "due_on")
    if verb != BulkVerb.INVITE:
        return
    if cohort.state not in HOLDS_INTERVIEWS:
        raise ActionRefused(_("Interviews are held before the selection is over. This cohort is past that."))
    if datetime.fromisoformat(values["book_until"]) <= timezone.now() + MAIL_AFTER:
        raise ActionRefused(_("Choose a later moment: the mail goes out after half an hour."), "book_until")
    if not places_free(cohort):
        raise ActionRefused(_("There is no free time to choose from. Open times of a panel first."))


# Before ------------------------------------------------------------------------------------


def standings(action: BulkAction, applications: Iterable[int]) -> dict[int, Now]:
    """How these applications stand, by pk; one query. True for as long as they and their cohort are locked."""
    rows = Application.objects.filter(pk__in=list(applications)).order_by()
    return {one["pk"]: _standing(one, action.cohort) for one in _standing_rows(action, rows)}


def _standing_rows(action: BulkAction, rows: ApplicationQuerySet, **known: Any) -> Any:
    known["prepared"] = Exists(Selection.objects.filter(cohort=action.cohort_id, released_at=None))
    if action.verb == BulkVerb.ASK:
        rows = rows.with_deadline()
        known |= {
            "until": F("extended_until"),
            "asked": Exists(Supplement.objects.filter(application=OuterRef("pk"), state__in=OPEN_SUPPLEMENT)),
        }
    elif action.verb == BulkVerb.INVITE:
        known |= {"booked": Exists(live_booking()), "book_until": F("interview_invitation__book_until")}
    return rows.values("pk", "state", "track_id", **known)


def _standing(row: dict[str, Any], cohort: Cohort) -> Now:
    more: dict[str, Any] = {}
    if "until" in row:
        more = {"open": deadline(cohort, row["until"]).is_open, "asked": row["asked"]}
    elif "booked" in row:
        more = {"booked": row["booked"], "book_until": _code(row["book_until"])}
    return Now(row["state"], row["track_id"], row["prepared"], **more)


def _code(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def facts(verb: str, now: Now) -> dict[str, Any]:
    """What a row keeps of an application."""
    kept = {"state": now.state, "track": now.track}
    return kept | {"book_until": now.book_until} if verb == BulkVerb.INVITE else kept


def change(action: BulkAction) -> dict[str, Any]:
    """What becomes other in it."""
    verb = BulkVerb(action.verb)
    if verb in BECOMES:
        return {"state": BECOMES[verb]}
    return {name: action.values[name] for name in ("track", "book_until") if name in action.values}


# Done --------------------------------------------------------------------------------------


def apply(action: BulkAction, applications: Sequence[Application], *, by: "User | None") -> list[AuditEvent]:
    """Write the change; one unsaved event for each application."""
    verb, values = BulkVerb(action.verb), action.values
    if verb in BECOMES:
        return _move_all({BECOMES[verb]: applications}, by=by, reason=values.get("reason", ""))
    if verb == BulkVerb.SET_TRACK:
        pks = [application.pk for application in applications]
        Application.objects.filter(pk__in=pks).update(track=values["track"], updated_at=timezone.now())
        after = {"fields": ["track"], "track": values["track"]}
        return [
            audit.event(one, "application.changed", by=by, before={"track": one.track_id}, after=after)
            for one in applications
        ]
    if verb == BulkVerb.ASK:
        _ask(action, applications, by=by)
        return _events(applications, "application.documents_asked", by, {"documents": ", ".join(values["documents"])})
    if verb == BulkVerb.INVITE:
        _invite(dict.fromkeys(applications, values["book_until"]), by=by)
        return _events(applications, "application.interview_invited", by, {"book_until": values["book_until"]})
    return _events(applications, "application.written_to", by, {"bulk": action.pk})


def _events(
    applications: Sequence[Application], verb: str, by: "User | None", after: dict[str, Any]
) -> list[AuditEvent]:
    return [audit.event(one, verb, by=by, after=after) for one in applications]


def _ask(action: BulkAction, applications: Sequence[Application], *, by: "User | None") -> None:
    """As `ask_supplement`, in two queries."""
    due_on, message = date.fromisoformat(action.values["due_on"]), action.values["message"]
    made = Supplement.objects.bulk_create(
        Supplement(application=one, host_id=one.host_id, due_on=due_on, message=message, asked_by=by)
        for one in applications
    )
    for supplement in made:
        supplement.application.asked_now = supplement  # type: ignore[attr-defined]  # for its row and its mail
    SupplementItem.objects.bulk_create(
        SupplementItem(supplement=supplement, host_id=supplement.host_id, position=position, name=name)
        for supplement in made
        for position, name in enumerate(action.values["documents"], start=1)
    )


def _invite(until: dict[Application, str], *, by: "User | None" = None) -> None:
    """Who was invited before gets the new deadline; one query."""
    InterviewInvitation.objects.bulk_create(
        [
            InterviewInvitation(
                application=one, host_id=one.host_id, book_until=datetime.fromisoformat(moment), invited_by=by
            )
            for one, moment in until.items()
        ],
        update_conflicts=True, unique_fields=["application"], update_fields=["book_until"],
    )  # fmt: skip


# Told --------------------------------------------------------------------------------------


def mails(action: BulkAction, applications: Iterable[Application], *, by: "User | None") -> Iterable[notify.Message]:
    """One for each, held back for as long as the action can be undone."""
    if action.verb not in TEMPLATES:
        return
    assert action.done_at  # noqa: S101  # set by the caller
    for application in applications:
        more = _words(action, application)
        slot = more.pop("slot", None) or f"bulk{action.pk}"
        run_at = action.done_at + MAIL_AFTER
        yield emails.about(application, TEMPLATES[action.verb], slot=slot, by=by, run_at=run_at, **more)


def _words(action: BulkAction, application: Application) -> dict[str, Any]:
    values = action.values
    if action.verb == BulkVerb.ASK:
        supplement: Supplement = application.asked_now  # type: ignore[attr-defined]
        told = {"slot": supplement.pk, "path": supplement.get_absolute_url(), "due_on": supplement.due_on}
        return told | {"documents": values["documents"], "message": values["message"]}
    if action.verb == BulkVerb.INVITE:
        moment = datetime.fromisoformat(values["book_until"])
        path = reverse("cohorts:admission-interview", args=[application.pk])
        return {"path": path, "until": timezone.localtime(moment), "expires_at": moment}
    written = {name: values[name] for name in ("subject", "text") if name in values}
    return {"path": application.get_absolute_url()} | written


def mail_keys(action: BulkAction, rows: Iterable[BulkRow]) -> dict[int, str]:
    """By application: the key of the mail that `mails` has made."""
    if action.verb not in TEMPLATES:
        return {}
    template, usual = TEMPLATES[action.verb], f"bulk{action.pk}"
    return {row.application_id: f"{template}:{row.application_id}:{row.after.get('supplement', usual)}" for row in rows}


# Undone ------------------------------------------------------------------------------------


def since(action: BulkAction, applications: Iterable[int]) -> dict[int, tuple[Now, dict[str, Any]]]:
    """How these stand, and what has happened to them since, by pk; one query, after the locks.

    `later`: the last event; `again`: another live application of the person; `place` on the waitlist, and `offered`:
    the last place that was offered a seat, by track.
    """
    event = AuditEvent.objects.filter(object_type="cohorts.application", object_id=OuterRef("pk")).order_by()
    other = Application.objects.filter(cohort=action.cohort_id, person=OuterRef("person"), state__in=LIVE)
    known: dict[str, Any] = {
        "later": Subquery(event.values("object_id").annotate(last=Max("pk")).values("last")),
        "again": Exists(other.exclude(pk=OuterRef("pk"))),
    }
    rows = Application.objects.filter(pk__in=list(applications)).order_by()
    if action.verb == BulkVerb.WITHDRAW:
        asked = Application.objects.filter(cohort=action.cohort_id, offers__isnull=False).with_rank().order_by()
        by_track = asked.values("track").annotate(last=Max("rank"))
        known["offered"] = ArraySubquery(by_track.values(row=JSONObject(track="track", last="last")))
        rows = rows.with_rank()
        known["place"] = F("rank")
    return {one["pk"]: (_standing(one, action.cohort), one) for one in _standing_rows(action, rows, **known)}


def was_passed(application: Application, found: dict[str, Any]) -> bool:
    """Somebody behind on the waitlist has been offered a seat; `found`: of `since`."""
    offered = {one["track"]: one["last"] for one in found["offered"]}
    last, place = offered.get(application.track_id), found["place"]
    return last is not None and (place is None or place < last)


def restore(action: BulkAction, rows: Sequence[BulkRow]) -> None:
    """As it was before, in two queries at the most. The rows with their applications."""
    verb, pks = action.verb, [row.application_id for row in rows]
    if not rows:
        return
    if verb == BulkVerb.SET_TRACK:
        was = [When(pk=row.application_id, then=Value(row.before["track"])) for row in rows]
        Application.objects.filter(pk__in=pks).update(track=Case(*was), updated_at=timezone.now())
    elif verb in BECOMES:
        _move_back({row.application: row.before["state"] for row in rows})
    elif verb == BulkVerb.ASK:
        ours = Supplement.objects.filter(pk__in=[row.after["supplement"] for row in rows])
        SupplementItem.objects.filter(supplement__in=ours)._raw_delete(connection.alias)
        ours._raw_delete(connection.alias)
    elif verb == BulkVerb.INVITE:
        InterviewInvitation.objects.filter(
            application__in=[row.application_id for row in rows if row.before["book_until"] is None]
        ).delete()
        before = {row.application: row.before["book_until"] for row in rows if row.before["book_until"]}
        if before:
            _invite(before)
