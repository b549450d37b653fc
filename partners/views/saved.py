"""Saved views of the register: the present address under a name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import views as actions
from partners.columns import chosen_columns
from partners.forms.filters import AgreementFilter, RegisterViewForm, kept_query
from partners.models import RegisterView
from partners.permissions import can_amend_view
from partners.views.register import READERS
from portal.accounts.models import User
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do


@require_GET
@roles(*READERS)
def view_list(request: HttpRequest) -> HttpResponse:
    """One's own views and those that colleagues share."""
    listing = Listing(
        request, RegisterView.objects.visible_to(request.user).for_list(request.user),
        sorts={"name": "name", "owner": ("owner__name", "name")}, default_sort="name",
    )  # fmt: skip
    like = AgreementFilter({"more": "1"}, user=request.user)
    for view in listing.page.object_list:
        view.may_amend = can_amend_view(request.user, view)
        view.words = in_words(request.user, view.query, like)
    return listing.render("partners/view_list.html")


def in_words(user: User, query: str, like: AgreementFilter | None = None) -> str:
    """What a view shows: its filters and the names of its columns."""
    asked = QueryDict(query)
    filters = [f"{label}: {value}" for label, value in AgreementFilter(asked, user=user, like=like).words()]
    columns = chosen_columns(user, asked.getlist("columns")) if "columns" in asked else []
    if columns:
        filters.append(_("Columns: %(columns)s") % {"columns": ", ".join(str(column.label) for column in columns)})
    return " · ".join(filters) or _("All agreements, without a filter")


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def view_save(request: HttpRequest) -> HttpResponse:
    """Name the address that stands behind the question mark."""
    query = kept_query(request.GET)
    form = RegisterViewForm(request.POST or None)
    if form.carries_out(lambda: actions.save_view(by=request.user, query=query, **form.cleaned_data)):
        messages.success(request, _("The view is saved."))
        return redirect(form.result)
    list_url = f"{reverse('partners:agreement-list')}?{query}" if query else reverse("partners:agreement-list")
    context = {"form": form, "words": in_words(request.user, query), "cancel_url": list_url}
    return render(request, "partners/view_save.html", context, status=form_status(form))


def load(request: HttpRequest, pk: int) -> RegisterView:
    return get_object_or_404(RegisterView.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def view_amend(request: HttpRequest, pk: int) -> HttpResponse:
    view = load(request, pk)
    require(can_amend_view(request.user, view))
    form = RegisterViewForm(request.POST or None, initial={"name": view.name, "shared": view.shared})
    del form.fields["is_default"]
    if form.carries_out(lambda: actions.amend_view(view, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect("partners:view-list")
    context = {"form": form, "view": view, "words": in_words(request.user, view.query)}
    context["cancel_url"] = reverse("partners:view-list")
    return render(request, "partners/view_amend.html", context, status=form_status(form))


@require_POST
@roles(*READERS)
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = load(request, pk)
    require(can_amend_view(request.user, view))
    done = _("The view was deleted. The agreements stay as they are.")
    return do(request, lambda: actions.delete_view(view, by=request.user), done, "partners:view-list")


@require_POST
@roles(*READERS)
def view_make_default(request: HttpRequest, pk: int) -> HttpResponse:
    view = load(request, pk)
    done = _("The register opens with this view from now on.")
    return do(request, lambda: actions.make_default_view(view, by=request.user), done, "partners:view-list")


@require_POST
@roles(*READERS)
def view_stop_default(request: HttpRequest, pk: int) -> HttpResponse:
    view = load(request, pk)
    done = _("The register opens with all agreements again.")
    return do(request, lambda: actions.stop_default_view(view, by=request.user), done, "partners:view-list")
