"""Decisions for a cohort: prepared together from frozen inputs, released together."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts import emails, queries, ranking
from cohorts.actions.extensions import refuse_while_extended
from cohorts.actions.interviews import strike_interviews
from cohorts.actions.moves import _move_all
from cohorts.actions.offers import _make_offers, _promote
from cohorts.models import Application, BonusClaim, Cohort, Decision, InterviewBooking, Offer, Selection, Track
from cohorts.queries.groups import group_names
from cohorts.rules import as_inputs
from cohorts.states import IN_SELECTION, RELEASE_TRANSITIONS, SELECTS, ApplicationState, Outcome, ReleaseState
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

BECOMES = {
    Outcome.SELECTED: ApplicationState.OFFERED,
    Outcome.WAITLISTED: ApplicationState.WAITLISTED,
    Outcome.REJECTED: ApplicationState.REJECTED,
}


@transaction.atomic
def prepare_selection(cohort: Cohort, *, by: "User | None", turn_down_unranked: bool = False) -> Selection:
    """Freeze the policy, the scores and what follows from them as decisions; nobody is told yet.

    Refuses outside the time of selection, beside another open selection, while a claim to bonus points is
    undecided, and while somebody cannot be ranked, unless `turn_down_unranked`: then those get the last ranks
    and are turned down.
    """
    # The policy is read after the lock is held: joined to it, it would be as it was before the wait.
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _require_ready(cohort)
    refuse_while_extended(cohort)
    # Waits for scores that are being written; later ones see this selection and are refused.
    list(cohort.applications.in_selection().select_for_update(no_key=True).order_by("pk").values_list("pk"))
    _require_bonus_decided(cohort)
    found = queries.rank(cohort)
    if not found.ranked and not found.unranked:
        raise ActionRefused(_("There is no application to decide on."))
    if found.unranked and not turn_down_unranked:
        number = len(found.unranked)
        sentence = ngettext(
            "%(number)d application cannot be ranked: a score or its track is missing.",
            "%(number)d applications cannot be ranked: a score or the track is missing.",
            number,
        )
        raise ActionRefused(sentence % {"number": number}, field="turn_down_unranked")
    decisions = [*found.decisions(), *_turned_down(found)]
    selection = Selection.objects.create(
        cohort=cohort, host_id=cohort.host_id, inputs=_inputs(cohort, found), prepared_by=by
    )
    for decision in decisions:
        decision.selection = selection
    Decision.objects.bulk_create(decisions)
    audit.record(selection, "selection.prepared", by=by, after=_numbers(decisions))
    return selection


@transaction.atomic
def discard_selection(selection: Selection, *, by: "User | None", reason: str = "") -> None:
    """Throw away what was prepared and not released; the scores can be changed again."""
    selection = _lock(selection)
    if selection.released_at:
        raise ActionRefused(_("A released selection cannot be discarded."))
    audit.record(selection, "selection.discarded", by=by, before=selection.inputs, reason=reason)
    selection.delete()


@transaction.atomic
def request_release(selection: Selection, *, by: "User", note: str = "") -> Selection:
    """Ask the colleagues to look at what was prepared and to release it; one mail to each of them."""
    selection = _lock(selection)
    _require_release_move(selection, ReleaseState.REQUESTED)
    selection.requested_at, selection.requested_by = timezone.now(), by
    selection.request_note, selection.sent_back_reason = note, ""
    selection.save(update_fields=["requested_at", "requested_by", "request_note", "sent_back_reason"])
    event = audit.record(selection, "selection.release_requested", by=by, reason=note)
    notify.queue_many(
        emails.release_requested(selection, to, slot=event.pk, by=by)
        for to in queries.second_pairs(selection.host_id, by)
    )
    return selection


@transaction.atomic
def send_back_selection(selection: Selection, *, by: "User", reason: str) -> Selection:
    """Not to be released like this; who asked reads why. It can be discarded, or the release asked for again."""
    selection = _lock(selection)
    if not reason.strip():
        raise ActionRefused(_("Say what is to be changed. The colleague reads it."), "reason")
    _require_release_move(selection, ReleaseState.PREPARED)
    asked_by = selection.requested_by
    selection.requested_at, selection.requested_by = None, None
    selection.request_note, selection.sent_back_reason = "", reason
    selection.save(update_fields=["requested_at", "requested_by", "request_note", "sent_back_reason"])
    event = audit.record(selection, "selection.sent_back", by=by, reason=reason)
    if asked_by and asked_by != by:
        notify.queue_many([emails.selection_sent_back(selection, asked_by, slot=event.pk, by=by)])
    return selection


@transaction.atomic
def release_selection(selection: Selection, *, by: "User | None", override: str = "") -> Selection:
    """Let the decisions take effect: states, offers with a deadline, one mail each, in ten queries.

    Where the policy asks for four eyes, another person than who prepared it and asked for the release; who is
    alone gives the reason as `override`, and that is kept. Released again, it changes nothing. Somebody who has withdrawn since is left alone, and the seat goes to
    the next in line. Refuses when there are fewer seats than when it was prepared.
    """
    selection = _lock(selection)
    if selection.released_at:
        return selection
    tracks = _locked_tracks(selection)
    override = _require_second_pair(selection, by, override)
    decisions = _locked_decisions(selection)
    live = [decision for decision in decisions if decision.application.state in IN_SELECTION]
    _require_seats(tracks, live)

    moved: dict[ApplicationState, list[Application]] = {state: [] for state in BECOMES.values()}
    for decision in live:
        moved[BECOMES[Outcome(decision.outcome)]].append(decision.application)
    events = _move_all(moved, by=by)
    if awaited := [decision.application for decision in live if decision.awaits_interview]:  # type: ignore[attr-defined]
        events += strike_interviews(awaited, by=by)
    offers = _make_offers(moved[ApplicationState.OFFERED])
    notify.queue_many(_mails(selection, live, offers, by))
    selection.released_at, selection.released_by = timezone.now(), by
    selection.override_reason = override
    selection.save(update_fields=["released_at", "released_by", "override_reason"])
    events.append(audit.event(selection, "selection.released", by=by, after=_numbers(live), reason=override))
    AuditEvent.objects.bulk_create(events)
    _pass_on(tracks, selection, decisions)
    return selection


# Parts -------------------------------------------------------------------------------------


def _lock(selection: Selection) -> Selection:
    """The selection and its cohort, locked. All else is read later: joined, it would be as it was before the wait."""
    locked = Selection.objects.select_for_update(of=("self", "cohort"), no_key=True)
    found = locked.select_related("cohort").filter(pk=selection.pk).first()
    if found is None:
        raise ActionRefused(_("This selection has been discarded in the meantime."))
    return found


def _locked_tracks(selection: Selection) -> list[Track]:
    """With the policy of the locked cohort, which nobody can change by now, in the same query."""
    locked = selection.cohort.tracks.select_for_update(of=("self",), no_key=True)
    tracks = list(locked.select_related("cohort__policy").order_by("pk"))
    if tracks:
        selection.cohort = tracks[0].cohort
    return tracks


def _require_ready(cohort: Cohort) -> None:
    if cohort.state not in SELECTS:
        raise ActionRefused(
            _("A selection is prepared while the cohort is selecting; now it is “%(state)s”.")
            % {"state": cohort.get_state_display()}
        )
    if cohort.selections.filter(released_at=None).exists():
        raise ActionRefused(_("A selection has been prepared already. Release or discard it first."))


def _require_bonus_decided(cohort: Cohort) -> None:
    claims = BonusClaim.objects.undecided().filter(application__cohort=cohort, application__state__in=IN_SELECTION)
    if number := claims.count():
        sentence = ngettext(
            "%(number)d claim to bonus points is undecided. Confirm or refuse it first.",
            "%(number)d claims to bonus points are undecided. Confirm or refuse them first.",
            number,
        )
        raise ActionRefused(sentence % {"number": number})


def _require_release_move(selection: Selection, to: ReleaseState) -> None:
    if to not in RELEASE_TRANSITIONS[selection.state]:
        raise ActionRefused(
            _("This is not possible: the selection is in the state “%(state)s”.") % {"state": selection.state.label}
        )


def _require_second_pair(selection: Selection, by: "User | None", override: str) -> str:
    """The reason to keep for a release without a second pair of eyes; empty where there is one, or none is asked for."""
    if by is None or not selection.cohort.policy.four_eyes:
        return ""
    if by.pk not in (selection.prepared_by_id, selection.requested_by_id):
        if selection.requested_at or selection.prepared_by_id is None:
            return ""
        raise ActionRefused(_("Nobody has asked for the release yet. Who prepared the selection does that first."))
    if queries.second_pairs(selection.host_id, by):
        raise ActionRefused(_("Another official or operator releases what you have prepared. Ask for the release."))
    if not override.strip():
        raise ActionRefused(
            _("Nobody else here can release it. Say why you do it alone; the reason is kept."), "override"
        )
    return override


def _turned_down(found: queries.Ranking) -> list[Decision]:
    """Those without a total: behind everybody else of their track."""
    last: Counter[int | None] = Counter()
    for one in found.ranked:
        last[one.track_id] = max(last[one.track_id], one.rank)
    turned_down = []
    for application in found.unranked:
        last[application.track_id] += 1
        turned_down.append(
            Decision(
                application_id=application.pk,
                host_id=found.cohort.host_id,
                outcome=Outcome.REJECTED,
                rank=last[application.track_id],
                total=None,
                scores=queries.as_strings(found.scores.get(application.pk, ranking.Scores())),
                facts={"track": str(application.track_id) if application.track_id else None},
                reasons=list(application.reasons),
            )
        )
    return turned_down


def _inputs(cohort: Cohort, found: queries.Ranking) -> dict[str, Any]:
    """The rules and the seats; what they are applied to is kept by each decision."""
    return as_inputs(found.rules) | {
        "groups": group_names(cohort),
        "points": {rule.group: str(rule.points) for rule in cohort.bonus_rules.all()},
        "rubric": [
            {
                "id": one.pk,
                "stage": one.stage,
                "name": one.name,
                "name_en": one.name_en,
                "most": one.most,
                "minimum": one.minimum,
                "low_below": one.low_below,
            }
            for one in cohort.criteria.all()
        ],
        "seats": {str(track): number for track, number in found.seats.items()},
        "waiting": {str(track): number for track, number in found.waiting.items()},
        "last": {str(track.pk): track.last for track in found.tracks},
        "offer_hours": cohort.policy.offer_hours,
    }


def _numbers(decisions: Iterable[Decision]) -> dict[str, int]:
    return dict(Counter(str(decision.outcome) for decision in decisions))


def _locked_decisions(selection: Selection) -> list[Decision]:
    """With their applications locked; `awaits_interview`: one of them is still to come."""
    to_come = InterviewBooking.objects.live().filter(
        application=OuterRef("application"), slot__starts_at__gt=timezone.now()
    )
    locked = selection.decisions.select_for_update(of=("application",), no_key=True)
    decisions: list[Any] = list(
        locked.annotate(awaits_interview=Exists(to_come))
        .select_related("application__person__user", "application__track")
        .order_by("application_id")
    )
    for decision in decisions:
        decision.application.cohort = selection.cohort
    return decisions


def _require_seats(tracks: list[Track], decisions: list[Decision]) -> None:
    seats = queries.seats_open(tracks)
    selected = Counter(one.application.track_id for one in decisions if one.outcome == Outcome.SELECTED)
    for track in tracks:
        if selected[track.pk] > max(seats[track.pk], 0):
            raise ActionRefused(
                _("%(track)s has fewer seats than when this was prepared. Discard it and prepare it again.")
                % {"track": track.name}
            )


def _mails(
    selection: Selection, decisions: list[Decision], offers: list[Offer], by: "User | None"
) -> Iterable[notify.Message]:
    for offer in offers:
        yield emails.about_offer(offer, "place_offered", by=by)
    limited = {row["track"] for row in selection.inputs.get("quotas", ())}
    places: Counter[int | None] = Counter({int(track): number for track, number in selection.inputs["waiting"].items()})
    for decision in sorted(decisions, key=lambda decision: decision.rank):
        application = decision.application
        if decision.outcome == Outcome.WAITLISTED and application.track:
            places[application.track_id] += 1
            until = queries.waitlist_valid_until(selection.cohort)
            more = {"track": application.track.name, "place": places[application.track_id], "until": until}
            more |= {"path": _own_reasons(application), "quotas": str(application.track_id) in limited}
            yield emails.about(application, "waitlisted", slot=selection.pk, by=by, **more)
        elif decision.outcome == Outcome.REJECTED:
            path = _own_reasons(application)
            yield emails.about(application, "not_selected", slot=selection.pk, by=by, path=path)


def _own_reasons(application: Application) -> str:
    return reverse("cohorts:application-result", args=[application.pk])


def _pass_on(tracks: list[Track], selection: Selection, decisions: list[Decision]) -> None:
    """The seats of those who were selected and have withdrawn before the release."""
    gone = {
        decision.application.track_id
        for decision in decisions
        if decision.outcome == Outcome.SELECTED and decision.application.state == ApplicationState.WITHDRAWN
    }
    for track in tracks:
        if track.pk in gone:
            _promote(track)
