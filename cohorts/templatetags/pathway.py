"""One person's way as a picture: a lane for each school, the years from left to right."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Enrolment, Stay
from cohorts.queries.pathway import STANDING_CSS, Spot
from cohorts.states import Standing
from portal.common.dates import school_year, school_year_begins
from portal.common.templatetags.charts import Mark, Tick

register = template.Library()

WIDTH, LANE, TOP, LEFT = 720, 84, 34, 8
WIDE_ENOUGH = 66  # for the words in a bar


@register.inclusion_tag("cohorts/_way_chart.html")
def way_chart(enrolment: Enrolment, stays: Sequence[Stay]) -> dict[str, Any]:
    """From the school year of entry to the planned end, or today if that is later; `stays` have place and stage."""
    today = timezone.localdate()
    first = school_year(stays[0].starts_on)
    last = max(school_year(enrolment.cohort.ends_on), school_year(today))
    start, end = school_year_begins(first), school_year_begins(last + 1)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - 2 * LEFT) * (day - start).days / (end - start).days, 1)

    lanes = list(dict.fromkeys(stay.place for stay in stays))
    marks = [_bar(stay, lanes.index(stay.place), x, today) for stay in stays if stay.until != stay.starts_on]
    bottom = TOP + LANE * len(lanes)
    return {
        "marks": marks,
        "names": [Tick(LEFT, TOP + LANE * n + 22, str(lane)) for n, lane in enumerate(lanes)],
        "years": [Tick(x(school_year_begins(year)), bottom + 24, str(year)) for year in range(first, last + 1)],
        "today": x(today),
        "bottom": bottom,
        "view": (WIDTH, bottom + 36),
        "desc": _told(stays[-1]),
        "pk": enrolment.pk,
    }


def _bar(stay: Stay, lane: int, x: Any, today: date) -> Mark:
    left, right = x(stay.starts_on), x(stay.until or max(today, stay.starts_on))
    width = round(max(right - left, 3), 1)
    css = STANDING_CSS[Standing.ON_LEAVE] if stay.on_leave else Spot(stay.place.stage, stay.year).css
    words = str(Standing.ON_LEAVE.label) if stay.on_leave else _("Year %(year)d") % {"year": stay.year}
    y = TOP + LANE * lane + 34
    label = words if width >= WIDE_ENOUGH else ""
    return Mark(left, y, width, 36, round(left + width / 2, 1), y + 24, label, f"p-area {css}")


def _told(last: Stay) -> str:
    """Where the way stands, in one sentence."""
    told = {"school": last.place, "year": last.class_name, "day": date_format(last.until or last.starts_on)}
    if last.end:
        return _("The way ended on %(day)s at %(school)s, %(year)s.") % told
    if last.on_leave:
        return _("On leave from %(school)s, %(year)s, since %(day)s.") % told
    return _("At %(school)s, %(year)s, since %(day)s.") % told
