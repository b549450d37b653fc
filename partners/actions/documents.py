"""The papers of an agreement: added, followed by new versions, described, withdrawn. None is ever deleted."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Agreement, AgreementDocument
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

MOST_DOCUMENTS = 50
Kind = AgreementDocument.Kind


@transaction.atomic
def add_document(
    agreement: Agreement,
    *,
    by: User | None,
    upload: "UploadedFile[Any]",
    kind: str,
    title: str = "",
    scan_of: AgreementDocument | None = None,
) -> AgreementDocument:
    """Keep a paper that `portal.common.uploads` has accepted; papers may come in every state."""
    agreement = _locked(agreement)
    _refuse_strange_original(agreement, kind, scan_of)
    document = AgreementDocument.from_upload(
        upload, agreement=agreement, host_id=agreement.host_id, kind=kind, title=title, scan_of=scan_of, uploaded_by=by
    )
    _keep(agreement, document)
    audit.record(agreement, "agreement.document_added", by=by, after={"document": document.pk})
    return document


@transaction.atomic
def replace_document(document: AgreementDocument, *, by: User | None, upload: "UploadedFile[Any]") -> AgreementDocument:
    """A new version of the same paper. The old one stays readable, with its hash and who added it when."""
    agreement = _locked(document.agreement)
    document = AgreementDocument.objects.get(pk=document.pk)
    _refuse_withdrawn(document)
    newest = AgreementDocument.objects.filter(series=document.series).order_by("-version")[0]
    if newest.pk != document.pk and newest.withdrawn_at is None:
        raise ActionRefused(_("There is a newer version of this document. Add yours to that."))
    new = AgreementDocument.from_upload(
        upload, agreement=agreement, host_id=agreement.host_id, kind=document.kind, title=document.title,
        scan_of_id=document.scan_of_id, series=document.series, version=newest.version + 1, uploaded_by=by,
    )  # fmt: skip
    _keep(agreement, new)
    audit.record(
        agreement, "agreement.document_replaced", by=by, before={"document": document.pk}, after={"document": new.pk}
    )
    return new


@transaction.atomic
def describe_document(
    document: AgreementDocument, *, by: User | None, title: str, kind: str, scan_of: AgreementDocument | None = None
) -> AgreementDocument:
    """What it is called, what it is, and which signed copy it is the scan of; its file stays."""
    agreement = _locked(document.agreement)
    document = AgreementDocument.objects.get(pk=document.pk)
    _refuse_withdrawn(document)
    _refuse_strange_original(agreement, kind, scan_of)
    values = {"title": title, "kind": kind, "scan_of_id": scan_of.pk if scan_of else None}
    changed = [name for name, value in values.items() if getattr(document, name) != value]
    if kind != Kind.SIGNED and document.scans.exists():
        raise ActionRefused(_("A scan belongs to this signed copy. Take that apart first."), "kind")
    for name in changed:
        setattr(document, name, values[name])
    if changed:
        document.save(update_fields=[name.removesuffix("_id") for name in changed])
        after = {"document": document.pk, "fields": changed}
        audit.record(agreement, "agreement.document_described", by=by, after=after)
    return document


@transaction.atomic
def withdraw_document(document: AgreementDocument, *, by: User | None, reason: str) -> AgreementDocument:
    """A wrong paper counts no more; the keeper's office still reads it, with the reason."""
    if not reason.strip():
        raise ActionRefused(_("Say why the document is withdrawn."), "reason")
    agreement = _locked(document.agreement)
    document = AgreementDocument.objects.get(pk=document.pk)
    _refuse_withdrawn(document)
    document.withdrawn_at, document.withdrawn_by, document.withdrawal_reason = timezone.now(), by, reason
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    audit.record(agreement, "agreement.document_withdrawn", by=by, before={"document": document.pk}, reason=reason)
    return document


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)


def _keep(agreement: Agreement, document: AgreementDocument) -> None:
    kept = agreement.documents.filter(withdrawn_at=None)
    if kept.filter(sha256=document.sha256).exists():
        raise ActionRefused(_("This very file is among the documents already."), "file")
    if kept.count() >= MOST_DOCUMENTS:
        raise ActionRefused(_("This agreement has %(most)s documents already.") % {"most": MOST_DOCUMENTS}, "file")
    document.save()


def _refuse_withdrawn(document: AgreementDocument) -> None:
    if document.withdrawn_at:
        raise ActionRefused(_("This document was withdrawn and is kept as it is."))


def _refuse_strange_original(agreement: Agreement, kind: str, original: AgreementDocument | None) -> None:
    if original is None:
        return
    if kind != Kind.SCAN:
        raise ActionRefused(_("Only a scanned original belongs to a signed copy."), "scan_of")
    if original.agreement_id != agreement.pk or original.kind != Kind.SIGNED or original.withdrawn_at:
        raise ActionRefused(_("Choose a signed copy of this agreement."), "scan_of")
