"""Charts drawn on the server as SVG: no script, printable, readable without seeing them.

    {% bar_chart _("Applications per month") rows desc=finding unit=_("people") %}
    {% stacked_chart _("Results") series rows desc=finding %}
    {% line_chart _("Attendance rate") series rows desc=finding unit="%" %}
    {% funnel_chart _("From application to placement") rows desc=finding %}

`rows` are (label, number) pairs; of charts with several series (label, [number, …]) pairs,
`series` being their names. A number may be None: nothing is drawn, the table says "–".
`desc` is the finding in one sentence. Every chart can be read as a table. The picture is written in Python: its
hundred marks as a template took a third of a page.
"""

import math
import unicodedata
import zlib
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

Number = int | float | Decimal | None
WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 712, 28, 244  # of the plotted area


class Mark(NamedTuple):
    """A rectangle with the place of its number."""

    x: float
    y: float
    width: float
    height: float
    text_x: float
    text_y: float
    label: str
    css: str = ""


class Tick(NamedTuple):
    x: float
    y: float
    label: str
    css: str = ""


def scale_top(highest: float) -> tuple[float, float]:
    """The top of the axis and the step between its lines: 1, 2 or 5 times a power of ten."""
    if highest <= 0:
        return 1, 1
    raw = highest / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    if highest >= 1:
        step = max(1, step)
    return step * math.ceil(highest / step), step


def spoken(value: Number) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float | Decimal) else f"{value:,}"


def height_of(value: float, top: float) -> float:
    return round((BOTTOM - TOP) * value / top, 1)


def grid(top: float, step: float) -> list[Tick]:
    return [Tick(LEFT - 8, BOTTOM - height_of(step * n, top), spoken(step * n)) for n in range(round(top / step) + 1)]


def columns(labels: Sequence[Any], right: int = RIGHT) -> tuple[float, list[Tick]]:
    """The width each label has, and where the labels stand; of many, every second is left out on a phone."""
    width = (right - LEFT) / max(1, len(labels))
    crowd = len(labels) > 10
    tight = len(labels) > 6 or any(reach(str(label)) > width for label in labels)
    css = "p-skip p-crowd" if crowd else "p-skip" if tight else ""
    ticks = [
        Tick(
            round(LEFT + width * (n + 0.5), 1),
            BOTTOM + 26,
            str(label),
            css if n % 2 else "p-sparse" if crowd and n % 4 else "",
        )
        for n, label in enumerate(labels)
    ]
    return width, ticks


def apart(labels: list[Tick], gap: float = 26) -> list[Tick]:
    """The numbers at the ends of lines, moved until none covers another; none below the picture."""
    placed: list[Tick] = []
    for label in sorted(labels, key=lambda one: one.y):
        lowest = placed[-1].y + gap if placed and placed[-1].x == label.x else label.y
        placed.append(label._replace(y=round(max(label.y, lowest), 1)))
    floor: dict[float, float] = {}  # by where lines end: as low as the next number may stand
    for number in range(len(placed) - 1, -1, -1):
        label = placed[number]
        placed[number] = label._replace(y=round(min(label.y, floor.get(label.x, BOTTOM + 5)), 1))
        floor[label.x] = placed[number].y - gap
    return placed


def text(one: Tick, *more: str) -> str:
    """`more`: further attributes."""
    css = f'class="{one.css}"' if one.css else ""
    given = " ".join(filter(None, (css, f'x="{one.x}" y="{one.y}"', *more)))
    return f"<text {given}>{escape(one.label)}</text>"


def bar(one: Mark, anchor: str) -> str:
    size = f'x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}"'
    number = text(Tick(one.text_x, one.text_y, one.label, "p-val"), anchor) if one.label else ""
    return f'<rect class="{one.css}" {size} rx="3"/>{number}'


def line_of_grid(one: Tick) -> str:
    line = f'<line class="p-grid" x1="{LEFT}" x2="{RIGHT}" y1="{one.y}" y2="{one.y}"/>'
    return line + text(one._replace(css="p-tick-y"), 'dy="5"', END)


