"""The frozen inputs of a selection as a workbook with which anybody ranks again: three sheets, no names.

*Inputs*: one line for each application, in the decided order. *Rules*: weights, minimums, tie order, seats and quotas.
*Recompute*: in formulas of the two other sheets alone, that each line stands rightly behind the one above it, and what
follows from that, beside what was decided. A formula looks at its own line and the one above and never through all of
them, so that ten thousand are as good as ten. The formulas hold where nobody is in two groups with a quota of the same
track; the sheet says so where they do not (`cohorts.quotas` is the general rule).
"""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from cohorts.models import Decision, Selection, Track
from cohorts.quotas import Quota, QuotaRule
from cohorts.ranking import Tie
from cohorts.rules import Rules, of_inputs
from cohorts.states import Stage

TOP = 3  # the line of the headings, counted from 0
ENTRY = ("application", "receipt_number", "track", *Stage.values, "bonus", "failed", "submitted", "seconds", "micros")
DECIDED = ("decided_total", "decided_rank", "decided_outcome")


class PlainSheet(Worksheet):
    """Of formulas that every version knows: 29 searches in each for newer functions took four fifths of the time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def frozen_workbook(selection: Selection) -> tuple[io.BytesIO, int]:
    """The file, and how many people are in it; three queries."""
    shown = ("application", "facts", "scores", "total", "rank", "outcome", "application__receipt_number")
    decided = selection.decisions.select_related("application").only(*shown).order_by("rank", "application_id")
    decisions = sorted(decided, key=lambda one: one.facts.get("track") or "")  # the order in a track stays
    tracks = {str(pk): name for pk, name in Track.objects.filter(cohort=selection.cohort_id).values_list("pk", "name")}
    rules = of_inputs(selection.inputs)
    groups = sorted({quota.group for quotas in rules.quotas.values() for quota in quotas})
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheets = [
            book.add_worksheet("Inputs"),
            book.add_worksheet("Rules"),
            book.add_worksheet("Recompute", PlainSheet),
        ]
        _write_inputs(sheets[0], selection, decisions, tracks, groups, bold)
        places = _write_rules(sheets[1], selection, rules, tracks, bold)
        note = ""
        if not formulas_hold(rules, selection, decisions):
            note = _(
                "Somebody is in two groups with a quota, or more seats are kept than there are: these formulas do not hold."
            )
        _write_formulas(sheets[2], len(decisions), list(tracks.values()), groups, rules, places, note, bold)
    file.seek(0)
    return file, len(decisions)


def formulas_hold(rules: Rules, selection: Selection, decisions: Iterable[Decision]) -> bool:
    for track, quotas in rules.quotas.items():
        kept = sum(quota.seats for quota in quotas if quota.rule == QuotaRule.AT_LEAST)
        if kept > int(selection.inputs["seats"].get(track, 0)):
            return False
    here = {track: {quota.group for quota in quotas} for track, quotas in rules.quotas.items()}
    facts = (one.facts for one in decisions)
    return all(len(here.get(one.get("track") or "", set()).intersection(one.get("groups", ()))) < 2 for one in facts)


def _write_inputs(
    page: Worksheet, selection: Selection, decisions: Sequence[Decision], tracks: dict[str, str], groups: Sequence[str],
    bold: Any,
) -> None:  # fmt: skip
    names = selection.inputs.get("groups", {})
    page.write_string(
        0, 0, f"{selection.cohort.name} · {timezone.localtime(selection.prepared_at):%Y-%m-%d %H:%M}", bold
    )
    for at, group in enumerate(groups, start=len(ENTRY)):
        page.write_string(1, at, names.get(group, group))
    for at, heading in enumerate((*ENTRY, *groups, *DECIDED)):
        page.write_string(TOP, at, heading, bold)
    page.freeze_panes(TOP + 1, 2)
    for line, one in enumerate(decisions, start=TOP + 1):
        for at, value in enumerate(_entry(one, tracks, groups)):
            _write(page, line, at, value)


def _entry(one: Decision, tracks: dict[str, str], groups: Sequence[str]) -> list[Any]:
    facts, submitted = one.facts, one.facts.get("submitted_at")
    moment = datetime.fromisoformat(submitted) if submitted else None
    whole = moment and moment.replace(microsecond=0)
    return [
        one.application_id,
        one.application.receipt_number or "",
        tracks.get(facts.get("track") or "", ""),
        *(Decimal(one.scores[stage]) if stage in one.scores else None for stage in Stage.values),
        Decimal(facts.get("bonus", "0")),
        ", ".join(facts.get("failures", ())),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else "",
        int(whole.astimezone(UTC).timestamp()) if whole else None,
        moment.microsecond if moment else None,
        *(int(group in facts.get("groups", ())) for group in groups),
        one.total,
        one.rank,
        one.outcome,
    ]


def _write(page: Worksheet, line: int, at: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | Decimal):
        page.write_number(line, at, value)
    else:
        page.write_string(line, at, value)


def _write_rules(
    page: Worksheet, selection: Selection, rules: Rules, tracks: dict[str, str], bold: Any
) -> dict[str, str]:
    """Returns where each value stands, as the formulas name it."""
    places: dict[str, str] = {}
    values: list[tuple[str, Any]] = [(f"weight_{stage}", getattr(rules.weights, stage)) for stage in Stage.values]
    values += [("minimum_total", rules.minimum)]
    values += [(f"minimum_{stage}", rules.minimums.get(stage)) for stage in Stage.values]
    values += [("bonus_limit", rules.bonus.limit), ("bonus_above_full", int(rules.bonus.above_full))]
    values += [(f"tie_{place}", str(tie)) for place, tie in enumerate(rules.tie_order, start=1)]
    for line, (name, value) in enumerate(values):
        page.write_string(line, 0, name, bold)
        _write(page, line, 1, value)
        places[name] = f"Rules!{xl_rowcol_to_cell(line, 1, row_abs=True, col_abs=True)}"
    line = len(values) + 1
    seats = [
        (tracks[pk], int(number), int(selection.inputs["last"].get(pk, 0)))
        for pk, number in selection.inputs["seats"].items()
    ]
    line = _table(page, line, ("track", "seats", "last_rank"), seats, "track", places, bold)
    _table(page, line, ("quota_track", "group", "rule", "seats"), _quota_rows(rules, tracks), "quota", places, bold)
    page.set_column(0, 0, 20)
    return places


def _quota_rows(rules: Rules, tracks: dict[str, str]) -> list[tuple[Any, ...]]:
    """Several of the same group and rule in a track count as one: kept seats add up, of limits the lowest holds."""
    merged: dict[tuple[str, str, str], int] = {}
    for track, quotas in rules.quotas.items():
        for quota in quotas:
            key = tracks[track], quota.group, str(quota.rule)
            merged[key] = _merged(quota, merged.get(key))
    return [(*key, seats) for key, seats in merged.items()]


def _merged(quota: Quota, before: int | None) -> int:
    if before is None:
        return quota.seats
    return before + quota.seats if quota.rule == QuotaRule.AT_LEAST else min(before, quota.seats)


def _table(
    page: Worksheet, line: int, heads: Sequence[str], rows: Sequence[Sequence[Any]], name: str, places: dict[str, str],
    bold: Any,
) -> int:  # fmt: skip
    for at, head in enumerate(heads):
        page.write_string(line, at, head, bold)
        places[f"{name}.{head}"] = f"Rules!{xl_range_abs(line + 1, at, line + max(len(rows), 1), at)}"
    for place, row in enumerate(rows, start=line + 1):
        for at, value in enumerate(row):
            _write(page, place, at, value)
    return line + max(len(rows), 1) + 2


# The formulas ------------------------------------------------------------------------------

COLUMNS = (
    "application", "track", "base", "bonus", "total", "class", "key1", "key2", "key3", "key4", "key5", "in_order",
    "rank", "group", "group_rank", "kept", "barred", "other_rank", "outcome", "rank_in_all", "same",
)  # fmt: skip
KEYS = ("key1", "key2", "key3", "key4", "key5")


def _write_formulas(
    page: Worksheet, number: int, tracks: Sequence[str], groups: Sequence[str], rules: Rules, places: dict[str, str],
    note: str, bold: Any,
) -> None:  # fmt: skip
    """`class`: 0 in the order, 1 below a minimum, 2 without a score that counts. `in:…`: so many of a group so far."""
    columns = (*COLUMNS, *(f"in:{group}" for group in groups))
    letters = {name: xl_col_to_name(at) for at, name in enumerate(columns)}
    heads = TOP + len(tracks) + 2  # the line of the headings, below the tracks
    first, last = heads + 1, heads + number
    whole = {name: f"${letter}${first + 1}:${letter}${max(last, first) + 1}" for name, letter in letters.items()}
    inputs = {name: xl_col_to_name(at) for at, name in enumerate((*ENTRY, *groups, *DECIDED))}
    page.write_string(0, 0, note or _("Recomputed from the sheets Inputs and Rules alone."), bold)
    page.write_string(1, 0, _("Lines that differ:"))
    page.write_formula(1, 3, f'=COUNTIF({whole["same"]},"DIFFERENT")')
    at = places | _write_tracks(page, tracks, whole, bold)
    for place, name in enumerate(columns):
        page.write_string(heads, place, name, bold)
    for line in range(first, last + 1):
        told = {name: f"Inputs!${letter}{line - first + TOP + 2}" for name, letter in inputs.items()}
        here = {name: f"${letter}{line + 1}" for name, letter in letters.items()}
        above = {name: f"${letter}{line}" for name, letter in letters.items()} if line > first else {}
        formulas = _formulas(told, here, above, at, groups, rules)
        for place, name in enumerate(columns):
            page.write_formula(line, place, "=" + formulas[name])
    page.freeze_panes(heads + 1, 1)


def _write_tracks(page: Worksheet, tracks: Sequence[str], whole: dict[str, str], bold: Any) -> dict[str, str]:
    """The only counts through all lines: the seats of each track that go to kept people."""
    for at, head in enumerate(("track", "kept")):
        page.write_string(TOP, at, head, bold)
    for line, track in enumerate(tracks, start=TOP + 1):
        page.write_string(line, 0, track)
        page.write_formula(line, 1, f"=COUNTIFS({whole['track']},$A{line + 1},{whole['kept']},1)")
    rows = (TOP + 1, TOP + max(len(tracks), 1))
    return {f"kept.{name}": xl_range_abs(rows[0], at, rows[1], at) for at, name in enumerate(("track", "kept"))}


def _formulas(
    told: dict[str, str],
    here: dict[str, str],
    above: dict[str, str],
    at: dict[str, str],
    groups: Sequence[str],
    rules: Rules,
) -> dict[str, str]:
    keys = [*_keys(rules.tie_order, told), *["0"] * len(KEYS)][: len(KEYS)]
    return {
        "application": told["application"],
        "track": f'{told["track"]}&""',
        **_points(told, here, at, rules),
        **dict(zip(KEYS, keys, strict=True)),
        "in_order": _in_order(here, above),
        "rank": _so_far("rank", "TRUE", here, above),
        **_group(told, here, above, at, groups),
        **_outcome(told, here, above, at),
    }


def _so_far(name: str, counted: str, here: dict[str, str], above: dict[str, str]) -> str:
    """A count that begins anew with each track."""
    before = f"IF({here['track']}={above['track']},{above[name]},0)+" if above else ""
    return f"{before}IF({counted},1,0)"


def _points(told: dict[str, str], here: dict[str, str], at: dict[str, str], rules: Rules) -> dict[str, str]:
    """What the stages come to, and whether that is enough: class 0; 1 is below a minimum, 2 lacks something."""
    counts = [stage for stage in Stage.values if getattr(rules.weights, stage)]
    points = "+".join(f"ROUND({told[stage]}*100,0)*{at[f'weight_{stage}']}" for stage in counts)
    below = [f"{here['base']}<{at['minimum_total']}", f'{told["failed"]}<>""']
    below += [f"{told[stage]}<{at[f'minimum_{stage}']}" for stage in counts if stage in rules.minimums]
    missing = [f'{told[stage]}=""' for stage in counts] + [f'{told["track"]}=""']
    limited = f"MIN({told['bonus']},{at['bonus_limit']})" if rules.bonus.limit is not None else told["bonus"]
    return {
        "base": f"ROUND(({points})/100,0)/100",
        "bonus": limited if rules.bonus.above_full else f"MIN({limited},100-{here['base']})",
        "total": f"ROUND({here['base']}+{here['bonus']},2)",
        "class": f"IF(OR({','.join(missing)}),2,IF(OR({','.join(below)}),1,0))",
    }


def _group(
    told: dict[str, str], here: dict[str, str], above: dict[str, str], at: dict[str, str], groups: Sequence[str]
) -> dict[str, str]:
    """To which group with a quota somebody belongs, the place in it, and whether its quota keeps or bars them."""

    def quota(rule: QuotaRule) -> str:
        named = f"{at['quota.quota_track']},{here['track']},{at['quota.group']},{here['group']},{at['quota.rule']}"
        return f'{named},"{rule}"'

    def seats(rule: QuotaRule) -> str:
        return f"SUMIFS({at['quota.seats']},{quota(rule)})"

    quoted = {group: group.replace('"', '""') for group in groups}
    named = [
        f'IF(AND({told[group]}=1,COUNTIFS({at["quota.quota_track"]},{here["track"]},{at["quota.group"]},"{quoted[group]}")>0),"{quoted[group]}","")'
        for group in groups
    ]
    among = [f'IF({here["group"]}="{quoted[group]}",{here[f"in:{group}"]},0)' for group in groups]
    in_group = {f"in:{group}": f'AND({here["class"]}=0,{here["group"]}="{quoted[group]}")' for group in groups}
    has_limit = f"COUNTIFS({quota(QuotaRule.AT_MOST)})>0"
    return {
        "group": "&".join(named) or '""',
        "group_rank": "+".join(among) or "0",
        "kept": (
            f'IF(AND({here["class"]}=0,{here["group"]}<>"",{here["barred"]}=0,'
            f"{here['group_rank']}<={seats(QuotaRule.AT_LEAST)}),1,0)"
        ),
        "barred": f'IF(AND({here["group"]}<>"",{has_limit},{here["group_rank"]}>{seats(QuotaRule.AT_MOST)}),1,0)',
        **{name: _so_far(name, counted, here, above) for name, counted in in_group.items()},
    }


def _outcome(told: dict[str, str], here: dict[str, str], above: dict[str, str], at: dict[str, str]) -> dict[str, str]:
    """Who has a seat, who waits, and whether that is what was decided."""
    seats = f"SUMIFS({at['track.seats']},{at['track.track']},{here['track']})"
    given = f"SUMIFS({at['kept.kept']},{at['kept.track']},{here['track']})"
    seated = f"OR({here['kept']}=1,{here['other_rank']}<={seats}-{given})"
    others = f"AND({here['class']}=0,{here['kept']}=0,{here['barred']}=0)"
    return {
        "other_rank": _so_far("other_rank", others, here, above),
        "outcome": f'IF({here["class"]}>0,"rejected",IF(AND({here["barred"]}=0,{seated}),"selected","waitlisted"))',
        "rank_in_all": f"SUMIFS({at['track.last_rank']},{at['track.track']},{here['track']})+{here['rank']}",
        "same": (
            f'IF({here["class"]}=2,IF({told["decided_outcome"]}="rejected","same","DIFFERENT"),'
            f'IF(AND({here["in_order"]}="yes",{told["decided_outcome"]}={here["outcome"]},'
            f'{told["decided_total"]}={here["total"]},{told["decided_rank"]}={here["rank_in_all"]}),"same","DIFFERENT"))'
        ),
    }


def _keys(order: Iterable[Tie], told: dict[str, str]) -> list[str]:
    """Numbers by which the larger one comes first."""
    found = []
    for tie in order:
        found += [f"-{told['seconds']}", f"-{told['micros']}"] if tie == Tie.SUBMITTED_AT else [f"N({told[tie]})"]
    return found


def _in_order(here: dict[str, str], above: dict[str, str]) -> str:
    """Whether the line above is rightly ahead: by class, total, each key in turn, and the older record."""
    if not above:
        return '"yes"'
    ahead = f"{above['application']}<{here['application']}"
    for name in reversed(("total", *KEYS)):
        ahead = f"IF({above[name]}={here[name]},{ahead},{above[name]}>{here[name]})"
    ahead = f"IF({above['class']}={here['class']},OR({here['class']}=2,{ahead}),{above['class']}<{here['class']})"
    return f'IF({above["track"]}<>{here["track"]},"yes",IF({ahead},"yes","NO"))'
