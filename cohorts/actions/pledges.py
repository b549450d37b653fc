"""Between an accepted seat and the first day: rules agreed to, double benefit settled, orientation, and who falls out."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails, queries
from cohorts.actions.consents import give_consents
from cohorts.actions.offers import withdraw_acceptance
from cohorts.consents import text_in_use
from cohorts.models import Application, Cohort, Consent, ConsentText, Pledge
from cohorts.states import ASKED_ON_ENTRY, HAS_ENDED, HOLDS_A_SEAT, ApplicationState, ConsentKind
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from partners.models import Organization
    from portal.accounts.models import User


@transaction.atomic
def give_pledge(
    application: Application, *, by: "User", kinds: Collection[ConsentKind] = (), **answer: Any
) -> Pledge | None:
    """The applicant agrees to the rules in use, answers on double benefit, and gives optional consents of `kinds`.

    Said again, the agreement stays as it was, and what else was said is kept. None: this cohort asks for no pledge.
    """
    application = _lock_seated(application)
    give_consents(application.host, kinds, by=by, person=application.person, asked=ASKED_ON_ENTRY)
    _answer(application, by=by, **answer)
    if not application.cohort.policy.needs_pledge:
        return None
    return _pledge(application, by=by)


@transaction.atomic
def record_entry(
    application: Application,
    *,
    by: "User | None",
    paper_note: str = "",
    came: bool | None = None,
    settled_note: str = "",
    **answer: Any,
) -> Application:
    """What the office writes down for somebody: a paper form, an answer, how a double benefit was settled, orientation.

    Empty values change nothing.
    """
    application = _lock_seated(application)
    _answer(application, by=by, **answer)
    if paper_note:
        _pledge(application, by=by, note=paper_note)
    if settled_note:
        _settle(application, by=by, note=settled_note)
    if came is not None:
        AuditEvent.objects.bulk_create(_mark([application], {application.pk} if came else set(), by))
    return application


def _lock_seated(application: Application) -> Application:
    found = Application.objects.select_for_update(of=("self",), no_key=True)
    application = found.select_related("cohort", "person__user", "host").get(pk=application.pk)
    if application.state not in HOLDS_A_SEAT:
        raise ActionRefused(
            _("Only somebody who has accepted a seat can do this; the application is “%(state)s”.")
            % {"state": application.get_state_display()}
        )
    return application


def _pledge(application: Application, *, by: "User | None", note: str = "") -> Pledge:
    pledge = Pledge.objects.filter(application=application).first()
    if pledge:
        return pledge
    text = text_in_use(application.host_id, ConsentKind.RULES)
    channel = Consent.Channel.PAPER if note else Consent.Channel.WEB
    pledge = Pledge.objects.create(
        application=application, host_id=application.host_id, text=text, channel=channel, note=note, recorded_by=by
    )
    after = {"version": text.version, "channel": str(channel)}
    audit.record(application, "application.pledged", by=by, after=after, reason=note)
    return pledge


def _answer(application: Application, *, by: "User | None", **answer: Any) -> None:
    """A new yes has to be settled anew."""
    if answer.get("other_training") is None:
        return
    told = {name: answer[name] for name in ("other_training", "other_training_name") if name in answer}
    changed = [name for name, value in told.items() if getattr(application, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(application, name, told[name])
    application.other_training_cleared_at = None
    application.save(update_fields=[*changed, "other_training_cleared_at", "updated_at"])
    audit.record(application, "application.changed", by=by, after={"fields": changed})


def _settle(application: Application, *, by: "User | None", note: str) -> None:
    if not application.other_training:
        raise ActionRefused(_("There is no other training to settle."), "settled_note")
    application.other_training_cleared_at = timezone.now()
    application.save(update_fields=["other_training_cleared_at", "updated_at"])
    audit.record(application, "application.double_benefit_settled", by=by, reason=note)


@transaction.atomic
def cancel_seat(application: Application, *, by: "User | None", reason: str) -> Application:
    """Take an accepted seat from somebody who did not come (미입과) or may not take part; one mail.

    The seat goes to the next in line at once.
    """
    application = withdraw_acceptance(application, by=by, reason=reason)
    notify.queue_many([emails.about(application, "seat_cancelled", slot="once", by=by, reason=reason)])
    return application


# Orientation ---------------------------------------------------------------------------


@transaction.atomic
def plan_orientation(cohort: Cohort, *, by: "User | None", at: datetime, place: str) -> Cohort:
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    before = {"at": cohort.orientation_at and cohort.orientation_at.isoformat(), "place": cohort.orientation_place}
    cohort.orientation_at, cohort.orientation_place = at, place
    cohort.save(update_fields=["orientation_at", "orientation_place"])
    after = {"at": at.isoformat(), "place": place}
    audit.record(cohort, "cohort.orientation_planned", by=by, before=before, after=after)
    return cohort


@transaction.atomic
def mark_orientation(cohort: Cohort, *, by: "User | None", came: Collection[int]) -> int:
    """Who of those with a seat came, by the pk of the application; all others are noted as absent."""
    if cohort.orientation_at is None or timezone.now() < cohort.orientation_at:
        raise ActionRefused(_("The orientation has not begun yet."))
    seated = cohort.applications.filter(state__in=HOLDS_A_SEAT).select_for_update(no_key=True).order_by("pk")
    events = _mark(list(seated), set(came), by)
    AuditEvent.objects.bulk_create(events)
    return sum(event.after["came"] for event in events)


def _mark(applications: list[Application], came: set[int], by: "User | None") -> list[AuditEvent]:
    changed = [one for one in applications if one.came_to_orientation is not (one.pk in came)]
    for here in (True, False):
        pks = [one.pk for one in changed if (one.pk in came) is here]
        Application.objects.filter(pk__in=pks).update(came_to_orientation=here, updated_at=timezone.now())
    return [
        audit.event(one, "application.orientation_marked", by=by, after={"came": one.pk in came}) for one in changed
    ]


# Rules and reminders -------------------------------------------------------------------


@transaction.atomic
def write_rules(host: "Organization", *, by: "User | None", body: str, body_en: str = "") -> ConsentText:
    """A new version of a host's rules; who has agreed to an older one has agreed to that."""
    newest = text_in_use(host.pk, ConsentKind.RULES)
    ConsentText.objects.select_for_update(no_key=True).get(pk=newest.pk)
    if (newest.body, newest.body_en) == (body, body_en):
        return newest
    made = ConsentText.objects.create(
        host=host, kind=ConsentKind.RULES, version=newest.version + 1, required=True, body=body, body_en=body_en
    )
    audit.record(made, "rules.written", by=by, after={"version": made.version})
    return made


@transaction.atomic
def remind_of_entry(cohort: Cohort, *, by: "User | None") -> int:
    """One mail today to everybody with a seat who lacks something; how many."""
    waiting = queries.on_the_way(cohort).filter(state=ApplicationState.ACCEPTED).select_related("person__user")
    today, mails = timezone.localdate(), []
    for application in waiting:
        application.cohort = cohort
        if lack := queries.lacks_of(application, cohort.policy):
            mails.append(emails.entry_reminder(application, lack, today, by=by))
    if not mails:
        raise ActionRefused(_("Nobody lacks anything."))
    audit.record(cohort, "cohort.entry_reminded", by=by, after={"mails": len(mails)})
    return len(notify.queue_many(mails))