START, MIDDLE, END = (f'text-anchor="{where}"' for where in ("start", "middle", "end"))


def picture(
    *,
    grid: Sequence[Tick] = (),
    marks: Sequence[Mark] = (),
    lines: Sequence[dict[str, str]] = (),
    dots: Sequence[Tick] = (),
    totals: Sequence[Tick] = (),
    ends: Sequence[Tick] = (),
    ticks: Sequence[Tick] = (),
    names: Sequence[Tick] = (),
    sideways: bool = False,
) -> SafeString:
    """What stands in the <svg>: its layers, the lowest first."""
    parts = [
        *map(line_of_grid, grid),
        *(bar(one, START if sideways else MIDDLE) for one in marks),
        *(f'<path class="p-line {one["css"]}" d="{one["path"]}"/>' for one in lines),
        *(f'<circle class="p-dot {one.css}" cx="{one.x}" cy="{one.y}" r="5"/>' for one in dots),
        *(text(one._replace(css="p-val"), MIDDLE) for one in totals),
        *(text(one._replace(css="p-val")) for one in ends),
        *(text(one, MIDDLE) for one in ticks),
        *(text(one, END) for one in names),
    ]
    return mark_safe("\n".join(parts))  # noqa: S308  # escaped above


def line_of_table(label: Any, values: Sequence[Number]) -> str:
    cells = "".join(f'<td class="p-right">{spoken(value)}</td>' for value in values)
    return f'<tr><th scope="row">{escape(str(label))}</th>{cells}</tr>'


def chart(
    title: str, desc: str, unit: str, series: Sequence[Any], rows: Sequence[Any], **layers: Any
) -> dict[str, Any]:
    """What the template of every chart needs; `layers` as `picture` takes them."""
    number = zlib.crc32(f"{title} {desc}".encode())
    return {
        "id": f"chart-{number:x}",
        "title": title,
        "desc": desc,
        "unit": unit,
        "series": list(series),
        "lines": mark_safe("".join(line_of_table(label, values) for label, values in rows)),  # noqa: S308  # escaped
        "picture": picture(**layers),
        "view": (WIDTH, HEIGHT),
    }


def numbered(series: Sequence[Any]) -> list[str]:
    """The colours of series that have none of their own."""
    return [f"p-s{n}" for n in range(1, len(series) + 1)]


@register.inclusion_tag("components/_chart.html")
def bar_chart(title: str, rows: Sequence[Any], *, desc: str, unit: str = "", mark_last: bool = True) -> dict[str, Any]:
    """One column per row; the last one, the present, is stronger."""
    rows = list(rows)
    top, step = scale_top(max((float(value or 0) for _label, value in rows), default=0))
    width, ticks = columns([label for label, _value in rows])
    thick = min(56.0, width * 0.7)
    bars = []
    for n, (tick, (_label, value)) in enumerate(zip(ticks, rows, strict=True)):
        if value is None:
            continue
        high = height_of(float(value), top)
        css = "p-mark p-mark-now" if mark_last and n == len(rows) - 1 else "p-mark"
        y = round(BOTTOM - high, 1)
        bars.append(Mark(round(tick.x - thick / 2, 1), y, round(thick, 1), high, tick.x, y - 8, spoken(value), css))
    table = [(label, [value]) for label, value in rows]
    return chart(title, desc, unit, [unit or title], table, grid=grid(top, step), ticks=ticks, marks=bars)


