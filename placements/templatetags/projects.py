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

from placements.models import MentoringLog
from placements.states import LogState, ProjectState
from portal.common.templatetags.parts import badge

register = template.Library()
STATES, LOG_STATES = dict(ProjectState.choices), dict(LogState.choices)


@lru_cache(maxsize=4_096)
def address(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


def label(states: dict[str, Any], state: str) -> SafeString:
    return badge(state, states[state])


@register.filter
def team_row(team: Any, mentor: bool) -> SafeString:
    """`{{ row|team_row:mentor }}`: the cells of `Team.objects.for_list()` with `with_last_log`.

    A mentor may open a team while its project runs, and then writes a log; who else reads sees the mentor.
    """
    project, name = team.project, escape(team.name)
    runs = project.state == ProjectState.RUNNING
    link = f'<a href="{address("placements:team", team.pk)}">{name}</a>' if runs or not mentor else name
    nda = f" {badge('gray', _('NDA'))}" if project.nda else ""
    of_mentor, write = "", ""
    if mentor:
        url = address("placements:log-write", team.pk)
        said = f'{escape(_("Write a log"))}<span class="sr-only"> {name}</span>'
        write = f'<td><a class="krds-btn small secondary" href="{url}">{said}</a></td>' if runs else "<td>–</td>"
    else:
        of_mentor = escape(str(team.mentor.user)) if team.mentor else badge("warning", _("No mentor"))
        of_mentor = f"<td>{of_mentor}</td>"
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<th scope="row">{link}</th><td>{escape(project.title)}{nda}<br>'
        f'<span class="p-meta">{escape(project.company.name)} · {escape(team.cohort.name)}</span></td>'
        f'<td>{label(STATES, project.state)}</td><td class="p-right">{team.member_count}</td>{of_mentor}'
        f'<td class="p-nowrap">{date_format(team.quiet_since, "DATE_FORMAT")}</td>{write}'
    )


@register.filter
def log_row(log: MentoringLog) -> SafeString:
    """`{{ row|log_row }}`: the cells of `MentoringLog.objects.for_list()`."""
    held = date_format(timezone.localtime(log.starts_at), "DATE_FORMAT")
    topic = _("No. %(number)s %(topic)s") % {"number": log.number, "topic": log.topic}
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<th scope="row" class="p-nowrap"><a href="{address("placements:log", log.pk)}">{held}</a></th>'
        f'<td>{escape(log.team.name)}<br><span class="p-meta">{escape(log.team.project.title)}</span></td>'
        f'<td>{escape(topic)}</td><td class="p-right">{floatformat(log.hours, "-2")}</td>'
        f"<td>{escape(str(log.mentor.user))}</td><td>{label(LOG_STATES, log.state)}</td>"
    )
