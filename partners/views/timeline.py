"""The register as one picture: a bar for each agreement, today's line, and how many are in force each month."""

from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from partners.columns import COLUMNS
from partners.states import AgreementState
from partners.timeline import LOOKS, Edge, band_of, scale_of
from partners.views.register import READERS, Register
from portal.common.guards import roles

NEEDED = ("state", "from", "until", "ended")
BARS = 50  # on a page


@require_GET
@roles(*READERS)
def agreement_timeline(request: HttpRequest) -> HttpResponse:
    register = Register(request, columns=NEEDED, page_size=BARS)
    today, whole = timezone.localdate(), request.GET.get("years") == "all"
    groups = groups_of(register.rows)
    register.paginator.count = sum(group.n for group in groups if not group.ends)  # counted on the way
    first, last = extent(groups)
    scale = scale_of(first, last, today, whole=whole)
    signed = (Edge(group.month, group.signed, group.ends) for group in groups if group.month)
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


class Group(NamedTuple):
    """Agreements that begin in a month, or end in it; `month` is None where the day is not known."""

    month: date | None
    ends: bool
    n: int
    signed: int  # of these


def groups_of(rows: QuerySet) -> list[Group]:
    """All agreements of the filter by the month of their first day, and again by that of their last; one query.

    Grouped both ways in one pass, which the ORM has no words for.
    """
    signed = ~Q(state=AgreementState.DRAFT)
    sql, params = rows.order_by().values("first_month", "last_month", signed=signed).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(first_month, last_month), GROUPING(first_month) = 1, COUNT(*), "  # noqa: S608
            f"COUNT(*) FILTER (WHERE signed) FROM ({sql}) AS agreement "  # the ORM's own text
            "GROUP BY GROUPING SETS ((first_month), (last_month))",
            params,
        )
        return [Group(*row) for row in cursor.fetchall()]


def extent(groups: list[Group]) -> tuple[date | None, date | None]:
    months = [group.month for group in groups if group.month]
    return (min(months), max(months)) if months else (None, None)
