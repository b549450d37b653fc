"""Modules of a programme, and holidays of a host."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Programme
from curriculum import actions
from curriculum.forms import HolidayForm, ModuleForm
from curriculum.models import Holiday, Module
from curriculum.permissions import can_edit_modules
from curriculum.queries import with_hours
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)


@require_GET
@roles(*READERS)
def programme_list(request: HttpRequest) -> HttpResponse:
    """Where the curriculum of each programme is found."""
    rows = with_hours(Programme.objects.visible_to(request.user).select_related("host"))
    listing = Listing(request, rows, sorts={"name": "name"}, default_sort="name")
    return listing.render("curriculum/programme_list.html")


@require_GET
@roles(*READERS)
def module_list(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=pk)
    modules = list(Module.objects.visible_to(request.user).filter(programme=programme).for_list())
    context = {
        "programme": programme,
        "modules": modules,
        "hours": sum(module.hours for module in modules),
        "may_edit": can_edit_modules(request.user, programme.host_id),
    }
    return render(request, "curriculum/module_list.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def module_create(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=pk)
    form = ModuleForm(request.POST or None, others=programme.modules.all())
    if form.carries_out(lambda: actions.write_module(programme, by=request.user, **form.cleaned_data)):
        messages.success(request, _("%(module)s was added.") % {"module": form.result})
        return redirect("curriculum:module-list", programme.pk)
    context = {"form": form, "programme": programme, "cancel_url": reverse("curriculum:module-list", args=[pk])}
    return render(request, "curriculum/module_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def module_edit(request: HttpRequest, pk: int) -> HttpResponse:
    module = get_object_or_404(Module.objects.visible_to(request.user).select_related("programme"), pk=pk)
    form = ModuleForm(request.POST or None, instance=module, others=module.programme.modules.exclude(pk=pk))
    if form.is_valid():
        stored = Module.objects.visible_to(request.user).select_related("programme").get(pk=pk)
        try:
            actions.edit_module(stored, by=request.user, **form.cleaned_data)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The module was changed."))
            return redirect("curriculum:module-list", module.programme_id)
    cancel_url = reverse("curriculum:module-list", args=[module.programme_id])
    context = {"form": form, "programme": module.programme, "module": module, "cancel_url": cancel_url}
    return render(request, "curriculum/module_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def module_remove(request: HttpRequest, pk: int) -> HttpResponse:
    module = get_object_or_404(Module.objects.visible_to(request.user).select_related("programme"), pk=pk)
    done = _("The module was removed.")
    back = reverse("curriculum:module-list", args=[module.programme_id])
    return do(request, lambda: actions.remove_module(module, by=request.user), done, back)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def holiday_list(request: HttpRequest) -> HttpResponse:
    """The host's own holidays, and a form for one more."""
    form = HolidayForm(request.POST or None)
    host = request.user.acting.organization
    if form.carries_out(
        lambda: actions.add_holiday(host, on=form.cleaned_data["date"], name=form.cleaned_data["name"], by=request.user)
    ):
        messages.success(request, _("The holiday was added. Timetables planned from now on keep it free."))
        return redirect("curriculum:holiday-list")
    holidays = Holiday.objects.filter(host=request.user.organization_id)
    return render(
        request, "curriculum/holiday_list.html", {"form": form, "holidays": holidays}, status=form_status(form)
    )


@require_POST
@roles(*HOST_STAFF)
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(Holiday.objects.filter(host=request.user.organization_id), pk=pk)
    require(holiday.host_id == request.user.organization_id)
    actions.remove_holiday(holiday, by=request.user)
    messages.success(request, _("The holiday was removed."))
    return redirect("curriculum:holiday-list")
