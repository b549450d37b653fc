"""A row of a list of teams or of logs as cells: one call per row, since a template takes several times as long."""

from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from placements.models.logs import hours_between
from placements.queries.rows import Row
from placements.states import LogState, ProjectState
from portal.common.templatetags.parts import badge

register = template.Library()
STATES, LOG_STATES = dict(ProjectState.choices), dict(LogState.choices)


@lru_cache(maxsize=4_096)
def address(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


def label(states: dict[str, Any], state: str) -> SafeString:
    return badge(state, states[state])


def mentor_of(row: Row) -> str:
    return escape(row["mentor__user__name"] or row["mentor__user__email"] or "")


@register.filter
def team_row(team: Row, mentor: bool) -> SafeString:
    """`{{ row|team_row:mentor }}`: the cells of a row of `team_rows`.

    A mentor may open a team while its project runs, and then writes a log; who else reads sees the mentor.
    """
    pk, name, state = team["pk"], escape(team["name"]), team["project__state"]
    runs = state == ProjectState.RUNNING
    link = f'<a href="{address("placements:team", pk)}">{name}</a>' if runs or not mentor else name
    nda = f" {badge('gray', _('NDA'))}" if team["project__nda"] else ""
    of_mentor, write = "", ""
    if mentor:
        url = address("placements:log-write", pk)
        said = f'{escape(_("Write a log"))}<span class="sr-only"> {name}</span>'
        write = f'<td><a class="krds-btn small secondary" href="{url}">{said}</a></td>' if runs else "<td>–</td>"
    else:
        of_mentor = f"<td>{mentor_of(team) or badge('warning', _('No mentor'))}</td>"
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<th scope="row">{link}</th><td>{escape(team["project__title"])}{nda}<br>'
        f'<span class="p-meta">{escape(team["project__company__name"])} · {escape(team["cohort__name"])}</span></td>'
        f'<td>{label(STATES, state)}</td><td class="p-right">{team["member_count"]}</td>{of_mentor}'
        f'<td class="p-nowrap">{date_format(team["quiet_since"], "DATE_FORMAT")}</td>{write}'
    )


@register.filter
def log_row(log: Row) -> SafeString:
    """`{{ row|log_row }}`: the cells of a row of `log_rows`."""
    held = date_format(timezone.localtime(log["starts_at"]), "DATE_FORMAT")
    hours = floatformat(hours_between(log["starts_at"], log["ends_at"]), "-2")
    topic = _("No. %(number)s %(topic)s") % {"number": log["number"], "topic": log["topic"]}
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<th scope="row" class="p-nowrap"><a href="{address("placements:log", log["pk"])}">{held}</a></th>'
        f'<td>{escape(log["team__name"])}<br><span class="p-meta">{escape(log["team__project__title"])}</span></td>'
        f'<td>{escape(topic)}</td><td class="p-right">{hours}</td>'
        f"<td>{mentor_of(log)}</td><td>{label(LOG_STATES, log['state'])}</td>"
    )
