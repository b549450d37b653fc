"""Papers of agreements: the text they are made of, and those that are filed among the documents."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partners.actions.documents import add_document, replace_document
from partners.models import Agreement, AgreementDocument, Organization, PaperTemplate
from partners.papers.content import Paper, refuse_bad_template
from partners.papers.formats import content_type, make
from partners.papers.making import PLACEHOLDERS
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def save_paper_template(host: Organization, *, by: User | None, kind: str, version: int, body: str) -> PaperTemplate:
    """The next version of the host's text, if `version` is still the newest; the old ones stay."""
    host = Organization.objects.select_for_update(no_key=True).get(pk=host.pk)
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot keep a register of agreements.") % {"name": host.name})
    refuse_bad_template(body, {*PLACEHOLDERS[kind]})
    newest = PaperTemplate.objects.filter(host=host, kind=kind).aggregate(n=Max("version"))["n"] or 0
    if newest != version:
        raise ActionRefused(
            _("Somebody else has saved version %(n)s meanwhile. Compare it below, then save again.") % {"n": newest},
            "body",
        )
    template = PaperTemplate.objects.create(host=host, kind=kind, version=newest + 1, body=body, made_by=by)
    audit.record(host, "organization.paper_template_saved", by=by, after={"template": template.pk})
    return template


@transaction.atomic
def file_paper(agreement: Agreement, *, by: User | None, paper: Paper, extension: str) -> AgreementDocument:
    """Keep a produced paper as a draft among the documents; the same paper again is its next version."""
    content = make(paper, extension)
    name = f"{paper.title.replace('/', '·')[:90]}.{extension}"
    upload = SimpleUploadedFile(name, content, content_type(extension))
    earlier = agreement.documents.current().filter(
        kind=AgreementDocument.Kind.DRAFT, title=paper.title, name__endswith=f".{extension}"
    )
    if document := earlier.first():
        return replace_document(document, by=by, upload=upload)
    return add_document(agreement, by=by, upload=upload, kind=AgreementDocument.Kind.DRAFT, title=paper.title)
