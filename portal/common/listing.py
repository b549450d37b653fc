"""Every list: search, filters, sorting and pages, all kept in the address.

    listing = Listing(
        request, Cohort.objects.visible_to(request.user).for_list(),
        form=CohortFilter, sorts={"name": "name", "opens": ("opens_on", "name")}, default_sort="-opens",
    )
    return listing.render("cohorts/cohort_list.html")

Costs two queries whatever the address says: one counts, one reads the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, QuerySet, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from portal.common.forms import PortalForm
from portal.common.korean import searchable
from portal.common.prepared import PreparedRows

Sorts = Mapping[str, str | tuple[str, ...]]
FURTHEST = 1_000_000  # rows from the first; a page beyond is none that anybody asks for
AROUND = 2  # pages shown on each side of the present one, beside the first and the last


class FilterForm(PortalForm):
    """The filters of a list: no field is required, and what is invalid is left out.

    A subclass names its fields and narrows the rows:

        def narrow(self, rows, chosen):
            if state := chosen.get("state"):
                rows = rows.filter(state=state)
            return rows
    """

    needs_answers = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            choices: Any = getattr(field, "choices", ())
            if type(field) is forms.ChoiceField and "" not in dict(choices):
                field.choices = [("", _("All")), *choices]
            elif type(field) is forms.ModelChoiceField:
                field.empty_label = _("All")

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return rows

    def words(self) -> list[tuple[str, str]]:
        """What was chosen as (label, value) in words: for a print or a file, which has no fields to look at."""
        found = []
        for name, value in self.chosen().items():
            field = self.fields[name]
            choices: Any = getattr(field, "choices", None)
            if isinstance(value, date):
                value = formats.date_format(value, "DATE_FORMAT")
            elif choices and not isinstance(value, Model):
                value = {str(key): label for key, label in choices}.get(str(value), value)
            found.append((str(field.label), str(value)))
        return found

    def chosen(self) -> dict[str, Any]:
        """What was filled in and is valid."""
        self.full_clean()
        filled = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], ())}
        return {name: value for name, value in filled.items() if not isinstance(value, QuerySet) or value}


class SearchField(forms.CharField):
    """The search box of a list; put it first. What no stored text can hold, finds nothing."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Search"))
        kwargs.setdefault("max_length", 100)
        super().__init__(widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text if len(text) > 1_000 else searchable(text)


def ordered(rows: QuerySet, sorts: Sorts, sort: str) -> QuerySet:
    """Sorted by a key of `sorts`, with "-" backwards; the primary key last, so that no row is on two pages."""
    names = sorts.get(sort.removeprefix("-"))
    if names is None:
        return rows if rows.ordered else rows.order_by("pk")
    keys = (names,) if isinstance(names, str) else names
    if sort.startswith("-"):
        keys = tuple(key.removeprefix("-") if key.startswith("-") else f"-{key}" for key in keys)
    return rows.order_by(*keys, "pk")


class PageLink(NamedTuple):
    number: int
    url: str  # empty for the dots between two pages
    current: bool = False


class Listing:
    """One page of rows with everything the list's template needs. Iterate it for the rows."""

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet,
        *,
        form: type[FilterForm] = FilterForm,
        form_options: Mapping[str, Any] | None = None,
        sorts: Sorts | None = None,
        default_sort: str = "",
        page_size: int = 25,
        keeps: Sequence[str] = (),
        all_query: str = "",
        at: str = "",
    ) -> None:
        """`keeps`: parameters beside the sort that stay when the filters change; `all_query`: shows all rows;
        `at`: where the list stands, if a form was sent elsewhere and the page is shown again with its mistakes."""
        self.at = at or request.path
        self.request, self.sorts, self.keeps, self.all_query = request, sorts or {}, ("sort", *keeps), all_query
        self.form = form(request.GET, auto_id="filter_%s", **(form_options or {}))
        self.chosen = self.form.chosen()
        asked = request.GET.get("sort", "")
        self.sort = asked if asked.removeprefix("-") in self.sorts else default_sort
        self.rows = ordered(self.form.narrow(rows, self.chosen), self.sorts, self.sort)
        self.page_size = page_size
        self._others: dict[tuple[str, ...], str] = {}

    # Rows ------------------------------------------------------------------------------

    @cached_property
    def paginator(self) -> Paginator:
        return Pages(self)

    @property
    def found(self) -> Any:
        """What is divided into pages: the rows, or in a subclass something from which `fetch` makes rows."""
        return self.rows

    def count_quickly(self) -> int | None:
        """The number of all rows, where a subclass knows it by a query that is kept."""
        return None

    @property
    def asked_page(self) -> int:
        """The number in the address; 1 if it is none."""
        try:
            return max(1, int(self.request.GET.get("page", 1)))
        except ValueError:
            return 1

    @cached_property
    def page(self) -> Page:
        """The page asked for; the nearest there is, if there is no such page."""
        page = self.paginator.page(min(self.asked_page, self.paginator.num_pages))
        first, last, found = page.start_index(), page.end_index(), self.paginator.object_list
        whole = self.paginator.count
        if first > whole // 2 and isinstance(found, QuerySet):
            # From the end, so that the last of many pages is found as quickly as the first.
            page.object_list = list(self.fetch(found.reverse()[whole - last : whole - first + 1]))[::-1]
        else:
            page.object_list = self.fetch(page.object_list)
        return page

    def fetch(self, rows: Any) -> Any:
        """The rows of one page as they are shown. A subclass adds here what is dear to work out for every row."""
        return rows

    @property
    def total(self) -> int:
        return self.paginator.count

    def __iter__(self) -> Iterator[Any]:
        return iter(self.page.object_list)

    def __len__(self) -> int:
        return len(self.page)

    # Addresses -------------------------------------------------------------------------

    def url(self, **changes: Any) -> str:
        """This list's address with some parameters changed; an empty value takes one away."""
        asked = {name: value for name, value in changes.items() if value not in (None, "")}
        at = "" if self.at == self.request.path else self.at
        return f"{at}?" + "&".join(filter(None, [self._without(*changes), urlencode(asked, doseq=True)]))

    def _without(self, *names: str) -> str:
        """The other parameters of the address; written once, since the head of each column asks for them."""
        if names not in self._others:
            others = {name: values for name, values in self.request.GET.lists() if name not in names}
            self._others[names] = urlencode(others, doseq=True)
        return self._others[names]

    @cached_property
    def query(self) -> str:
        """The parameters without the page, for an export of exactly these rows."""
        return self.url(page=None).partition("?")[2]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along: names and values."""
        return [(name, value) for name in self.keeps for value in self.request.GET.getlist(name)]

    @property
    def all_url(self) -> str:
        """All rows, without filters; what is kept stays."""
        query = urlencode([pair for pair in self.kept if pair[0] != "sort"])
        return "?".join(filter(None, [self.at, "&".join(filter(None, [self.all_query, query]))]))

    def sort_url(self, key: str) -> str:
        return self.url(sort=f"-{key}" if self.sort == key else key, page=None)

    def direction(self, key: str) -> str:
        """The value of aria-sort."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort, "none")

    @cached_property
    def pages(self) -> list[PageLink]:
        """The links between pages; empty if there is only one."""
        last, now = self.paginator.num_pages, self.page.number
        if last == 1:
            return []
        shown = sorted({1, last, *range(max(1, now - AROUND), min(last, now + AROUND) + 1)})
        links: list[PageLink] = []
        for number in shown:
            if links and number > links[-1].number + 1:
                links.append(PageLink(number - 1, ""))
            links.append(PageLink(number, self.url(page=number), number == now))
        return links

    @property
    def previous_url(self) -> str:
        return self.url(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self.url(page=self.page.number + 1) if self.page.has_next() else ""

    # Answer ----------------------------------------------------------------------------

    @property
    def layout(self) -> str:
        """What `layouts/list.html` extends: the whole page, or for htmx the rows alone."""
        return "layouts/_rows_only.html" if getattr(self.request, "htmx", False) else "base.html"

    def render(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """`template` (it extends `layouts/list.html`) with `listing` in its context."""
        response = render(self.request, template, {**(context or {}), "listing": self})
        patch_vary_headers(response, ["HX-Request"])
        return response


class Pages(Paginator):
    """What a list finds, divided into pages."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing.found, listing.page_size)
        self.listing = listing

    @cached_property
    def count(self) -> int:
        known = self.listing.count_quickly()
        return super().count if known is None else known


class SearchedOnce(Listing):
    """What is searched is counted with the keys of the page by one query, so that it is searched once.

    `fetch` gets either a queryset of one page's rows or their `key_columns`, as `values_list` gives them; one is flat.
    """

    key_columns: tuple[str, ...] = ("pk",)

    @property
    def is_searched(self) -> bool:
        """Whether finding the rows is dear; where a filter has an index, counting by it is cheaper than all keys."""
        return bool(self.chosen)

    @cached_property
    def page(self) -> Page:
        start = (self.asked_page - 1) * self.page_size
        if not self.is_searched or start > FURTHEST:
            return super().page
        counted = self.found.annotate(whole=Window(Count("*"))).values_list(*self.key_columns, "whole")
        found = list(counted[start : start + self.page_size])
        if start and not found:  # a page that there is not
            return super().page
        self.paginator.count = found[0][-1] if found else 0
        keys = [row[0] if len(self.key_columns) == 1 else row[:-1] for row in found]
        return Page(self.fetch(keys), self.asked_page, self.paginator)

    @property
    def total(self) -> int:
        return self.page.paginator.count


class Keyed(Listing):
    """Of a page the keys, whose rows are then read by a query that is built once: `read`."""

    read: PreparedRows

    @property
    def found(self) -> Any:
        return self.rows.values_list("pk", flat=True)

    def fetch(self, rows: Any) -> Any:
        return self.read(rows)
