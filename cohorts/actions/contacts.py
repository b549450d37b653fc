"""Reaching somebody about a seat, and giving the seat to the next where nobody answers."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts import emails, queries
from cohorts.actions.moves import _move
from cohorts.actions.offers import _close, _cohort_of, _lock_live, _lock_track, _promote
from cohorts.models import Application, ContactAttempt, Offer
from cohorts.states import CAN_BE_CONTACTED, ApplicationState, OfferState
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def log_contact(
    application: Application, *, by: "User | None", channel: str, result: str, contacted_at: datetime, note: str = ""
) -> ContactAttempt:
    """Keep an attempt to reach somebody who has an offer, waits for one or has accepted; one a minute and way.

    Refuses a moment in the future or before the application.
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if application.state not in CAN_BE_CONTACTED:
        raise ActionRefused(
            _("Contacts are logged for people on the waitlist or with a seat; this one is “%(state)s”.")
            % {"state": application.get_state_display()}
        )
    moment = contacted_at.replace(second=0, microsecond=0)
    if moment > timezone.now():
        raise ActionRefused(_("This lies in the future."), "contacted_at")
    if application.submitted_at and moment < application.submitted_at.replace(second=0, microsecond=0):
        raise ActionRefused(_("This was before the application."), "contacted_at")
    if application.contacts.filter(channel=channel, contacted_at=moment).exists():
        raise ActionRefused(_("This attempt has been logged already."), "contacted_at")
    offer = application.offers.live().first()
    answered = offer if offer and moment >= offer.offered_at.replace(second=0, microsecond=0) else None
    made = ContactAttempt.objects.create(
        application=application, host_id=application.host_id, offer=answered, channel=channel, result=result,
        contacted_at=moment, note=note, logged_by=by,
    )  # fmt: skip
    after = {"channel": channel, "result": result, "at": moment.isoformat()}
    audit.record(application, "application.contacted", by=by, after=after)
    return made


@transaction.atomic
def pass_over(offer: Offer, *, by: "User | None") -> Application:
    """End an offer before its deadline because nobody was reached; the next in line is offered the seat.

    Refuses before as many failed contacts in a row as the cohort's policy names (domain.md 1: three, S14).
    """
    track = _lock_track(offer.track_id)
    offer = _lock_live(offer)
    failed, needed = queries.failed_contacts(offer), _cohort_of(track).policy.contact_attempts
    if failed < needed:
        sentence = ngettext(
            "One failed contact in a row is logged for this offer; %(needed)d are needed. "
            "Try again, or wait for the deadline.",
            "%(failed)d failed contacts in a row are logged for this offer; %(needed)d are needed. "
            "Try again, or wait for the deadline.",
            failed,
        )
        raise ActionRefused(sentence % {"failed": failed, "needed": needed})
    reason = _("Not reached in %(n)d attempts.") % {"n": failed}
    application = _move(offer.application, ApplicationState.EXPIRED, by=by, reason=reason)
    _close(offer, OfferState.EXPIRED)
    audit.record(offer, "offer.passed_over", by=by, after={"failed": failed}, reason=reason)
    notify.queue_many([emails.about_offer(offer, "offer_passed_over", by=by, attempts=failed)])
    _promote(track)
    return application
