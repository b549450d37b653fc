"""What people agree to, and take back."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.moves import _move
from cohorts.consents import consents_of, texts_in_use
from cohorts.models import Consent, Person, TypedAnswers
from cohorts.states import ASKED_OF_APPLICANTS, CAN_WITHDRAW, NEEDS_CONSENT, ApplicationState, ConsentKind
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from partners.models import Organization


@transaction.atomic
def give_consents(
    host: "Organization",
    kinds: Collection[ConsentKind],
    *,
    by: User,
    person: Person | None = None,
    asked: Collection[ConsentKind] = ASKED_OF_APPLICANTS,
) -> list[Consent]:
    """Keep what `by` agrees to at a host, of the kinds `asked`; returns the consents in force.

    `person` is given where an office enters what somebody said; otherwise it is the record of the
    account, or the account itself while the host has none. Refused only where a mandatory one is
    missing: an optional one never blocks (PIPA art. 22). Nothing is taken back here: what was
    given stays until it is withdrawn by name, or replaced by the consent to a newer text.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)  # the record may begin in another window
    mine = {"pk": person.pk} if person else {"host": host, "user": by}
    person = Person.objects.select_for_update(no_key=True).filter(**mine).first()
    live = {ConsentKind(consent.kind): consent for consent in consents_of(person, by, host.pk)}
    for text in texts_in_use(host.pk, asked):
        kind = ConsentKind(text.kind)
        held = live.get(kind)
        if held and held.text_id == text.pk:
            continue
        if kind in kinds:
            if held:
                _close(held, by=by)
            owner = {"person": person} if person else {"account": by}
            live[kind] = given = Consent.objects.create(**owner, host=host, text=text, kind=kind)
            audit.record(given, "consent.given", by=by, after={"kind": kind, "version": text.version})
        elif text.required:
            raise ActionRefused(_("Without the mandatory consent no application is possible."))
    return list(live.values())


def take_over_consents(person: Person, *, by: User) -> None:
    """Put what the account agreed to on its record, which has begun; call inside the transaction.

    Of two consents of one kind the later one counts: that of the account.
    """
    mine = Consent.objects.filter(host=person.host_id, account=by)
    for held in person.consents.given().filter(kind__in=mine.given().order_by().values("kind")):
        _close(held, by=by)
    mine.update(person=person, account=None)


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: User) -> Consent:
    """Take a consent back; it counts from this moment.

    Without the mandatory one nothing may be examined any longer: the applications that can be
    withdrawn are, drafts are deleted. With a seat or in training that would lose more than a
    consent, so the seat has to be given up first.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # an application may begin in another window
    person = Person.objects.select_for_update(no_key=True).filter(consents=consent.pk).first()
    consent = Consent.objects.select_for_update(of=("self",)).select_related("text").get(pk=consent.pk)
    if consent.withdrawn_at:
        return consent
    account = person.user_id if person else consent.account_id
    if consent.text.required:
        TypedAnswers.objects.filter(host=consent.host_id, account=account).delete()
    if person and consent.text.required:
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


def _close(consent: Consent, *, by: User) -> None:
    consent.withdrawn_at = timezone.now()
    consent.save(update_fields=["withdrawn_at"])
    audit.record(consent, "consent.withdrawn", by=by, after={"kind": consent.kind})
