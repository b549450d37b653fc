"""The papers of agreements: all one may see, one with its versions, and whether a file is one of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import documents as actions
from partners.forms.documents import DescribeForm, DocumentFilter, DocumentForm, NewVersionForm, VerifyForm
from partners.forms.register import ReasonForm
from partners.models import AgreementDocument
from partners.permissions import can_add_document, can_keep_documents
from partners.queries import papers_of
from partners.sheets import DOCUMENTS
from partners.views.agreements import READERS, agreement_page, load
from portal.accounts.roles import Role
from portal.common.downloads import send_file
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing

SORTS = {
    "title": "title", "agreement": ("agreement__title", "title"), "kind": ("kind", "title"), "added": "uploaded_at",
}  # fmt: skip


@require_GET
@roles(*READERS)
def document_list(request: HttpRequest) -> HttpResponse:
    rows = AgreementDocument.objects.visible_to(request.user).for_list()
    listing = SheetListing(request, rows, form=DocumentFilter, sorts=SORTS, default_sort="-added", sheet=DOCUMENTS)
    return listing.render("partners/document_list.html")


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def document_verify(request: HttpRequest) -> HttpResponse:
    """Compares by SHA-256 with every version of every document that one may see; nothing is written."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        digest = form.digest()
        same = AgreementDocument.objects.visible_to(request.user).with_content(digest).for_list()
        context |= {"digest": digest, "found": list(same), "asked": form.cleaned_data.get("file")}
    return render(request, "partners/document_verify.html", context, status=form_status(form))


def load_document(request: HttpRequest, pk: int, document_pk: int) -> AgreementDocument:
    rows = AgreementDocument.objects.visible_to(request.user).for_list().select_related("withdrawn_by")
    return get_object_or_404(rows, pk=document_pk, agreement=pk)


def load_to_keep(request: HttpRequest, pk: int, document_pk: int) -> AgreementDocument:
    found = load_document(request, pk, document_pk)
    require(can_keep_documents(request.user, found.agreement))
    return found


@require_GET
@roles(*READERS)
def document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    return document_page(request, load_document(request, pk, document_pk))


def document_page(request: HttpRequest, found: AgreementDocument, **forms: PortalForm) -> HttpResponse:
    """The paper with its versions; a signed copy and its scan side by side. Forms sent with mistakes stand open."""
    seen = AgreementDocument.objects.visible_to(request.user).filter(agreement=found.agreement_id)
    of_agreement = list(seen.for_agreement().order_by("-version"))
    versions = [one for one in of_agreement if one.series == found.series]
    newer = [one for one in versions if one.version > found.version and not one.withdrawn_at]
    keeps = can_keep_documents(request.user, found.agreement)
    given = {"withdraw_form": ReasonForm(auto_id="withdraw_%s")} | forms
    context = {
        "document": found,
        "agreement": found.agreement,
        "versions": versions,
        "newest": newer[0] if newer else None,
        "pair": pair_of(found, of_agreement),
        "may_keep": keeps and not found.withdrawn_at,
        "may_replace": keeps and not found.withdrawn_at and not newer,
        **given,
    }
    return render(request, "partners/document.html", context, status=form_status(*forms.values()))


def pair_of(found: AgreementDocument, around: list[AgreementDocument]) -> list[AgreementDocument]:
    """The signed copy and what was scanned of it, whichever of them is looked at; empty for one that is alone."""
    standing = [one for one in around if not one.withdrawn_at]
    copy = next((one for one in standing if one.pk == found.scan_of_id), found)
    scans = [one for one in standing if one.scan_of and one.scan_of.series == copy.series]
    return [copy, *scans] if scans and not found.withdrawn_at else []


@require_GET
@roles(*READERS)
def document_file(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    return send_file(load_document(request, pk, document_pk))


# Keeping -------------------------------------------------------------------------------


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL, Role.MENTOR)
def document_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_add_document(request.user, found))
    copies = papers_of(request.user, found).signed_copies
    form = DocumentForm(request.POST, request.FILES, auto_id="document_%s", copies=copies)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            actions.add_document(found, by=request.user, upload=form.cleaned_data["file"], **values)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The document was added."))
            return redirect(found)
    return agreement_page(request, pk, document_form=form)


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def document_replace(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    found = load_to_keep(request, pk, document_pk)
    form = NewVersionForm(request.POST or None, request.FILES or None)
    if form.carries_out(lambda: actions.replace_document(found, by=request.user, upload=form.cleaned_data["file"])):
        messages.success(request, _("The new version was added. The old one stays readable."))
        return redirect(form.result)
    return document_form(request, found, form, "partners/document_replace.html")


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def document_describe(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    found = load_to_keep(request, pk, document_pk)
    form = DescribeForm(request.POST or None, document=found)
    if form.carries_out(lambda: actions.describe_document(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    return document_form(request, found, form, "partners/document_describe.html")


def document_form(request: HttpRequest, found: AgreementDocument, form: PortalForm, template: str) -> HttpResponse:
    context = {"form": form, "document": found, "cancel_url": found.get_absolute_url()}
    return render(request, template, context, status=form_status(form))


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def document_withdraw(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    found = load_to_keep(request, pk, document_pk)
    form = ReasonForm(request.POST, auto_id="withdraw_%s")
    if form.carries_out(lambda: actions.withdraw_document(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The document was withdrawn. It stays readable for your office."))
        return redirect(found)
    return document_page(request, found, withdraw_form=form)