@register.inclusion_tag("components/_chart.html")
def stacked_chart(
    title: str, series: Sequence[Any], rows: Sequence[Any], *, desc: str, unit: str = "", css: Sequence[str] = ()
) -> dict[str, Any]:
    """One column per row, its parts upon each other, the whole above it. `css`: the class of each series."""
    css = css or numbered(series)
    rows = [(label, list(values)) for label, values in rows]
    wholes = [sum(float(value or 0) for value in values) for _label, values in rows]
    top, step = scale_top(max(wholes, default=0))
    width, ticks = columns([label for label, _values in rows])
    thick = min(64.0, width * 0.7)
    parts, totals = [], []
    for tick, (_label, values), whole in zip(ticks, rows, wholes, strict=True):
        y = float(BOTTOM)
        for n, value in enumerate(values):
            high = height_of(float(value or 0), top)
            y = round(y - high, 1)
            parts.append(Mark(round(tick.x - thick / 2, 1), y, round(thick, 1), high, 0, 0, "", f"p-area {css[n]}"))
        totals.append(Tick(tick.x, y - 8, spoken(int(whole) if whole == int(whole) else whole)))
    drawn = chart(title, desc, unit, series, rows, grid=grid(top, step), ticks=ticks, marks=parts, totals=totals)
    return drawn | {"legend": list(zip(series, css, strict=True))}


@register.inclusion_tag("components/_chart.html")
def line_chart(title: str, series: Sequence[Any], rows: Sequence[Any], *, desc: str, unit: str = "") -> dict[str, Any]:
    """One line per series over the rows; a None interrupts it. The last number of each is printed."""
    rows = [(label, list(values)) for label, values in rows]
    top, step = scale_top(max((float(v) for _label, values in rows for v in values if v is not None), default=0))
    _width, ticks = columns([label for label, _values in rows], RIGHT - 40)  # the last numbers stand beside the lines
    lines, dots, ends = [], [], []
    for n, _name in enumerate(series):
        points = [
            (tick.x, round(BOTTOM - height_of(float(values[n]), top), 1), values[n])
            for tick, (_label, values) in zip(ticks, rows, strict=True)
            if values[n] is not None
        ]
        path, pen_up = "", True
        for tick, (_label, values) in zip(ticks, rows, strict=True):
            if values[n] is None:
                pen_up = True
                continue
            path += f"{'M' if pen_up else 'L'}{tick.x} {round(BOTTOM - height_of(float(values[n]), top), 1)}"
            pen_up = False
        lines.append({"path": path, "css": f"p-s{n + 1}"})
        dots += [Tick(x, y, "", f"p-s{n + 1}") for x, y, _value in points]
        if points:
            x, y, value = points[-1]
            ends.append(Tick(x + 14, y + 5, spoken(value)))
    drawn = chart(
        title, desc, unit, series, rows, grid=grid(top, step), ticks=ticks, lines=lines, dots=dots, ends=apart(ends)
    )
    return drawn | {"legend": list(zip(series, numbered(series), strict=True)) if len(series) > 1 else []}


def reach(label: str) -> int:
    """How far a label goes at its largest, on a phone, nearly: a syllable is as wide as two letters."""
    return sum(21 if unicodedata.east_asian_width(letter) in "WF" else 12 for letter in label)


@register.inclusion_tag("components/_chart.html")
def funnel_chart(title: str, rows: Sequence[Any], *, desc: str, unit: str = "") -> dict[str, Any]:
    """From many to few: one bar per step, with its share of the first."""
    rows = list(rows)
    first = float(rows[0][1] or 0) if rows else 0.0
    left = max(180, *(20 + reach(str(label)) for label, _value in rows)) if rows else 180
    bars, names = [], []
    for n, (label, value) in enumerate(rows):
        y, share = 8 + n * 46, float(value or 0) / first if first else 0.0
        wide = round(max(2.0, (540 - left) * share), 1)
        words = spoken(value) if not n or not first else f"{spoken(value)} ({share:.0%})"
        bars.append(
            Mark(left, y, wide, 32, left + wide + 10, y + 21, words, "p-mark p-mark-now" if not n else "p-mark")
        )
        names.append(Tick(left - 12, y + 21, str(label)))
    table = [(label, [value]) for label, value in rows]
    drawn = chart(title, desc, unit, [unit or title], table, names=names, marks=bars, sideways=True)
    return drawn | {"view": (WIDTH, 16 + 46 * len(rows)), "sideways": True}
