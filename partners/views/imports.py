"""Taking in an office's old register: send the file, look at each row, confirm."""

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from partners.actions import imports as actions
from partners.forms.imports import RegisterFileForm, RegisterLineFilter, StrangersForm
from partners.models import RegisterImport, RegisterLine
from partners.permissions import can_take_in_register
from partners.register_sheet import column_label, explain
from partners.states import AgreementState, OrganizationKind
from portal import audit
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.spreadsheets import Column, write_xlsx
from portal.common.verbs import do
from portal.jobs.models import Job

SHOWN = ("number", "title", "parties", "signed_on", "validity", "valid_until", "department")
WAITS = "job-progress"  # the part of a page that asks how far a job is


@require_http_methods(["GET", "POST"])
@roles(Role.OFFICIAL)
def register_import_list(request: HttpRequest) -> HttpResponse:
    """The registers that were sent, and the form to send one more."""
    sent = request.method == "POST"
    form = RegisterFileForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        try:
            office = request.user.acting.organization
            source = actions.receive_register(office, form.cleaned_data["file"], by=request.user)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect(source)
    sources = RegisterImport.objects.visible_to(request.user).select_related("uploaded_by")[:50]
    context = {"form": form, "sources": sources, "cancel_url": f"{reverse('partners:agreement-list')}?view=all"}
    return render(request, "partners/register_import_list.html", context, status=form_status(form))


@require_GET
@roles(Role.ADMIN, Role.OFFICIAL)
def register_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of each row; while a job works on it, how far it is."""
    return preview(request, load(request, pk))


def preview(request: HttpRequest, source: RegisterImport, form: StrangersForm | None = None) -> HttpResponse:
    if source.is_at_work or source.state == RegisterImport.State.UNREADABLE:
        waiting = {"source": source, "job": Job.objects.filter(key=source.job_key).first()}
        return render(request, "partners/register_import_wait.html", waiting, partial="register-progress")
    if request.htmx.target == WAITS:  # type: ignore[attr-defined]  # django-htmx sets it
        return HttpResponseClientRefresh()
    listing = Listing(
        request, source.lines.select_related("agreement"), form=RegisterLineFilter, page_size=50,
        sorts={"number": "number", "change": ("change", "number")}, default_sort="number",
    )  # fmt: skip
    states = dict(AgreementState.choices)
    for line in listing.page.object_list:
        line.sentences = [explain(code) for code in ([line.reason] if line.reason else line.notes)]
        line.cells = [(name, line.shown.get(name, "")) for name in SHOWN]
        line.state_label = states.get(line.becomes, "")
    kinds = dict(OrganizationKind.choices)
    may_take = can_take_in_register(request.user, source)
    context: dict[str, Any] = {
        "source": source,
        "columns": [column_label(name) for name in SHOWN],
        "tiles": [
            {"label": change.label, "value": source.counts.get(change, 0), "url": f"?change={change}",
             "tone": "bad" if change == RegisterLine.Change.ERROR and source.counts.get(change) else ""}
            for change in RegisterLine.Change
        ],
        "strangers": [(one["name"], kinds.get(one["kind"], ""), one["rows"]) for one in source.organizations],
        "may_take": may_take,
        "may_decide": may_take and source.state == RegisterImport.State.PREVIEW,
    }  # fmt: skip
    if context["may_decide"]:
        context["strangers_form"] = form or StrangersForm(source=source)
    response = listing.render("partners/register_import.html", context)
    response.status_code = form_status(*filter(None, [form]))
    return response


def load(request: HttpRequest, pk: int) -> RegisterImport:
    return get_object_or_404(
        RegisterImport.objects.visible_to(request.user).select_related("uploaded_by", "host"), pk=pk
    )


@require_POST
@roles(Role.OFFICIAL)
def register_import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What the names stand for that look like those of offices."""
    source = load(request, pk)
    require(can_take_in_register(request.user, source))
    form = StrangersForm(request.POST, source=source)
    if not form.is_valid():
        return preview(request, source, form)
    done = _("The organizations are decided on. The register can be taken in.")
    act = lambda: actions.decide_organizations(source, by=request.user, decided=form.decided())  # noqa: E731
    return do(request, act, done, source)


@require_POST
@roles(Role.OFFICIAL)
def register_import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    source = load(request, pk)
    require(can_take_in_register(request.user, source))
    done = _("The rows are being taken in.")
    return do(request, lambda: actions.confirm_register(source, by=request.user), done, source)


@require_POST
@roles(Role.OFFICIAL)
def register_import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    source = load(request, pk)
    require(can_take_in_register(request.user, source))
    done = _("The file was put aside. Nothing of it was taken in.")
    return do(request, lambda: actions.discard_register(source, by=request.user), done, "partners:register-import-list")


@require_GET
@roles(Role.OFFICIAL)
def register_import_left_out(request: HttpRequest, pk: int) -> FileResponse:
    """The rows in error with their reasons, for whoever has to correct the file."""
    source = load(request, pk)
    require(can_take_in_register(request.user, source))
    columns = [Column("row", _("Row"), "integer", 8), Column("reason", _("Reason"), "long", 50)]
    columns += [Column(name, column_label(name), "text", 20) for name in SHOWN]
    lines = source.lines.filter(change=RegisterLine.Change.ERROR)
    rows = [{**line.shown, "row": line.number, "reason": explain(line.reason)} for line in lines]
    audit.saw(request.user, "register.downloaded", host_id=source.host_id, people=len(rows))
    file = io.BytesIO()
    write_xlsx(file, _("Rows not taken in"), columns, rows, as_of=timezone.localdate())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"register-{source.pk}.xlsx")
