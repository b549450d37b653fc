"""What people agree to, and take back."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.moves import _move
from cohorts.consents import texts_in_use
from cohorts.models import Application, Consent, Person
from cohorts.states import CAN_WITHDRAW, NEEDS_CONSENT, ApplicationState, ConsentKind
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def give_consents(application: Application, kinds: Collection[ConsentKind], *, by: "User") -> list[Consent]:
    """Keep what an applicant has ticked; returns the consents in force.

    Refused only where a mandatory one is missing: an optional one never blocks (PIPA art. 22).
    What was ticked in this application and is not any more is taken back; what was given
    earlier stays until it is withdrawn by name.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=application.person_id)
    texts = {ConsentKind(text.kind): text for text in texts_in_use(person.host_id)}
    if any(text.required and kind not in kinds for kind, text in texts.items()):
        raise ActionRefused(_("Without the mandatory consent no application is possible."))
    live = {consent.kind: consent for consent in person.consents.given()}
    for kind, text in texts.items():
        held = live.get(kind)
        if held and (
            (kind not in kinds and held.given_at >= application.created_at)
            or (kind in kinds and held.text_id != text.pk)
        ):
            _close(held, by=by)
            held = None
        if kind in kinds and held is None:
            given = Consent.objects.create(person=person, host_id=person.host_id, text=text, kind=kind)
            audit.record(given, "consent.given", by=by, after={"kind": kind, "version": text.version})
    return list(person.consents.given())


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: "User") -> Consent:
    """Take a consent back; it counts from this moment.

    Without the mandatory one nothing may be examined any longer: the applications that can be
    withdrawn are, drafts are deleted. With a seat or in training that would lose more than a
    consent, so the seat has to be given up first.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=consent.person_id)
    consent = Consent.objects.select_for_update().select_related("text").get(pk=consent.pk)
    if consent.withdrawn_at:
        return consent
    if consent.text.required:
        from cohorts.actions.applications import discard_draft

        if person.applications.filter(state__in=NEEDS_CONSENT).exists():
            raise ActionRefused(
                _("You have been offered a seat or are in training, which needs this consent. Give up the seat first.")
            )
        for application in person.applications.filter(state__in=CAN_WITHDRAW):
            if application.state == ApplicationState.DRAFT:
                discard_draft(application, by=by)
            else:
                _move(application, ApplicationState.WITHDRAWN, by=by, reason=_("The consent was withdrawn."))
    _close(consent, by=by)
    return consent


def _close(consent: Consent, *, by: "User") -> None:
    consent.withdrawn_at = timezone.now()
    consent.save(update_fields=["withdrawn_at"])
    audit.record(consent, "consent.withdrawn", by=by, after={"kind": consent.kind})
