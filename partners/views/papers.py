"""Papers of agreements and amendments: shown, produced in three formats, filed; and the text they are made of."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import papers as actions
from partners.forms.papers import PaperTemplateForm
from partners.models import Agreement, Amendment, Organization, PaperTemplate
from partners.papers.content import Paper
from partners.papers.formats import FORMATS, content_type, make
from partners.papers.making import agreement_paper, amendment_paper, default_body, template_of
from partners.permissions import can_add_document, can_write_paper_template
from partners.states import PaperKind
from partners.views.agreements import READERS
from partners.views.amendments import load_amendment
from portal.accounts.roles import Role
from portal.common.downloads import send_bytes
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.verbs import do


def load_with_promises(request: HttpRequest, pk: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).for_detail(), pk=pk)


def of_agreement(found: Agreement) -> tuple[Paper, int]:
    """The paper, and the version of the template it is made of."""
    body, version = template_of(found.host_id, PaperKind.AGREEMENT)
    return agreement_paper(found, body), version


def of_amendment(found: Amendment) -> tuple[Paper, int]:
    body, version = template_of(found.host_id, PaperKind.AMENDMENT)
    return amendment_paper(found, body), version


@require_GET
@roles(*READERS)
def agreement_paper_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_with_promises(request, pk)
    return paper_page(request, found, None)


@require_GET
@roles(*READERS)
def amendment_paper_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_amendment(request, pk)
    return paper_page(request, found.agreement, found)


def paper_page(request: HttpRequest, agreement: Agreement, amendment: Amendment | None) -> HttpResponse:
    paper, version = of_amendment(amendment) if amendment else of_agreement(agreement)
    thing, name = (amendment, "amendment-paper") if amendment else (agreement, "agreement-paper")
    files = [
        {
            "extension": extension,
            "url": reverse(f"partners:{name}-file", args=[thing.pk, extension]),
            "keep": reverse(f"partners:{name}-keep", args=[thing.pk, extension]),
        }
        for extension in FORMATS
    ]
    kind = PaperKind.AMENDMENT if amendment else PaperKind.AGREEMENT
    context = {
        "paper": paper,
        "agreement": agreement,
        "amendment": amendment,
        "kind": kind,
        "version": version,
        "files": files,
        "may_keep": can_add_document(request.user, agreement),
        "template_url": reverse("partners:paper-template", args=[agreement.host_id, kind])
        if can_write_paper_template(request.user, agreement.host)
        else "",
    }
    return render(request, "partners/paper.html", context)


def produced(paper: Paper, extension: str) -> HttpResponse:
    if extension not in FORMATS:
        raise Http404
    return send_bytes(make(paper, extension), f"{paper.title}.{extension}", content_type(extension))


@require_GET
@roles(*READERS)
def agreement_paper_file(request: HttpRequest, pk: int, extension: str) -> HttpResponse:
    return produced(of_agreement(load_with_promises(request, pk))[0], extension)


@require_GET
@roles(*READERS)
def amendment_paper_file(request: HttpRequest, pk: int, extension: str) -> HttpResponse:
    return produced(of_amendment(load_amendment(request, pk))[0], extension)


def keep(request: HttpRequest, agreement: Agreement, paper: Paper, extension: str) -> HttpResponse:
    require(can_add_document(request.user, agreement))
    if extension not in FORMATS:
        raise Http404
    done = _("The paper was filed as a draft among the documents.")
    return do(
        request,
        lambda: actions.file_paper(agreement, by=request.user, paper=paper, extension=extension),
        done,
        refused_to=agreement,
    )


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL, Role.MENTOR)
def agreement_paper_keep(request: HttpRequest, pk: int, extension: str) -> HttpResponse:
    found = load_with_promises(request, pk)
    return keep(request, found, of_agreement(found)[0], extension)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL, Role.MENTOR)
def amendment_paper_keep(request: HttpRequest, pk: int, extension: str) -> HttpResponse:
    found = load_amendment(request, pk)
    return keep(request, found.agreement, of_amendment(found)[0], extension)


# The text ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def paper_template(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The newest text in a form, and every version of it to read."""
    host = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    if kind not in PaperKind.values:
        raise Http404
    require(can_write_paper_template(request.user, host))
    body, version = template_of(host.pk, kind)
    form = PaperTemplateForm(request.POST or None, kind=kind, initial={"body": body, "version": version})
    if form.is_valid():
        values: dict[str, Any] = {"version": form.cleaned_data["version"] or 0, "body": form.cleaned_data["body"]}
        try:
            made = actions.save_paper_template(host, by=request.user, kind=kind, **values)
        except ActionRefused as refusal:
            form.refuse(refusal)
            sent = request.POST.copy()
            sent["version"] = str(template_of(host.pk, kind)[1])  # saving again is then a decision
            form.data = sent
        else:
            messages.success(request, _("Version %(n)s of the text was saved.") % {"n": made.version})
            return redirect("partners:paper-template", host.pk, kind)
    versions = PaperTemplate.objects.visible_to(request.user).filter(host=host, kind=kind).select_related("made_by")
    context = {
        "form": form, "organization": host, "kind": PaperKind(kind), "versions": versions,
        "default": default_body(kind), "cancel_url": host.get_absolute_url(),
    }  # fmt: skip
    return render(request, "partners/paper_template.html", context, status=form_status(form))
