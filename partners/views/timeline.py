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
    spans = spans_of(register.rows)
    everything = [span for _drafts, span in spans]
    first, last = extent(everything)
    scale = scale_of(first, last, today, whole=whole)
    band = band_of([span for drafts, span in spans if not drafts], scale)
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


def spans_of(rows: QuerySet) -> list[tuple[bool, Span]]:
    """All agreements of the filter, grouped by the months of their first and last day; one query."""
    known = rows.order_by().filter(valid_from__isnull=False)
    groups = known.values_list(
        Q(state=AgreementState.DRAFT), TruncMonth("valid_from"), TruncMonth(Coalesce("ended_on", "valid_until"))
    )
    return [(drafts, Span(begins, ends, n)) for drafts, begins, ends, n in groups.annotate(n=Count("pk"))]


def extent(spans: list[Span]) -> tuple[date | None, date | None]:
    days = [day for span in spans for day in (span.begins, span.ends) if day]
    return (min(days), max(days)) if days else (None, None)
