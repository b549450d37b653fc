"""The register of agreements (협약 관리대장): list, choice of columns, print. The address says what is shown."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from partners.columns import GROUPS, chosen_columns, columns_for, rows_of, sorts
from partners.forms.filters import AgreementFilter
from partners.models import Agreement
from partners.models.views import menu_of
from partners.permissions import can_register_agreement
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.counting import counts_per_role
from portal.common.guards import roles
from portal.common.listing import SearchedOnce

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR)
MOST_PRINTED = 2_000  # rows; more than that is a file


@counts_per_role
def _numbers(reader: Any) -> dict[str, Any]:
    return {"all": Agreement.objects.visible_to(reader)}


class Register(SearchedOnce):
    """The register as an address shows it: filters, columns, sort. `columns` are those chosen."""

    def __init__(
        self, request: HttpRequest, *, columns: Sequence[str] = (), page_size: int = 25, default_sort: str = "-number"
    ) -> None:
        self.columns = chosen_columns(request.user, columns or request.GET.getlist("columns"))
        super().__init__(
            request, Agreement.objects.visible_to(request.user), form=AgreementFilter,
            form_options={"user": request.user}, sorts=sorts(), default_sort=default_sort, page_size=page_size,
            keeps=("columns", "more"), all_query="view=all",
        )  # fmt: skip

    @property
    def is_searched(self) -> bool:
        """The words alone: what else it is narrowed by is quickly counted, and often keeps most of the register."""
        return "q" in self.chosen

    @property
    def more_url(self) -> str:
        """The same with all its filters to choose from."""
        return self.url(more=1)

    def count_quickly(self) -> int | None:
        return None if self.chosen else _numbers(self.request.user)["all"]

    def fetch(self, rows: Any) -> list[dict[str, Any]]:
        """The columns of one page alone, so that the last page of many costs what the first does."""
        keys = rows if isinstance(rows, list) else rows.values_list("pk", flat=True)
        return rows_of(self.request.user, self.columns, keys)


@require_GET
@roles(*READERS)
def agreement_list(request: HttpRequest) -> HttpResponse:
    views = cache(lambda: menu_of(request.user))  # the rows alone ask for none
    whole = not getattr(request, "htmx", False)
    if whole and not request.GET and (default := next((view for view in views() if view.is_default), None)):
        return redirect(default)
    register = Register(request)
    staff = request.user.role != Role.MENTOR
    may = {"may_register": can_register_agreement(request.user), "may_check": staff, "may_export": staff}
    may["may_import"] = request.user.role == Role.OFFICIAL
    return register.render("partners/agreement_list.html", {"columns": register.columns, "views": views, **may})


@require_GET
@roles(*READERS)
def register_columns(request: HttpRequest) -> HttpResponse:
    """Which fields of the register are columns. The form leads back to the list, filters and all."""
    chosen = {column.key for column in chosen_columns(request.user, request.GET.getlist("columns"))}
    groups = [
        (label, [column for column in columns_for(request.user) if column.group == group and column.key != "title"])
        for group, label in GROUPS.items()
    ]
    kept = [(name, value) for name, value in pairs(request.GET) if name not in ("columns", "page", "view")]
    context = {"groups": groups, "chosen": chosen, "kept": kept, "list_url": list_url(request.GET)}
    return render(request, "partners/register_columns.html", context)


@require_GET
@roles(*READERS)
def register_print(request: HttpRequest) -> HttpResponse:
    """The rows of the list on paper: office, day, filters in words, all rows at once."""
    register = Register(request, page_size=MOST_PRINTED)
    context = {
        "listing": register,
        "columns": register.columns,
        "office": request.user.acting.organization,
        "today": timezone.localdate(),
        "filters": register.form.words(),
        "list_url": list_url(request.GET),
        "most": MOST_PRINTED,
    }
    return render(request, "partners/register_print.html", context)


def pairs(query: QueryDict) -> list[tuple[str, Any]]:
    return [(name, value) for name, values in query.lists() for value in values]


def list_url(query: QueryDict) -> str:
    """The list that an address of one of its other pages belongs to."""
    kept = query.copy()
    kept.pop("page", None)
    return f"{reverse('partners:agreement-list')}?{kept.urlencode()}" if kept else reverse("partners:agreement-list")
