"""The register as one picture: a bar for each agreement, today's line, and how many are in force each month."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, TruncMonth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from partners.columns import COLUMNS
from partners.states import AgreementState
from partners.timeline import LOOKS, Span, band_of, scale_of
from partners.views.register import READERS, Register
from portal.common.guards import roles

NEEDED = ("state", "from", "until", "ended")
BARS = 50  # on a page


@require_GET
@roles(*READERS)
def agreement_timeline(request: HttpRequest) -> HttpResponse:
    register = Register(request, columns=NEEDED, page_size=BARS, default_sort="from")
    today, whole = timezone.localdate(), request.GET.get("years") == "all"
    groups = groups_of(register.rows)
    register.paginator.count = sum(group["n"] for group in groups)  # counted on the way
    known = [group for group in groups if group["begins"]]
    first, last = extent(known)
    scale = scale_of(first, last, today, whole=whole)
    signed = [Span(group["begins"], group["ends"], group["n"]) for group in known if not group["draft"]]
    band = band_of(signed, scale)
    now = band.in_month(today)
    context: dict[str, Any] = {
        "scale": scale,
        "today": today,
        "now": scale.at(today),
        "band": band,
        "in_force": now,
        "finding": ngettext(
            "%(n)s agreement is in force this month; the most in one month were %(top)s.",
            "%(n)s agreements are in force this month; the most in one month were %(top)s.", now,
        ) % {"n": now, "top": max(n for _month, n in band.months)},
        "looks": LOOKS,
        "whole": whole,
        "has_more_years": whole or scale_of(first, last, today, whole=True) != scale,
        "years_url": register.url(years="" if whole else "all", page=None),
        "columns": register.columns,
    }  # fmt: skip
    for row in register.page.object_list:
        row["bar"] = scale.bar(row["valid_from"], row["ended_on"] or row["valid_until"], row["state"])
        row["dates"] = dates(row)
    return register.render("partners/agreement_timeline.html", context)


def dates(row: dict[str, Any]) -> str:
    if row["valid_from"] is None:
        return _("Dates not known")
    end = COLUMNS["ended"].text(row) or COLUMNS["until"].text(row)
    return f"{COLUMNS['from'].text(row)} ~ {end}".strip()


def groups_of(rows: QuerySet) -> list[dict[str, Any]]:
    """All agreements of the filter, by the months of their first and last day; one query."""
    months = {"begins": TruncMonth("valid_from"), "ends": TruncMonth(Coalesce("ended_on", "valid_until"))}
    grouped = rows.order_by().values(draft=Q(state=AgreementState.DRAFT), **months)
    return list(grouped.annotate(n=Count("pk")))


def extent(groups: list[dict[str, Any]]) -> tuple[date | None, date | None]:
    days = [day for group in groups for day in (group["begins"], group["ends"]) if day]
    return (min(days), max(days)) if days else (None, None)
