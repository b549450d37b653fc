"""Mail of this app: who it goes to and what it is about. The texts are templates/emails/cohorts/."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone, translation

from cohorts.resuming import token_of
from portal import notify

if TYPE_CHECKING:
    from cohorts.deadlines import Deadline
    from cohorts.models import Application, Cohort, Extension, Objection, Offer, Person, Selection, Supplement
    from cohorts.readiness import Lack
    from portal.accounts.models import User


def recipient(person: "Person") -> notify.Recipient:
    """Somebody's own address and language, with or without an account. Join `person.user`."""
    return notify.Recipient(
        person.email,
        language=person.user.language if person.user else "ko",
        person_id=person.pk,
        user_id=person.user_id,
        name=person.name,
    )


def about(application: "Application", template: str, *, slot: object, by: "User | None", **more: Any) -> notify.Message:
    """A message to the applicant; `slot` (a pk, mostly) makes it the only one of its template and application.

    Join `application.person.user` and `application.cohort`.
    """
    fields = {name: more.pop(name) for name in ("run_at", "expires_at", "secret") if name in more}
    context = {
        "cohort": application.cohort.name,
        "receipt_number": application.receipt_number,
        "path": "/",
    }
    return notify.Message(
        key=f"{template}:{application.pk}:{slot}",
        to=recipient(application.person),
        template=f"cohorts/{template}",
        context=context | more,
        host=application.host_id,
        by=by,
        **fields,
    )


def about_offer(offer: "Offer", template: str, *, by: "User | None", **more: Any) -> notify.Message:
    """A message about an offer. Join its track and all that `about` asks for."""
    more = {"track": offer.track.name, "deadline": offer.deadline, "path": offer.get_absolute_url()} | more
    return about(offer.application, template, slot=offer.pk, by=by, **more)


def about_supplement(supplement: "Supplement", template: str, *, by: "User | None", **more: Any) -> notify.Message:
    """A message about documents asked for. Join its application and all that `about` asks for."""
    more = {"due_on": supplement.due_on, "path": supplement.get_absolute_url()} | more
    return about(supplement.application, template, slot=supplement.pk, by=by, **more)


def application_received(application: "Application", *, by: "User | None") -> notify.Message:
    """The receipt, or the reasons why the application cannot take part. One for each application."""
    with translation.override(recipient(application.person).language):
        reasons = application.reasons
    path = application.get_absolute_url()
    return about(application, "application_received", slot="once", by=by, path=path, reasons=reasons)


def application_admitted(application: "Application", *, by: "User | None") -> notify.Message:
    """An official found the applicant to be eligible after all."""
    return about(application, "application_admitted", slot="once", by=by, path=application.get_absolute_url())


def entry_reminder(application: "Application", lack: "list[Lack]", day: date, *, by: "User | None") -> notify.Message:
    """What somebody with a seat still lacks; one for each day."""
    cohort = application.cohort
    with translation.override(recipient(application.person).language):
        missing = [str(one.label) for one in lack]
    more = {"missing": missing, "starts_on": cohort.starts_on, "orientation_at": cohort.orientation_at}
    path = reverse("cohorts:pledge", args=[application.pk])
    place = cohort.orientation_place
    return about(application, "entry_reminder", slot=day.isoformat(), by=by, path=path, place=place, **more)


def application_draft(application: "Application") -> notify.Message:
    """The own deadline is near and the draft was not submitted. One for each draft and deadline."""
    closes = application.deadline.closes_at
    return about(
        application,
        "application_draft",
        slot=f"{closes:%Y%m%d%H%M}",
        by=None,
        path=reverse("cohorts:apply", args=[application.cohort_id]),
        until=timezone.localtime(closes - timedelta(minutes=1)),
        expires_at=closes,
    )


def objection_answered(objection: "Objection", *, by: "User") -> notify.Message:
    """The answer of the office. Join the application as `about` asks."""
    application = objection.application
    with translation.override(recipient(application.person).language):
        result = str(objection.get_result_display())
    more = {"received_on": objection.received_on, "result": result, "answer": objection.answer}
    path = reverse("cohorts:application-result", args=[application.pk])
    return about(application, "objection_answered", slot=objection.pk, by=by, path=path, **more)


def release_requested(selection: "Selection", to: "User", *, slot: object, by: "User") -> notify.Message:
    """A colleague asks somebody to look at a prepared selection and to release it. Join its cohort."""
    return _about_release(selection, "release_requested", to, slot, by, note=selection.request_note)


def selection_sent_back(selection: "Selection", to: "User", *, slot: object, by: "User") -> notify.Message:
    """To who asked for the release: it is not to be released like this."""
    return _about_release(selection, "selection_sent_back", to, slot, by, note=selection.sent_back_reason)


def _about_release(
    selection: "Selection", template: str, to: "User", slot: object, by: "User", *, note: str
) -> notify.Message:
    path = reverse("cohorts:selection", args=[selection.cohort_id])
    return notify.Message(
        key=f"{template}:{selection.pk}:{slot}:{to.pk}",
        to=to,
        template=f"cohorts/{template}",
        context={"cohort": selection.cohort.name, "who": by.name, "note": note, "path": path},
        host=selection.host_id,
        by=by,
    )


def application_link(
    cohort: "Cohort", draft: "Application | None", until: "Deadline", *, by: "User", at: datetime
) -> notify.Message:
    """The way back to a form, at most one an hour; before the first page is sent there is no draft. Its text holds a
    key, so staff do not read it."""
    return notify.Message(
        key=f"application_link:{cohort.pk}:{by.pk}:{at:%Y%m%d%H}",
        to=notify.Recipient(by.email, by.language, draft.person_id if draft else None, by.pk, by.name),
        template="cohorts/application_link",
        context={
            "cohort": cohort.name,
            "path": reverse("cohorts:apply-resume", args=[token_of(cohort.pk, by.pk)]),
            "until": timezone.localtime(until.stated),
        },
        host=cohort.host_id,
        by=by,
        expires_at=until.closes_at,
        secret=True,
    )


def deadline_extended(extension: "Extension", *, by: "User | None") -> notify.Message:
    """To the address that was given; one for each extension."""
    from portal.accounts.models import User

    known = User.objects.filter(email=extension.email).first()
    return notify.Message(
        key=f"deadline_extended:{extension.pk}",
        to=known or notify.Recipient(extension.email),
        template="cohorts/deadline_extended",
        context={
            "cohort": extension.cohort.name,
            "until": timezone.localtime(extension.stated),
            "path": reverse("cohorts:apply", args=[extension.cohort_id]),
        },
        host=extension.host_id,
        by=by,
        expires_at=extension.until,
    )
