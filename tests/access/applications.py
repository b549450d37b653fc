"""Applying, one's own applications, and those a host has received."""

from cohorts.actions.bulk import prepare_bulk
from cohorts.actions.consents import give_consents
from cohorts.bulk import BulkVerb
from cohorts.models import Application, ApplicationFile, Consent
from cohorts.resuming import token_of
from cohorts.states import ConsentKind
from tests import factories as make
from tests.access import row


def extend(w):
    """A draft of the own trainee with a file, and one that was found ineligible."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.files import pdf

    person = w.application.person
    w.recruiting = make.make_cohort(programme=w.programme)
    w.draft_application = make.make_application(cohort=w.recruiting, person=person, state="draft")
    w.file = ApplicationFile.from_upload(
        SimpleUploadedFile("증명서.pdf", pdf()), application=w.application, host=w.city, kind="residence"
    )
    w.file.save()
    w.bulk = prepare_bulk(
        w.cohort, Application.objects.filter(pk=w.application.pk), verb=BulkVerb.WITHDRAW, by=None, reason="요청"
    )
    w.ineligible = make.make_application(cohort=w.cohort, state="ineligible")
    give_consents(w.city, [ConsentKind.COLLECTION, ConsentKind.NEWS], by=person.user)
    w.consent = Consent.objects.get(person=person, kind=ConsentKind.NEWS)


# admin official operator instructor reviewer mentor trainee
ME = "403 403 403 403 403 403 "
APPLY = {"own": ME + "302", "same": ME + "302", "other": ME + "302"}
MINE = {"own": ME + "200", "same": ME + "200", "other": ME + "200"}
READ = {
    "own": "200 200 200 403 200 403 200",
    "same": "200 200 200 403 404 403 404",
    "other": "200 404 404 403 404 403 404",
}

OFFICE = {
    "own": "403 302 302 403 403 403 403",
    "same": "403 302 302 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}
OFFICE_SEES = {
    "own": "200 200 200 403 403 403 403", "same": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403",
}  # fmt: skip

TABLE = [
    row("cohorts:bulk-list", own="200 200 200 403 403 403 403"),
    row("cohorts:bulk-prepare", own="403 404 404 403 403 403 403"),
    row("cohorts:bulk-prepare", "POST", own="403 404 404 403 403 403 403"),
    row("cohorts:bulk", "GET", lambda w: [w.bulk.pk], **OFFICE_SEES),
    row("cohorts:bulk-confirm", "POST", lambda w: [w.bulk.pk], **OFFICE),
    row("cohorts:bulk-discard", "POST", lambda w: [w.bulk.pk], **OFFICE),
    row("cohorts:bulk-undo", "POST", lambda w: [w.bulk.pk], **OFFICE),
    row("cohorts:apply", "GET", lambda w: [w.recruiting.pk], **APPLY),
    row("cohorts:apply-step", "GET", lambda w: [w.recruiting.pk, "consents"], **MINE),
    row(
        "cohorts:apply-step", "GET", lambda w: [w.recruiting.pk, "about"],
        own=ME + "200", same=ME + "302", other=ME + "302",
    ),
    row(
        "cohorts:apply-step", "POST", lambda w: [w.recruiting.pk, "about"],
        own=ME + "422", same=ME + "422", other=ME + "422",
    ),
    row(
        "cohorts:apply-save", "POST", lambda w: [w.recruiting.pk, "motivation"],
        own=ME + "200", same=ME + "404", other=ME + "404",
    ),
    row(
        "cohorts:apply-save", "POST", lambda w: [w.recruiting.pk, "about"],
        own=ME + "200", same=ME + "200", other=ME + "200",
    ),
    row("cohorts:apply-check", "GET", lambda w: [w.recruiting.pk], own=ME + "200", same=ME + "302", other=ME + "302"),
    row("cohorts:apply-check", "POST", lambda w: [w.recruiting.pk], own=ME + "422", same=ME + "302", other=ME + "302"),
    row("cohorts:apply-receipt", "GET", lambda w: [w.application.pk], own=ME + "200", same=ME + "404", other=ME + "404"),
    row(
        "cohorts:apply-discard", "POST", lambda w: [w.draft_application.pk],
        own=ME + "302", same=ME + "404", other=ME + "404",
    ),
    row("cohorts:apply-file-remove", "POST", lambda w: [w.file.pk], own=ME + "302", same=ME + "404", other=ME + "404"),
    row("cohorts:my-application-list", "GET", lambda w: [], **MINE),
    row(
        "cohorts:application-list", "GET", lambda w: [],
        own="200 200 200 403 200 403 403", same="200 200 200 403 200 403 403", other="200 200 200 403 200 403 403",
    ),
    row("cohorts:application", "GET", lambda w: [w.application.pk], **READ),
    row(
        "cohorts:application-history", "GET", lambda w: [w.application.pk],
        own="200 200 200 403 403 403 403", same="200 200 200 403 403 403 403", other="200 404 404 403 403 403 403",
    ),
    row(
        "cohorts:application-file", "GET", lambda w: [w.file.pk],
        own="403 200 200 403 403 403 200", same="403 200 200 403 404 403 404", other="403 404 404 403 404 403 404",
    ),
    row(
        "cohorts:application-overrule", "POST", lambda w: [w.ineligible.pk],
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403",
    ),
    row(
        "cohorts:application-withdraw", "GET", lambda w: [w.application.pk],
        own="403 200 200 403 403 403 200", same="403 200 200 403 403 403 404", other="403 404 404 403 403 403 404",
    ),
    row(
        "cohorts:application-withdraw", "POST", lambda w: [w.application.pk],
        own="403 422 422 403 403 403 302", same="403 422 422 403 403 403 404", other="403 404 404 403 403 403 404",
    ),
    row("cohorts:apply-link", "POST", lambda w: [w.recruiting.pk], own=ME + "302", same=ME + "404", other=ME + "404"),
    row(
        "cohorts:apply-resume", "GET", lambda w: [token_of(w.recruiting.pk, w.application.person.user_id)],
        own="403 403 403 403 403 403 302", same="403 403 403 403 403 403 403", anonymous=302,
    ),
    row("cohorts:upload-announce", "POST", lambda w: [], own=ME + "422", same=ME + "422", other=ME + "422"),
    row("cohorts:upload-append", "POST", lambda w: ["nothing"], own=ME + "413", same=ME + "413", other=ME + "413"),
    row("cohorts:consent-list", "GET", lambda w: [], **MINE),
    row("cohorts:consent-withdraw", "POST", lambda w: [w.consent.pk], own=ME + "302", same=ME + "404", other=ME + "404"),
]  # fmt: skip
